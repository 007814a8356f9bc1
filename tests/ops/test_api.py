"""The Python API: a library as an object."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp import open_library
from mapp.errors import NotFound, UsageError
from mapp.model.decision import Ask, Use
from mapp.model.outcome import Value
from mapp.ops.index.refresh import open_fresh
from mapp.route.recognise.classifier import Bands
from support.apps import app
from support.bands import set_bands
from support.library import library as drafts


def test_a_folder_is_added_and_its_app_runs(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    with open_library() as library:
        added = library.add(tmp_path / "double", force=True)
        assert added.committed is not None
        assert library.apps() == ("double",)
        assert library.app("double").manifest.description == "Doubles a number."
        assert library.exec("double", {"number": 4}).outcome == Value(output=8)


def test_rows_are_mapped_from_file_to_file(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    (tmp_path / "rows.jsonl").write_text('{"number": 1}\n{"number": 2}\n')
    with open_library() as library:
        library.add(tmp_path / "double", force=True)
        mapped = library.map("double", tmp_path / "rows.jsonl", tmp_path / "out.jsonl", jobs=1)
    assert (mapped.rows, mapped.failed) == (2, 0)
    assert (tmp_path / "out.jsonl").read_text().count('"outcome":"ok"') == 2


def test_a_library_at_another_path_is_a_library_of_its_own(tmp_path: Path) -> None:
    app("double").write(tmp_path / "double")
    with open_library(tmp_path / "one") as one, open_library(tmp_path / "other") as other:
        one.add(tmp_path / "double", force=True)
        assert (one.apps(), other.apps()) == (("double",), ())
        with pytest.raises(NotFound):
            other.exec("double", {"number": 4})


LOWEST = Bands(sure=1.0, likely=0.01, ask=0.01)
WORDS = "please double the number 34"


def test_a_likely_match_runs_only_where_the_caller_accepts_it() -> None:
    built = drafts().app("double").build()
    open_fresh(built.workspace).close()
    set_bands(built.home.index, LOWEST)
    with open_library() as library:
        asked, ran = library.ask(WORDS), library.ask(WORDS, accept="likely")

    assert isinstance(asked.decision, Ask) and asked.execution is None
    assert isinstance(ran.decision, Use) and ran.decision.certainty == "likely"
    assert ran.execution is not None and ran.execution.outcome == Value(output=68)
    assert 0 < ran.decision.sure == asked.decision.sure < 1


def test_an_app_with_effects_must_be_sure_whatever_the_caller_accepts() -> None:
    built = drafts().app("double").stating(capabilities={"store": {"max_kb": 1}}).build()
    open_fresh(built.workspace).close()
    set_bands(built.home.index, LOWEST)
    with open_library() as library:
        answer = library.ask(WORDS, accept="likely")

    assert isinstance(answer.decision, Ask) and answer.execution is None


def test_an_unknown_level_is_an_error() -> None:
    with open_library() as library, pytest.raises(UsageError, match="sure or likely"):
        library.ask(WORDS, accept="certain")  # type: ignore[arg-type]  # what a caller may get wrong
