"""What a change started from besides its request, and the decisions since: one record per kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from mapp.errors import IntegrityError
from mapp.model.app import REGRESSIONS, Example

ChangeKind = Literal["compile", "heal", "expand"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """An app of the library that nearly does what is asked; `interface` is what it takes and returns."""

    name: str
    description: str
    interface: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What the coder chose: a `new` app, or to `widen` or `use` an app of the library, and why."""

    kind: Literal["new", "widen", "use"]
    app: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """Returns the choice in one line, as commits record it."""
        return " ".join(filter(None, (self.kind, self.app))) + (f": {self.reason}" if self.reason else "")

    def to_dict(self) -> dict[str, Any]:
        """Returns the choice as a JSON object."""
        return {"choice": self.kind, "app": self.app, "reason": self.reason}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Choice:
        """Returns the choice that `to_dict` wrote."""
        return cls(kind=document["choice"], app=document["app"], reason=document["reason"])


@dataclass(frozen=True, kw_only=True, slots=True)
class CompileSpec:
    """The spec of a new app.

    `named` says that the user chose the app's name; otherwise the contract may. With `new`, the app may do
    what another app does already. `near` are similar apps, `stated` examples that must hold, and `contract`
    the files (path -> bytes) of a contract that the user wrote. `choice` is what the coder chose, `answered`
    are examples that the user gave as answers to questions, `settled` are those that the user chose where a
    second opinion differed, `edited` says that the user changed the files by hand.
    """

    kind: ClassVar[Literal["compile"]] = "compile"

    named: bool = True
    new: bool = False
    near: tuple[Near, ...] = ()
    stated: tuple[Example, ...] = ()
    contract: Mapping[str, bytes] | None = None
    choice: Choice | None = None
    answered: tuple[Example, ...] = ()
    settled: tuple[Example, ...] = ()
    edited: bool = False

    @property
    def base(self) -> str:
        """Returns an empty text: a new app starts from no commit."""
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the spec as the journal stores it."""
        document: dict[str, Any] = {
            "named": self.named,
            "new": self.new,
            "near": [[one.name, one.description, one.interface] for one in self.near],
            "stated": [row.to_dict() for row in self.stated],
            "base": self.base,
        }
        if self.contract is not None:
            document["contract"] = {path: data.decode() for path, data in self.contract.items()}
        return document | _decisions(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> CompileSpec:
        """Returns the spec that the journal stores."""
        texts = document.get("contract")
        return cls(
            named=document.get("named", True),
            new=document.get("new", False),
            near=tuple(
                Near(name=name, description=text, interface="".join(more))
                for name, text, *more in document.get("near", ())
            ),
            stated=_examples(document, "stated"),
            contract=None if texts is None else {path: text.encode() for path, text in texts.items()},
            choice=_choice(document),
            answered=_examples(document, "answered"),
            settled=_examples(document, "settled"),
            edited=document.get("edited", False),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpandSpec:
    """The spec of an expansion.

    `base` is the commit of the app that it extends, `stated` are examples that must hold. The first contract
    is that of round `first_round`: in earlier rounds, the coder chose to extend instead of writing a new app.
    `choice` is that choice, `answered` are examples that the user gave as answers to questions, `settled` are
    those that the user chose where a second opinion differed, `edited` says that the user changed the files
    by hand.
    """

    kind: ClassVar[Literal["expand"]] = "expand"

    base: str
    stated: tuple[Example, ...] = ()
    first_round: int = 1
    choice: Choice | None = None
    answered: tuple[Example, ...] = ()
    settled: tuple[Example, ...] = ()
    edited: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the spec as the journal stores it."""
        document: dict[str, Any] = {"stated": [row.to_dict() for row in self.stated], "base": self.base}
        if self.first_round > 1:
            document["first"] = self.first_round
        return document | _decisions(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ExpandSpec:
        """Returns the spec that the journal stores. Keys that only a new app uses are ignored."""
        return cls(
            base=document["base"],
            stated=_examples(document, "stated"),
            first_round=document.get("first", 1),
            choice=_choice(document),
            answered=_examples(document, "answered"),
            settled=_examples(document, "settled"),
            edited=document.get("edited", False),
        )


Truth = Literal["person", "schema", "predicate", "declared", "upstream"]
"""Who says what is right for a failing input: a person, the output's schema, a predicate, a `throws_`
predicate that requires a declared error, or the other side of a host call that changed its answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HealSpec:
    """The spec of a heal.

    `base` is the commit that fails, `incident` the incident's id, `failure` its class, `run` the run that
    was repeated. `case` is the minimal failing input with the outcome that is right according to `truth`; it
    becomes a regression test. `recordings` are the files that it needs (path -> bytes). `evidence` is what
    the coder learns about the failure, as named texts. `tries` is how many answers of a coder the change may
    pay for. `answered` and `edited` are as in the other specs.
    """

    kind: ClassVar[Literal["heal"]] = "heal"
    stated: ClassVar[tuple[Example, ...]] = ()
    settled: ClassVar[tuple[Example, ...]] = ()
    choice: ClassVar[Choice | None] = None

    base: str
    incident: str
    fingerprint: str
    failure: str
    run: str
    case: Example
    truth: Truth
    recordings: Mapping[str, bytes] = field(default_factory=dict)
    evidence: tuple[tuple[str, str], ...] = ()
    tries: int = 3
    answered: tuple[Example, ...] = ()
    edited: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the spec as the journal stores it."""
        return {
            "base": self.base,
            "incident": self.incident,
            "fingerprint": self.fingerprint,
            "failure": self.failure,
            "run": self.run,
            "case": self.case.to_dict(),
            "truth": self.truth,
            "recordings": {path: data.decode() for path, data in self.recordings.items()},
            "evidence": [list(row) for row in self.evidence],
            "tries": self.tries,
        } | _decisions(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> HealSpec:
        """Returns the spec that the journal stores."""
        return cls(
            base=document["base"],
            incident=document["incident"],
            fingerprint=document["fingerprint"],
            failure=document["failure"],
            run=document["run"],
            case=Example.from_dict(document["case"], REGRESSIONS),
            truth=document["truth"],
            recordings={path: text.encode() for path, text in document["recordings"].items()},
            evidence=tuple((name, text) for name, text in document["evidence"]),
            tries=document["tries"],
            answered=_examples(document, "answered"),
            edited=document.get("edited", False),
        )


ChangeSpec = CompileSpec | ExpandSpec | HealSpec


def parse_spec(kind: str, text: str) -> ChangeSpec:
    """Returns the spec that the journal stores as a JSON text.

    Raises:
        IntegrityError: this version of mapp does not know changes of that kind.
    """
    match kind:
        case "compile":
            return CompileSpec.from_dict(json.loads(text))
        case "expand":
            return ExpandSpec.from_dict(json.loads(text))
        case "heal":
            return HealSpec.from_dict(json.loads(text))
    raise IntegrityError(f"the journal holds a change of the unknown kind {kind!r}", hint="update mapp")


def _examples(document: Mapping[str, Any], name: str) -> tuple[Example, ...]:
    return tuple(Example.from_dict(row) for row in document.get(name, ()))


def _choice(document: Mapping[str, Any]) -> Choice | None:
    found = document.get("choice")
    return Choice.from_dict(found) if found else None


def _decisions(spec: ChangeSpec) -> dict[str, Any]:
    choice = {} if spec.choice is None else {"choice": spec.choice.to_dict()}
    answered = {"answered": [row.to_dict() for row in spec.answered]} if spec.answered else {}
    settled = {"settled": [row.to_dict() for row in spec.settled]} if spec.settled else {}
    return choice | answered | settled | ({"edited": True} if spec.edited else {})
