import pytest

from mapp.route.read.qualifiers.find import qualifiers
from mapp.route.read.tokens import tokenise


def found(text: str) -> set[tuple[str, str]]:
    return {(row.sort, row.key) for row in qualifiers(tokenise(text))}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sort these lines", ("opening", "do sort")), ("email it to bob", ("opening", "do email")),
        ("could you please shuffle it", ("opening",
        "do shuffl")),
        ("17% of 80 squared", ("done", "do squar")), ("the letters, reversed", ("done", "do revers")),
        ("slugify it and uppercase it", ("verb", "do uppercas")), ("then reverse the text", ("verb",
        "do revers")),
        ("lower it and sort.", ("verb", "do sort")), ("vat of 80 and tell me the weekday", ("tell",
        "tell weekday")),
        ("who invented morse code", ("asking", "ask who")), ("is 97 a prime", ("yes-or-no", "ask yes-or-no")),
    ],
)  # fmt: skip
def test_operations_and_questions_are_found(text: str, wanted: tuple[str, str]) -> None:
    assert wanted in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "convert upper and lower case", "email template for me", "mail merge",
        "does 40 have a numeral, which one",
        "do you know the area", "when it ends on Friday, how long is it", "my friend and I share",
    ],
)  # fmt: skip
def test_other_clauses_are_no_operations(text: str) -> None:
    sorts = {sort for sort, _ in found(text)}
    assert not sorts & {"opening", "done", "verb", "tell", "asking", "yes-or-no"}
