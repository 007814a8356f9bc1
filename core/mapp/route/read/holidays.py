"""Days with a name and their dates: `Christmas Eve`, `Easter Monday`, `Thanksgiving`.

Only days that have one date, or one well-known rule, wherever they are kept. Mother's Day is not one of them.
"""

import datetime
import re
from typing import Final

_FIXED: Final = {
    "new year's day": (1, 1), "new years": (1, 1), "new year": (1, 1), "groundhog day": (2, 2),
    "valentine's day": (2, 14), "valentine's": (2, 14), "st valentine's day": (2, 14), "leap day": (2, 29),
    "international women's day": (3, 8), "pi day": (3, 14), "st patrick's day": (3, 17),
    "saint patrick's day": (3, 17), "april fools' day": (4, 1), "april fools": (4, 1), "earth day": (4, 22),
    "may day": (5, 1), "juneteenth": (6, 19), "bastille day": (7, 14), "halloween": (10, 31),
    "hallowe'en": (10, 31), "all saints' day": (11, 1), "guy fawkes night": (11, 5),
    "bonfire night": (11, 5), "armistice day": (11, 11), "veterans day": (11, 11),
    "christmas eve": (12, 24), "xmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25),
    "xmas day": (12, 25), "xmas": (12, 25), "boxing day": (12, 26), "new year's eve": (12, 31),
    "nye": (12, 31),
}  # fmt: skip
_FROM_EASTER: Final = {
    "ash wednesday": -46, "palm sunday": -7, "maundy thursday": -3, "good friday": -2, "easter sunday": 0,
    "easter day": 0, "easter": 0, "easter monday": 1, "ascension day": 39, "pentecost": 49,
    "whit sunday": 49, "whit monday": 50,
}  # fmt: skip
"""Days after Easter Sunday, in the Gregorian calendar (Western churches)."""
_FROM_THANKSGIVING: Final = {"thanksgiving day": 0, "thanksgiving": 0, "black friday": 1, "cyber monday": 4}
"""Days after the fourth Thursday of November (5 U.S.C. 6103)."""


def _spelled(name: str) -> str:
    return re.escape(name).replace("'", "['’]?").replace("st\\ ", r"st\.?\ ").replace("\\ ", r"\s+")


NAMES: Final = "|".join(
    _spelled(name) for name in sorted({**_FIXED, **_FROM_EASTER, **_FROM_THANKSGIVING}, key=len, reverse=True)
)
"""A pattern for every name, the longest first."""


def _key(name: str) -> str:
    return " ".join(re.sub(r"['’.]", "", name.lower()).split())


_ON: Final = {_key(name): day for name, day in _FIXED.items()}
_AFTER_EASTER: Final = {_key(name): days for name, days in _FROM_EASTER.items()}


def holiday(name: str, year: int) -> datetime.date | None:
    """Returns the date of a named day in a year; None if that year has no such day.

    >>> holiday("Easter Monday", 2030), holiday("leap day", 2027)
    (datetime.date(2030, 4, 22), None)
    """
    key = _key(name)
    try:
        if key in _ON:
            return datetime.date(year, *_ON[key])
        start = easter(year) if key in _AFTER_EASTER else _thanksgiving(year)
        return start + datetime.timedelta(days={**_AFTER_EASTER, **_FROM_THANKSGIVING}[key])
    except (ValueError, OverflowError):
        return None


def easter(year: int) -> datetime.date:
    """Returns Easter Sunday in the Gregorian calendar, by the anonymous algorithm (Nature, 20 April 1876).

    Raises:
        ValueError: the year is before 1583, when the Gregorian calendar began.
    """
    if year < 1583:
        raise ValueError(f"{year} is before the Gregorian calendar")
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    length = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * length) // 451
    month, day = divmod(h + length - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1)


def _thanksgiving(year: int) -> datetime.date:
    first = datetime.date(year, 11, 1)
    return first + datetime.timedelta(days=(3 - first.weekday()) % 7 + 21)
