"""Restores an app's previous version: a new commit with the old tree, checked by the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mapp.errors import NotFound, StaleBase
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.model.app import App
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import Watch, examined, refuse_failures, report
from mapp.ops.manage.diff import Side, side
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command


@dataclass(frozen=True, kw_only=True, slots=True)
class RolledBack:
    """The result of a rollback; `committed` is None after a dry run or if `main` is already the same."""

    old: Side
    new: Side
    verdict: Verdict | None
    committed: Committed | None

    @property
    def needed(self) -> bool:
        """Returns whether there was anything to restore."""
        return self.verdict is not None

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `rollback --json` prints it."""
        return {
            "app": self.new.app.name,
            "from": self.old.to_dict(),
            "to": self.new.to_dict(),
            "commit": None if self.committed is None else self.committed.commit,
            "changed": self.committed is not None,
            "verdict": None if self.verdict is None else report(self.verdict),
        }


def rollback(
    workspace: Workspace,
    name: str,
    *,
    to: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> RolledBack:
    """Restores the previous version of `main`, or the version `to`.

    The new commit has exactly the old tree, version included, and `main` moves forward. So a rollback can
    itself be rolled back.

    Raises:
        NotFound: no such app or version, or the app has no earlier version.
        InvalidApp: the old version does not pass today's checks, and `force` was not given.
        StaleBase: another process changed the app in the meantime.
    """
    present, past = side(workspace, name), side(workspace, name, to or _before(workspace, name))
    if past.app.tree == present.app.tree:
        return RolledBack(old=present, new=past, verdict=None, committed=None)
    _, verdict = examined(workspace, past.files, kind="rollback", watch=watch)
    if not force:  # force restores anything that was on main, even if today's rules refuse it
        again = suggested_command("rollback", name, *(() if to is None else ("--to", to)), "--force")
        refuse_failures(verdict, force=False, hint=f"to roll back anyway: {again}")
    verdict = replace(verdict, forced=not verdict.passed)
    if dry_run:
        return RolledBack(old=present, new=past, verdict=verdict, committed=None)
    with workspace.span("mapp.rollback", app=name):
        committed = _commit(workspace, present, past, verdict)
    return RolledBack(old=present, new=past, verdict=verdict, committed=committed)


def _before(workspace: Workspace, name: str) -> str:
    found = read.earlier(workspace.home, name)
    if found is None:
        raise NotFound(
            f"{name} has no earlier version to roll back to", hint=f"mapp log {name} shows its history"
        )
    return found.id


def _commit(workspace: Workspace, present: Side, past: Side, verdict: Verdict) -> Committed:
    failed = [result.check for result in verdict.results if not result.passed]
    trailers = {
        "Mapp-Operation": "rollback",
        "Mapp-Verdict": f"forced; failed: {' '.join(failed)}" if failed else "passed",
        "Mapp-Base": present.app.commit,
    }
    old, new = present.app.manifest.version, past.app.manifest.version
    body = f"main goes back from {old} to what commit {past.app.commit} holds."
    text = message(f"{past.app.name}: back to {new}", trailers, body=body)

    def check(current: App) -> None:
        if current.commit != present.app.commit:
            raise StaleBase(
                f"another process changed {current.name} in the meantime",
                hint="review it, and run the command again",
            )

    proposal = Proposal(
        app=past.app, files=past.files, text=text, signature=workspace.signature(), verdict=verdict
    )
    return put(workspace.home, proposal, check=check, tell=workspace.tell)
