"""Dates that depend on the day on which they are said, and named days: `next Friday`, `Christmas 2027`.

The rules, with weeks from Monday to Sunday (ISO 8601):

- A named day or a date without a year is the next one; in a request that looks back (`since`, `ago`) it is
  the latest one. Today counts. `next Christmas` and `last Christmas` do not count today.
- `Friday` is the first Friday after today, or the latest one before today if the request looks back.
  `this Friday` may be today. `next Friday` is the Friday of next week. `last Friday` is the latest Friday
  before today.
- `next month`, `next year` and `next week` are the first day of it; so are `last month` and the like.
- `in 3 weeks` and `3 weeks ago` count from today; so do months and years, and where a month is too short
  the day is its last one.
- `the 24th` is the next 24th, or the latest if the request looks back. Today counts.
"""

import datetime
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from mapp.route.read.holidays import NAMES, holiday
from mapp.route.read.lexicon import MONTHS, ORDINAL_WORDS, TENS_WORDS, UNITS_WORDS
from mapp.route.read.moment import MAX_MOMENTS, NAMED_DAY, Moment

Day = datetime.date
_SAME_DAY_EVERY_YEAR: Final = 8
"""Within so many years every day of the calendar comes again, 29 February in 2096 included."""

_YEAR = r"(?P<year>\d{4})(?![\d.,]*\d)"
_RELATION = r"next|this|last|past|previous|coming|upcoming|the\s+coming"
_MONTHS = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_WEEKDAYS = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_NOT_THE_DAY = (
    r"(?!['’]?\s+(?:trees?|part(?:y|ies)|presents?|gifts?|cards?|songs?|carols?|shopping|markets?|cakes?|eggs?"
    r"|islands?|holidays?|breaks?|vacation|music|sweaters?|jumpers?|movies?|bonus|sales?|deals?|season|term"
    r"|resolutions?|weekend|week)\b)"
)
_HOLIDAY = re.compile(
    rf"(?<![\w'’])(?:(?P<before>\d{{4}})\s+|(?:(?P<whose>next|this|last)\s+year['’]?s"
    rf"|(?P<which>{_RELATION}))\s+)?(?P<name>{NAMES})(?![\w])"
    rf"{_NOT_THE_DAY}(?:(?:\s*,\s*|\s+(?:of\s+|in\s+)?){_YEAR}|\s+(?:of\s+)?(?P<of>next|this|last)\s+year\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<week>next|this|last)\s+week(?:['’]s)?(?:\s+on)?\s+|(?P<which>{_RELATION})\s+)?"
    rf"(?P<name>{'|'.join(_WEEKDAYS)}|(?:(?<=next\s)|(?<=this\s)|(?<=last\s))(?:{'|'.join(_SHORT_WEEKDAYS)}))"
    r"(?:\s+(?:of\s+)?(?P<later>next|this|last)\s+week|\s+(?P<after>after\s+next)|\s+(?P<plus>week)(?=\s*(?:$|[?.!,])))?"
    r"(?![\w'’])(?!\s+(?:of|in)\b)",
    re.IGNORECASE,
)
_KIND_OF_DAY = re.compile(
    r"(?:\b(?:an?|any|each|every|first|second|third|fourth|fifth|many|no|which|what|than)"
    rf"|\d(?:st|nd|rd|th)?|[-–/]|(?:{'|'.join(_WEEKDAYS)})\s*(?:to|through|till|until|or|and|,))\s*$",
    re.IGNORECASE,
)
"""Before a weekday that does not mean a date: `a Friday`, `the first Monday`, `Monday to Friday`."""
_RANGE_OF_DAYS = re.compile(
    r"\s*(?:-|–|/|to|or|and|through|till|until)\s*(?:a\s+)?(?:" + "|".join(_WEEKDAYS) + ")", re.I
)
_NEAR_TODAY = re.compile(
    r"\b(?P<word>(?:the\s+)?day\s+after\s+tomorrow|(?:the\s+)?day\s+before\s+yesterday|tomorrow|yesterday"
    r"|today|now)\b(?!['’]s)",
    re.IGNORECASE,
)
_SHIFT: Final = {"next": 1, "this": 0, "last": -1}
_FROM_TODAY: Final = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}
_COUNT = (
    r"(?P<count>\d{1,5}|an?|a\s+couple\s+of|(?:"
    + "|".join(TENS_WORDS)
    + r")(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|"
    + "|".join(word for word in UNITS_WORDS if word != "zero")
    + ")"
)
_UNIT = r"(?P<unit>days?|weeks?|fortnights?|months?|years?)"
_AHEAD = re.compile(
    rf"\b(?:in|within)\s+{_COUNT}\s+{_UNIT}(?:['’]?\s+time)?\b(?!\s+(?:before|after|from|of|ago)\b)",
    re.IGNORECASE,
)
_FROM_NOW = re.compile(rf"\b{_COUNT}\s+{_UNIT}\s+(?P<side>ago|hence|from\s+(?:now|today))\b", re.IGNORECASE)
_BESIDE = re.compile(
    rf"\b(?:{_COUNT}\s+{_UNIT}|the\s+(?P<one>day|week|month|year))\s+(?P<side>before|after|from|on)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Before a date that is counted from: `two weeks after Easter`, `the day before Christmas Eve`."""
_EDGE = re.compile(
    r"\b(?:the\s+)?(?P<edge>start|beginning|first(?:\s+day)?|1st|end|last\s+day)\s+of\s+(?:the\s+)?"
    rf"(?:(?:(?P<which>next|this|last)\s+)?(?P<unit>week|month|year)(?:\s+{_YEAR})?"
    rf"|(?P<month>{_MONTHS})\b(?:,?\s+(?P<its>\d{{4}})\b)?|(?P<only>\d{{4}})\b)",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"\b(?P<which>next|last)\s+(?P<unit>week|month|year)\b(?!['’])", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(
    r"\bthe\s+(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?:\s+of\s+(?P<which>next|this|last)\s+month)?"
    r"(?!\s+(?:of|in|day|week|month|year|[a-z]+day|percentile|century|place|number|time|row|line)\b)",
    re.IGNORECASE,
)
_ORDINAL_DAY = re.compile(
    r"\b(?:the\s+)?(?P<day>(?:twenty|thirty)[\s-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    rf"|{'|'.join(word for word, number in ORDINAL_WORDS.items() if number <= 30)})\s+(?:day\s+)?of\s+"
    rf"(?P<month>{_MONTHS})\b(?:,?\s+{_YEAR})?",
    re.IGNORECASE,
)
_BACKWARDS = re.compile(
    r"\bsince\b|\bago\b|\b(?:has|have|had)\s+(?:it\s+been|passed|gone)\b|\bpassed\b|\belapsed\b|\bgone\s+by\b",
    re.IGNORECASE,
)
_DIRECTION = re.compile(
    r"\b(?:(?P<ahead>until|till|til|to|before|by)|(?P<back>since))\s+(?:the\s+|our\s+|my\s+)?$", re.I
)
_APPOSITION = re.compile(r"\s*(?:,|\(|on|which\s+is|is|=|:)?\s*(?:on\s+)?(?:the\s+)?", re.IGNORECASE)


def spoken_dates(text: str, dates: Sequence[Moment], today: Day | None) -> list[Moment]:
    """Returns the dates of a text together with those that are named or depend on today.

    Args:
        text: the request.
        dates: the dates that are written out; those without a year get one here, if today is known.
        today: the day on which the request is made; None if the reader may not know it. Then what depends
            on it has no value.
    """
    found = list(dates) if today is None else [_dated(text, day, today) for day in dates]
    explicit = [day for day in dates if day.value is not None]
    for pattern, resolve in _READERS:
        for match in pattern.finditer(text):
            if any(day.start < match.end() and match.start() < day.end for day in found):
                continue
            moment = resolve(match, today)
            if moment is not None and not _repeats(text, moment, explicit):
                found.append(moment)
            if len(found) >= MAX_MOMENTS:
                break
    return found if today is None else list(_counted_from(text, found))


def _dated(text: str, moment: Moment, today: Day) -> Moment:
    """Returns a date without a year as the next one, or the latest; any other date stays as it is."""
    match = None if moment.value else NAMED_DAY.fullmatch(text, moment.start, moment.end)
    if match is None:
        return moment
    month, day = MONTHS[(match["month"] or match["other"]).lower()], int(match["day"] or match["later"])
    found = _yearly(month, day, text, moment.start, today)
    value = found.isoformat() if found else None
    return replace(moment, value=value, ambiguous=False, relative=True)


def _yearly(month: int, day: int, text: str, start: int, today: Day) -> Day | None:
    return _nearest(lambda year: _date(year, month, day), today, back=_looks_back(text, start))


def _looks_back(text: str, start: int) -> bool:
    """Returns whether a request counts back to the date at a place of it: `days since Christmas`."""
    if match := _DIRECTION.search(text[max(0, start - 30) : start]):
        return match["back"] is not None
    return any(not _FROM_NOW.search(text[: match.end()][-40:]) for match in _BACKWARDS.finditer(text))


def _date(year: int, month: int, day: int) -> Day | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _nearest(on: Callable[[int], Day | None], today: Day, *, back: bool, strict: bool = False) -> Day | None:
    """Returns the next day of a yearly kind, or the latest; today counts unless `strict`."""
    step = -1 if back else 1
    for year in range(today.year, today.year + step * (_SAME_DAY_EVERY_YEAR + 1), step):
        day = on(year)
        if day is None:
            continue
        if (day < today if back else day > today) or (day == today and not strict):
            return day
    return None


def _moment(match: re.Match[str], day: Day | None, *, relative: bool = True, soft: bool = False) -> Moment:
    value = day.isoformat() if day else None
    return Moment("date", match.start(), match.end(), value, relative=relative, soft=soft)


def _holiday(match: re.Match[str], today: Day | None) -> Moment | None:
    name, stated = match["name"], match["year"] or match["before"]
    if stated:
        day = holiday(name, int(stated))
        return _moment(match, day, relative=False) if day else None
    if today is None:
        return _moment(match, None)
    which, year = (match["which"] or "").lower(), (match["whose"] or match["of"] or "").lower()
    if year or which == "this":
        return _moment(match, holiday(name, today.year + _SHIFT.get(year, 0)))
    past = which in ("last", "past", "previous")
    back = past or (not which and _looks_back(match.string, match.start()))
    strict = past or which == "next"
    return _moment(match, _nearest(lambda year: holiday(name, year), today, back=back, strict=strict))


def _weekday(match: re.Match[str], today: Day | None) -> Moment | None:
    which = (match["which"] or "").lower().split()[-1:]
    week = (match["week"] or match["later"] or "").lower()
    bare = not which and not week
    text = match.string
    if bare and (
        today is None
        or _KIND_OF_DAY.search(text[max(0, match.start() - 20) : match.start()])
        or _RANGE_OF_DAYS.match(text, match.end())
    ):
        return None
    if today is None:
        return _moment(match, None)
    name = match["name"].lower()
    number = _WEEKDAYS.index(name) if name in _WEEKDAYS else _SHORT_WEEKDAYS[name]
    monday = today.toordinal() - today.weekday()
    ahead = (number - today.weekday()) % 7
    behind = (today.weekday() - number) % 7 or 7
    if week:
        day = monday + number + 7 * _SHIFT.get(week, 0)
    elif which == ["next"]:
        day = monday + number + 7
    elif (which and which[0] in ("last", "past", "previous")) or (bare and _looks_back(text, match.start())):
        day = today.toordinal() - behind
    else:
        day = today.toordinal() + (ahead if which else ahead or 7)
    if match["after"]:
        day = monday + number + 14
    return _moment(match, _of_ordinal(day + (7 if match["plus"] else 0)))


def _of_ordinal(number: int) -> Day | None:
    return Day.fromordinal(number) if 1 <= number <= Day.max.toordinal() else None


def _near_today(match: re.Match[str], today: Day | None) -> Moment | None:
    word = " ".join(match["word"].lower().removeprefix("the ").split())
    soft = word in ("today", "now")
    if today is None:
        return None if soft else _moment(match, None)
    days = _FROM_TODAY.get(word, 2 if "after" in word else -2)
    return _moment(match, _of_ordinal(today.toordinal() + days), soft=soft)


def _ahead(match: re.Match[str], today: Day | None) -> Moment | None:
    return None if today is None else _moment(match, _shifted(today, match, 1), soft=True)


def _from_now(match: re.Match[str], today: Day | None) -> Moment | None:
    sign = -1 if match["side"].lower() == "ago" else 1
    return None if today is None else _moment(match, _shifted(today, match, sign), soft=True)


def _shifted(day: Day, match: re.Match[str], sign: int) -> Day | None:
    """Returns the day so many days, weeks, months or years later, or earlier if the sign is negative."""
    count = sign * _number(match["count"])
    unit = match["unit"].lower().rstrip("s")
    if unit in ("month", "year"):
        return _months_later(day, count * (12 if unit == "year" else 1))
    return _of_ordinal(day.toordinal() + count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def _number(words: str) -> int:
    said = words.lower().replace("-", " ").split()
    if said[0].isdigit():
        return int(said[0])
    if said[0] in ("a", "an"):
        return 2 if "couple" in said else 1
    return sum(UNITS_WORDS.get(word, TENS_WORDS.get(word, 0)) for word in said)


def _months_later(day: Day, months: int) -> Day | None:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not 1 <= year <= 9999:
        return None
    return datetime.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _edge(match: re.Match[str], today: Day | None) -> Moment | None:
    """Resolves `the end of next month`, `first of March 2028`, `start of 2027`."""
    last = "end" in match["edge"].lower() or "last" in match["edge"].lower()
    if (match["only"] or match["its"] or match["year"]) is not None:
        return _stated_edge(match, last)
    if today is None:
        return _moment(match, None)
    if match["month"]:
        month = MONTHS[match["month"].lower()]
        back = _looks_back(match.string, match.start())
        return _moment(match, _nearest(lambda year: _in_month(year, month, last), today, back=back))
    unit, which = match["unit"].lower(), (match["which"] or "").lower()
    day = _edge_of(today, unit, _SHIFT.get(which, 0), last)
    if not which and not last and unit != "week" and day is not None and day < today:
        # `the first of the month` is still to come, unless the request looks back.
        day = day if _looks_back(match.string, match.start()) else _edge_of(today, unit, 1, last)
    return _moment(match, day)


def _stated_edge(match: re.Match[str], last: bool) -> Moment | None:
    if match["unit"] and match["unit"].lower() != "year":
        return None
    year = int(match["only"] or match["its"] or match["year"])
    month = MONTHS[match["month"].lower()] if match["month"] else 12 if last else 1
    return _moment(match, _in_month(year, month, last), relative=False)


def _in_month(year: int, month: int, last: bool) -> Day | None:
    if not 1 <= year <= 9999:
        return None
    return datetime.date(year, month, monthrange(year, month)[1] if last else 1)


def _edge_of(today: Day, unit: str, shift: int, last: bool) -> Day | None:
    """Returns the first or last day of a week, month or year, counted from the one of today."""
    if unit == "week":
        return _of_ordinal(today.toordinal() - today.weekday() + 7 * shift + (6 if last else 0))
    moved = _months_later(today.replace(day=1), shift * (12 if unit == "year" else 1))
    if moved is None:
        return None
    month = moved.month if unit == "month" else 12 if last else 1
    return _in_month(moved.year, month, last)


def _period(match: re.Match[str], today: Day | None) -> Moment | None:
    if today is None:
        return None
    shift = _SHIFT[match["which"].lower()]
    return _moment(match, _edge_of(today, match["unit"].lower(), shift, last=False))


def _day_of_month(match: re.Match[str], today: Day | None) -> Moment | None:
    number = int(match["day"])
    if today is None or not 1 <= number <= 31:
        return None
    which = (match["which"] or "").lower()
    if which:
        month = _months_later(today.replace(day=1), _SHIFT.get(which, 0))
        return _moment(match, _date(month.year, month.month, number) if month else None)
    back = _looks_back(match.string, match.start())
    for months in range(0, -3 if back else 3, -1 if back else 1):
        month = _months_later(today.replace(day=1), months)
        day = _date(month.year, month.month, number) if month else None
        if day is not None and (day <= today if back else day >= today):
            return _moment(match, day)
    return None


def _ordinal_day(match: re.Match[str], today: Day | None) -> Moment | None:
    """Resolves `the twenty-fourth of December`, with or without a year."""
    month = MONTHS[match["month"].lower()]
    number = sum(
        ORDINAL_WORDS.get(word, TENS_WORDS.get(word, 0))
        for word in match["day"].lower().replace("-", " ").split()
    )
    if match["year"]:
        day = _date(int(match["year"]), month, number)
        return _moment(match, day, relative=False) if day else None
    if today is None:
        return (
            Moment("date", match.start(), match.end(), None, ambiguous=True)
            if _date(2024, month, number)
            else None
        )
    return _moment(match, _yearly(month, number, match.string, match.start(), today))


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Day | None], Moment | None]], ...]] = (
    (_HOLIDAY, _holiday),
    (_EDGE, _edge),
    (_ORDINAL_DAY, _ordinal_day),
    (_WEEKDAY, _weekday),
    (_FROM_NOW, _from_now),
    (_AHEAD, _ahead),
    (_NEAR_TODAY, _near_today),
    (_DAY_OF_MONTH, _day_of_month),
    (_PERIOD, _period),
)


def _repeats(text: str, moment: Moment, explicit: Sequence[Moment]) -> bool:
    """Returns whether a written date next to it says the same: `Friday, 29 March 2024`."""
    if not moment.relative or moment.soft:
        return False
    gaps = [(moment.end, day.start) for day in explicit] + [(day.end, moment.start) for day in explicit]
    return any(0 <= end - start < 20 and _APPOSITION.fullmatch(text, start, end) for start, end in gaps)


def _counted_from(text: str, found: Sequence[Moment]) -> Iterator[Moment]:
    """Yields the dates; `two weeks after Easter` takes the place of the date that it counts from."""
    for day in found:
        match = (
            _BESIDE.search(text[max(0, day.start - 60) : day.start]) if isinstance(day.value, str) else None
        )
        if match is None or day.kind != "date" or (match["side"].lower() == "on" and not match["count"]):
            yield day
            continue
        sign = -1 if match["side"].lower() == "before" else 1
        start = Day.fromisoformat(str(day.value))
        moved = _step(start, match["one"], sign) if match["one"] else _shifted(start, match, sign)
        value = moved.isoformat() if moved else None
        first = max(0, day.start - 60) + match.start()
        yield Moment("date", first, day.end, value, relative=day.relative, soft=day.soft)


def _step(start: Day, unit: str, sign: int) -> Day | None:
    if unit.lower() in ("month", "year"):
        return _months_later(start, sign * (12 if unit.lower() == "year" else 1))
    return _of_ordinal(start.toordinal() + sign * (1 if unit.lower() == "day" else 7))
