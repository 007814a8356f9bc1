"""What scripts rely on: the shapes of `--json`, the exit codes, what goes to which stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.apps import app
from support.library import git, library
from support.terminal import mapp

Fill = Callable[[str, str | bytes], Path]


def test_log_and_path_and_remove_json() -> None:
    built = library().app("double").build()
    commit = git(built.repository("double"), "rev-parse", "main")

    assert [row["commit"] for row in mapp("log", "double", "--json").json["commits"]] == [commit]
    found = mapp("path", "double", "--json").json
    assert (found["commit"], found["edited"], found["behind"]) == (commit, False, False)
    assert (Path(found["path"]) / "main.js").read_bytes() == app().files["main.js"]
    assert Path(mapp("remove", "double", "--json").json["kept"]).is_dir()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("exec", "duoble"), 1, "did you mean double?"),
        (("exec", "../double"), 2, "is not a name"),
        (("exec", "double"), 8, "number"),
        (("exec", "double", "number=x"), 8, "number: 'x' is not a JSON value of type number"),
        (("exec", "double", "number=NaN"), 8, "number"),
        (("exec", "double", "number=1e999"), 8, "number"),
        (("exec", "double", "number=9007199254740993"), 8, "number"),
        (("exec", "double", "number=1001"), 8, "number: 1001 is greater than the maximum"),
        (("exec", "double", "number=1", "number=2"), 8, "number: is given twice"),
        (("exec", "double", "other=1"), 8, "other: is not an argument of double, which takes number"),
        (("exec", "double", "21"), 8, "21: is not key=value"),
        (("exec", "double", "number=@nowhere"), 1, "there is no file nowhere"),
        (("exec", "double", "--input", "nowhere"), 1, "there is no file nowhere"),
        (("exec", "double", "--input", "."), 2, "cannot be read"),
        (("show", "double", "--at", "nothing"), 1, "names no commit"),
        (("explain", "MAPP-9999"), 1, "no error code"),
        (("config", "colour"), 2, "no setting"),
        (("config", "keep_runs", "many"), 2, "whole number"),
        (("config", "keep_runs", "9" * 5000), 2, "keep_runs"),
        (("config", "isolation", "some"), 2, "must be one of"),
        (("config", "library", "/x"), 2, "no setting"),
        (("new", "Double"), 2, "is not a name"),
        (("add", "nowhere"), 1, "there is no folder nowhere"),
        (("import", "nowhere.js"), 1, "there is no file nowhere.js"),
        (("runs", "--app", "nothing"), 0, "no such runs"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(words: tuple[str, ...], code: int, says: str) -> None:
    library().app("double").build()

    found = mapp(*words)

    assert found.code == code, found.err
    assert says in found.err
    assert "bug in mapp" not in found.err and found.out == ""


def test_text_that_could_play_with_the_terminal_is_spelled_out_there() -> None:
    from mapp_cli.console import safe

    assert safe("a\x1b]0;x\x07b\u202ec\rd\n") == "a\\x1b]0;x\\x07b\\u202ec\\x0dd\n".replace("\\x0d", "\\r")


def test_a_library_that_lies_in_a_file_is_no_bug(fill: Fill) -> None:
    path = fill("file", "x")

    found = mapp("--library", str(path), "exec", "double")

    assert found.code in (1, 2, 6)
    assert "bug in mapp" not in found.err


def test_a_damaged_settings_file_is_told_with_every_mistake(world: Path) -> None:
    (world / "config").mkdir()
    (world / "config" / "config.toml").write_text('keep_runs = "x"\ncolour = 1\nisolation = []\n')

    found = mapp("list")

    assert found.code == 8
    assert all(f"  {name}:" in found.err for name in ("keep_runs", "colour", "isolation"))


@pytest.mark.parametrize("text", ["keep_runs = ", "\x00", "a = " + "[" * 10_000])
def test_a_settings_file_that_is_no_toml_is_told(world: Path, text: str) -> None:
    (world / "config").mkdir()
    (world / "config" / "config.toml").write_text(text)

    assert mapp("list").code == 8
    assert mapp("config", "keep_runs", "5").code == 8
    assert (world / "config" / "config.toml").read_text() == text


def test_a_setting_is_kept_and_the_environment_beats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mapp("config", "store", "chroma").code == 0
    assert mapp("config", "store").out == "chroma\n"
    Path(".mapp.toml").write_text('store = "exact"\n')
    assert mapp("config", "store").out == "exact\n"
    monkeypatch.setenv("MAPP_STORE", "auto")
    assert mapp("config", "--json").json["settings"]["store"] == "auto"


def test_a_damaged_lock_ends_in_six_with_the_remedy_that_works() -> None:
    built = library().app("double").build()
    good = built.home.lock_file.read_bytes()
    built.home.lock_file.write_text("<<<<<<< HEAD\n")

    found = mapp("remove", "double")
    assert found.code == 6 and "mapp doctor --repair" in found.err
    assert mapp("exec", "double", "number=1").out == "2\n"

    mapp("doctor", "--repair")
    assert built.home.lock_file.read_bytes() == good


def test_an_unexpected_error_is_a_bug_with_a_log(monkeypatch: pytest.MonkeyPatch, world: Path) -> None:
    from mapp.library import read

    def explode(*_: Any) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(read, "listing", explode)
    found = mapp("list")

    assert found.code == 70
    assert "ZeroDivisionError" in found.err and "please report it" in found.err
    assert list((world / "home").rglob("bug-*.log"))


def test_an_interruption_ends_in_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from mapp.library import read

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(read, "listing", interrupt)
    assert mapp("list").code == 130
