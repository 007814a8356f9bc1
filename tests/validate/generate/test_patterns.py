from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapp.library.app_folder import read_folder
from mapp.model.app import read_app
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.validate.generate.choices import Dice, NothingFits
from mapp.validate.generate.patterns import matching

STARTER = Path(__file__).parents[3] / "core" / "mapp" / "starter" / "apps"


def patterns(schema: Schema) -> list[str]:
    """Returns all patterns of a schema, at every level."""
    found = [schema.pattern] if schema.pattern else []
    inner = [part for _, part in schema.properties] + ([schema.items] if schema.items else [])
    return found + [pattern for part in inner for pattern in patterns(part)]


def starters() -> list[str]:
    """Returns every pattern of the starter apps."""
    found: set[str] = set()
    for folder in sorted(STARTER.iterdir()):
        manifest = read_app(read_folder(folder)[0]).manifest
        found.update(patterns(manifest.input_schema), patterns(manifest.output))
    return sorted(found)


SYNTAX = [
    *(r"^\d{3}-\d{4}$", r"^[^a-z]+$", r"^(?:ab|c){2,3}?$", r"^\p{Lu}\p{Ll}*$", r"^\x41\u0042\u{43}$", "^.$"),
    *(r"^[\w.-]+@[\w-]+\.\w{2,}$", r"^[\]\-\\^]$", "^a|b$", "^$", "^a?b*c+$", "x", "^a{2}b{2,}c{2,3}$"),
    *(
        r"^\S+\s\S+$",
        r"^(?P<year>\d+)$",
        r"^(?<year>\d+)$",
        r"^[+-]?\d+(\.\d+)?$",
        r"^\cA$",
        "^a{0,3}$",
        r"^\/$",
    ),
    *(
        r"^[\d_]\D$",
        r"^\P{L}$",
        "^[-a]$",
        "^[a-]$",
        r"^\t\n$",
        "^(a(b(c)?)?)?$",
        "^[^\\n]*$",
        r"^(|a)$",
        "^😀+$",
    ),
]


@pytest.mark.parametrize("pattern", [*SYNTAX, *starters()])
def test_most_texts_drawn_for_a_pattern_match_it(pattern: str) -> None:
    schema, draw, dice = Schema(types=("string",), pattern=pattern), matching(pattern), Dice(3)
    drawn = [draw(dice) for _ in range(200)]
    assert sum(is_valid(schema, text) for text in drawn) >= 150, drawn[:5]
    assert len(set(drawn)) > 1 or pattern in (
        "^$",
        r"^\x41\u0042\u{43}$",
        r"^\cA$",
        r"^\/$",
        r"^\t\n$",
        "^a{0,3}$",
    )


@pytest.mark.parametrize(
    "pattern",
    ["(" * 60 + "a" + ")" * 60, "[a-z&&[aeiou]]", r"^\p{Nope}$", "[^\\s\\S]", "a{99999}{9}", "(", "[a"],
)
def test_a_pattern_that_cannot_be_drawn_from_says_so(pattern: str) -> None:
    with pytest.raises(NothingFits, match="pattern"):
        matching(pattern)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^((a*)*)*b$", "^(x{0,100}){0,100}$", "(a|a|a|b)*c" * 20])
def test_patterns_that_blow_up_a_matcher_are_drawn_from_quickly(pattern: str) -> None:
    draw, dice = matching(pattern), Dice(1)
    texts = [draw(dice) for _ in range(300)]
    assert max(map(len, texts)) < 50_000
    assert all(not re.search("[^abxc]", text) for text in texts if pattern.startswith("^"))
