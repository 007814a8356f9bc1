"""The app's repository holds exactly what the entry says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

_FACTS: Final = (
    "version",
    "description",
    "commit",
    "tree",
    "content",
    "interface",
    "capabilities",
    "origin",
    "signer",
)


def _objections(submission: Submission) -> Iterator[Objection]:
    release, after = submission.release, submission.after
    if release is None or after is None or len(submission.added) != 1:
        return
    said, found = submission.added[0].to_dict(), release.published.to_dict()
    if release.app.name != after.name:
        yield Objection(
            message=f"the manifest at {after.remote} says the app is called {release.app.name}",
            fix=f"publish it under that name, or rename the app to {after.name} in its manifest",
        )
    for fact in _FACTS:
        if said[fact] != found[fact]:
            yield Objection(
                message=f"the entry says {fact} is {said[fact] or 'empty'}, but tag {said['tag']} of "
                f"{after.remote} gives {found[fact] or 'none'}",
                fix="publish with mapp, which writes the entry: mapp publish APP",
            )


CHECK = RegistryCheck(
    name="as-published",
    reason="An entry that lies about an app hides its content or its capabilities from those who review it.",
    stage="app",
    run=_objections,
)
