"""Identifiers in a request: addresses, numbers of cards and accounts, versions, paths, codes."""

import pytest

from mapp.route.read.extract import mentions
from mapp.route.read.identifiers import identifiers_in


def found(text: str, kind: str) -> list[tuple[str, object, str | None]]:
    return [(m.text, m.value, m.unit) for m in mentions(text) if m.kind == kind]


def kinds(text: str) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.unit) for mention in identifiers_in(text)]


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


def test_punctuation_around_an_identifier_does_not_belong_to_it() -> None:
    assert kinds("(see <https://example.org/a>, or 'ann@example.org')!") == [
        ("https://example.org/a", "url"),
        ("ann@example.org", "email"),
    ]


def test_the_double_colon_at_the_end_of_an_address_belongs_to_it() -> None:
    assert kinds("expand 2001:db8::") == [("2001:db8::", "ipv6")]


def test_a_schedule_without_a_star_is_only_numbers() -> None:
    assert [text for text, kind in kinds("run at */5 0 * * 1, please") if kind == "cron"] == ["*/5 0 * * 1"]
    assert [text for text, kind in kinds("the mean of 1 2 3 4 5") if kind == "cron"] == []


def test_ordinary_words_and_numbers_are_not_identifiers() -> None:
    assert kinds("What is 12 plus 30 in Rome?") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"does [A-Z]{2}\d+ match", r"[A-Z]{2}\d+"),
        (r"try \d{4}-\d{2}, please", r"\d{4}-\d{2}"),
        ("read list[1]: now", "list[1]"),
        ("(v1.2.3)", "v1.2.3"),
        ("take [1][0] of it", "[1][0]"),
        ("the header headers.Content-Type.", "headers.Content-Type"),
    ],
)
def test_brackets_stay_if_they_are_a_part_of_the_identifier(text: str, expected: str) -> None:
    assert expected in [mention.text for mention in identifiers_in(text)]


@pytest.mark.parametrize(
    ("text", "expected", "sort"),
    [
        ("escape <p>hello</p> for html", "<p>hello</p>", "markup"),
        ('escape <a href="/x">home</a>, <b>now</b>.', '<a href="/x">home</a>, <b>now</b>', "markup"),
        ("with flight=LH1180, gate=B14", "flight=LH1180, gate=B14", "pairs"),
        ("values no=881; date=1 May", "no=881; date=1 May", "pairs"),
        ("ssid=Guest and key=open123.", "ssid=Guest and key=open123", "pairs"),
        ("decode .... . .-.. .--. please", ".... . .-.. .--.", "marks"),
        ("hash the emoji 😀 please", "😀", "symbols"),
        ("is SA03 8000 0000 6080 1016 7519 is fine", "SA03 8000 0000 6080 1016 7519", "iban"),
        ("gb29 nwbk 6016 1331 9268 19 ok", "gb29 nwbk 6016 1331 9268 19", "iban"),
        ("isbn-10 0-19-852663-6", "0-19-852663-6", "digits"),
    ],
)
def test_texts_of_several_parts_are_read_as_one(text: str, expected: str, sort: str) -> None:
    assert (expected, sort) in kinds(text)


@pytest.mark.parametrize("text", ["a < b and c > d", "<https://example.org>", "x = 3", "a - b", "wait ..."])
def test_single_marks_are_no_text_of_several_parts(text: str) -> None:
    assert not {"markup", "pairs", "marks"} & {sort for _, sort in kinds(text)}
