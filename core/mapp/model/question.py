"""A question that the tests of an app leave open: one input, and two answers that no test tells apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mapp.errors import InvalidInput
from mapp.model.app import Example
from mapp.model.outcome import Declared, Failed, Outcome, Value, outcome_from_dict, outcome_to_dict
from mapp.model.values import JSONValue

QuestionKind = Literal["untested", "changed"]
"""`untested`: a copy with a small fault passes every test. `changed`: the replaced version differs."""

KINDS: Final[tuple[QuestionKind, ...]] = get_args(QuestionKind)
MAX_SHOWN: Final = 3
"""How many questions are shown and asked at a time."""
MAX_INPUT_SIZE: Final = 4_000
"""A longer input, in characters of canonical JSON, cannot be asked about."""
GAP: Final = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Which of two answers is right, the one of the app under test or another one?

    Attributes:
        kind: where the other answer comes from.
        says: what is not tested, with a gap `{}` for each piece of `code`. It has no full stop.
        code: pieces of the app's source or input, which can contain anything.
        place: file and line, e.g. `main.js:3`; "" if no single line is in question.
        arguments: the input for which the answers differ.
        app: the answer of the app under test.
        other: the answer of the app with a small fault, or of the replaced version.
        now: the time of the run (ms since 1970-01-01 UTC), if it is not the one of every test run.
        seed: the seed of the run, if it is not the one of every test run.
        alike: how many similar questions this one stands for.
        known: the replaced version answers the same, so the change does not raise this question.
    """

    kind: QuestionKind
    says: str
    code: tuple[str, ...] = ()
    place: str = ""
    arguments: tuple[tuple[str, JSONValue], ...]
    app: Outcome
    other: Outcome
    now: int | None = None
    seed: int | None = None
    alike: int = 0
    known: bool = False

    def __post_init__(self) -> None:
        """Raises InvalidInput unless there is a piece of code for each gap."""
        if self.says.count(GAP) != len(self.code):
            raise InvalidInput(f"a question has {self.says.count(GAP)} gaps and {len(self.code)} pieces")

    def example(self, answer: Outcome) -> Example | None:
        """Returns the example that pins an answer; None for a failure, which no example can state."""
        match answer:
            case Value(output=output):
                stated: dict[str, Any] = {"output": output}
            case Declared(error=error):
                stated = {"error": error}
            case Failed():
                return None
        return Example(input=self.arguments, now=self.now, seed=self.seed, **stated)

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object; `examples` holds the row of `tests/examples.jsonl` for each answer."""
        rows = {"app": self.example(self.app), "other": self.example(self.other)}
        return {
            "kind": self.kind,
            "says": self.says,
            "code": list(self.code),
            "place": self.place,
            "arguments": dict(self.arguments),
            "app": outcome_to_dict(self.app),
            "other": outcome_to_dict(self.other),
            "now": self.now,
            "seed": self.seed,
            "alike": self.alike,
            "known": self.known,
            "examples": {name: row.to_dict() for name, row in rows.items() if row is not None},
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Question:
        """Returns the question that `to_dict` wrote.

        Raises:
            InvalidInput: it is not a question.
        """
        try:
            return _read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"this is not a question: {type(error).__name__}: {error}") from None


def raised(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Returns the questions of a new app or a change, without what the replaced version leaves open too."""
    return tuple(row for row in questions if not row.known)


def _read(document: Mapping[str, Any]) -> Question:
    if document["kind"] not in KINDS:
        raise ValueError(f"{document['kind']!r} is none of {', '.join(KINDS)}")
    now, seed = document["now"], document["seed"]
    return Question(
        kind=document["kind"],
        says=str(document["says"]),
        code=tuple(map(str, document["code"])),
        place=str(document["place"]),
        arguments=tuple(document["arguments"].items()),
        app=outcome_from_dict(document["app"]),
        other=outcome_from_dict(document["other"]),
        now=None if now is None else int(now),
        seed=None if seed is None else int(seed),
        alike=int(document["alike"]),
        known=bool(document["known"]),
    )
