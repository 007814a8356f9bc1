"""Exercises of the corpus, written wrong and then right: what the benchmark does, without its data.

The examples are what the right program makes of the arguments in the app's own requests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.compile import compiled_from_wrong, job_of, library, slips, worked
from benchmarks.exercises import files_of
from benchmarks.gate.corpus import source_of
from benchmarks.healing import outcomes
from mapp.model.app import App, Example, read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Value
from mapp.ops.check.gate import Options
from mapp.sandbox.executor import Executor


def _rows(app: App, executor: Executor) -> list[Example]:
    inputs = [dict(row.arguments) for row in app.phrases if row.fits]
    ends = outcomes(app, [with_defaults(app.manifest, row) for row in inputs], executor)
    found: list[Example] = []
    for arguments, end in zip(inputs, ends, strict=True):
        assert isinstance(end, Value | Declared)
        answer = {"output": end.output} if isinstance(end, Value) else {"error": end.error}
        found.append(Example.from_dict({"input": arguments, **answer}))
    return found


@pytest.mark.parametrize("name", ["luhn", "scrabble-score"])
def test_wrong_code_is_refused_visibly_and_right_code_is_merged_and_widened(
    name: str, tmp_path: Path
) -> None:
    workspace = library(tmp_path)
    rows = _rows(read_app(files_of(name)), workspace.executor)
    compiled, expanded = worked(workspace, job_of(name, rows), options=Options(inputs=40))
    workspace.close()

    assert compiled.good and compiled.wrong == 1, compiled
    assert (compiled.version, expanded.version) == ("0.1.0", "0.2.0")
    assert expanded.good, expanded


def test_realistic_wrong_code_is_not_merged_and_right_code_is(tmp_path: Path) -> None:
    name = "scrabble-score"
    workspace = library(tmp_path)
    rows = _rows(read_app(files_of(name)), workspace.executor)
    found = compiled_from_wrong(workspace, job_of(name, rows), slips()[name], Options(inputs=40))
    workspace.close()

    assert (found.merged, found.detail) == ("right", "")
    assert found.noticed in ("the gate", "a question") and found.asked <= 3


def test_there_is_realistic_wrong_code_for_twenty_exercises() -> None:
    for name, slip in slips().items():
        source = files_of(name)["main.js"].decode()
        assert source_of(source, slip) != source
    assert len(slips()) == 20
