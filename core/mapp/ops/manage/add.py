"""Checks a folder and commits it as an app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mapp.errors import InvalidApp, Problem
from mapp.library.app_folder import read_folder
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.model.app import EXAMPLES, App
from mapp.model.interface import compare
from mapp.model.question import raised
from mapp.model.verdict import Verdict
from mapp.ops.check.answers import Ask, write_examples
from mapp.ops.check.gate import USUAL, Options, Watch, examined, refuse_failures, report
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """The result of adding a folder; `committed` is None after a dry run."""

    app: App
    verdict: Verdict
    left_out: tuple[str, ...]
    committed: Committed | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as `add --json` prints it."""
        return {
            **report(self.verdict),
            "commit": self.committed.commit if self.committed else None,
            "changed": self.committed.changed if self.committed else False,
            "left_out": list(self.left_out),
        }


def add(
    workspace: Workspace,
    folder: Path,
    *,
    force: bool = False,
    dry_run: bool = False,
    options: Options = USUAL,
    watch: Watch | None = None,
    ask: Ask | None = None,
) -> Added:
    """Checks a folder and commits it as an app on `main`.

    Args:
        workspace: the library.
        folder: the folder that contains `mapp.toml` and `main.js`.
        force: commit even if checks fail; the commit says so.
        dry_run: check only.
        options: how thorough the checks are.
        watch: receives the result of each check as it ends.
        ask: answers the questions that the tests leave open; the answers become examples in the folder, and
            the checks run again.

    Raises:
        InvalidApp: the folder is not an app, or a check failed and `force` was not given.
        Busy: another process keeps writing the same app.
    """
    files, left_out = read_folder(folder)
    app, verdict = examined(workspace, files, options=options, watch=watch)
    answers = ask(app, verdict.questions) if ask is not None and _can_answer(verdict) else ()
    if answers:
        files = write_examples(folder, files, answers)
        app, verdict = examined(workspace, files, options=options, watch=watch)
    hint = f"your answers are in {folder / EXAMPLES}; correct main.js, then add it again" if answers else None
    refuse_failures(verdict, force=force, hint=hint)
    committed = None if dry_run else _commit(workspace, app, files, verdict, force=force)
    return Added(app=app, verdict=verdict, left_out=left_out, committed=committed)


def _can_answer(verdict: Verdict) -> bool:
    """Returns whether there are questions, and nothing but answers to them is missing."""
    failed = {result.check for result in verdict.results if not result.passed}
    return bool(raised(verdict.questions)) and failed <= {"mutation", "differential"}


def _commit(
    workspace: Workspace, app: App, files: Mapping[str, bytes], verdict: Verdict, *, force: bool
) -> Committed:
    failed = [result.check for result in verdict.results if not result.passed]
    trailers = {
        "Mapp-Operation": "add",
        "Mapp-Verdict": f"forced; failed: {' '.join(failed)}" if failed else "passed",
    }
    text = message(f"{app.name}: {app.manifest.version}", trailers, body=app.manifest.description)

    def check(current: App) -> None:
        refuse_version(current, app)

    proposal = Proposal(
        app=app,
        files=files,
        text=text,
        signature=workspace.signature(),
        verdict=replace(verdict, forced=bool(failed)),
    )
    return put(workspace.home, proposal, check=None if force else check, force=force, tell=workspace.tell)


def refuse_version(current: App, new: App) -> None:
    """Raises InvalidApp if the new version is lower than the interface change requires."""
    comparison = compare(current.manifest, new.manifest)
    least = current.manifest.version.bumped(comparison.level)
    if new.manifest.version >= least:
        return
    reasons = [
        Problem(path=row.path, message=f"{row.message} ({row.level.name.lower()})")
        for row in comparison.differences
    ]
    own = f"this is {new.manifest.version}, and the library has {current.manifest.version} with other content"
    raise InvalidApp(
        f"{new.name} needs another version",
        [Problem(path="mapp.toml: version", message=f"{own}; it must be {least} or higher"), *reasons],
        hint=f'set version = "{least}", or add --force to replace it with this version',
        code="MAPP-0820",
    )
