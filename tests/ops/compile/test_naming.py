"""Names of new apps."""

from __future__ import annotations

from mapp.model.names import app_name_fault
from mapp.ops.compile.naming import MAX_NAME_LENGTH, name_for


def test_a_taken_name_gets_the_next_free_number() -> None:
    assert name_for("weekdays in a month", ["weekdays-month", "weekdays-month-2"]) == "weekdays-month-3"


def test_every_request_gets_a_valid_name() -> None:
    for request in ("", "¿?", "the of and", "straße " * 30, "supercalifragilistic " * 5, "a-b_c d.e"):
        name = name_for(request, [])
        assert not app_name_fault(name) and len(name) <= MAX_NAME_LENGTH, name
