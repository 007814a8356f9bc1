"""Who approves a change, what needs approval, and the result of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mapp.errors import MappError
from mapp.library.landing import Committed
from mapp.model.app import App, Example
from mapp.model.change import Change, ChangeKind
from mapp.model.question import Question
from mapp.model.spend import ModelCall, Spend
from mapp.model.verdict import Verdict, question_report

if TYPE_CHECKING:
    from mapp.ops.compile.second_opinion import Disagreement


class Duplicate(MappError):
    """The new app does the same as an app of the library; it stays on the change's branch."""

    code = "MAPP-0550"
    exit_code = 8


class Approver(Protocol):
    """Approves cost, contract and merge: a person at a terminal, or options that were set beforehand."""

    def approve_spend(self, estimate: Estimate) -> bool:
        """Returns whether tokens may be spent; called before the first one is."""
        ...

    def review_contract(self, app: App, base: App | None) -> str | None:
        """Returns what to change about a contract; None approves it. `base` is the app that it extends."""
        ...

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example] | None:
        """Returns the right example for each disagreement; None if nobody says which one that is."""
        ...

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example] | None:
        """Returns answers to what the tests of a proven app leave open, as examples.

        A question without an answer stays open. None if nobody can be asked.
        """
        ...

    def approve_merge(self, proven: Changed) -> bool:
        """Returns whether to merge a proven change into `main` now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a change is about to do, which coder does it, and its budget in words."""

    kind: ChangeKind
    app: str
    request: str
    coder: str
    budget: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """The result of a change: its state, the verdict, the merge commit on `main`, the cost."""

    change: Change
    verdict: Verdict | None
    committed: Committed | None
    spend: Spend
    rounds: int
    calls: tuple[ModelCall, ...] = ()

    @property
    def used(self) -> str:
        """Returns the app that does the job already and was chosen instead, or an empty text."""
        return _used_instead(self.change)

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `compile --json` prints it."""
        choice = self.change.spec.choice
        return {
            "change": self.change.to_dict(),
            "app": self.used or self.change.app,
            "choice": choice.to_dict() if choice else None,
            "version": self.committed.version if self.committed else None,
            "commit": self.committed.commit if self.committed else None,
            "passed": self.verdict is not None and self.verdict.passed,
            "verdict": self.verdict.to_dict() if self.verdict else None,
            **question_report(self.verdict),
            "opinions": [row.to_dict() for row in self.change.spec.opinions],
            "rounds": self.rounds,
            "spend": self.spend.to_dict(),
            "calls": [call.to_dict() for call in self.calls],
        }


def served_by(change: Change) -> str:
    """Returns the app that answers the request of a change that has ended, or an empty text."""
    return change.app if change.state == "merged" else _used_instead(change)


def _used_instead(change: Change) -> str:
    choice = change.spec.choice
    return choice.app if choice is not None and choice.kind == "use" else ""
