from mapp.model.manifest import Manifest
from mapp.model.request import Phrase, Request
from mapp.route.decide.account import own_words, unaccounted_share
from mapp.route.fill.cues import NO_CUES, Cues, learn
from mapp.route.fill.fill import fill

DAYS = Manifest.from_toml(
    """
manifest = 1
name = "working-days"
version = "1.0.0"
description = "Counts working days, excluding weekends."
sources = ["ISO 8601"]
[input.start]
type = "string"
format = "date"
[input.end]
type = "string"
format = "date"
[output]
type = "integer"
description = "How many days"
"""
)


def share(text: str, cues: Cues = NO_CUES) -> float:
    request = Request(text=text)
    return unaccounted_share(request, DAYS, fill(request, DAYS, cues), cues)


def test_the_share_counts_the_words_that_neither_call_nor_app_has() -> None:
    assert share("working days from 2026-05-01 to 2026-05-31") == 0
    assert share("working days from 2026-05-01 to 2026-05-31 please") == 0
    assert share("working days in russia") == round(1 / 3, 4)
    assert share("pastries") == 1
    assert share("2026-05-01") == 0


def test_the_words_of_a_quotation_are_accounted_for() -> None:
    assert share("working days 'pastries'") == 0


def test_an_apps_own_requests_teach_words_and_qualifiers() -> None:
    rows = [
        Phrase(
            request=f"office days between 2026-05-01 and 2026-05-{day} leaving out sundays",
            fits=True,
            arguments=(("start", "2026-05-01"), ("end", f"2026-05-{day}")),
        )
        for day in range(10, 30)
    ]
    cues = learn(DAYS, rows)
    assert share("office hours", NO_CUES) == 1
    assert share("office hours", cues) == 0.5
    own = own_words(DAYS, cues)
    assert "exclude sunday" in own.said
    assert "exclude weekend" in own.described
    assert own is own_words(DAYS, cues)


def test_the_name_of_an_argument_asks_for_nothing() -> None:
    assert not {key for key in own_words(DAYS).described if key.startswith("get ")}
    assert "start" in own_words(DAYS).inputs
