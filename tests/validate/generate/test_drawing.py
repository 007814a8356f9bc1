"""Inputs for an untrusted contract are drawn within limits and are the same every time."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.validate.generate import drawing
from mapp.validate.generate.drawing import draw
from mapp.validate.generate.inputs import draw as draw_here
from support.apps import app


def contract(**schemas: Any) -> Manifest:
    """Returns a manifest with these schemas, given as documents or as values that a manifest cannot state."""
    arguments = tuple(
        Argument(name=name, schema=schema if isinstance(schema, Schema) else Schema.from_dict(schema))
        for name, schema in schemas.items()
    )
    return replace(app().read().manifest, arguments=arguments)


HOSTILE: dict[str, tuple[Manifest, str]] = {
    "bounds that contradict": (
        contract(n={"type": "integer", "minimum": 5, "exclusiveMaximum": 5}),
        "no input fits: n: no whole number lies between minimum 5 and exclusiveMaximum 5",
    ),
    "ten million items": (
        contract(rows={"type": "array", "minItems": 10**7}),
        "no input fits: rows: minItems 10,000,000 is more than the 1,000 items that are drawn",
    ),
    "a thousand times a thousand items": (
        contract(
            rows={"type": "array", "minItems": 1000, "items": {"type": "array", "minItems": 1000}},
        ),
        "no input fits: rows: its smallest value holds 1,001,001 parts, and at most 20,000 are drawn",
    ),
    "a text of ten million letters": (
        contract(text={"type": "string", "minLength": 10**7}),
        "no input fits: text: minLength 10,000,000 is more than the 100,000 characters that are drawn",
    ),
    "a pattern that matches nothing": (
        contract(text={"type": "string", "pattern": "^b$a"}),
        "no input fits, or they are too rare",
    ),
    "a format and a pattern that disagree": (
        contract(text={"type": "string", "format": "date", "pattern": "^[a-z]+$"}),
        "no input fits, or they are too rare",
    ),
    "a format whose texts are all shorter": (
        contract(n={"type": "integer"}, when={"type": "string", "format": "date", "minLength": 50}),
        "no input fits, or they are too rare: none of 2,001 that were drawn did: when: no text of its length",
    ),
    "more different items than there are": (
        contract(rows={"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "boolean"}}),
        "no input fits: rows: minItems 3 different items, but only 2 values fit an item",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_contract_that_no_input_fits_gives_a_reason(name: str) -> None:
    manifest, why = HOSTILE[name]
    drawn = draw(manifest, 100, seed=1)

    assert drawn.inputs == ()
    assert drawn.why.startswith(why)


def nested(depth: int) -> dict[str, Any]:
    """Returns the schema of lists in lists."""
    inner: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        inner = {"type": "array", "items": inner}
    return inner


LARGE = {
    "patterns that explode": contract(text={"type": "string", "pattern": "^((a+)+|(b*)*)+$"}),
    "names that scripts trip over": contract(
        row={"type": "object", "properties": {"constructor": {"type": "integer"}, "toString": {}}}
    ),
    "nearly a thousand members": contract(
        row={"type": "object", "properties": {f"m{at}": {"type": "string"} for at in range(990)}}
    ),
    "sixty-four arguments": contract(**{f"a{at}": {"type": "number"} for at in range(64)}),
    "an enum of a thousand": contract(word={"enum": [f"w{at}" for at in range(1000)]}),
    "twelve levels of lists": contract(rows=nested(12)),
    "twelve levels of texts": contract(rows=json.loads(json.dumps(nested(12)).replace("integer", "string"))),
    "a set of a thousand numbers": contract(
        rows={"type": "array", "minItems": 1000, "uniqueItems": True, "items": {"type": "integer"}}
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_demanding_contract_gets_inputs_within_the_limits(name: str) -> None:
    manifest = LARGE[name]
    drawn = draw(manifest, 50, seed=1)

    assert drawn.inputs and drawn.why == ""
    assert all(is_valid(manifest.input_schema, row) for row in drawn.inputs)


def test_an_excessive_schema_is_refused_when_it_is_read() -> None:
    from mapp.errors import InvalidSchema

    for properties, why in (
        ({f"m{at}": {} for at in range(10_000)}, "more than 1000"),
        ({"__proto__": {"type": "integer"}}, "is not a valid property name"),
        ({"word": {"enum": list(range(10_000))}}, "more than 1000 values"),
        ({"rows": nested(13)}, "at most 12 levels"),
        ({"n": {"minimum": 5, "maximum": 3}}, "minimum is above maximum"),
    ):
        with pytest.raises(InvalidSchema) as refused:
            Schema.from_dict({"type": "object", "properties": properties})
        assert why in " ".join(map(str, refused.value.problems))


def test_the_child_is_stopped_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_CHILD", "while True: pass")
    assert draw(contract(n={"type": "integer"}), 3, seed=1, seconds=0.2).why == (
        "no input was drawn: drawing took more than 0.2 seconds"
    )


def test_the_child_cannot_exceed_its_memory_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    grow = drawing._CHILD.replace("main(job)", "from mapp.validate.generate import child;")
    monkeypatch.setattr(drawing, "_CHILD", grow + "child._limit(256 << 20, 9); bytes(1 << 30)")
    assert "MiB of memory" in draw(contract(n={"type": "integer"}), 3, seed=1).why


def test_a_child_without_an_answer_gives_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_CHILD", "raise SystemExit('oh no')")
    assert draw(contract(n={"type": "integer"}), 3, seed=1).why == "no input was drawn: drawing failed: oh no"


def test_the_child_draws_the_same_as_this_process(tmp_path: Path) -> None:
    manifest = contract(n={"type": "number"}, text={"type": "string"})
    examples = [{"n": 0.1, "text": "x"}]

    assert draw(manifest, 80, seed=3, examples=examples) == draw_here(manifest, 80, seed=3, examples=examples)
    assert draw(manifest, 80, seed=3) != draw(manifest, 80, seed=4)


def test_drawn_inputs_are_kept_and_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = tmp_path / "drawn"
    manifest = contract(n={"type": "number"}, text={"type": "string"})
    first = draw(manifest, 50, seed=3, keep=keep)

    def never(*_: object, **__: object) -> Any:
        raise AssertionError("a child was started")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", never)
        assert draw(manifest, 50, seed=3, keep=keep) == first
        with pytest.raises(AssertionError, match="started"):
            draw(manifest, 51, seed=3, keep=keep)
        with pytest.raises(AssertionError, match="started"):
            draw(manifest, 50, seed=3, keep=keep, examples=[{"n": 1, "text": ""}])
    (file,) = keep.iterdir()
    file.write_bytes(file.read_bytes()[:-9])  # half a file
    assert draw(manifest, 50, seed=3, keep=keep) == first


def test_the_number_of_kept_files_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_KEPT", 4)
    keep, manifest = tmp_path / "drawn", contract(n={"type": "boolean"})
    for seed in range(6):
        draw(manifest, 1, seed=seed, keep=keep)
        assert len(list(keep.iterdir())) <= 4

    newest = draw(manifest, 1, seed=5)
    monkeypatch.setattr(drawing, "_CHILD", "raise SystemExit(1)")
    assert draw(manifest, 1, seed=5, keep=keep) == newest


def test_a_temporary_failure_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = tmp_path / "drawn"
    manifest = contract(n={"type": "number"})
    with monkeypatch.context() as patched:
        patched.setattr(drawing, "_CHILD", "raise SystemExit(1)")
        assert not draw(manifest, 5, seed=3, keep=keep).inputs
    assert draw(manifest, 5, seed=3, keep=keep).inputs
