"""The gate's results: one result for each check, one verdict for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mapp.errors import InvalidInput, Problem
from mapp.model.question import Question, raised
from mapp.model.values import JSONValue, canonical

GateKind = Literal["add", "edit", "compile", "heal", "expand", "rollback"]
CheckStatus = Literal["passed", "failed", "skipped"]

FORMAT: Final = 1
KINDS: Final[tuple[GateKind, ...]] = get_args(GateKind)
STATUSES: Final[tuple[CheckStatus, ...]] = get_args(CheckStatus)
SCORE: Final = "score"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem: where, what, the command that reproduces it, and an input or a diff as evidence.

    `path` is a file of the app with a line (`tests/examples.jsonl:3`) or names a predicate
    (`property prop_sorted`); `evidence` is text for people, with several lines if it is a diff.
    """

    path: str
    message: str
    reproduce: str = ""
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    @property
    def problem(self) -> Problem:
        """Returns the finding as a problem of an error."""
        return Problem(path=self.path, message=self.message)

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object without empty fields."""
        row = {"path": self.path, "message": self.message}
        more = {"reproduce": self.reproduce, "evidence": self.evidence}
        return row | {name: text for name, text in more.items() if text}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Finding:
        """Returns the finding that `to_dict` wrote."""
        names = ("path", "message", "reproduce", "evidence")
        return cls(**{name: str(document[name]) for name in names if name in document})


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of one check: `counted` is how many items it examined, `seconds` how long it took.

    `evidence` holds figures for the reader or for later checks, e.g. `("score", 0.83)`. `questions` are what
    the check cannot decide and a person can, the most telling first; they do not fail it.
    """

    check: str
    status: CheckStatus
    counted: int = 0
    seconds: float = 0.0
    problems: tuple[Finding, ...] = ()
    evidence: tuple[tuple[str, JSONValue], ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def passed(self) -> bool:
        """Returns whether the check did not fail; one without work is skipped, which is fine."""
        return self.status != "failed"

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object; it has `questions` only if there are some."""
        questions = {"questions": [row.to_dict() for row in self.questions]} if self.questions else {}
        return {
            "check": self.check,
            "status": self.status,
            "passed": self.passed,
            "counted": self.counted,
            "seconds": round(self.seconds, 3),
            "problems": [row.to_dict() for row in self.problems],
            "evidence": dict(self.evidence),
            **questions,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Result:
        """Returns the result that `to_dict` wrote."""
        return cls(
            check=str(document["check"]),
            status=_one_of(document["status"], STATUSES),
            counted=int(document["counted"]),
            seconds=float(document["seconds"]),
            problems=tuple(Finding.from_dict(row) for row in document["problems"]),
            evidence=tuple(document["evidence"].items()),
            questions=tuple(Question.from_dict(row) for row in document.get("questions", ())),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The gate's results for one tree, with everything that is needed to repeat the checks and compare.

    `tree` is git's id of the app's tree, `base` the one that it replaces, if any; `seed` and `inputs`
    determine the generated inputs; `mapp` and `engine` are versions. `forced` says that a person accepted
    the app although checks failed.
    """

    app: str
    version: str
    tree: str
    base: str | None
    kind: GateKind
    mapp: str
    engine: str
    seed: int
    inputs: int
    results: tuple[Result, ...]
    forced: bool = False

    @property
    def passed(self) -> bool:
        """Returns whether no check failed."""
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def mutation_score(self) -> float | None:
        """Returns the share of seeded faults that the tests notice, 0 to 1; None if not measured."""
        return mutation_score(self.results)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Returns the questions that no test answers, the most telling first."""
        return questions_in(self.results)

    @property
    def raised(self) -> tuple[Question, ...]:
        """Returns the questions that the change raises: the replaced version answers the others the same."""
        return raised(self.questions)

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON object that `refs/notes/mapp/verdicts` stores."""
        return {
            "verdict": FORMAT,
            "app": self.app,
            "version": self.version,
            "tree": self.tree,
            "base": self.base,
            "kind": self.kind,
            "mapp": self.mapp,
            "engine": self.engine,
            "seed": self.seed,
            "inputs": self.inputs,
            "passed": self.passed,
            "forced": self.forced,
            "mutation_score": self.mutation_score,
            "checks": [result.to_dict() for result in self.results],
        }

    @classmethod
    def from_dict(cls, document: object) -> Verdict:
        """Returns the verdict that `to_dict` wrote.

        Raises:
            InvalidInput: it is not a verdict, or has a newer format.
        """
        try:
            return _read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"this is not a verdict: {type(error).__name__}: {error}") from None


def mutation_score(results: tuple[Result, ...]) -> float | None:
    """Returns the score of the check `mutation`, 0 to 1, or None if it did not run."""
    for result in results:
        for name, value in result.evidence:
            if result.check == "mutation" and name == SCORE and isinstance(value, int | float):
                return float(value)
    return None


def question_report(verdict: Verdict | None) -> dict[str, Any]:
    """Returns what the tests leave open as JSON: the `questions` that the change raises, and the others."""
    found = verdict.questions if verdict is not None else ()
    return {
        "questions": [row.to_dict() for row in found if not row.known],
        "known_questions": [row.to_dict() for row in found if row.known],
    }


def questions_in(results: tuple[Result, ...]) -> tuple[Question, ...]:
    """Returns the questions that no test answers, the most telling first, one for each input.

    A difference to the replaced version comes before a fault that nobody has made, and what the replaced
    version leaves open too comes last.
    """
    found = [row for result in results for row in result.questions]
    found.sort(key=lambda row: (row.kind != "changed", row.known))
    first = {canonical(dict(row.arguments)): row for row in reversed(found)}
    return tuple(row for row in found if first[canonical(dict(row.arguments))] is row)


def _read(document: Any) -> Verdict:
    if document["verdict"] != FORMAT:
        raise ValueError(f"its format is {document['verdict']!r}, and this mapp reads {FORMAT}")
    base = document["base"]
    return Verdict(
        app=str(document["app"]),
        version=str(document["version"]),
        tree=str(document["tree"]),
        base=None if base is None else str(base),
        kind=_one_of(document["kind"], KINDS),
        mapp=str(document["mapp"]),
        engine=str(document["engine"]),
        seed=int(document["seed"]),
        inputs=int(document["inputs"]),
        results=tuple(Result.from_dict(row) for row in document["checks"]),
        forced=bool(document["forced"]),
    )


def _one_of(value: object, choices: tuple[Any, ...]) -> Any:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {', '.join(choices)}")
    return value
