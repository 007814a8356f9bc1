"""A question about an app, to change one thing of."""

from __future__ import annotations

from mapp.model.outcome import Value
from mapp.model.question import Question


def asking() -> Question:
    """Returns the question whether 1 or 5 is right for x = 10."""
    return Question(
        kind="untested",
        says="nothing tests what happens exactly at {}: {} could be {}",
        code=("x = 10", ">=", ">"),
        place="main.js:3",
        arguments=(("x", 10),),
        app=Value(output=1),
        other=Value(output=5),
    )
