"""Running one app on many rows: one outcome per row, in order, even after a kill."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mapp.errors import NotFound, PermissionNeeded
from mapp.ops.run.batch import MAX_NOTED, BatchOptions, Mapped, map_rows
from mapp.ops.workspace import Workspace
from support.library import library
from support.terminal import mapp

BAD = [b"", b"no json", b"[1]", b'{"number": "x"}', b'{"number": 5000}', b'{"other": 1}']


@pytest.fixture
def workspace() -> Any:
    built = library().app("double").build()
    yield built.workspace
    built.workspace.close()


def build(workspace: Workspace, source: str, **keys: Any) -> None:
    library().app("double").source(source).stating(**keys).build()


def lines(numbers: range) -> bytes:
    return b"".join(b'{"number": %d}\n' % number for number in numbers)


def run(workspace: Workspace, data: bytes | BinaryIO, **options: Any) -> tuple[Mapped, list[dict[str, Any]]]:
    said: list[str] = []
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    mapped = map_rows(workspace, "double", stream, said.append, options=BatchOptions(**options))
    return mapped, [json.loads(line) for line in said]


@pytest.mark.parametrize("jobs", [None, 1, 5])
def test_every_row_gets_a_line_in_the_same_order(workspace: Workspace, jobs: int | None) -> None:
    mapped, found = run(workspace, lines(range(100)), jobs=jobs)

    assert found == [{"row": n + 1, "outcome": "ok", "output": 2 * n} for n in range(100)]
    assert (mapped.rows, mapped.failed, mapped.outcomes) == (100, 0, (("ok", 100),))


def test_an_input_without_rows_succeeds(workspace: Workspace) -> None:
    mapped, found = run(workspace, b"")

    assert (found, mapped.rows, mapped.failed) == ([], 0, 0)


def test_an_invalid_row_is_an_outcome(workspace: Workspace) -> None:
    mapped, found = run(workspace, b"\n".join([*BAD, b'{"number": 1}']))

    assert [row["outcome"] for row in found] == ["caller_input"] * len(BAD) + ["ok"]
    assert [row["row"] for row in found] == [*range(1, len(BAD) + 2)]
    assert mapped.failed == len(BAD)
    assert found[4]["problems"][0]["path"] == "number"


def test_each_kind_of_failure_has_its_own_outcome(workspace: Workspace) -> None:
    build(
        workspace,
        """function main(input) {
          switch (input.number) {
            case 1: throw new Error("odd_one");
            case 2: throw new TypeError("oh no");
            case 3: return "three";
            case 4: for (;;);
          }
          return input.number;
        }""",
        errors={"odd_one": "one is odd"},
        limits={"wall_ms": 2_000},
    )
    mapped, found = run(workspace, lines(range(6)))

    endless = found[4]["outcome"]
    assert endless in ("wall", "cpu"), "on a busy machine it is run again, for as long as it may compute"
    assert [row["outcome"] for row in found] == [
        "ok", "error:odd_one", "threw", "invalid_output", endless, "ok",
    ]  # fmt: skip
    assert dict(mapped.outcomes) == {"ok": 2, "error:odd_one": 1, "threw": 1, "invalid_output": 1, endless: 1}


def test_no_row_sees_the_state_of_another(workspace: Workspace) -> None:
    build(
        workspace,
        "function main() { Object.prototype.left = (Object.prototype.left || 0) + 1; return ({}).left; }",
    )

    assert {row["output"] for row in run(workspace, lines(range(40)))[1]} == {1}


def test_all_rows_share_the_time_and_each_has_its_own_seed(workspace: Workspace) -> None:
    build(
        workspace,
        "function main(i, host) { return [host.now(), host.random()]; }",
        capabilities={"clock": True, "random": True},
        output={"type": "array", "items": {"type": "number"}},
    )
    _, found = run(workspace, lines(range(20)))

    assert len({row["output"][0] for row in found}) == 1
    assert len({row["output"][1] for row in found}) == 20


def test_only_a_window_of_rows_is_in_memory(workspace: Workspace) -> None:
    class Endless(io.RawIOBase):
        read_to = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.read_to += 1
            return b'{"number": 1}\n'

    class Enough(Exception):
        pass

    stream: Any = Endless()
    written: list[str] = []

    def write(line: str) -> None:
        written.append(line)
        if len(written) == 200:
            raise Enough

    with pytest.raises(Enough):
        map_rows(workspace, "double", stream, write, options=BatchOptions(jobs=2))
    assert len(written) <= stream.read_to < 300


def test_the_journal_has_one_entry_per_batch_and_runs_for_failures(
    workspace: Workspace,
) -> None:
    build(workspace, "function main(input) { if (input.number > 0) throw new TypeError('x'); return 1; }")
    mapped, _ = run(workspace, lines(range(50)))

    (entry,) = workspace.journal.maps()
    assert (entry.id, entry.app, entry.rows, entry.failed) == (mapped.id, "double", 50, 49)
    assert dict(entry.outcomes) == {"ok": 1, "threw": 49}
    noted = list(workspace.journal.runs())
    assert [run.outcome for run in noted] == ["threw"] * MAX_NOTED
    assert mapp("replay", noted[0].id).code == 0


def test_an_app_that_needs_a_grant_is_not_started_without_it(workspace: Workspace) -> None:
    source = "function main(i, host) { host.store.set('n', i.number); return 1; }"
    build(workspace, source, capabilities={"store": {"max_kb": 8}, "llm": {"max_tokens": 5}})
    with pytest.raises(PermissionNeeded):
        run(workspace, lines(range(3)))


def test_rows_of_an_app_with_a_store_run_one_after_the_other(workspace: Workspace) -> None:
    source = """function main(input, host) {
      const before = host.store.get('sum') || 0;
      host.store.set('sum', before + input.number);
      return before;
    }"""
    build(workspace, source, capabilities={"store": {"max_kb": 8}})
    mapped, found = run(workspace, lines(range(1, 9)), jobs=4, grants=("store",))

    assert [row["output"] for row in found] == [0, 1, 3, 6, 10, 15, 21, 28]
    assert len(list(workspace.journal.runs())) == 8
    assert mapped.failed == 0


def test_an_unknown_app_is_reported_before_anything_is_written(workspace: Workspace, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.write_bytes(lines(range(2)))
    with pytest.raises(NotFound):
        map_rows(workspace, "unknown", rows, tmp_path / "out")

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["rows"]


# ---- the command -------------------------------------------------------------------------------------------


def test_the_command_reads_and_writes_streams(workspace: Workspace) -> None:
    found = mapp("map", "double", "--input", "-", stdin=lines(range(3)))

    assert found.code == 0, found.err
    assert found.out.splitlines()[2] == '{"row":3,"outcome":"ok","output":4}'
    assert "3 rows: 3 ok" in found.err


def test_the_command_writes_a_file_and_prints_a_summary(workspace: Workspace) -> None:
    Path("rows").write_bytes(lines(range(3)) + b"bad\n")
    found = mapp("map", "double", "--input", "rows", "--output", "out", "--json")

    assert found.code == 1
    assert found.json["outcomes"] == {"ok": 3, "caller_input": 1}
    assert len(Path("out").read_text().splitlines()) == 4
    again = mapp("map", "double", "--input", "rows", "--output", "out")
    assert again.code == 1
    assert "--fresh" in again.err


def test_the_command_lists_the_batches_of_the_journal(workspace: Workspace) -> None:
    assert "no maps yet" in mapp("runs", "--maps").err
    for rows in (lines(range(3)), b"bad\n"):
        mapp("map", "double", "--input", "-", stdin=rows)

    assert "1 caller_input" in mapp("runs", "--maps").out
    (shown,) = mapp("runs", "--maps", "--failed", "--json").json["maps"]
    assert (shown["app"], shown["rows"], shown["outcomes"]) == ("double", 1, {"caller_input": 1})


def test_a_missing_input_file_is_reported(workspace: Workspace) -> None:
    found = mapp("map", "double", "--input", "nowhere", "--output", "out")

    assert (found.code, "there is no file nowhere" in found.err) == (1, True)
    assert not list(Path().glob("out*"))


def test_the_input_file_is_never_overwritten(workspace: Workspace) -> None:
    Path("rows").write_bytes(lines(range(3)))
    found = mapp("map", "double", "--input", "rows", "--output", "./rows", "--fresh")

    assert (found.code, Path("rows").read_bytes()) == (2, lines(range(3)))


def test_a_file_is_not_continued_with_other_rows_or_another_commit(workspace: Workspace) -> None:
    Path("rows").write_bytes(lines(range(3)))
    Path("out.partial").write_text('{"row":1,"outcome":"ok","output":0}\n')
    shown = mapp("show", "double", "--json").json
    begun = {"app": "double", "commit": shown["commit"], "input": "0" * 64, "now_ms": 0, "seed": 0}
    Path("out.state").write_text(json.dumps(begun))
    found = mapp("map", "double", "--input", "rows", "--output", "out")

    assert (found.code, "MAPP-0211" in found.err) == (1, True)
    assert not Path("out").exists()
