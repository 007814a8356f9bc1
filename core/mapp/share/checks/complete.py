"""Source, tests and a description are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

MIN_DESCRIPTION: Final = 10
"""The shortest description, in characters."""


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.release is None:
        return
    app = submission.release.app
    if not app.examples:
        yield Objection(
            message="tests/examples.jsonl has no example",
            fix="add inputs with their outputs, then release a new version",
        )
    if not any(phrase.fits for phrase in app.phrases):
        yield Objection(
            message="tests/requests.jsonl has no request that fits the app",
            fix="add requests in the words of users, then release a new version",
        )
    said = app.manifest.description.strip()
    if len(said) < MIN_DESCRIPTION or said.casefold() == app.name.casefold():
        yield Objection(
            message=f"the description, {said!r}, does not say what the app does",
            fix="write one sentence into mapp.toml, then release a new version",
        )


CHECK = RegistryCheck(
    name="complete",
    reason="An app without tests cannot be checked, healed or compared with others by anybody else.",
    stage="app",
    run=_objections,
)
