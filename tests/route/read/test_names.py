"""Names and street addresses in a request."""

from mapp.route.read.extract import mentions
from mapp.route.read.mention import Mention
from mapp.route.read.names import names_in
from mapp.route.read.tokens import tokenise


def found(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in mentions(text) if m.kind == kind]


def named(text: str) -> list[Mention]:
    return list(names_in(text, tokenise(text)))


def test_names_are_runs_of_capitalised_words() -> None:
    names = [text for text, _, _ in found("weather in New York, NY and at the Bank of England", "name")]
    assert "New York" in names and "New York, NY" in names and "Bank of England" in names


def test_one_word_at_the_start_of_a_sentence_may_not_be_a_name() -> None:
    assert [(name.text, name.soft) for name in named("Paris is far. We saw Rome")] == [
        ("Paris", True),
        ("Rome", False),
    ]


def test_a_possessive_ending_does_not_belong_to_a_name() -> None:
    assert [name.text for name in named("the age of Ann Smith's dog")] == ["Ann Smith"]


def test_a_house_number_before_a_name_makes_an_address() -> None:
    assert [name.text for name in named("send it to 12 Baker Street") if name.kind == "address"] == [
        "12 Baker Street"
    ]
    assert not [name for name in named("send it to 123456 Baker Street") if name.kind == "address"]


def test_acronyms_and_words_glued_to_digits_are_not_names() -> None:
    assert named("as JSON or CSV with the key X=1 and 5Km") == []


def test_names_joined_by_a_comma_or_and_are_also_one_name() -> None:
    assert [(name.text, name.soft) for name in named("fly from Rome to Paris, France")][-1] == (
        "Paris, France",
        False,
    )
    assert ("Ann and Bob", True) in [(name.text, name.soft) for name in named("pay Ann and Bob")]
