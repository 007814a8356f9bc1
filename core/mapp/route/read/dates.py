"""Dates, times of day and durations as people write them.

An ambiguous date (05/03/2024) is marked as ambiguous, never guessed. So is one without a year, unless the
reader knows what day it is.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from mapp.route.read.lexicon import MONTHS
from mapp.route.read.moment import MAX_MOMENTS, NAMED_DAY, Moment
from mapp.route.read.relative_dates import spoken_dates
from mapp.route.read.units import NAMES, SYMBOLS

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?(?![a-z])"
_DAY = r"(?<![\d.,/])(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d])"
_YEAR = r"(?P<year>\d{4})(?![\d])"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"

_ISO = re.compile(
    r"(?<![\d\w])(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"
)
_ISO_TIME = re.compile(rf"(?:T|\s|,\s|\sat\s){_CLOCK}(?P<zone>\s?Z|\sUTC|[+-]\d{{2}}:?\d{{2}})?(?![\d:])")
_JOINT = re.compile(r"\s?,?\s?(?:at|on|@)?\s")
_NUMERIC = re.compile(
    r"(?<![\d\w./-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})(?![\d])"
)
_DAY_FIRST = re.compile(rf"{_DAY}(?:\s+of)?[\s-]+{_MONTH}(?:,?[\s-]+{_YEAR})?", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"(?<![a-z]){_MONTH}\s+(?:the\s+)?{_DAY}(?:\s*,?\s+{_YEAR})?", re.IGNORECASE)
_COMPACT = re.compile(r"(?<!\w)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\w)")

_TIME_24 = re.compile(rf"(?<![\d:.]){_CLOCK}(?:\s?(?P<half>[ap])\.?m\b\.?)?(?![\d:])", re.IGNORECASE)
_TIME_12 = re.compile(r"(?<![\d:.,])(?P<hour>\d{1,2})\s?(?P<half>[ap])\.?m\b\.?", re.IGNORECASE)
_TIME_WORD = re.compile(r"\b(?P<word>noon|midnight|midday)\b", re.IGNORECASE)

_LONG_UNIT = "hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|milliseconds?|ms|h|m|s|d|w"
_PART = rf"\d{{1,9}}(?:\.\d{{1,6}})?\s?(?:{_LONG_UNIT})(?![a-z])"
_DURATION = re.compile(
    rf"(?<![\w.,]){_PART}(?:(?:\s?,\s?(?:and\s)?|\sand\s|\s)?{_PART}){{1,5}}", re.IGNORECASE
)
_ONE_PART = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z]+)", re.IGNORECASE)


def moments(text: str, today: datetime.date | None = None) -> list[Moment]:
    """Returns every date, date-time, time of day and compound duration of the text, by place.

    Dates that depend on `today` have no value without it.
    """
    numeric = any(character.isdigit() for character in text)
    days = _with_shared_year(text, list(_dates(text))) if numeric else []
    days = spoken_dates(text, days, today)
    times = [*(_times(text) if numeric else ()), *_word_times(text)]
    found = [*days, *times, *_date_times(text, days, times), *(_durations(text) if numeric else ())]
    return sorted(found, key=lambda moment: (moment.start, -moment.end))[:MAX_MOMENTS]


def _dates(text: str) -> Iterator[Moment]:
    taken: list[tuple[int, int]] = []
    for pattern, read in (
        (_ISO, _by_number),
        (_NUMERIC, _either_order),
        (_MONTH_FIRST, _by_month_name),
        (_DAY_FIRST, _by_month_name),
        (_COMPACT, _by_number),
    ):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            moment = read(match)
            if len(taken) >= MAX_MOMENTS:
                return
            if moment is not None:
                taken.append((moment.start, moment.end))
                yield moment


_RANGE = re.compile(r"\s*(?:to|and|until|till|through|thru|-|–|,)\s*(?:the\s+)?", re.IGNORECASE)


def _with_shared_year(text: str, days: list[Moment]) -> list[Moment]:
    """Returns the dates; the first of a range gets the year of the second: `May 15th to May 22nd, 2023`."""
    ordered = sorted(days, key=lambda day: day.start)
    for place, (first, second) in enumerate(pairwise(ordered)):
        match = None if first.value else NAMED_DAY.fullmatch(text, first.start, first.end)
        if match and second.value and _RANGE.fullmatch(text, first.end, second.start):
            month = MONTHS[(match["month"] or match["other"]).lower()]
            value = _day(int(str(second.value)[:4]), month, int(match["day"] or match["later"]))
            if value is not None:
                ordered[place] = Moment("date", first.start, first.end, value)
    return ordered


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def _by_number(match: re.Match[str]) -> Moment | None:
    value = _day(int(match["year"]), int(match["month"]), int(match["day"]))
    return Moment("date", match.start(), match.end(), value) if value else None


def _by_month_name(match: re.Match[str]) -> Moment | None:
    month, day = MONTHS[match["month"].lower()], int(match["day"])
    if match["year"] is None:
        # `may 5` may be a verb; a leap year allows every day that any year has.
        weak = match["month"].islower() and match["month"] in ("may", "mar", "march")
        known = not weak and _day(2024, month, day)
        return Moment("date", match.start(), match.end(), None, True) if known else None
    value = _day(int(match["year"]), month, day)
    return Moment("date", match.start(), match.end(), value) if value else None


def _either_order(match: re.Match[str]) -> Moment | None:
    year, first, second = int(match["year"]), int(match["first"]), int(match["second"])
    values = {value for value in (_day(year, second, first), _day(year, first, second)) if value}
    if not values:
        return None
    ambiguous = len(values) > 1
    return Moment("date", match.start(), match.end(), None if ambiguous else values.pop(), ambiguous)


def _date_times(text: str, days: list[Moment], times: list[Moment]) -> Iterator[Moment]:
    """Yields each date together with the time of day next to it: `5 March 2024 at 3 pm`."""
    for day in days:
        match = _ISO_TIME.match(text, day.end) if isinstance(day.value, str) else None
        if match and (clock := _clock(match, None)):
            zone = (match["zone"] or "").strip().replace("UTC", "Z")
            value = f"{day.value}T{_full(clock)}{zone or 'Z'}"
            yield Moment("date-time", day.start, match.end(), value, relative=day.relative)
            continue
        for time in times if isinstance(day.value, str) else ():
            if _JOINT.fullmatch(text, day.end, time.start) or _JOINT.fullmatch(text, time.end, day.start):
                start, end = min(day.start, time.start), max(day.end, time.end)
                value = f"{day.value}T{_full(str(time.value))}Z"
                yield Moment("date-time", start, end, value, relative=day.relative)
                break


def _full(clock: str) -> str:
    return clock if clock.count(":") == 2 else f"{clock}:00"


def _clock(match: re.Match[str], half: str | None) -> str | None:
    groups = match.groupdict()
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    second = groups.get("second")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour > 23 or minute > 59 or int(second or 0) > 59:
        return None
    return f"{hour:02d}:{minute:02d}" + (f":{second}" if second else "")


def _times(text: str) -> Iterator[Moment]:
    for pattern in (_TIME_24, _TIME_12):
        for match in pattern.finditer(text):
            if value := _clock(match, match["half"]):
                yield Moment("time", match.start(), match.end(), value)


def _word_times(text: str) -> Iterator[Moment]:
    for match in _TIME_WORD.finditer(text):
        value = "00:00" if match["word"].lower() == "midnight" else "12:00"
        yield Moment("time", match.start(), match.end(), value)


def _durations(text: str) -> Iterator[Moment]:
    for match in _DURATION.finditer(text):
        seconds = Decimal(0)
        for amount, word in _ONE_PART.findall(match.group()):
            lower = word.lower()
            unit = NAMES["minute"] if lower == "m" else NAMES.get(lower) or SYMBOLS[lower]
            seconds += Decimal(amount) * unit.factor
        yield Moment("duration", match.start(), match.end(), seconds)
