"""Names a new app after its request."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

MAX_NAME_LENGTH: Final = 40
_FILLER: Final = re.compile(
    r"(?:an?|and|are|be|by|can|convert|do|does|for|from|give|get|how|i|in|into|is|it|make|me|my|of|on|or|please"
    r"|some|tell|that|the|this|to|turn|up|what|which|with|you|your)"
)


def name_for(request: str, taken: Collection[str]) -> str:
    """Returns a name that is not taken, made of the significant words of a request.

    >>> name_for("Please convert 10 miles to nautical miles!", [])
    'miles-nautical'
    >>> name_for("12 + 7?", ["app"])
    'app-2'
    """
    words = re.findall(r"[a-z][a-z0-9]*", request.lower())
    significant = list(
        dict.fromkeys(word for word in words if not _FILLER.fullmatch(word) and len(word) < 20)
    )
    name = "-".join(significant[:3])[:MAX_NAME_LENGTH].strip("-") or "app"
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in candidates if one not in taken)
