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


def test_percent_money_and_quantities_keep_their_bare_number() -> None:
    text = "what is 240 euros plus 20% on 5km"
    assert found(text, "currency") == [("240 euros", 240, "EUR")]
    assert found(text, "percent") == [("20%", 20, "percent")]
    assert found(text, "quantity") == [("5km", 5, "km")]
    assert [value for _, value, _ in found(text, "number")] == [240, 20, 5]


@pytest.mark.parametrize("text", ["$1,250.50", "USD 1250.50", "1250.50 USD", "1250.50$", "1,250.50 dollars"])
def test_money_is_found_with_its_mark_on_either_side(text: str) -> None:
    assert (1250.5, "USD") in [(value, unit) for _, value, unit in found(text, "currency")]


def test_pounds_may_be_money_or_mass() -> None:
    assert found("5 pounds", "currency") == [("5 pounds", 5, "GBP")]
    assert found("5 pounds", "quantity") == [("5 pounds", 5, "lb")]


@pytest.mark.parametrize(
    "text", ["slug for 'don't stop'", 'slug for "don\'t stop"', "slug for “don't stop”", "`don't stop`"]
)
def test_quoted_text_keeps_its_apostrophes(text: str) -> None:
    assert [value for _, value, _ in found(text, "quoted")] == ["don't stop"]


def test_an_apostrophe_does_not_open_a_quotation() -> None:
    assert found("what's Bob's and Ann's share", "quoted") == []


def test_text_after_a_colon_is_a_tail() -> None:
    assert found("reverse this: Hello  World ", "tail") == [("Hello  World", "Hello  World", None)]


@pytest.mark.parametrize("text", ["3, 5 and 8", "3 5 8", "3,5,8", "3; 5; 8"])
def test_consecutive_numbers_are_a_list(text: str) -> None:
    assert [value for _, value, _ in found(f"mean of {text}", "list")] == [[3, 5, 8]]


def test_a_card_number_is_one_identifier_or_four_numbers() -> None:
    text = "is 4111 1111 1111 1111 valid"
    assert ("4111 1111 1111 1111", "4111 1111 1111 1111", "digits") in found(text, "identifier")
    assert [value for _, value, _ in found(text, "number")] == [4111, 1111, 1111, 1111]


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("#1a2b3c", "hex-colour"), ("10.0.0.0/8", "cidr"), ("192.168.1.1", "ipv4"), ("2001:db8::1", "ipv6"),
        ("GB82 WEST 1234 5698 7654 32", "iban"), ("1.2.3-beta.1", "semver"), ("*/5 * * * *", "cron"),
        ("https://example.org/a?b=1", "url"), ("ann@example.org", "email"), ("rgb(1, 2, 3)", "call"),
        ("123e4567-e89b-12d3-a456-426614174000", "uuid"), ("a.b[0].c", "path"), ("SGVsbG8=", "code"),
    ],
)  # fmt: skip
def test_identifiers_are_recognised(text: str, sort: str) -> None:
    assert (text, text, sort) in found(f"please check {text}, thanks", "identifier")


def test_json_is_parsed_also_in_single_quotes() -> None:
    assert found('keys of {"a": [1, 2]}', "json")[0][1] == {"a": [1, 2]}
    assert found("keys of {'a': [1, 2]}", "json")[0][1] == {"a": [1, 2]}


def test_names_are_runs_of_capitalised_words() -> None:
    names = [text for text, _, _ in found("weather in New York, NY and at the Bank of England", "name")]
    assert "New York" in names and "New York, NY" in names and "Bank of England" in names
