"""The constants of a source: what it compares with, and looks for."""

from __future__ import annotations

import pytest

from mapp.validate.generate.constants import MAX_CONSTANTS, Constants, constants_of


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("x > 10", (10,)),
        ("x > -10", (-10, 10)),
        ("x > 2 ** 10", (1024, 2, 10)),
        ("x > 24 * 60 * 60", (86400, 1440, 24, 60)),
        ("x > 0x1f + 1_000", (1031, 31, 1000)),
        ("x > .5e1", (5,)),
        ("x > 10n || y < 2 ** 5000 || z < 1 / 0", (2, 5000, 1, 0)),
    ],
)
def test_numbers_are_read_and_calculated(source: str, numbers: tuple[float, ...]) -> None:
    assert constants_of(source).numbers == numbers


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("x === 'kg'", ("kg",)),
        (r"x === 'a\tb\u00e9\x41\u{1F600}\n'", ("a\tbéA😀\n",)),
        ("`${x} of ${y}`", (" of ",)),
        ("({ km: 1, 'mi': 2 })", ("km", "mi")),
        (r"/^[,;]\s\$x/", (",", ";", "$", "x")),
        ("x === ''", ()),
        ("x === '" + "long " * 40 + "'", ()),
    ],
)
def test_texts_keys_and_characters_of_patterns_are_read(source: str, texts: tuple[str, ...]) -> None:
    assert constants_of(source).texts == texts


def test_numbers_of_one_condition_are_pairs() -> None:
    assert constants_of("x === 5 && y === 7 || z === 9").pairs == ((5, 7),)


def test_a_source_that_does_not_parse_has_none() -> None:
    assert constants_of("function (") == Constants()


def test_a_table_is_cut() -> None:
    source = f"[{','.join(map(str, range(500)))}].concat({[f'w{at}' for at in range(500)]})"

    found = constants_of(source)

    assert len(found.numbers) == len(found.texts) == MAX_CONSTANTS


def test_what_only_one_source_has_comes_first() -> None:
    new, old = constants_of("x > 7 && x < 1 && y === 'c'"), constants_of("x > 1 && x < 2 && y === 'a'")

    found = new.beyond(old)

    assert (found.numbers, found.texts) == ((7, 2, 1), ("c", "a"))
    assert found.fresh == 4


def test_derived_numbers_bring_a_calculation_to_a_constant() -> None:
    assert {8, 0.64, 6400, 32, -64} <= set(Constants(numbers=(64.0, 2.0)).derived)
