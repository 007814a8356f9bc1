"""Texts close to a given one: what people get wrong about texts."""

from __future__ import annotations

import pytest

from mapp.validate.generate.text_edits import text_edits, with_constants, with_parts_of


def edits(text: str) -> set[str]:
    return {other for family in text_edits(text) for other in family}


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("99999", ["99998", "100000", "099999", "00000"]),
        ("year 2024", ["year 2099", "year 10000", "year 9999", "year 2023", "year -2024"]),
        ("1-5", ["1--5", "15", "1 -5", "1- 5", "1-\t5", "1/5", "1-+5", "5-1", "1-4"]),
        ("a,b,c", ["a,a,b,c", "b,c", "a,b", "b,a,c", "a,,b,c", "a;b,c", "a,b,c,", "c,b,a", "a,b,c,A"]),
        ("one\ntwo", ["one\ntwo\ntwo", "two\none", "one\n\ntwo", "one\r\ntwo", "one\ntwo\n", "one"]),
        ("due 2024-02-28.", ["due 2024-02-29.", "due 2024-03-01.", "due 1900-02-28.", "due 2024-12-31."]),
        ("2023-12-31", ["2024-01-01", "2023-12-30", "2023-02-28", "2020-02-29", "9999-12-31"]),
        ("Ada", ["ADA", "ada", "ßda", "ıda", "ǆda", "Adé", "Ade\u0301", " Ada", "Ada\t", "Bda", ""]),
        ("café", ["cafe\u0301"]),
        ('{"a": 1}', ['{"a": 1,"a": 1}', '{"a": 0,"a": 1}']),
        ("a b", ["a\u00a0b", "a  b", "b a", "a\tb", "ab"]),
        ("1h 30m", ["0h 00m", "1.005h 0.29m", "1h 0.29m"]),
        ("Milk 2", ["Milk 1234.56", "Milk 0.1", "Milk 1.005"]),
        ('say "a b"', ['say "a b ; a b"', 'say " a b "', 'say ""', "say a b", 'say ""a b""']),
        ("[ab]\nc=d", ["[ ab ]\nc=d", "[]\nc=d", "[[ab]]\nc=d", "[ab]\nc='d'", '[ab]\nc="d"']),
        ("x {{y}}", ["x {{ y }}", "x {{}}", "x {{y, y}}"]),
        ("order.user=Bo", ["order=Bo", 'order.user="Bo"']),
        ("a\r\nb", ["a\r\r\nb", "a\nb", "a\rb"]),
        ("5", ["٣", "５", "5.5", "4", "6", "-5", "+5", "05"]),
    ],
)
def test_a_text_has_the_neighbours_that_people_trip_over(text: str, among: list[str]) -> None:
    assert [row for row in among if row not in edits(text)] == []


@pytest.mark.parametrize("text", ["", "\n", "é", "0000-00-00", "9999-99-99", "-", "a" * 2000, "1" * 300])
def test_every_text_has_neighbours(text: str) -> None:
    found = edits(text) - {text}

    assert len(found) > 20
    assert all(isinstance(row, str) for row in found)
    assert len(found) < 2000


def test_constants_stand_alone_beside_a_text_and_in_place_of_its_words_and_numbers() -> None:
    found = list(with_constants("take 5", ("kg",), (12, 3)))

    assert {"kg", "take 5kg", "kg 5", "take kg", "take 12", "take 3"} <= set(found)


def test_enclosed_parts_and_words_of_one_text_stand_in_place_of_the_words_of_another() -> None:
    found = list(with_parts_of("name=Ann", "Dear {{name}}, from {{ city }}"))

    assert {"name={{name}}", "name={{ city }}", "{{name}}=Ann", "name=Dear"} <= set(found)
