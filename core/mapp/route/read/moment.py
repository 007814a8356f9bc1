"""A date, a time of day or a duration in a text."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MAX_MOMENTS: Final = 64
NAMED_DAY: Final = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<month>[a-z]+)\.?)"
    r"|(?:(?P<other>[a-z]+)\.?\s+(?:the\s+)?(?P<later>\d{1,2})(?:st|nd|rd|th)?)",
    re.IGNORECASE,
)
"""A day and a month by its name, without a year."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, time or duration in a text; `value` is ISO 8601 text, or seconds for a duration; None if
    ambiguous, or if it depends on a day that is not known.
    """

    kind: str
    start: int
    end: int
    value: str | Decimal | None
    ambiguous: bool = False
    relative: bool = False
    """Whether it depends on the day on which it is said: `tomorrow`, `next Friday`, `24 December`."""
    soft: bool = False
    """Whether the request may do without it: `today`, and amounts of time such as `in 3 weeks`."""
