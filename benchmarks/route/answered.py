"""What happens to requests: answered unasked, asked about, or wrongly run, at both levels of certainty.

Three sets. The starter apps' own held-back rows, which never train. The fresh requests of
`benchmarks/data/fresh_requests.jsonl`, written without trying them, which nobody reads while the router is
developed. And `development_requests.jsonl`, of the same kind, which developers do
read, so its figures are not published. A fresh request is left out if an app's tests or the development file
state it word for word.

Right means the right app with the right arguments: defaults filled in, numbers compared by value. Other
arguments are right too if the app returns the same output for them; the note counts those rows. Of what runs,
a row is wrong if the app or the arguments are, if it is a near miss, or if no app does it. A held-back near
miss of one app may be another app's job, so only a run of its own app is wrong there. A near miss of the
fresh sets is nobody's job.

Apps with `clock` are asked on 2026-11-30 at noon UTC.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from benchmarks.route.figures import Cell, Part, Table, share
from benchmarks.route.library import starter_library, starter_router
from mapp.model.app import App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.decision import Arguments, Ask, Certainty, Decision, Use
from mapp.model.request import Request
from mapp.model.values import JSONValue
from mapp.sandbox.app_job import job_for
from mapp.sandbox.executor import Returned
from mapp.starter import bundle

NOW_MS: Final = 1_796_040_000_000
"""2026-11-30T12:00:00Z."""
DATA: Final = Path(__file__).resolve().parents[1] / "data"
FRESH, DEVELOPMENT = "fresh_requests.jsonl", "development_requests.jsonl"
LEVELS: Final[tuple[Certainty, ...]] = get_args(Certainty)
HEADINGS: Final = ("share", *(f"`--accept {level}`" for level in LEVELS))

Kind: TypeAlias = Literal["fits", "near", "outside"]
Outcome: TypeAlias = Literal["ran right", "ran wrong", "ran elsewhere", "asked right", "asked", "neither"]
"""`ran elsewhere`: a near miss that another app than its own took, which may be right."""
Same: TypeAlias = Callable[[App, Arguments, Arguments], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A request and what is right: `app` does it with `arguments`, it is a near miss of `app`, or neither."""

    request: Request
    kind: Kind
    app: str = ""
    arguments: Arguments = ()
    may_be_anothers: bool = False


def measure(cases: list[Case], title: str, *, show: bool = False) -> Part:
    """Returns the table of one set, and how many rows count as right by their output alone."""
    same = SameOutput()
    tallies = {level: tally(cases, level, same, show=show) for level in LEVELS}
    names = list(rows_of(tallies[LEVELS[0]]))
    rows = tuple((name, *(rows_of(tallies[level])[name] for level in LEVELS)) for name in names)
    note = f"{len(cases):,} requests. Equal output made other arguments right {len(same.found)} times."
    return Part(tables=(Table(title=title, headings=HEADINGS, rows=rows),), notes=(note,))


def tally(cases: list[Case], level: Certainty, same: Same, *, show: bool) -> Counter[tuple[Kind, Outcome]]:
    """Returns how often each outcome came up for each kind of request."""
    found: Counter[tuple[Kind, Outcome]] = Counter()
    for case in cases:
        decision, _ = starter_router().decide(case.request, level)
        outcome = outcome_of(case, decision, same)
        found[case.kind, outcome] += 1
        if show and outcome != ("ran right" if case.kind == "fits" else "neither"):
            print(f"{level:6} {case.kind:7} {outcome:13} {case.app:18} {case.request.text[:90]!r} {decision}")
    return found


def rows_of(found: Counter[tuple[Kind, Outcome]]) -> dict[str, Cell]:
    """Returns the figures of one level, by name."""

    def count(kind: Kind, *outcomes: Outcome) -> int:
        return sum(found[kind, outcome] for outcome in outcomes)

    def total(kind: Kind) -> int:
        return sum(number for (other, _), number in found.items() if other == kind)

    wrong = sum(number for (_, outcome), number in found.items() if outcome == "ran wrong")
    ran = wrong + count("fits", "ran right")
    fitting, near, outside = total("fits"), total("near"), total("outside")
    rows: dict[str, Cell] = {
        "answered unasked and right, of what the library can do": share(count("fits", "ran right"), fitting),
        "asked about right, of the same": share(count("fits", "asked right"), fitting),
        "wrong, of what runs": share(wrong, ran),
        "near misses that run": share(count("near", "ran wrong"), near),
    }
    if outside:
        rows["out of scope that run"] = share(count("outside", "ran wrong"), outside)
        rows["out of scope that run or ask"] = share(
            count("outside", "ran wrong", "asked", "asked right"), outside
        )
    return rows


def outcome_of(case: Case, decision: Decision, same: Same) -> Outcome:
    """Returns what a decision makes of a request."""
    match decision:
        case Use() if case.kind == "fits":
            return "ran right" if _right(case, decision.app, decision.arguments, same) else "ran wrong"
        case Use() if case.may_be_anothers and decision.app != case.app:
            return "ran elsewhere"
        case Use():
            return "ran wrong"
        case Ask() if case.kind == "fits" and decision.app == case.app:
            return "asked right" if _right_so_far(case, decision, same) else "asked"
        case Ask():
            return "asked"
    return "neither"


def _right(case: Case, app: str, arguments: Arguments, same: Same) -> bool:
    if app != case.app:
        return False
    wanted = _wanted(case)
    return equal(dict(arguments), dict(wanted)) or same(starter_app(app), arguments, wanted)


def _right_so_far(case: Case, decision: Ask, same: Same) -> bool:
    """Returns whether the call that is asked about is right; of one that lacks arguments, what it has."""
    if not decision.missing:
        return _right(case, decision.app, decision.arguments, same)
    wanted, given = dict(_wanted(case)), dict(decision.arguments)
    return all(name in wanted and equal(value, wanted[name]) for name, value in given.items())


def equal(one: JSONValue, other: JSONValue) -> bool:
    """Returns whether two values are the same; numbers count by value.

    >>> equal({"a": [1, 0.3]}, {"a": [1.0, 0.1 + 0.2]}), equal(1, True), equal([1], [1, 2])
    (True, False, False)
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(equal(value, other[name]) for name, value in one.items())
    return one == other


class SameOutput:
    """Runs an app on two sets of arguments; `found` has those that gave equal outputs."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str, str]] = set()

    def __call__(self, app: App, one: Arguments, other: Arguments) -> bool:
        executor = starter_library().workspace.executor
        jobs = (job_for(app, dict(each), now_ms=NOW_MS, seed=1) for each in (one, other))
        outputs = [result.json if isinstance(result := executor.run(job), Returned) else None for job in jobs]
        same = outputs[0] is not None and outputs[0] == outputs[1]
        if same:
            self.found.add((app.name, json.dumps(one), json.dumps(other)))
        return same


def _wanted(case: Case) -> Arguments:
    return tuple(with_defaults(starter_app(case.app).manifest, dict(case.arguments)).items())


@cache
def starter_app(name: str) -> App:
    """Returns a starter app with its tests, from the package."""
    return read_app(bundle.files(name))


def starter_cases() -> list[Case]:
    """Returns the held-back rows of the starter apps."""
    return [
        Case(
            request=phrase.to_request(),
            kind="fits" if phrase.fits else "near",
            app=name,
            arguments=phrase.arguments,
            may_be_anothers=not phrase.fits,
        )
        for name in bundle.names()
        for phrase in starter_app(name).phrases
        if phrase.held_back
    ]


def fresh_cases(name: str) -> list[Case]:
    """Returns the requests of a file of `benchmarks/data`, without those that are known otherwise."""
    known = {phrase.request.strip() for app in bundle.names() for phrase in starter_app(app).phrases}
    if name != DEVELOPMENT:
        known |= {json.loads(line)["request"].strip() for line in _lines(DEVELOPMENT)}
    cases = [case_of(json.loads(line)) for line in _lines(name)]
    return [case for case in cases if case.request.text.strip() not in known]


def case_of(row: Mapping[str, Any]) -> Case:
    """Returns a row of a file of requests."""
    request = asked(row["request"])
    if row.get("outside"):
        return Case(request=request, kind="outside")
    if "near" in row:
        return Case(request=request, kind="near", app=row["near"])
    return Case(request=request, kind="fits", app=row["app"], arguments=tuple(row["arguments"].items()))


def asked(text: str) -> Request:
    """Returns a request made at the fixed time."""
    return Request.from_dict({"text": text, "attachment": None, "asked_ms": NOW_MS})


def _lines(name: str) -> Iterator[str]:
    return (line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip())
