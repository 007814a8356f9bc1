"""Draws texts for the supported formats: leap days, first and last year, odd offsets, awkward addresses."""

from __future__ import annotations

import calendar
from typing import Final

from mapp.validate.generate.choices import Choices, Drawer, pick, seldom

_DAYS: Final = (
    *("2024-02-29", "2023-02-28", "2023-03-01", "2000-02-29", "1900-02-28", "1900-03-01", "2100-02-28"),
    *("1999-12-31", "2000-01-01", "1970-01-01", "1969-12-31", "2023-12-31", "2024-12-31", "2020-12-31"),
    *("0001-01-01", "0004-02-29", "9999-12-31", "1582-10-04", "1582-10-15", "2038-01-19", "2021-01-01"),
)
_TIMES: Final = ("00:00:00", "23:59:59", "12:00:00", "11:59:59", "00:00:01", "01:30:00", "02:30:00")
_FRACTIONS: Final = ("", "", "", ".5", ".001", ".999999")
_OFFSETS: Final = ("Z", "Z", "Z", "+00:00", "+01:00", "-05:00", "+05:30", "+14:00", "-12:00", "+23:59")
_LOCALS: Final = ("a", "ada", "ada.lovelace", "o'hara", "x+tag", "first_last", "1", "UPPER", "a-b", "n" * 64)
_HOSTS: Final = (
    "example.org",
    "a.b",
    "x.co",
    "sub.domain.example.com",
    "xn--bcher-kva.de",
    "ex-ample.museum",
    "EXAMPLE.COM",
)
_URIS: Final = (
    "https://example.org",
    "http://example.org/",
    "https://user:pass@example.org:8443/a/b?c=d&e=f#g",
    "http://[2001:db8::1]/",
    "http://127.0.0.1:80/%20%C3%A9",
    "mailto:ada@example.org",
    "urn:isbn:9780000000000",
    "https://example.org/a?b=%26&b=2&=&c",
    "https://example.org/#",
    "ftp://example.org/file.tar.gz",
    "data:,x",
    "https://example.org//double//slash/../up/./here",
)
_UUIDS: Final = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
    "00000000-0000-4000-8000-000000000000",
    "01890a5d-ac96-774b-bcce-b302099a8057",
)


def dates(choices: Choices) -> str:
    """Draws a date between 0001-01-01 and 9999-12-31, most often a recent one."""
    way = choices.below(8)
    if way < 3:
        return pick(choices, _DAYS)
    year = 1 + choices.below(9999) if way == 7 else 1950 + choices.below(150)
    month = 1 + choices.below(12)
    last = calendar.monthrange(year, month)[1]
    day = pick(choices, (1, last, last - 1)) if way == 6 else 1 + choices.below(last)
    return f"{year:04}-{month:02}-{day:02}"


def times(choices: Choices) -> str:
    """Draws a time of day with its offset."""
    clock = pick(choices, _TIMES)
    if choices.below(2):
        clock = f"{choices.below(24):02}:{choices.below(60):02}:{choices.below(60):02}"
    return clock + pick(choices, _FRACTIONS) + pick(choices, _OFFSETS)


def date_times(choices: Choices) -> str:
    """Draws a date with a time; half of them are in UTC and in whole seconds."""
    if choices.below(2):
        return f"{dates(choices)}T{times(choices)}"
    return f"{dates(choices)}T{pick(choices, _TIMES)}Z"


def emails(choices: Choices) -> str:
    """Draws an email address."""
    return f"{pick(choices, _LOCALS)}@{pick(choices, _HOSTS)}"


def uris(choices: Choices) -> str:
    """Draws an absolute URI."""
    if choices.below(2):
        return pick(choices, _URIS)
    path = "".join(
        "/" + pick(choices, ("a", "index.html", "%20", "", "b-c", "1")) for _ in range(choices.below(4))
    )
    query = pick(choices, ("", "", "?q=1", "?a=b&c=d", "?")) + pick(choices, ("", "", "#top"))
    return f"{pick(choices, ('https', 'http'))}://{pick(choices, _HOSTS)}{path}{query}"


def uuids(choices: Choices) -> str:
    """Draws a UUID, most often of version 4."""
    if choices.below(4) == 0:
        return pick(choices, _UUIDS)
    digits = f"{choices.below(1 << 128):032x}"
    marked = f"4{digits[13:16]}-{pick(choices, '89ab')}{digits[17:20]}"
    text = f"{digits[:8]}-{digits[8:12]}-{marked}-{digits[20:]}"
    return text.upper() if seldom(choices, 6) else text


FORMATS: Final[dict[str, Drawer]] = {
    "date": dates,
    "time": times,
    "date-time": date_times,
    "email": emails,
    "uri": uris,
    "uuid": uuids,
}
