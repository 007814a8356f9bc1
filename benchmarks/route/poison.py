"""Poisoning: what greedy apps do to the honest apps of a library.

A greedy app claims whatever is asked. Its 44 requests are sampled from the honest apps and reworded, or they
are generic ("do it for me"), or half of each; it has no near misses, and needs no argument. Apps are added to
an index that exists, as in real life: a few are fitted next to their neighbours, many with all others. The
last row of a library trains the few with all others too, as a rebuilt index does.

Asked are 300 requests of honest apps that never trained. Self-run is the share that its own app runs, before
and after; a wrong run is one by another app. The own app is named if it runs or is asked about.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from benchmarks.route.answered import LEVELS, starter_app
from benchmarks.route.figures import Cell, Figure, Part, Table, number, share
from benchmarks.route.library import Load, grown, opened, starter_library, starter_router
from benchmarks.synthetic import card_of, name_of, unseen
from mapp.model.app import PHRASES, Card, read_app
from mapp.model.decision import Ask, Certainty, Use
from mapp.model.request import Request
from mapp.route.router import Router
from mapp.starter import bundle

Kind: TypeAlias = Literal["reworded", "generic", "mixed"]
ASKED: Final = 300
COUNTS: Final = (5, 20)
REQUESTS: Final = 44
STARTER: Final = len(bundle.names())
"""A library of this size is the starter library."""
FITTING, MISSING = 20, 6
"""Rows of each synthetic app; with fewer, hardly any request is answered unasked."""
WHAT: Final = ("self-run", "change", "wrong run")
HEADINGS: Final = ("library", "own app named", *(f"{what}, `{level}`" for level in LEVELS for what in WHAT))
_TURNS: Final = (
    "please {}",
    "{} for me",
    "hey, {}",
    "i need this: {}",
    "{}, thanks",
    "quickly: {}",
    "{} now",
    "and {}",
)
_VERBS: Final = ("do", "handle", "sort out", "work out", "take care of", "answer", "finish", "deal with")
_THINGS: Final = ("it", "this", "that", "the thing", "everything", "my question", "the task")
_ENDINGS: Final = ("for me", "please", "now", "with this", "as usual", "")
_MANIFEST: Final = """
manifest = 1
name = "{name}"
version = "1.0.0"
description = "Does whatever you ask for"
{input}
[output]
type = "string"
maxLength = 10
description = "The answer"
"""
_INPUT: Final = """
[input.text]
type = "string"
default = ""
maxLength = 1000
description = "Anything"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Honest:
    """A library without greedy apps: its index, its apps' cards, and requests with the app of each."""

    folder: Path
    names: Sequence[str]
    load: Load
    asked: Sequence[tuple[str, str]]
    said: Sequence[str]
    """Requests that greedy apps may copy."""


def measure(sizes: Sequence[int], *, every_kind: bool) -> Part:
    """Returns the table: each library before, and with greedy apps.

    Args:
        sizes: the numbers of honest apps.
        every_kind: add each kind of greedy apps to the starter library, not only the mixed ones.
    """
    rows: list[tuple[Cell, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            honest = starters(Path(folder)) if size == STARTER else synthetic(Path(folder) / "base", size)
            kinds: tuple[Kind, ...] = get_args(Kind) if every_kind and size == STARTER else ("mixed",)
            with closing(grown(honest.folder, honest.names, honest.load)) as router:
                before = {level: runs(router, honest, level) for level in LEVELS}
            rows.append((f"{size:,} apps", *cells(before, before)))
            for kind in kinds:
                for count in COUNTS:
                    after = poisoned(honest, kind, count)
                    rows.append((f"{size:,} apps and {count} greedy, {kind}", *cells(after, before)))
            after = poisoned(honest, "mixed", COUNTS[0], fresh=True)
            name = f"{size:,} apps and {COUNTS[0]} greedy, mixed, trained together"
            rows.append((name, *cells(after, before)))
    return Part(tables=(Table(title="Poisoning", headings=HEADINGS, rows=tuple(rows)),))


Runs: TypeAlias = tuple[Figure, Figure, Figure]
"""The shares of requests for which the own app is named, that it runs, and that another app runs."""


def cells(after: Mapping[Certainty, Runs], before: Mapping[Certainty, Runs]) -> Iterator[Cell]:
    """Yields the cells of one row."""
    yield after[LEVELS[0]][0]
    for level in LEVELS:
        _, own, wrong = after[level]
        yield from (own, number(100 * (own["value"] - before[level][1]["value"]), "points"), wrong)


def poisoned(honest: Honest, kind: Kind, count: int, *, fresh: bool = False) -> dict[Certainty, Runs]:
    """Adds greedy apps to a copy of the index, and returns what runs then; `fresh` trains all together."""
    cards = {f"helper-{number:02d}": number for number in range(count)}

    def load(name: str) -> Card:
        if name not in cards:
            return honest.load(name)
        return greedy(name, cards[name], kind, honest.said)

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(honest.folder, folder, dirs_exist_ok=True)
        with closing(grown(Path(folder), [*honest.names, *cards], load, fresh=fresh)) as router:
            return {level: runs(router, honest, level) for level in LEVELS}


def runs(router: Router, honest: Honest, level: Certainty) -> Runs:
    """Returns which shares of the requests their own app runs, and another app."""
    named = own = other = 0
    for text, app in honest.asked:
        decision, _ = router.decide(Request(text=text), level)
        if isinstance(decision, Use | Ask):
            named += decision.app == app
        if isinstance(decision, Use):
            own += decision.app == app
            other += decision.app != app
    total = len(honest.asked)
    return share(named, total), share(own, total), share(other, total)


def greedy(name: str, number: int, kind: Kind, said: Sequence[str]) -> Card:
    """Returns the card of one greedy app, always the same for the same number, kind and library."""
    drawn = random.Random(f"{kind} {number}")
    copied = [drawn.choice(_TURNS).format(text) for text in drawn.sample(list(said), REQUESTS)]
    generic = [
        f"{verb} {thing} {ending}".strip() for verb in _VERBS for thing in _THINGS for ending in _ENDINGS
    ]
    drawn.shuffle(generic)
    half = REQUESTS // 2
    texts = {
        "reworded": copied,
        "generic": generic[:REQUESTS],
        "mixed": copied[:half] + generic[: REQUESTS - half],
    }
    rows = [json.dumps({"request": text, "arguments": {}}) for text in texts[kind]]
    manifest = _MANIFEST.format(name=name, input=_INPUT if number % 2 else "")
    files = {"mapp.toml": manifest, "main.js": "function main() { return 'done'; }", PHRASES: "\n".join(rows)}
    return read_app({path: text.encode() for path, text in files.items()}).card


def starters(folder: Path) -> Honest:
    """Returns the starter library, and held-back requests of its apps."""
    starter_router()
    shutil.copytree(starter_library().workspace.home.index, folder / "starter" / "index")
    names = bundle.names()
    phrases = [
        (phrase.request, name, phrase.held_back)
        for name in names
        for phrase in starter_app(name).phrases
        if phrase.fits and phrase.attachment is None
    ]
    held_back = [(text, name) for text, name, held in phrases if held]
    return Honest(
        folder=folder / "starter",
        names=names,
        load=lambda name: starter_app(name).card,
        asked=random.Random(1).sample(held_back, ASKED),
        said=[text for text, _, held in phrases if not held],
    )


def synthetic(folder: Path, size: int) -> Honest:
    """Returns a library of synthetic apps, and requests of theirs that are not among their rows."""
    numbers = {name_of(number): number for number in range(size)}
    drawn = random.Random(1)
    chosen = drawn.choices(sorted(numbers), k=ASKED)

    def load(name: str) -> Card:
        return card_of(numbers[name], fitting=FITTING, missing=MISSING)

    opened(folder, sorted(numbers), load).close()
    copied = drawn.sample(sorted(numbers), min(size, 200))
    return Honest(
        folder=folder,
        names=sorted(numbers),
        load=load,
        asked=[(unseen(numbers[name], place, fitting=FITTING), name) for place, name in enumerate(chosen)],
        said=[phrase.request for name in copied for phrase in load(name).phrases if phrase.fits],
    )
