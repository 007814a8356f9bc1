"""A file that grows row by row: continued after any kill, without duplicates, never mistaken for finished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import AlreadyExists, Busy, IntegrityError
from mapp.ops.run.resumable_output import unfinished

TERMS: dict[str, Any] = {"app": "double", "input": "abc", "seed?": 7}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


class Killed(Exception):
    pass


def line(number: int) -> str:
    return json.dumps({"row": number, "outcome": "ok"})


def grow(path: Path, upto: int, *, die: bool = False, fresh: bool = False, **terms: Any) -> int:
    """Adds rows up to a number and returns how many the file had before."""
    with unfinished(path, {**TERMS, **terms}, fresh=fresh) as file:
        begun = file.rows
        for number in range(begun + 1, upto + 1):
            file.add(line(number))
        if die:
            raise Killed
    return begun


def begin(path: Path, upto: int, **terms: Any) -> None:
    with pytest.raises(Killed):
        grow(path, upto, die=True, **terms)


def test_a_finished_file_leaves_no_other_files(tmp_path: Path) -> None:
    assert grow(tmp_path / "out", 3) == 0
    assert [*files(tmp_path)] == ["out"]
    assert (tmp_path / "out").read_text().splitlines() == [line(1), line(2), line(3)]


def test_an_unfinished_file_does_not_have_its_name_yet(tmp_path: Path) -> None:
    begin(tmp_path / "out", 2)

    assert [*files(tmp_path)] == ["out.partial", "out.state"]


@pytest.mark.parametrize("rest", ["", '{"row": 3', '{"row":3,"outcome":"ok"}'])
def test_it_continues_after_the_last_whole_line(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "out"
    begin(path, 2)
    with (tmp_path / "out.partial").open("a") as file:
        file.write(rest)

    assert grow(path, 4) == 2
    assert path.read_text().splitlines() == [line(number) for number in range(1, 5)]


def test_finished_rows_are_counted(tmp_path: Path) -> None:
    begin(tmp_path / "out", 2)
    with unfinished(tmp_path / "out", TERMS, fresh=False) as file:
        assert file.outcomes == {"ok": 2}


def test_time_and_seed_are_those_of_the_first_process(tmp_path: Path) -> None:
    begin(tmp_path / "out", 1)
    with unfinished(tmp_path / "out", {**TERMS, "seed?": 8}, fresh=False) as file:
        assert file.terms == {"app": "double", "input": "abc", "seed": 7}


def test_a_kill_before_the_first_line_loses_nothing(tmp_path: Path) -> None:
    begin(tmp_path / "out", 0)
    (tmp_path / "out.partial").unlink()

    assert grow(tmp_path / "out", 2) == 0


def test_a_kill_between_the_last_line_and_the_end_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "out"
    begin(path, 2)
    (tmp_path / "out.partial").rename(path)

    assert grow(path, 2) == 2
    assert [*files(tmp_path)] == ["out"]


@pytest.mark.parametrize("terms", [{"app": "other"}, {"input": "abd"}])
def test_other_terms_are_refused_and_change_nothing(tmp_path: Path, terms: dict[str, Any]) -> None:
    begin(tmp_path / "out", 2)
    before = files(tmp_path)

    with pytest.raises(AlreadyExists, match="started with another") as caught:
        grow(tmp_path / "out", 3, **terms)
    assert caught.value.code == "MAPP-0211"
    assert files(tmp_path) == before


def test_rows_without_a_digest_are_not_continued(tmp_path: Path) -> None:
    begin(tmp_path / "out", 2, input="")

    with pytest.raises(AlreadyExists, match="read only once"):
        grow(tmp_path / "out", 3, input="")


def test_a_finished_file_is_overwritten_only_with_fresh(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("precious\n")
    with pytest.raises(AlreadyExists, match="already exists"):
        grow(path, 1)

    assert path.read_text() == "precious\n"
    assert grow(path, 1, fresh=True) == 0
    assert path.read_text() == line(1) + "\n"


def test_fresh_discards_an_unfinished_file(tmp_path: Path) -> None:
    begin(tmp_path / "out", 2, app="other")

    assert grow(tmp_path / "out", 1, fresh=True) == 0


@pytest.mark.parametrize("text", ["x\n", '{"row": 2, "outcome": "ok"}\n', '{"outcome": "ok"}\n', "[]\n"])
def test_foreign_lines_are_refused(tmp_path: Path, text: str) -> None:
    begin(tmp_path / "out", 0)
    (tmp_path / "out.partial").write_text(text)

    with pytest.raises(IntegrityError, match="line 1"):
        grow(tmp_path / "out", 1)
    assert (tmp_path / "out.partial").read_text() == text


def test_damaged_terms_are_reported(tmp_path: Path) -> None:
    begin(tmp_path / "out", 1)
    (tmp_path / "out.state").write_text("{")

    with pytest.raises(IntegrityError, match="damaged"):
        grow(tmp_path / "out", 1)


def test_two_processes_cannot_write_one_file(tmp_path: Path) -> None:
    with unfinished(tmp_path / "out", TERMS, fresh=False), pytest.raises(Busy, match="another process"):
        grow(tmp_path / "out", 1)
