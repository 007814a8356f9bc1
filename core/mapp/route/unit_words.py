"""Units that a request names, for slots that take the name of a unit."""

import re
from collections.abc import Iterator, Sequence

from mapp.route.fill.proximity import FROM_WORDS, TO_WORDS, is_about, nearness
from mapp.route.fill.slots import Slot
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.parsed_request import Option, Reading, around
from mapp.route.read.tokens import Token
from mapp.route.read.units import NAMES, unit_called

_UNIT_TOKEN = re.compile(
    r"(?<![\w/])[A-Za-z°µ]+(?:/[A-Za-z]+(?:[²³]|\^?[23](?!\d))?)?(?![\w/])|(?<=\d)[A-Za-zµ°]+(?!\w)"
)


def units_for(slot: Slot, reading: Reading) -> Iterator[Option]:
    """Yields the units that the request names, in the spelling of the slot's own choices where it has one."""
    spelled = {known.name: choice for choice in slot.choices if (known := unit_called(choice)) is not None}
    if slot.choices and not spelled:
        return
    for match in list(_UNIT_TOKEN.finditer(reading.text))[:200]:
        word = match.group()
        known = unit_called(word) if "/" in word or word.lower() in NAMES or len(word) > 1 else None
        if (known is None and "/" not in word) or word.lower() in FUNCTION_WORDS:
            continue
        before, after = around(reading, match.span())
        score = 1.5 + nearness(slot, before, after) + _side(slot, before)
        score += 1.0 if before and before[0].lower in ("in", "to", "into") else 0.0
        value = spelled.get(known.name, word) if known else word
        yield Option(value, score, [f"{slot.key}|unit"], f"the unit “{word}”", (match.span(),), True, True)


def _side(slot: Slot, before: Sequence[Token]) -> float:
    """Returns a bonus when a unit beside a number meets a slot for beginnings, and `how many feet` one for
    ends.
    """
    begins, finishes = is_about(slot, FROM_WORDS), is_about(slot, TO_WORDS)
    if not before or begins == finishes:
        return 0.0
    counted, asked = before[0].text[0].isdigit(), before[0].lower in ("many", "much")
    return 1.0 if (counted and begins) or (asked and finishes) else -1.0 if counted or asked else 0.0
