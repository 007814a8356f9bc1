"""What a coder chooses before it writes: a new app, widening one that is near, or none since one does it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.author.coder import CHOICE, Files
from mapp.author.errors import BadAnswer

MAX_REASON_LENGTH: Final = 300
_KINDS: Final = ("new", "widen", "use")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """`new`, or `widen` or `use` an app of the library, and why."""

    kind: Literal["new", "widen", "use"]
    app: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """Returns it in one line, as commits hold it."""
        return " ".join(filter(None, (self.kind, self.app))) + (f": {self.reason}" if self.reason else "")

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        return {"choice": self.kind, "app": self.app, "reason": self.reason}


def read_choice(files: Files, near: Collection[str]) -> Choice | None:
    """Returns the choice that lies in an answer, or None where it holds none.

    Raises:
        BadAnswer: it cannot be read, or names an app that was not among those that are near.
    """
    if CHOICE not in files:
        return None
    try:
        document = json.loads(files[CHOICE])
        kind, app, reason = (document.get(name, "") for name in ("choice", "app", "reason"))
    except (ValueError, RecursionError, AttributeError):
        raise BadAnswer(f'{CHOICE} is no JSON object such as {{"choice": "new", "reason": "…"}}') from None
    if kind not in _KINDS:
        raise BadAnswer(f"{CHOICE}: choice must be one of {', '.join(_KINDS)}")
    if kind != "new" and app not in near:
        raise BadAnswer(f"{CHOICE}: app must be one of {', '.join(sorted(near))}")
    told = " ".join(str(reason).split())[:MAX_REASON_LENGTH]
    return Choice(kind=kind, app="" if kind == "new" else app, reason=told)
