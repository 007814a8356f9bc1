from __future__ import annotations

import json
from pathlib import Path

from support.library import library
from support.terminal import mapp, mapp_process


def test_rows_come_from_standard_input_and_go_to_standard_output_in_order() -> None:
    library().app("double").build()

    found = mapp_process("map", "double", "--input", "-", stdin=b'{"number": 1}\n{"number": 2}\n')

    assert [json.loads(line)["output"] for line in found.out.splitlines()] == [2, 4]
    assert (found.code, "2 rows: 2 ok" in found.err) == (0, True)


def test_an_invalid_row_is_an_outcome_and_ends_with_exit_code_1() -> None:
    library().app("double").build()
    Path("rows.jsonl").write_text('{"number": "x"}\n')

    found = mapp("map", "double", "--input", "rows.jsonl", "--output", "out.jsonl", "--json")

    assert (found.code, found.json["outcomes"]) == (1, {"caller_input": 1})
    assert json.loads(Path("out.jsonl").read_text())["outcome"] == "caller_input"
