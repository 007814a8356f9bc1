import pytest

from mapp.model.manifest import Manifest
from mapp.route.decide.account import own_words
from mapp.route.decide.polarity import opposite_of, opposites
from mapp.route.read.tokens import stem, tokenise


def app(description: str) -> Manifest:
    return Manifest.from_toml(
        f'manifest = 1\nname = "it"\nversion = "1.0.0"\ndescription = "{description}"\nsources = ["x"]\n'
        '[input.text]\ntype = "string"\n[output]\ntype = "string"\n'
    )


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("Encodes text.", "decode it"), ("Adds the tax.", "remove the tax"), ("Escapes text.", "undo it"),
        ("The first day.", "the last day"), ("The price before tax.", "the price after tax"),
        ("Normalises text.", "denormalise it"),
    ],
)  # fmt: skip
def test_the_opposite_job_is_vetoed(description: str, text: str) -> None:
    assert [veto.name for veto in opposites(tokenise(text), own_words(app(description)))] == ["opposite"]


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("The first day.", "it lasts a day"), ("The price before tax.", "the price after adding tax"),
        ("Encodes text.", "don't decode it"), ("Removes duplicates.", "deduplicate it"),
        ("Converts colour codes.", "decode the colour"),
        ("Formats readable JSON.", "my json is unreadable"),
    ],
)  # fmt: skip
def test_words_that_only_look_like_the_opposite_are_not(description: str, text: str) -> None:
    assert list(opposites(tokenise(text), own_words(app(description)))) == []


def test_opposites_go_both_ways() -> None:
    assert opposite_of(stem("encode")) == stem("decode")
    assert opposite_of(stem("decode")) == stem("encode")
    assert opposite_of("pastry") == ""
