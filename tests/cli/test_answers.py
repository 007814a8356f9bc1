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


<<<<<<< HEAD
def test_list_json() -> None:
    built = library().app("double").build()

    assert mapp("list", "--json").json == {
        "schema": 1,
        "apps": [
            {
                "name": "double",
                "version": "1.0.0",
                "commit": git(built.repository("double"), "rev-parse", "main"),
                "description": "Doubles a number.",
            }
        ],
        "damaged": [],
    }


def test_list_names_a_damaged_app_and_shows_the_others() -> None:
    built = library().app("double").app("other").build()
    (built.repository("double") / "HEAD").unlink()

    found = mapp("list", "--json")

    assert found.json["damaged"] == ["double"] and len(found.json["apps"]) == 1
    assert "double" in found.err


def test_exec_json() -> None:
    built = library().app("double").build()

    found = mapp("exec", "double", "number=21", "--json")

    answer = found.json
    assert found.code == 0 and found.err == ""
    run = answer.pop("run")
    assert answer == {
        "schema": 1,
        "app": "double",
        "version": "1.0.0",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "arguments": {"number": 21},
        "output": 42,
        "outcome": "ok",
    }
    assert [row["id"] for row in mapp("runs", "--json").json["runs"]] == [run]


def test_exec_prints_the_value_and_nothing_else() -> None:
    library().app("double").build()

    found = mapp("exec", "double", "number=21")

    assert (found.code, found.out, found.err) == (0, "42\n", "")


def test_a_declared_refusal_is_an_answer_that_ends_in_one() -> None:
    refusing = library().app("double").stating(errors={"too_large": "It is too large."})
    refusing.source("function main() { throw new Error('too_large'); }\n").build()

    found = mapp("exec", "double", "number=1", "--json")

    assert found.code == 1
    assert found.json["outcome"] == "error:too_large" and found.json["meaning"] == "It is too large."
    assert "refused: It is too large." in mapp("exec", "double", "number=1").err


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("returns NaN", "invalid_output"),
        ("returns the wrong type", "invalid_output"),
        ("throws", "threw"),
        ("does not parse", "threw"),
        ("has no main", "threw"),
    ],
)
def test_a_broken_app_is_an_answer_that_ends_in_one(how: str, kind: str) -> None:
    library().app("double").broken(how).build()

    found = mapp("exec", "double", "number=1", "--json")

    assert (found.code, found.json["outcome"], found.json["output"]) == (1, kind, None)
    assert [run["outcome"] for run in mapp("runs", "--failed", "--json").json["runs"]] == [kind]


@pytest.mark.parametrize("how", ["never returns", "does not finish loading"])
def test_an_app_that_never_ends_is_stopped(how: str) -> None:
    library().app("double").stating(limits={"wall_ms": 100}).broken(how).build()

    assert mapp("exec", "double", "number=1", "--json").json["outcome"] in ("wall", "cpu")


def test_show_json() -> None:
    built = library().app("double").build()

    answer = mapp("show", "double", "--json").json

    assert {key: answer[key] for key in ("schema", "app", "commit", "tree")} == {
        "schema": 1,
        "app": "double",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "tree": git(built.repository("double"), "rev-parse", "main^{tree}"),
    }
    assert {key: value for key, value in answer.items() if key in app().manifest} == app().manifest
    assert mapp("show", "double", "--source").out == app().files["main.js"].decode()


def test_runs_json() -> None:
    library().app("double").build()
    mapp("exec", "double", "number=1.5")

    run = mapp("runs", "--json").json["runs"][0]

    assert set(run) == {
        *("id", "started", "app", "commit", "tree", "version", "request", "input", "output", "outcome"),
        *("detail", "now_ms", "seed", "wall_ms", "total_ms", "engine", "isolation", "refused", "allowed"),
    }
    assert (run["app"], run["input"], run["output"], run["outcome"]) == ("double", {"number": 1.5}, 3, "ok")


||||||| 449935b
def test_list_json() -> None:
    built = library().app("double").build()

    assert mapp("list", "--json").json == {
        "schema": 1,
        "apps": [
            {
                "name": "double",
                "version": "1.0.0",
                "commit": git(built.repository("double"), "rev-parse", "main"),
                "description": "Doubles a number.",
            }
        ],
        "damaged": [],
    }


def test_list_names_a_damaged_app_and_shows_the_others() -> None:
    built = library().app("double").app("other").build()
    (built.repository("double") / "HEAD").unlink()

    found = mapp("list", "--json")

    assert found.json["damaged"] == ["double"] and len(found.json["apps"]) == 1
    assert "double" in found.err


def test_exec_json() -> None:
    built = library().app("double").build()

    found = mapp("exec", "double", "number=21", "--json")

    answer = found.json
    assert found.code == 0 and found.err == ""
    run = answer.pop("run")
    assert answer == {
        "schema": 1,
        "app": "double",
        "version": "1.0.0",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "arguments": {"number": 21},
        "output": 42,
        "outcome": "ok",
    }
    assert [row["id"] for row in mapp("runs", "--json").json["runs"]] == [run]


def test_exec_prints_the_value_and_nothing_else() -> None:
    library().app("double").build()

    found = mapp("exec", "double", "number=21")

    assert (found.code, found.out, found.err) == (0, "42\n", "")


def test_a_declared_refusal_is_an_answer_that_ends_in_one() -> None:
    refusing = library().app("double").stating(errors={"too_large": "It is too large."})
    refusing.source("function main() { throw new Error('too_large'); }\n").build()

    found = mapp("exec", "double", "number=1", "--json")

    assert found.code == 1
    assert found.json["outcome"] == "error:too_large" and found.json["meaning"] == "It is too large."
    assert "refused: It is too large." in mapp("exec", "double", "number=1").err


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("returns NaN", "invalid_output"),
        ("returns the wrong type", "invalid_output"),
        ("throws", "threw"),
        ("does not parse", "threw"),
        ("has no main", "threw"),
    ],
)
def test_a_broken_app_is_an_answer_that_ends_in_one(how: str, kind: str) -> None:
    library().app("double").broken(how).build()

    found = mapp("exec", "double", "number=1", "--json")

    assert (found.code, found.json["outcome"], found.json["output"]) == (1, kind, None)
    assert [run["outcome"] for run in mapp("runs", "--failed", "--json").json["runs"]] == [kind]


@pytest.mark.parametrize("how", ["never returns", "does not finish loading"])
def test_an_app_that_never_ends_is_stopped(how: str) -> None:
    library().app("double").stating(limits={"wall_ms": 100}).broken(how).build()

    assert mapp("exec", "double", "number=1", "--json").json["outcome"] in ("wall", "cpu")


def test_show_json() -> None:
    built = library().app("double").build()

    answer = mapp("show", "double", "--json").json

    assert {key: answer[key] for key in ("schema", "app", "commit", "tree")} == {
        "schema": 1,
        "app": "double",
        "commit": git(built.repository("double"), "rev-parse", "main"),
        "tree": git(built.repository("double"), "rev-parse", "main^{tree}"),
    }
    assert {key: value for key, value in answer.items() if key in app().manifest} == app().manifest
    assert mapp("show", "double", "--source").out == app().files["main.js"].decode()


def test_runs_json() -> None:
    library().app("double").build()
    mapp("exec", "double", "number=1.5")

    run = mapp("runs", "--json").json["runs"][0]

    assert set(run) == {
        *("id", "started", "app", "commit", "tree", "version", "request", "input", "output", "outcome"),
        *("detail", "now_ms", "seed", "wall_ms", "total_ms", "engine", "isolation"),
    }
    assert (run["app"], run["input"], run["output"], run["outcome"]) == ("double", {"number": 1.5}, 3, "ok")


=======
>>>>>>> a9cd7e33c7917f107f066a4da7f3ca6c9bd19df7
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
        (("exec", "double", "other=1"), 8, "other: is no argument of double; it takes number"),
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
    from mapp.library import catalogue

    def explode(*_: Any) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(catalogue, "listing", explode)
    found = mapp("list")

    assert found.code == 70
    assert "ZeroDivisionError" in found.err and "please report it" in found.err
    assert list((world / "home").rglob("bug-*.log"))


def test_an_interruption_ends_in_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from mapp.library import catalogue

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "listing", interrupt)
    assert mapp("list").code == 130
