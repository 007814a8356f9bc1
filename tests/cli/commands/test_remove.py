from __future__ import annotations

from pathlib import Path

from support.library import library
from support.terminal import mapp


def test_a_removed_app_is_kept_and_the_hint_restores_it() -> None:
    library().app("double").build()

    found = mapp("remove", "double")

    assert "hint: to restore it: mapp restore double" in found.err
    assert mapp("exec", "double", "number=1").code == 1
    assert mapp("restore", "double").code == 0
    assert mapp("exec", "double", "number=1").out == "2\n"


def test_the_json_answer_has_the_folder_and_the_command_that_undoes_it() -> None:
    library().app("double").build()

    answer = mapp("remove", "double", "--json").json

    assert Path(answer["kept"]).is_dir()
    assert (answer["app"], answer["undo"]) == ("double", "mapp restore double")


def test_a_missing_app_cannot_be_removed() -> None:
    assert mapp("remove", "nothing").code == 1
