"""The Protocol of a coder: a brief and the files so far go in, a proposal comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from mapp.author.errors import BadAnswer
from mapp.model.budget import Budget
from mapp.model.change_spec import Near as Near
from mapp.model.spend import Spend

Phase = Literal["contract", "check", "code", "heal"]
Files = Mapping[str, bytes]
"""The files of an app: path -> content."""

MAY_CHANGE: Final[Mapping[Phase, tuple[str, ...]]] = {
    "contract": ("mapp.toml", "tests/examples.jsonl", "tests/properties.js", "tests/requests.jsonl"),
    "check": ("answers.jsonl",),
    "code": ("main.js",),
    "heal": ("main.js",),
}
"""The files that each phase may write: the author of the tests does not write the code.

The phase `check` works out the examples of a contract a second time, from their inputs alone.
"""
INPUTS: Final = "inputs.jsonl"
ANSWERS: Final = "answers.jsonl"
"""What the phase `check` sees and writes; neither is a file of the app."""


CHOICE: Final = "choice.json"
"""The file of an answer that holds the coder's choice; not a file of the app."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What a coder is given besides the files.

    `goal` is the request in the user's words, `report` the gate's report on the last round (empty in the
    first), `near` the apps that nearly fit. The caller leaves out files that the coder must not see. When
    `expanding` an app, rows of tests can only be added: see `patch.apply`. In the phase `heal`, `evidence` is
    what is known about the failure, as named texts: the failing input, what went wrong, what is right.
    """

    app: str
    phase: Phase
    goal: str
    round: int = 1
    report: str = ""
    near: tuple[Near, ...] = ()
    expanding: bool = False
    evidence: tuple[tuple[str, str], ...] = ()

    @property
    def choosing(self) -> bool:
        """Returns whether the coder first chooses between a new app and a similar one."""
        return bool(self.near) and self.phase == "contract" and not self.expanding

    @property
    def may_change(self) -> tuple[str, ...]:
        """Returns the paths that the answer may contain."""
        return (*((CHOICE,) if self.choosing else ()), *MAY_CHANGE[self.phase])


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What a coder or the gate is doing, in words, and roughly how many tokens the coder has written.

    The caller of a coder adds the rest: the phase with its round, the check that is running, why the last
    round failed, and what the change has cost before this round.
    """

    doing: str
    tokens_out: int = 0
    phase: Phase | None = None
    round: int = 0
    check: str = ""
    last: str = ""
    spend: Spend | None = None


Watch = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A coder's answer: new contents of files that it may change, and why.

    `ignored` are paths that it also changed but may not; those changes are dropped.
    """

    files: Files
    spend: Spend
    reason: str = ""
    ignored: tuple[str, ...] = field(default=())


class Coder(Protocol):
    """Writes apps. `propose` may be called from one thread at a time."""

    @property
    def name(self) -> str:
        """Returns the coder's name in commits and in the ledger, e.g. `anthropic:claude-opus-5-5`."""
        ...

    @property
    def gives_opinions(self) -> bool:
        """Returns whether the phase `check` is worth a call: one answer of a model costs little."""
        ...

    def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
        """Returns the most that `propose` can cost with the same arguments; calls no model.

        Raises:
            OverBudget: the budget is too small for a useful answer.
        """
        ...

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns new contents of at least one file that the brief lets it change.

        Never exceeds the budget and never modifies `files`.

        Raises:
            CoderFailed: there is no proposal; the subclass says why, and `spend` what it cost.
        """
        ...


MAX_REASON: Final = 2_000
MAX_IGNORED: Final = 50


def proposal(
    answer: Files, brief: Brief, files: Files, spend: Spend, *, reason: str, ignored: tuple[str, ...] = ()
) -> Proposal:
    """Returns the proposal in an answer: the allowed files that differ from the present ones.

    Raises:
        BadAnswer: no allowed file differs.
    """
    changed = {path: content for path, content in answer.items() if files.get(path) != content}
    allowed = {path: changed[path] for path in brief.may_change if path in changed}
    if not allowed:
        wanted = ", ".join(brief.may_change)
        raise BadAnswer(f"the answer changes none of the files that it may change ({wanted})", spend=spend)
    others = sorted({*ignored, *(path for path in changed if path not in allowed)})
    return Proposal(
        files=allowed, spend=spend, reason=reason[:MAX_REASON], ignored=tuple(others[:MAX_IGNORED])
    )
