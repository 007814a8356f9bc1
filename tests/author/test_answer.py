"""The schema of an answer, and its parser."""

from __future__ import annotations

import pytest

from mapp.author.answer import parse, schema
from mapp.author.coder import Brief, Near

CODE = Brief(app="vat", phase="code", goal="add VAT")
CONTRACT = Brief(app="vat", phase="contract", goal="add VAT")


def required(brief: Brief, files: dict[str, bytes]) -> list[str]:
    """Returns the files that an answer must contain."""
    found: list[str] = schema(brief, files)["properties"]["files"]["required"]
    return found


def test_the_only_file_to_write_is_required_even_if_it_exists() -> None:
    assert required(CODE, {"main.js": b""}) == ["main.js"]


def test_a_file_that_exists_may_be_left_out() -> None:
    assert "mapp.toml" in required(CONTRACT, {})
    assert "mapp.toml" not in required(CONTRACT, {"mapp.toml": b""})


def test_only_the_choice_is_required_where_an_app_may_do_the_job() -> None:
    brief = Brief(app="vat", phase="contract", goal="x", near=(Near(name="tip", description="Tips."),))
    assert required(brief, {}) == ["choice.json"]


def test_an_answer_is_read_as_files_and_plan() -> None:
    assert parse('{"plan": "add", "files": {"main.js": "x"}}') == ({"main.js": b"x"}, "add")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": []}', '{"files": {"main.js": 1}}'])
def test_an_answer_without_files_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
