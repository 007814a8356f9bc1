"""What it means to write an app: a brief and the files so far go in, a proposal comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from mapp.author.errors import BadAnswer
from mapp.model.budget import Budget
from mapp.model.spend import Spend

Phase = Literal["contract", "code"]
Files = Mapping[str, bytes]
"""What an app consists of: path -> content."""

MAY_CHANGE: Final[Mapping[Phase, tuple[str, ...]]] = {
    "contract": ("mapp.toml", "tests/examples.jsonl", "tests/properties.js", "tests/requests.jsonl"),
    "code": ("main.js",),
}
"""Two calls, two authors: who writes the contract and its tests does not write the code."""


CHOICE: Final = "choice.json"
"""The file of an answer in which a coder says what it chose; no file of the app."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """An app of the library that nearly does what is asked; `interface` is what it takes and returns."""

    name: str
    description: str
    interface: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What a coder is told.

    `goal` is the request in the person's words, `report` what the gate said of the round before (empty in the
    first round), `near` the candidates that do not quite fit. The files to show are the workspace: what a
    coder must not see is left out of that by the caller. When `widening` an app, rows of tests are only
    added: see `patch.apply`.
    """

    app: str
    phase: Phase
    goal: str
    round: int = 1
    report: str = ""
    near: tuple[Near, ...] = ()
    widening: bool = False

    @property
    def choosing(self) -> bool:
        """Returns whether the coder is to say first if an app that is near does, or should do, the job."""
        return bool(self.near) and self.phase == "contract" and not self.widening

    @property
    def may_change(self) -> tuple[str, ...]:
        """Returns the paths of the files that the answer may hold."""
        return (*((CHOICE,) if self.choosing else ()), *MAY_CHANGE[self.phase])


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What a coder is at: words for people, and about how many tokens it has written."""

    doing: str
    tokens_out: int = 0


Watch = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a coder answers: new contents of files that it may change, and why.

    `ignored` are the paths of files that it changed as well and may not.
    """

    files: Files
    spend: Spend
    reason: str = ""
    ignored: tuple[str, ...] = field(default=())


class Coder(Protocol):
    """Writes apps. `propose` may be called from one thread at a time."""

    @property
    def name(self) -> str:
        """Returns what the coder is called in commits and in the ledger, e.g. `anthropic:claude-opus-5-5`."""
        ...

    def worst(self, brief: Brief, workspace: Files, budget: Budget) -> Spend:
        """Returns the most that `propose` can cost with the same arguments; asks nobody.

        Raises:
            OverBudget: the budget does not suffice for a useful answer.
        """
        ...

    def propose(self, brief: Brief, workspace: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns new contents of at least one file that the brief lets it change.

        Never spends more than the budget and never changes the workspace.

        Raises:
            CoderFailed: there is no proposal; one of its children says why, and what was spent.
        """
        ...


MAX_REASON: Final = 2_000
MAX_IGNORED: Final = 50


def proposal(
    answer: Files, brief: Brief, workspace: Files, spend: Spend, *, reason: str, ignored: tuple[str, ...] = ()
) -> Proposal:
    """Returns the proposal that lies in an answer: the allowed files that differ from the workspace.

    Raises:
        BadAnswer: there are none.
    """
    changed = {path: content for path, content in answer.items() if workspace.get(path) != content}
    files = {path: changed[path] for path in brief.may_change if path in changed}
    if not files:
        wanted = ", ".join(brief.may_change)
        raise BadAnswer(f"the answer changes nothing of what it may change ({wanted})", spend=spend)
    others = sorted({*ignored, *(path for path in changed if path not in files)})
    return Proposal(files=files, spend=spend, reason=reason[:MAX_REASON], ignored=tuple(others[:MAX_IGNORED]))
