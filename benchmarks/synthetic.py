"""Many different apps: the starter apps with invented words, always the same for the same number.

Of each app a few requests are kept (`FITTING` that fit, `MISSING` near misses), because embedding is most of
what a build costs and real apps bring ten times as many.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from mapp.model.app import PHRASES, Card, read_app
from mapp.starter import bundle

FITTING, MISSING = 6, 2
_SYLLABLES = [consonant + vowel for consonant in "bdfgjkmprt" for vowel in "aeiou"]
_DESCRIPTION = re.compile(r'^description = "(.*)"$', re.M)
_WORD = re.compile(r"[a-z]{5,}")
_KEPT = frozenset(["minus", "euros", "dollars", "percent", "today", "plain", "january", "february", "march"])


def files_of(number: int, *, fitting: int = FITTING, missing: int = MISSING) -> dict[str, bytes]:
    """Returns the files of one synthetic app (path -> bytes): a starter app in other words.

    Args:
        number: which app.
        fitting: how many requests to keep.
        missing: how many near misses to keep.
    """
    names = bundle.names()
    base = names[number % len(names)]
    files = _files(base)
    other = _translation(base, number)
    manifest = files["mapp.toml"].decode()
    manifest = re.sub(r'^name = ".*"$', f'name = "{name_of(number)}"', manifest, count=1, flags=re.M)
    manifest = _DESCRIPTION.sub(lambda line: f'description = "{other(line[1])}"', manifest, count=1)
    rows = _chosen(files[PHRASES].decode().splitlines(), random.Random(number), fitting, missing)
    phrases = "\n".join(json.dumps({**row, "request": other(row["request"])}) for row in rows)
    return {"mapp.toml": manifest.encode(), "main.js": files["main.js"], PHRASES: phrases.encode()}


def card_of(number: int, *, fitting: int = FITTING, missing: int = MISSING) -> Card:
    """Returns what routing needs of one synthetic app; arguments as in `files_of`."""
    return read_app(files_of(number, fitting=fitting, missing=missing)).card


def unseen(number: int, place: int, *, fitting: int = FITTING) -> str:
    """Returns a fitting request of one synthetic app that is not among its rows; another for each place."""
    base = bundle.names()[number % len(bundle.names())]
    lines = _files(base)[PHRASES].decode().splitlines()
    kept = [row["request"] for row in _chosen(lines, random.Random(number), fitting, 0)]
    rows = [json.loads(line) for line in lines if line.strip()]
    free = [
        row["request"]
        for row in rows
        if row.get("fits", True) and "input" not in row and row["request"] not in kept
    ]
    return _translation(base, number)(free[place % len(free)])


def name_of(number: int) -> str:
    """Returns the name of one synthetic app."""
    names = bundle.names()
    return f"{names[number % len(names)][:30]}-{number:05d}"


def requests(count: int) -> list[str]:
    """Returns requests of the starter apps, every other one in the words of a synthetic app."""
    drawn = random.Random(1)
    names = bundle.names()
    found = []
    for place in range(count):
        number = drawn.randrange(10 * len(names))
        row = drawn.choice(_files(names[number % len(names)])[PHRASES].decode().splitlines())
        text = str(json.loads(row)["request"])
        other = _translation(names[number % len(names)], number)
        found.append(other(text) if place % 2 else text)
    return found


@cache
def _files(name: str) -> dict[str, bytes]:
    return bundle.files(name)


def _translation(base: str, number: int) -> Callable[[str], str]:
    """Returns what puts half of an app's long words into invented ones, always the same."""
    if number < len(bundle.names()):
        return lambda text: text
    drawn = random.Random(number)
    known: dict[str, str] = {}

    def word(found: re.Match[str]) -> str:
        said = found[0]
        if said not in known:
            invented = "".join(drawn.choices(_SYLLABLES, k=3))
            known[said] = said if said in _KEPT or drawn.random() < 0.5 else invented
        return known[said]

    def translate(text: str) -> str:
        return _WORD.sub(word, text)

    translate(json.dumps(sorted(_WORD.findall(_files(base)[PHRASES].decode()))))
    return translate


def _chosen(lines: list[str], drawn: random.Random, fitting: int, missing: int) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in lines if line.strip()]
    fits = [row for row in rows if row.get("fits", True)]
    misses = [row for row in rows if not row.get("fits", True)]
    kept = drawn.sample(fits, min(fitting, len(fits)))
    return kept + drawn.sample(misses, min(missing, len(misses)))
