import pytest

from mapp.route.read.qualifiers.named import named
from mapp.route.read.tokens import tokenise


def found(text: str) -> set[tuple[str, str]]:
    line = tokenise(text)
    return {
        (row.sort, row.key) for place, token in enumerate(line) for row in named(line, place, token)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("yaml for this", ("format", "format yaml")),
        ("base32 of it", ("variant", "variant base32")),
        ("its sha-512", ("variant", "variant sha512")),
        ("the weighted mean", ("method", "method weight")),
        ("how many working days", ("method", "method work")),
        ("US week number", ("authority", "place us")),
        ("uk spelling please", ("authority", "place uk")),
    ],
)
def test_formats_methods_and_authorities_are_found(text: str, wanted: tuple[str, str]) -> None:
    assert wanted in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "a business loan",
        "an annual rate of 5%",
        "80 US dollars",
        "tell us more",
        "I am driving at 60",
        "work it out",
    ],
)
def test_topics_are_not(text: str) -> None:
    assert found(text) == set()
