"""Durations in the form that an argument's pattern accepts."""

import pytest

from mapp.route.fill.duration_texts import durations_for
from mapp.route.fill.slots import Slot
from mapp.route.read.parsed_request import read
from support.filling import slot

SPACED = slot("duration", 'type = "string"\npattern = "^[0-9]+ (h|min|s)( [0-9]+ (h|min|s))*$"')
TIGHT = slot("text", 'type = "string"\npattern = "^([0-9]+[hms])+$"\ndescription = "A duration"')
ISO = slot("duration", 'type = "string"\npattern = "^PT[0-9HMS]+$"')
CLOCK = slot("duration", 'type = "string"\npattern = "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"')
OTHER = slot("code", 'type = "string"\npattern = "^PT[0-9HMS]+$"')
FREE = slot("duration", 'type = "string"')


@pytest.mark.parametrize("text", ["1h30", "an hour and a half", "1.5 hours", "one and a half hours", "1½ h"])
@pytest.mark.parametrize(
    ("of", "expected"), [(SPACED, "1 h 30 min"), (TIGHT, "1h30m"), (ISO, "PT1H30M"), (CLOCK, "01:30:00")]
)
def test_a_duration_is_written_as_the_pattern_wants_it(text: str, of: Slot, expected: str) -> None:
    assert [option.value for option in durations_for(of, read(f"how long is {text}"))] == [expected]


@pytest.mark.parametrize("of", [OTHER, FREE])
def test_only_a_duration_with_a_pattern_is_rewritten(of: Slot) -> None:
    assert list(durations_for(of, read("an hour and a half"))) == []


@pytest.mark.parametrize("text", ["2 h 30 min", "5 km", "a month and a half", "0.1 s", "some time"])
def test_what_fits_or_is_no_duration_in_seconds_is_left_alone(text: str) -> None:
    assert list(durations_for(SPACED, read(text))) == []
