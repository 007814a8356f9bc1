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


def files_of(number: int) -> dict[str, bytes]:
    """Returns the files of one synthetic app (path -> bytes): a starter app in other words."""
    names = bundle.names()
    base = names[number % len(names)]
    files = _files(base)
    other = _translation(base, number)
    manifest = files["mapp.toml"].decode()
    manifest = re.sub(r'^name = ".*"$', f'name = "{name_of(number)}"', manifest, count=1, flags=re.M)
    manifest = _DESCRIPTION.sub(lambda line: f'description = "{other(line[1])}"', manifest, count=1)
    rows = _chosen(files[PHRASES].decode().splitlines(), random.Random(number))
    phrases = "\n".join(json.dumps({**row, "request": other(row["request"])}) for row in rows)
    return {"mapp.toml": manifest.encode(), "main.js": files["main.js"], PHRASES: phrases.encode()}


def card_of(number: int) -> Card:
    """Returns what routing needs of one synthetic app."""
    return read_app(files_of(number)).card


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


def _chosen(lines: list[str], drawn: random.Random) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in lines if line.strip()]
    fitting = [row for row in rows if row.get("fits", True)]
    missing = [row for row in rows if not row.get("fits", True)]
    kept = drawn.sample(fitting, min(FITTING, len(fitting)))
    return kept + drawn.sample(missing, min(MISSING, len(missing)))
