"""Reads a coder's choice: write a new app, extend a similar one, or use one that does the job already."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from mapp.author.coder import CHOICE, Files
from mapp.author.errors import BadAnswer
from mapp.model.change_spec import Choice

MAX_REASON_LENGTH: Final = 300
_KINDS: Final = ("new", "widen", "use")


def read_choice(files: Files, near: Collection[str]) -> Choice | None:
    """Returns the choice in an answer, or None if there is none.

    Raises:
        BadAnswer: the choice cannot be read, or names an app that is not among `near`.
    """
    if CHOICE not in files:
        return None
    try:
        document = json.loads(files[CHOICE])
        kind, app, reason = (document.get(name, "") for name in ("choice", "app", "reason"))
    except (ValueError, RecursionError, AttributeError):
        raise BadAnswer(f'{CHOICE} is not a JSON object such as {{"choice": "new", "reason": "…"}}') from None
    if kind not in _KINDS:
        raise BadAnswer(f"{CHOICE}: choice must be one of {', '.join(_KINDS)}")
    if kind != "new" and app not in near:
        raise BadAnswer(f"{CHOICE}: app must be one of {', '.join(sorted(near))}")
    short = " ".join(str(reason).split())[:MAX_REASON_LENGTH]
    return Choice(kind=kind, app="" if kind == "new" else app, reason=short)
