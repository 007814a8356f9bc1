"""Who approves a change, and what it asks approval for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from mapp.errors import MappError
from mapp.library.landing import Committed
from mapp.model.app import App
from mapp.model.change import Change, ChangeKind
from mapp.model.spend import ModelCall, Spend
from mapp.model.verdict import Verdict


class Duplicate(MappError):
    """What was written does what an app of the library does already; it stays on the change's branch."""

    code = "MAPP-0550"
    exit_code = 8


class Approver(Protocol):
    """Who decides; without a terminal it is somebody who was told beforehand, or nobody."""

    def may_spend(self, estimate: Estimate) -> bool:
        """Returns whether tokens may be spent, asked before the first one."""
        ...

    def correct(self, app: App) -> str | None:
        """Returns what is to be otherwise about a contract; None approves it."""
        ...

    def may_merge(self, change: Change, verdict: Verdict) -> bool:
        """Returns whether a proven change goes to `main` now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What is about to be done: for whom, by whom, and the most that the change may cost, in words."""

    kind: ChangeKind
    app: str
    request: str
    coder: str
    budget: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What came of a change: how it stands, the verdict, what was committed on `main`, what was spent."""

    change: Change
    verdict: Verdict | None
    committed: Committed | None
    spend: Spend
    rounds: int
    calls: tuple[ModelCall, ...] = ()

    @property
    def used(self) -> str:
        """Returns the app that was chosen instead, since it does the job already, or an empty text."""
        return _used_instead(self.change)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `compile --json` prints it."""
        return {
            "change": self.change.to_dict(),
            "app": self.used or self.change.app,
            "choice": self.change.known.get("choice"),
            "version": self.committed.version if self.committed else None,
            "commit": self.committed.commit if self.committed else None,
            "passed": self.verdict is not None and self.verdict.passed,
            "verdict": self.verdict.to_dict() if self.verdict else None,
            "rounds": self.rounds,
            "spend": self.spend.to_dict(),
            "calls": [call.to_dict() for call in self.calls],
        }


def served_by(change: Change) -> str:
    """Returns the app that has done what a change was to bring since it ended, or an empty text."""
    return change.app if change.state == "merged" else _used_instead(change)


def _used_instead(change: Change) -> str:
    chosen = change.known.get("choice") or {}
    return str(chosen["app"]) if chosen.get("choice") == "use" else ""
