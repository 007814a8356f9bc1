import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.extract import mentions


def found(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in mentions(text) if m.kind == kind]


@given(st.text(max_size=400))
def test_every_mention_is_a_part_of_the_text(text: str) -> None:
    for mention in mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]


@pytest.mark.parametrize(
    "junk",
    ["1 ", "'a ", "{[", "(“", "A b ", "1-", "5 km ", "one ", "1:30 ", "ab12 ", ": ", "1h ", "x@", '"', "/",
     "minus ", "hundred and ", "`", "1,111", "٣ ", "¼", "\ud800"],
)  # fmt: skip
def test_ten_thousand_characters_of_junk_are_survived(junk: str) -> None:
    mentions((junk * 10_000)[:10_000])


def test_a_card_number_is_one_identifier_or_four_numbers() -> None:
    text = "is 4111 1111 1111 1111 valid"
    assert ("4111 1111 1111 1111", "4111 1111 1111 1111", "digits") in found(text, "identifier")
    assert [value for _, value, _ in found(text, "number")] == [4111, 1111, 1111, 1111]
