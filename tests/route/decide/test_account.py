from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from mapp.route.decide.account import own_words
from mapp.route.fill.cues import learn
from mapp.route.read.tokens import stem

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
    assert stem("office") in own_words(DAYS, cues).words - own_words(DAYS).words
    own = own_words(DAYS, cues)
    assert "exclude sunday" in own.said
    assert "exclude weekend" in own.described
    assert own is own_words(DAYS, cues)


def test_the_name_of_an_argument_asks_for_nothing() -> None:
    assert not {key for key in own_words(DAYS).described if key.startswith("get ")}
    assert "start" in own_words(DAYS).inputs
