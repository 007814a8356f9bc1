from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.library import read
from support.apps import Draft, app
from support.library import Built, fsck, git, library
from support.terminal import mapp

SCHEMA = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/"}}}


def _deep(depth: int) -> str:
    return '{"input":{"number":' + "[" * depth + "]" * depth + '},"output":1}\n'


BAD: dict[str, tuple[Draft, str]] = {
    "a manifest that is not TOML": (app().file("mapp.toml", "name = "), "mapp.toml: is not TOML"),
    "an empty manifest": (app().file("mapp.toml", ""), "mapp.toml: is empty"),
    "a manifest that is not text": (app().file("mapp.toml", b"\xff"), "mapp.toml: is not UTF-8"),
    "a deep manifest": (app().file("mapp.toml", "a = " + "[" * 50_000), "mapp.toml: is not TOML"),
    "a huge manifest": (app().file("mapp.toml", "#" * 300_000), "mapp.toml: is larger than"),
    "a wrong type": (app().stating(version=1), "mapp.toml: version: must be a text"),
    "an unknown key": (app().stating(licence="MIT"), "mapp.toml: licence: is not a known key"),
    "a schema outside the subset": (
        app().stating(output=SCHEMA),
        "mapp.toml: output.properties.a.$ref: is not a keyword of the subset",
    ),
    "a pattern that explodes": (
        app().taking(text={"type": "string", "pattern": "(a)\\1"}),
        "mapp.toml: input.text.pattern: uses look-around or a back-reference",
    ),
    "no source": (app().without("main.js"), "main.js: is missing"),
    "an empty source": (app().source(" \n"), "main.js: is empty"),
    "a source that is not text": (app().file("main.js", b"\xff\xfe"), "main.js: is not UTF-8"),
    "a source that does not parse": (app().broken("does not parse"), "main.js: SyntaxError"),
    "a source without main": (app().broken("has no main"), "main.js: defines no function main"),
    "a source that never loads": (
        app().broken("does not finish loading"),
        "main.js: does not finish loading",
    ),
    "a source of 1,000 lines": (app().source("//\n" * 1000), "main.js: has 1000 lines or more"),
    "a source too large": (app().source("//" + "x" * 300_000), "main.js: is larger than"),
    "a row that is not JSON": (
        app().file("tests/examples.jsonl", "\n{\n"),
        "tests/examples.jsonl:2: the row is not JSON",
    ),
    "a row with NaN": (
        app().file("tests/examples.jsonl", '{"input":{"number":NaN},"output":1}'),
        "tests/examples.jsonl:1: the row is not JSON: NaN",
    ),
    "a row with a name twice": (
        app().file("tests/examples.jsonl", '{"input":{},"input":{},"output":1}'),
        "appears twice",
    ),
    "a row that is deep": (app().file("tests/examples.jsonl", _deep(100)), "tests/examples.jsonl:1"),
    "a row that is very deep": (app().file("tests/examples.jsonl", _deep(50_000)), "nested too deeply"),
    "a row with a lone surrogate": (
        app().file("tests/requests.jsonl", '{"request":"\\ud800","arguments":{}}'),
        "tests/requests.jsonl:1: the row is not I-JSON; request: contains a lone surrogate",
    ),
    "an unknown key in a row": (
        app().example({"number": 1}, output=2, note="x"),
        "tests/examples.jsonl:2.note: is not a known key",
    ),
    "an example with neither output nor error": (
        app().example({"number": 1}),
        "tests/examples.jsonl:2: must have either an output or an error",
    ),
    "an example outside the schema": (
        app().example({"number": 5000}, output=1),
        "tests/examples.jsonl:2 input.number: 5000 is greater than the maximum",
    ),
    "an example with an error that is not declared": (
        app().example({"number": 1}, error="no"),
        "tests/examples.jsonl:2 error: 'no' is not declared",
    ),
    "an example that fails": (
        app().example({"number": 1}, output=3),
        "tests/examples.jsonl:2: gave 2 instead of 3",
    ),
    "a request outside the schema": (
        app().said("double that", {"number": "that"}),
        "tests/requests.jsonl:2.number: ",
    ),
    "a property that does not parse": (
        app().file("tests/properties.js", "function prop_a(input, output) {"),
        "tests/properties.js: SyntaxError",
    ),
    "a property that does not hold": (
        app().file("tests/properties.js", "function prop_small(input, output) { return output < 100; }"),
        "property prop_small: is false with the output 100",
    ),
    "an output that breaks its schema": (
        app().stating(output={"type": "number", "maximum": 4}),
        "main.js: invalid_output",
    ),
    "a file too large": (app().file("README.md", b"x" * (2 * 2**20 + 1)), "README.md: is larger than 2 MiB"),
}


@pytest.mark.parametrize("what", BAD)
def test_an_invalid_folder_is_refused_with_the_path_and_changes_nothing(what: str, world: Path) -> None:
    built = library().app("double").build()
    before = built.state()
    draft, says = BAD[what]
    folder = draft.write(world / "work" / "bad")

    found = mapp("add", str(folder))

    assert found.code == 8, found.err
    assert says in found.err
    assert "bug in mapp" not in found.err
    assert built.state() == before


def test_several_mistakes_are_reported_at_once(world: Path) -> None:
    draft = (
        app().stating(version="one", output=SCHEMA).file("tests/examples.jsonl", "{\n[]\n").without("main.js")
    )

    found = mapp("add", str(draft.write(world / "bad")), "--json").json["error"]

    assert [row["path"] for row in found["problems"]] == [
        "mapp.toml: version",
        "mapp.toml: output.properties.a.$ref",
        "main.js",
        "tests/examples.jsonl:1",
        "tests/examples.jsonl:2",
    ]


@pytest.mark.parametrize("path", ["main.js", "tests", "README.md", "somewhere/else"])
def test_a_folder_with_a_symbolic_link_is_refused(path: str, world: Path) -> None:
    folder = app().write(world / "bad")
    target = folder / path
    if target.is_dir():
        target.rename(world / "elsewhere")
    else:
        target.unlink(missing_ok=True)
    target.parent.mkdir(exist_ok=True)
    target.symlink_to("/etc/passwd")

    found = mapp("add", str(folder))

    assert found.code == 8
    assert f"{path}: is a symbolic link" in found.err
    assert not (world / "library" / "apps").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_folder_with_a_pipe_is_refused_and_not_read(world: Path) -> None:
    folder = app().without("main.js").write(world / "bad")
    os.mkfifo(folder / "main.js")

    assert "main.js: is a named pipe" in mapp("add", str(folder)).err


def test_files_outside_the_format_are_left_out_and_listed(world: Path) -> None:
    draft = app().file("notes.txt", "x").file("node_modules/a/index.js", "x").file(".git/config", "x")

    found = mapp("add", str(draft.write(world / "folder")), "--json")

    assert found.json["left_out"] == ["notes.txt"]
    assert set(read.blobs(Built().home, "double")) == {
        "main.js",
        "mapp.toml",
        "tests/examples.jsonl",
        "tests/requests.jsonl",
    }


def test_add_json_matches_the_commit(world: Path) -> None:
    folder = app().write(world / "folder")

    answer = mapp("add", str(folder), "--json").json

    built = Built()
    assert {key: answer[key] for key in ("app", "version", "changed", "passed", "left_out")} == {
        "app": "double",
        "version": "1.0.0",
        "changed": True,
        "passed": True,
        "left_out": [],
    }
    names = [row["check"] for row in answer["checks"]]
    assert names[:5] == ["source", "rows", "examples", "total", "properties"]
    assert answer["commit"] == git(built.repository("double"), "rev-parse", "main")
    assert read.open_repository(built.home, "double").info(answer["commit"]).trailers == {
        "Mapp-Operation": "add",
        "Mapp-Verdict": "passed",
    }
    fsck(built.home.root)


def test_the_same_folder_again_changes_nothing(world: Path) -> None:
    folder = str(app().write(world / "folder"))
    mapp("add", folder)
    before = Built().state()

    assert "is already there, unchanged" in mapp("add", folder).out
    assert Built().state() == before


def test_a_dry_run_commits_nothing(world: Path) -> None:
    found = mapp("add", str(app().write(world / "folder")), "--dry-run")

    assert found.code == 0 and "nothing was committed" in found.err
    assert read.names(Built().home) == ()


@pytest.mark.parametrize(
    ("change", "least"),
    [
        (
            lambda draft: draft.source("function main(input) { return input.number + input.number; }\n"),
            "1.0.1",
        ),
        (lambda draft: draft.taking(by={"type": "number", "default": 2}), "1.1.0"),
        (lambda draft: draft.stating(output={"type": "number"}), "2.0.0"),
    ],
)
def test_changed_content_needs_the_version_that_its_interface_requires(
    change: Callable[[Draft], Draft], least: str, world: Path
) -> None:
    built = library().app("double").build()
    before = built.state()
    changed = change(app())

    found = mapp("add", str(changed.write(world / "folder")))

    assert found.code == 8 and f"asks for {least} or higher" in found.err and "MAPP-0820" in found.err
    assert {k: v for k, v in built.state().items() if "/objects/" not in k} == {
        k: v for k, v in before.items() if "/objects/" not in k
    }
    assert mapp("add", str(changed.version(least).write(world / "folder"))).code == 0


def test_force_commits_a_failing_app_and_says_so(world: Path) -> None:
    draft = app().example({"number": 1}, output=3)

    found = mapp("add", str(draft.write(world / "folder")), "--force")

    assert found.code == 0 and "added by force" in found.err
    commit = next(read.history(Built().home, "double"))
    assert commit.trailers["Mapp-Verdict"] == "forced; failed: examples"


def test_force_never_commits_a_source_that_does_not_load(world: Path) -> None:
    assert mapp("add", str(app().broken("does not parse").write(world / "folder")), "--force").code == 8


def test_force_replaces_an_app_with_an_invalid_commit(world: Path) -> None:
    built = library().app("double").build()
    tree = git(built.repository("double"), "mktree")
    words = ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", tree, "-m", "x")
    git(built.repository("double"), "update-ref", "refs/heads/main", git(built.repository("double"), *words))

    found = mapp("add", str(app().version("1.0.1").write(world / "folder")), "--force")

    assert found.code == 0, found.err
    assert mapp("exec", "double", "number=2").out == "4\n"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": 0.2, "maximum": 0.8},
        {"type": "number", "minimum": 0.001, "maximum": 0.002},
        {"type": "number", "multipleOf": 0.25, "minimum": 0.3, "maximum": 0.9},
        {"type": "string", "pattern": "^\\d{3}$"},
        {"type": "string", "pattern": "^\\p{L}+$", "examples": ["ä"]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "uniqueItems": True, "maxItems": 4},
        {"type": ["string", "null"], "maxLength": 3},
        {"const": 5},
    ],
)
def test_inputs_are_generated_for_narrow_and_unusual_schemas(schema: dict[str, object], world: Path) -> None:
    draft = app().taking(other=schema).file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    draft.file("tests/properties.js", "function prop_double(i, output) { return output === 2 * i.number; }")

    found = mapp("add", str(draft.write(world / "folder")))

    assert found.code == 0, found.err


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 0.2, "maximum": 0.8},
        {"type": "number", "exclusiveMinimum": 5, "maximum": 3},
        {"type": "array", "items": {"type": "integer", "minimum": 0.2, "maximum": 0.8}, "minItems": 1},
        {"type": "string", "enum": [1]},
    ],
)
def test_a_schema_that_no_value_fits_is_reported(schema: dict[str, object], world: Path) -> None:
    draft = app().taking(other=schema).file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")

    found = mapp("add", str(draft.write(world / "folder")))

    assert found.code == 8
    assert "main.js: no input" in found.err or "mapp.toml: " in found.err
