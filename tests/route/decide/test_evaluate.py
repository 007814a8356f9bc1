"""One candidate with its arguments and what counts against it."""

import datetime

import pytest

from mapp.errors import InvalidArguments
from mapp.model.decision import Arguments
from mapp.model.manifest import Manifest
from mapp.model.request import TESTS_ASKED_MS, Request
from mapp.route.decide.evaluate import arguments_now, evaluate_candidate, read_compiled, read_verbatim
from mapp.route.fill.cues import Cues

CIRCLE = Manifest.from_toml(
    """
manifest = 1
name = "circle"
version = "1.0.0"
description = "The area of a circle."
sources = ["Euclid"]
[input.radius]
type = "number"
maximum = 100
[input.digits]
type = "integer"
default = 2
[output]
type = "number"
"""
)


def test_arguments_from_the_request_are_completed_with_defaults() -> None:
    match = evaluate_candidate(Request(text="area of a circle with radius 5"), CIRCLE, Cues(), 0.9)
    assert (match.app, match.probability) == ("circle", 0.9)
    assert dict(match.arguments) == {"radius": 5, "digits": 2}
    assert (match.vetoes, match.problems) == ((), ())


def test_a_request_without_a_needed_value_has_no_arguments_and_a_veto() -> None:
    match = evaluate_candidate(Request(text="area of a circle"), CIRCLE, Cues(), 0.9)
    assert match.filling.missing == ("radius",)
    assert (match.arguments, match.problems) == ((), ())
    assert [veto.name for veto in match.vetoes] == ["missing-argument"]


def test_a_value_out_of_range_counts_as_missing_and_is_not_passed_on() -> None:
    match = evaluate_candidate(Request(text="area of a circle with radius 500"), CIRCLE, Cues(), 0.9)
    assert match.arguments == ()
    assert match.filling.missing == ("radius",)
    assert [veto.name for veto in match.vetoes] == ["missing-argument", "number-left-over"]


def test_a_request_from_the_apps_own_tests_is_certain() -> None:
    match = read_verbatim(CIRCLE, (("radius", 3),))
    assert (match.probability, match.filling.confidence) == (1.0, 1.0)
    assert dict(match.arguments) == {"radius": 3, "digits": 2}
    assert match.filling.arguments == {"radius": 3}


@pytest.mark.parametrize(
    "arguments", [(), (("radius", "wide"),), (("radius", 101),), (("radius", 1), ("colour", 2))]
)
def test_stated_arguments_that_do_not_fit_the_manifest_are_refused(arguments: Arguments) -> None:
    with pytest.raises(InvalidArguments):
        read_verbatim(CIRCLE, arguments)


def _counting(capabilities: str) -> Manifest:
    return Manifest.from_toml(
        f"""
manifest = 1
name = "countdown"
version = "1.0.0"
description = "Counts the days until a date."
sources = ["ISO 8601"]
[input.date]
type = "string"
format = "date"
description = "The date"
[output]
type = "integer"
{capabilities}
"""
    )


COUNTDOWN = _counting("[capabilities]\nclock = true")
NO_CLOCK = _counting("")


def _asked(text: str, day: datetime.date) -> Request:
    noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    return Request(text=text, asked_ms=int(noon.timestamp() * 1000))


TODAY = datetime.date(2026, 11, 26)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many days until Christmas", "2026-12-25"),
        ("days to go to new year's eve", "2026-12-31"),
        ("days until next Friday", "2026-12-04"),
        ("how long is it until 24 December in days", "2026-12-24"),
        ("how many days are left till the end of the month", "2026-11-30"),
    ],
)
def test_an_app_with_a_clock_gets_relative_dates_from_the_time_of_the_request(
    text: str, expected: str
) -> None:
    match = evaluate_candidate(_asked(text, TODAY), COUNTDOWN, Cues(), 0.9)
    assert (dict(match.arguments), match.vetoes) == ({"date": expected}, ())
    assert expected in match.filling.evidence[0]


@pytest.mark.parametrize("text", ["days until Christmas", "days until next Friday", "days until tomorrow"])
def test_an_app_without_a_clock_is_told_nothing_about_today(text: str) -> None:
    match = evaluate_candidate(_asked(text, TODAY), NO_CLOCK, Cues(), 0.9)
    assert (match.arguments, match.filling.missing) == ((), ("date",))
    [veto] = [veto for veto in match.vetoes if veto.name == "relative-date"]
    assert "depends on today's date, which countdown does not read" in veto.reason


def test_an_app_without_a_clock_still_reads_a_named_day_with_its_year() -> None:
    match = evaluate_candidate(_asked("days until Easter 2030", TODAY), NO_CLOCK, Cues(), 0.9)
    assert dict(match.arguments) == {"date": "2030-04-21"}


def test_stated_arguments_with_a_relative_date_are_those_of_today() -> None:
    tested = datetime.datetime.fromtimestamp(TESTS_ASKED_MS / 1000, datetime.UTC).date()
    request = _asked("days until Christmas", TODAY)
    stated = (("date", f"{tested.year}-12-25"),)
    assert arguments_now(request, COUNTDOWN, Cues(), stated) == (("date", "2026-12-25"),)


def test_stated_arguments_that_the_filler_does_not_find_are_not_moved_to_today() -> None:
    request = _asked("days until Christmas", TODAY)
    assert arguments_now(request, COUNTDOWN, Cues(), (("date", "2023-12-24"),)) is None


@pytest.mark.parametrize("text", ["days until 5 May 2030", "counted from today until 5 May 2030"])
def test_stated_arguments_that_do_not_depend_on_today_stand(text: str) -> None:
    stated = (("date", "2030-05-05"),)
    for manifest in (NO_CLOCK, COUNTDOWN):
        assert arguments_now(_asked(text, TODAY), manifest, Cues(), stated) == stated


@pytest.mark.parametrize(
    "words",
    [
        "area of a circle with radius 5, not of a square",
        "undo the circle of radius 5",
        "circle of radius 5 and then rest",
        "the 3 musketeers' circle of radius 5",
    ],
)
def test_nothing_in_the_words_counts_against_an_app_that_was_compiled_for_them(words: str) -> None:
    assert evaluate_candidate(Request(text=words), CIRCLE, Cues(), 1.0).vetoes
    match = read_compiled(Request(text=words), CIRCLE, Cues())

    assert match.complete and match.probability == 1.0
    assert dict(match.arguments) == {"radius": 5, "digits": 2}


def test_a_value_that_the_words_lack_is_missing_from_a_compiled_request_too() -> None:
    match = read_compiled(Request(text="area of the usual circle"), CIRCLE, Cues())

    assert (match.complete, match.filling.missing) == (False, ("radius",))
