"""The stream: what people ask for over some weeks, and what happens to services and apps meanwhile.

Requests in plain words are those of `benchmarks/data/fresh_requests.jsonl`, which no app learned from: some
name an app and its arguments, some are near misses, some fit no app. Some are asked again word for word.
Calls by programs use two web services and a few apps that have a bug which only some inputs show. Everything
is drawn from a seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.classify.inputs import INPUTS
from benchmarks.gate.corpus import Patch, Patched, apps

FRESH: Final = Path(__file__).resolve().parents[1] / "data" / "fresh_requests.jsonl"
REQUESTS: Final = 600
SEED: Final = 2026
WEEK: Final = 7 * 86_400.0
WEEKS: Final = 6
AGAIN: Final = 0.15
"""The share of requests that somebody has made before, word for word."""
CALLED: Final = 0.22
"""The share of calls by programs: a third of them of each web service, the rest of apps with a bug."""
SERVICES: Final = ("weather-now", "currency-now")
BUGGY: Final = ("duration-parse", "statistics", "tip-split", "working-days")
UPDATED: Final = ("tip-split", "working-days")
"""Those whose bug came with an update; the others have it in their first version."""
LATE: Final = 0.45
"""When in the stream the first input comes that shows a bug, as a share of it."""

Kind = Literal["fits", "near", "outside", "called", "late"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """One request or call: when (seconds from the start), what, and which app and arguments are right.

    A call by a program has no `text`. `app` is "" if nothing fits. `again` says that it was made before.
    """

    number: int
    at: float
    kind: Kind
    text: str = ""
    app: str = ""
    arguments: tuple[tuple[str, Any], ...] = ()
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Bug:
    """A bug that an app has from the start: the patch that brought it in, with an update if `updated`."""

    app: str
    files: Mapping[str, bytes]
    patch: Patch
    worse: Patch
    """What a coder hands in for it that is wrong in another way; only a forced gate lets it in."""
    updated: bool = False


def bugs() -> tuple[Bug, ...]:
    """Returns the bugs: realistic wrong patches of starter apps, which give wrong answers."""
    known = {patched.name: patched for patched in apps() if patched.tests == "starter"}
    return tuple(_bug(known[name]) for name in BUGGY)


def _bug(patched: Patched) -> Bug:
    wrong = [patch for patch in patched.patches if patch.wrong]
    updated = patched.name in UPDATED
    return Bug(app=patched.name, files=patched.files, patch=wrong[0], worse=wrong[-1], updated=updated)


def stream(count: int = REQUESTS, *, seed: int = SEED) -> list[Wish]:
    """Returns a stream of so many requests and calls."""
    drawn = random.Random(seed)
    fresh = _fresh()
    drawn.shuffle(fresh)
    said: list[Wish] = []
    found: list[Wish] = []
    for number in range(1, count + 1):
        at = WEEKS * WEEK * number / count
        share = number / count
        if drawn.random() < CALLED:
            wish = _call(drawn, share)
        elif said and (drawn.random() < AGAIN or not fresh):
            wish = replace(drawn.choice(said), again=True)
        else:
            wish = fresh.pop()
            said.append(wish)
        found.append(replace(wish, number=number, at=at))
    return found


def _fresh() -> list[Wish]:
    found = []
    for line in FRESH.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        kind: Kind = "fits" if "app" in row else "near" if "near" in row else "outside"
        arguments = tuple(row.get("arguments", {}).items())
        found.append(
            Wish(
                number=0, at=0.0, kind=kind, text=row["request"], app=row.get("app", ""), arguments=arguments
            )
        )
    return found


def _call(drawn: random.Random, share: float) -> Wish:
    """Returns a call by a program; before `LATE` none that shows a bug."""
    which = drawn.random()
    if which < 2 / 3:
        name = SERVICES[which > 1 / 3]
        row: Mapping[str, Any] = drawn.choice(INPUTS[name])
        return Wish(number=0, at=0.0, kind="called", app=name, arguments=tuple(row.items()))
    bug = drawn.choice(_BUGS)
    if share > LATE and drawn.random() < 0.5 and bug.patch.witness is not None:
        late = tuple(bug.patch.witness.items())
        return Wish(number=0, at=0.0, kind="late", app=bug.app, arguments=late)
    row = drawn.choice(_harmless(bug))
    return Wish(number=0, at=0.0, kind="called", app=bug.app, arguments=tuple(row.items()))


def _harmless(bug: Bug) -> Sequence[Mapping[str, Any]]:
    rows = bug.files["tests/examples.jsonl"].decode().splitlines()
    return [row["input"] for row in map(json.loads, rows) if "output" in row]


_BUGS: Final = bugs()
