"""Noticing that a request is in another language, and never that of the starter apps' own requests."""

from __future__ import annotations

import pytest

from mapp.model.app import read_app
from mapp.route.read.language import other_language
from mapp.starter import bundle


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("welcher Wochentag war der 3. Mai 2021", "German"),
        ("Rechne 10 Meilen in Kilometer um, und zwar bis auf eine Stelle", "German"),
        ("combien de jours entre le 1er janvier et le 3 mars", "French"),
        ("l’iban est-il valide", "French"),
        ("quel est le jour de la semaine", "French"),
        ("cuántos días hay entre el 1 de enero y hoy", "Spanish"),
        ("quanti giorni ci sono tra il primo gennaio e oggi", "Italian"),
        ("quantos dias há entre hoje e o Natal", "Portuguese"),
        ("hoeveel dagen zijn er tussen nu en Kerstmis", "Dutch"),
        ("сколько дней между двумя датами", "a language in Cyrillic letters"),
        ("πόσες μέρες", "Greek"),
        ("二つの日付の間の日数", "Japanese"),
        ("两个日期之间有多少天", "Chinese or Japanese"),
        ("두 날짜 사이의 일수", "Korean"),
        ("כמה ימים", "Hebrew"),
        ("how many days between 1 May and el cinco de mayo", ""),
        ('translate "der die das und ist" to upper case', ""),
        ("slugify 'la vie est belle et le reste'", ""),
        ("days in Los Angeles", ""),
        ("sha256", ""),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert other_language(text) == language


def test_no_request_of_the_starter_apps_is_taken_for_another_language() -> None:
    wrong = [
        (name, phrase.request)
        for name in bundle.names()
        for phrase in read_app(bundle.files(name)).phrases
        if (":" not in phrase.request) and other_language(phrase.request)
    ]
    assert len(wrong) <= 3, wrong
