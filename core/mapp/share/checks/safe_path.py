"""An entry's path means the same file on every system."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.git.tree import name_fault
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import entry_path
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    for path in submission.paths:
        for part in path.split("/"):
            if fault := name_fault(part):
                yield Objection(message=f"{path}: {part} {fault}", fix="choose another name")
    if submission.after is None or not submission.is_new_name:
        return
    own = entry_path(submission.after.name)
    for path in submission.paths:
        if path != own and path.casefold() == own.casefold():
            yield Objection(
                message=f"{path} and {own} are one file on Windows and macOS", fix=f"name the file {own}"
            )


CHECK = RegistryCheck(
    name="safe-path",
    reason="A file that two systems read differently shows reviewers something other than what clients get.",
    stage="entry",
    run=_objections,
)
