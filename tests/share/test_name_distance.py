from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapp.share.name_distance import edits, near, skeleton

WORDS = st.text("abc-", min_size=1, max_size=9)


def slow(one: str, other: str) -> int:
    """Returns the optimal string alignment distance by its definition."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@given(one=WORDS, other=WORDS, most=st.integers(0, 4))
def test_the_distance_is_exact_up_to_the_limit(one: str, other: str, most: int) -> None:
    assert edits(one, other, most) == min(slow(one, other), most + 1)


@given(name=WORDS, names=st.sets(WORDS, max_size=30), most=st.integers(1, 3))
def test_no_near_name_is_overlooked(name: str, names: set[str], most: int) -> None:
    wanted = {other for other in names if other != name and slow(name, other) <= most}
    assert {other for other, _ in near(name, names, most)} == wanted


def test_names_that_look_alike_have_one_skeleton() -> None:
    assert skeleton("json-formatter") == skeleton("js0nforrnatter")
    assert skeleton("vat") != skeleton("tax")
