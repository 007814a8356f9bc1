from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from mapp.errors import StaleBase
from mapp.library import read
from mapp.library.lockfile import read_lock
from mapp.library.verdicts import recorded
from mapp.ops.check.gate import examined
from mapp.ops.manage.rollback import rollback
from support.apps import app
from support.library import Built, fsck, git, library
from support.terminal import mapp

TRIPLE = "function main(input) { return input.number * 3; }\n"


def _built() -> Built:
    built = library().app("double").build()
    tripling = app("double").version("2.0.0").source(TRIPLE).file("tests/examples.jsonl", "")
    built.put(tripling.stating(output={"type": "number"}).example({"number": 2}, output=6))
    return built


def _trees(built: Built) -> list[str]:
    return [row.tree for row in read.history(built.home, "double")]


def test_a_rollback_is_a_new_commit_with_exactly_the_old_tree() -> None:
    built = _built()
    before = git(built.repository("double"), "rev-parse", "main")

    done = mapp("rollback", "double")

    assert done.code == 0, done.err
    assert done.out.startswith("rolled back double from 2.0.0 (")
    newest, second, first = read.history(built.home, "double")
    assert (newest.tree, newest.parents, second.id) == (first.tree, (before,), before)
    assert newest.subject == "double: back to 1.0.0"
    assert newest.trailers == {
        "Mapp-Operation": "rollback",
        "Mapp-Verdict": "passed",
        "Mapp-Base": before,
    }
    assert mapp("exec", "double", "number=2").out == "4\n"
    fsck(built.home.root)


def test_a_rollback_restores_the_released_version_number() -> None:
    built = _built()
    mapp("rollback", "double")

    pinned = read_lock(built.home.lock_file)["double"]

    assert (pinned.version, pinned.commit) == ("1.0.0", git(built.repository("double"), "rev-parse", "main"))
    assert git(built.repository("double"), "rev-parse", "v1.0.0^{tree}") == pinned.tree
    assert git(built.repository("double"), "tag").split() == ["v1.0.0", "v2.0.0"]


def test_a_rollback_can_be_rolled_back() -> None:
    built = _built()
    assert mapp("rollback", "double").code == 0

    assert mapp("rollback", "double").code == 0

    one, two, three, four = _trees(built)
    assert (one, two) == (three, four) and one != two
    assert mapp("exec", "double", "number=2").out == "6\n"


def test_any_version_can_be_the_target() -> None:
    built = _built()
    built.put(app("double").version("2.0.1"))

    found = mapp("rollback", "double", "--to", "1.0.0", "--json").json

    assert (found["from"]["version"], found["to"]["version"], found["changed"]) == ("2.0.1", "1.0.0", True)
    assert found["verdict"]["kind"] == "rollback" and found["verdict"]["passed"]
    assert mapp("rollback", "double", "--to", "1.0.0").out.startswith("double is already at 1.0.0 ")
    assert len(_trees(built)) == 4
    assert mapp("rollback", "double", "--to", "7.0.0").code == 1


def test_the_verdict_is_recorded_for_exactly_that_tree() -> None:
    built = _built()

    mapp("rollback", "double")

    found = recorded(built.home, "double")
    assert found.verdict is not None
    assert (found.verdict.tree, found.verdict.kind, found.verdict.passed) == (found.tree, "rollback", True)


def test_an_old_version_that_fails_todays_checks_needs_force() -> None:
    built = library().build()
    built.put(app("double").source(TRIPLE).stating(output={"type": "number"}))
    built.put(app("double").version("1.0.1"))
    before = built.state()

    refused = mapp("rollback", "double")
    to_it = mapp("rollback", "double", "--to", "1.0.0")

    assert (refused.code, "examples.jsonl:1" in refused.err) == (8, True)
    assert "to roll back anyway: mapp rollback double --force" in refused.err
    assert "to roll back anyway: mapp rollback double --to 1.0.0 --force" in to_it.err
    assert built.state() == before
    forced = mapp("rollback", "double", "--force")
    assert (forced.code, "by force" in forced.err) == (0, True)
    newest = next(read.history(built.home, "double"))
    assert newest.trailers["Mapp-Verdict"].startswith("forced; failed: examples")


def test_force_restores_a_version_that_todays_rules_refuse() -> None:
    built = library().build()
    built.put(app("double").stating(capabilities={"clock": True}))  # declared and not used
    built.put(app("double").version("1.0.1"))
    assert mapp("rollback", "double").code == 8

    assert mapp("rollback", "double", "--force").code == 0

    assert str(read.load(built.home, "double").manifest.version) == "1.0.0"


def test_a_dry_run_checks_and_changes_nothing() -> None:
    built = _built()
    before = built.state()

    found = mapp("rollback", "double", "--dry-run")

    assert "nothing was committed" in found.out and "ok     examples" in found.err
    assert built.state() == before


def test_an_app_without_an_earlier_version_has_nothing_to_roll_back_to() -> None:
    library().app("double").build()

    assert mapp("rollback", "double").code == 1


def test_a_change_made_during_the_checks_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    built = _built()

    def meanwhile(*words: object, **options: object) -> object:
        built.put(app("double").version("3.0.0"))
        return examined(*words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("mapp.ops.manage.rollback.examined", meanwhile)
    with contextlib.closing(built.workspace), pytest.raises(StaleBase):
        rollback(built.workspace, "double")

    assert str(read.load(built.home, "double").manifest.version) == "3.0.0"


def test_a_rollback_does_not_restore_a_revoked_grant() -> None:
    built = library().build()
    storing = app("double").stating(capabilities={"store": {"max_kb": 1}})
    built.put(storing.source("function main(input, host) { host.store.get('x'); return 4; }\n"))
    mapp("grant", "double", "store", "--yes")
    built.put(app("double").version("1.0.1"))
    assert read_lock(built.home.lock_file)["double"].granted == ()

    done = mapp("rollback", "double", "--force")

    assert done.code == 0, done.err
    assert read_lock(built.home.lock_file)["double"].granted == ()
    assert mapp("exec", "double", "number=2").code == 7


def test_verdict_shows_each_check_and_how_to_reproduce_a_problem(world: Path) -> None:
    built = library().app("double").build()
    assert (mapp("verdict", "double").code, "mapp test double" in mapp("verdict", "double").err) == (1, True)
    folder = app("double").version("1.0.1").source(TRIPLE).write(world / "work" / "bad")
    assert mapp("add", str(folder), "--force").code == 0

    shown = mapp("verdict", "double")

    assert shown.code == 0
    assert shown.out.startswith("double 1.0.1: failed, but was forced (tree ")
    assert "  FAILED examples (1)\n" in shown.out
    assert "tests/examples.jsonl:1: gave 6 instead of 4\n" in shown.out
    assert "reproduce: printf %s '{\"number\": 2}' | mapp exec double --input -\n" in shown.out
    document = mapp("verdict", "double", "1.0.1", "--json").json
    assert (document["passed"], document["forced"]) == (False, True)
    assert document["tree"] == recorded(built.home, "double").tree
    assert mapp("verdict", "double", "1.0.0").code == 1
