"""Learning from a person who corrects: a stream of requests to a library that knows little at first.

The library has an app for each intent of BANKING77, with a few requests and near misses. Every day a person
asks 30 requests that no app knows. They run a likely match, answer a question, and correct what is wrong, as
`mapp right`, `mapp wrong --app` and a confirmation record it; the library learns overnight. The same requests
are asked of a library that does not learn. At the end everything is unlearned.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.route.banking import first_of_each
from benchmarks.route.data import embedder, read_json, vectors_file
from benchmarks.route.figures import Cell, Part, Table, number, share
from benchmarks.route.library import head_of
from mapp.index.build import Contents, build
from mapp.index.search import open_index
from mapp.library.learned import Learned, LearnedRows, learn, unlearn
from mapp.library.paths import Home
from mapp.model.app import PHRASES, Card, read_app
from mapp.model.decision import Ask, Decision, Use, decision_to_dict
from mapp.model.request import Request
from mapp.ops.index.training_data import extras
from mapp.route.router import Router

TAUGHT: Final = 10
"""Requests that each app knows at first."""
A_DAY: Final = 30
DAYS: Final = 30
SHOWN: Final = 5
"""So many days are one row of the table."""
COMPARED: Final = 300
_MANIFEST: Final = """
manifest = 1
name = "{name}"
version = "1.0.0"
description = "{about}"

[output]
type = "string"
maxLength = 10
description = "The answer"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """How many requests of a day ran right, were asked about, ran wrong, or were declined."""

    right: int
    asked: int
    wrong: int
    declined: int


def measure() -> Part:
    """Returns the table over time, and whether unlearning restored every decision."""
    document = read_json("banking77/dev.json")
    cards = _cards(first_of_each(document["train"], TAUGHT), document["near_train"])
    pool = [(text, _app(intent)) for text, intent in document["val"]]
    random.Random(1).shuffle(pool)
    stream = pool[: A_DAY * DAYS]
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder))
        home.holds.mkdir(parents=True)
        with closing(_router(home, cards)) as router:
            still = [_day(router, stream[at : at + A_DAY])[0] for at in range(0, len(stream), A_DAY)]
            before = [_decided(router, text) for text, _ in pool[:COMPARED]]
        learning = []
        for at in range(0, len(stream), A_DAY):
            with closing(_router(home, cards)) as router:
                day, said = _day(router, stream[at : at + A_DAY])
            learning.append(day)
            learn(home, said)
        unlearn(home, None)
        with closing(_router(home, cards, fresh=True)) as router:
            after = [_decided(router, text) for text, _ in pool[:COMPARED]]
    same = sum(old == new for old, new in zip(before, after, strict=True))
    rows = tuple(_row(place, learning, still) for place in range(0, len(learning), SHOWN))
    title = f"{len(cards)} apps with {TAUGHT} requests each; {A_DAY} requests a day, all corrected"
    headings = ("days", *(f"{what}, {how}" for how in ("learning", "not learning") for what in _WHAT))
    unlearned: tuple[tuple[Cell, ...], ...] = ((f"{len(before):,}", share(same, len(before))),)
    return Part(
        tables=(
            Table(title=title, headings=headings, rows=rows),
            Table(title="After `mapp unlearn --all`", headings=("decisions", "equal"), rows=unlearned),
        )
    )


_WHAT: Final = ("ran right", "asked", "ran wrong", "declined")


def _row(place: int, learning: Sequence[Day], still: Sequence[Day]) -> tuple[Cell, ...]:
    cells: list[Cell] = [f"{place + 1} to {min(place + SHOWN, len(learning))}"]
    for days in (learning, still):
        part = days[place : place + SHOWN]
        total = sum(getattr(day, name) for day in part for name in Day.__slots__)
        for name in Day.__slots__:
            cells.append(number(100 * sum(getattr(day, name) for day in part) / total, "%"))
    return tuple(cells)


def _day(router: Router, asked: Sequence[tuple[str, str]]) -> tuple[Day, list[Learned]]:
    """Returns how a day went, and what the person's words teach."""
    counts = dict.fromkeys(Day.__slots__, 0)
    rows = []
    for text, right in asked:
        decision, _ = router.decide(Request(text=text), "likely")
        counts[_kind(decision, right)] += 1
        rows.append(Learned(app=right, request=text, run="", at=0.0, arguments={}))
        if isinstance(decision, Use | Ask) and decision.app != right:
            rows.append(Learned(app=decision.app, request=text, run="", at=0.0, fits=False))
    return Day(**counts), rows


def _kind(decision: Decision, right: str) -> str:
    match decision:
        case Use(app=app):
            return "right" if app == right else "wrong"
        case Ask():
            return "asked"
        case _:
            return "declined"


def _decided(router: Router, text: str) -> str:
    return json.dumps(decision_to_dict(router.decide(Request(text=text), "likely")[0]))


def _router(home: Home, cards: Mapping[str, Card], *, fresh: bool = False) -> Router:
    """Builds the index as a library does, from the apps and from what was learned, and opens it."""
    lessons = LearnedRows(home)
    heads = [head_of(name) for name in sorted(cards)]
    heads = [
        type(head)(app=head.app, commit=head.commit, tree=lessons.tree(head.app, head.tree)) for head in heads
    ]
    contents = Contents(heads, lambda head: lessons.card(head.app, cards[head.app]))
    vectors = vectors_file()
    made = extras(vectors, compiled_for=lessons.requests)
    build(home.index, contents, embedder=embedder(), vectors=vectors, extras=made, fresh=fresh)
    index = open_index(home.index, embedder())
    assert index is not None
    return Router(index)


def _cards(taught: Sequence[tuple[str, str]], near: Sequence[tuple[str, str]]) -> dict[str, Card]:
    """Returns an app for each intent, with its requests; near misses go to the app whose turn it is."""
    said: dict[str, list[str]] = {}
    for text, intent in taught:
        said.setdefault(intent, []).append(json.dumps({"request": text, "arguments": {}}))
    intents = sorted(said)
    for place, (text, _) in enumerate(near):
        row = {"request": text, "fits": False, "why": "no app does it"}
        said[intents[place % len(intents)]].append(json.dumps(row))
    cards = {}
    for intent, lines in said.items():
        about = f"Answers a question about {intent.replace('_', ' ')}"
        files = {
            "mapp.toml": _MANIFEST.format(name=_app(intent), about=about),
            "main.js": "function main() { return 'done'; }",
            PHRASES: "\n".join(lines),
        }
        cards[_app(intent)] = read_app({path: text.encode() for path, text in files.items()}).card
    return cards


def _app(intent: str) -> str:
    return intent.lower().replace("_", "-").replace("?", "")
