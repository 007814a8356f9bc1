"""The preview of a change: the first prompt, its size and its budget; nothing is spent."""

from __future__ import annotations

import json
import re

import pytest

from mapp.errors import NotFound
from mapp.model.app import Example
from mapp.model.change_spec import Near
from mapp.ops.compile.preview import BYTES_A_TOKEN, planned, planned_expansion
from support.authors import contract
from support.library import library

HEAD = re.compile(r"# ([\d,]+) bytes, about ([\d,]+) tokens, for (.+); at most (.+)")
REQUEST = "multiply a number by three"


def head(text: str) -> tuple[int, int, str, str]:
    """Returns the figures of the first line: bytes, tokens, coder and budget."""
    found = HEAD.fullmatch(text.partition("\n")[0])
    assert found is not None, text[:200]
    size, tokens, coder, budget = found.groups()
    return int(size.replace(",", "")), int(tokens.replace(",", "")), coder, budget


def test_the_first_line_has_the_size_of_the_prompt_below_it() -> None:
    text = planned(library().build().workspace, REQUEST, name="triple")
    size, tokens, coder, _ = head(text)

    assert abs(size - len(text.partition("\n")[2].encode())) < 10
    assert (tokens, coder) == (size // BYTES_A_TOKEN, "no coder yet")
    assert REQUEST in text and "App triple, round 1" in text


def test_the_coder_and_the_budget_of_the_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_CODER", "openai:some-model")
    monkeypatch.setenv("MAPP_BUDGET_CHANGE", "$3, 7 rounds")
    text = planned(library().build().workspace, REQUEST)

    coder, budget = head(text)[2:]
    assert coder == "openai:some-model" and "$3" in budget and "7 rounds" in budget


def test_similar_apps_are_part_of_the_preview() -> None:
    near = Near(name="times", description="Multiplies two numbers.")
    workspace = library().build().workspace
    assert "Multiplies two numbers." in planned(workspace, REQUEST, near=[near])
    assert "Multiplies two numbers." not in planned(workspace, REQUEST)


def test_a_given_contract_is_shown_without_the_parts_that_the_coder_must_not_see() -> None:
    files = {path: text.encode() for path, text in contract().items()}
    text = planned(library().build().workspace, REQUEST, name="triple", contract=files)

    assert "Write: main.js" in text and "prop_a_third_is_the_input" in text
    assert "three times 93" not in text
    examples = files["tests/examples.jsonl"].decode().splitlines()
    held_back = {Example.from_dict(json.loads(line)).held_back: line for line in examples}
    assert held_back[False] in text and held_back[True] not in text


def test_an_expansion_shows_the_program_and_an_unknown_app_is_not_found() -> None:
    built = library().app("double").build()
    before = built.state()

    assert "return input.number * 2" in planned_expansion(built.workspace, "double", "also halve it")
    with pytest.raises(NotFound):
        planned_expansion(built.workspace, "triple", "also halve it")
    assert built.state() == before
