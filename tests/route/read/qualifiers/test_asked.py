import pytest

from mapp.route.read.qualifiers.find import qualifiers
from mapp.route.read.tokens import tokenise


def found(text: str) -> set[tuple[str, str]]:
    sorts = {"counted", "counted-unit", "amount", "noun", "asked"}
    return {(row.sort, row.key) for row in qualifiers(tokenise(text)) if row.sort in sorts}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("how many months between May and June", ("counted-unit", "as month")),
        ("full months between May and June", ("counted-unit", "as month")),
        ("how many divisors does 360 have", ("counted-unit", "as divisor")),
        ("how many puppies are there", ("counted", "as puppy")),
        ("how much vat is in 288", ("amount", "get vat")),
        ("the volume of a ball", ("noun", "get volum")),
        ("what is the balance after 8 years", None),
        ("what was the original price if I paid 60", ("noun", "get pric")),
        ("radius of a circle of area 12", ("asked", "get radius")),
        ("which bank has it", ("noun", "which bank")),
    ],
)
def test_what_is_asked_for_is_found(text: str, wanted: tuple[str, str] | None) -> None:
    assert wanted in found(text) if wanted else found(text) == set()


@pytest.mark.parametrize("text", ["a bill of 80", "the value of it", "price of $80", "a loan of 5,000 euros"])
def test_a_label_asks_for_nothing(text: str) -> None:
    assert not {row for row in found(text) if row[0] == "asked"}
