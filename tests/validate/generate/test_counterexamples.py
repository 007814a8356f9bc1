"""Counterexamples are kept in a folder, newest first, and bad files are ignored."""

from __future__ import annotations

from pathlib import Path

from mapp.validate.generate.counterexamples import MAX_LENGTH, MOST, remember, remembered
from support.apps import app

MANIFEST = app().read().manifest


def test_kept_inputs_come_back_newest_first_and_only_once(tmp_path: Path) -> None:
    remember(tmp_path, MANIFEST, [{"number": 1}, {"number": 2}])
    remember(tmp_path, MANIFEST, [{"number": 3}, {"number": 1}])

    assert [row["number"] for row in remembered(tmp_path, MANIFEST)] == [3, 1, 2]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    remember(tmp_path, MANIFEST, [{"number": number} for number in range(MOST)])
    remember(tmp_path, MANIFEST, [{"number": 500}])

    found = [row["number"] for row in remembered(tmp_path, MANIFEST)]
    assert len(found) == MOST and found[0] == 500 and MOST - 1 not in found


def test_long_inputs_are_not_kept(tmp_path: Path) -> None:
    remember(tmp_path, MANIFEST, [{"text": "a" * MAX_LENGTH}])

    assert (tmp_path / "double.jsonl").read_text() == ""


def test_without_a_folder_or_with_a_damaged_file_nothing_is_remembered(tmp_path: Path) -> None:
    remember(None, MANIFEST, [{"number": 1}])
    (tmp_path / "double.jsonl").write_bytes(b'\xff\xfe{"number": 1}\n')

    assert remembered(None, MANIFEST) == () == remembered(tmp_path, MANIFEST)


def test_inputs_that_no_longer_fit_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "double.jsonl").write_text('{"number": 99999}\nnot json\n[1]\n{"number": 4}\n')

    assert remembered(tmp_path, MANIFEST) == ({"number": 4},)
