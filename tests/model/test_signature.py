from __future__ import annotations

from mapp.model.signature import interface_of
from support.apps import app


def test_arguments_defaults_choices_and_output_are_on_one_line() -> None:
    draft = app("double").taking(
        rate={"type": "number", "default": 20},
        note={"type": "string", "optional": True},
        mode={"enum": ["add", "remove"]},
    )

    assert interface_of(draft.read().manifest) == (
        '(number: number, rate: number = 20, note: string?, mode: "add" | "remove") -> number'
    )
