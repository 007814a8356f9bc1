"""Every commit of a push is validated by the rules of its kind."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.clones import LAW, SHIFTED, Clone, draft
from support.terminal import Answer, mapp


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


def test_every_commit_of_the_range_is_validated_and_the_bad_one_named(clone: Clone, tmp_path: Path) -> None:
    first = clone.commit(draft(), "double: first")
    clone.commit(draft("1.0.1").source(SHIFTED), "double: off by one")
    good = clone.commit(draft("1.0.2"), "double: back again")
    reports = ["--junit", str(tmp_path / "r.xml"), "--sarif", str(tmp_path / "r.sarif")]
    answer = mapp("ci", str(clone.folder), "--base", first, "--inputs", "30", *reports, "--json")
    document = json.loads(answer.out)

    assert answer.code == 8
    assert [row["passed"] for row in document["commits"]] == [False, True]
    assert document["commits"][1]["commit"] == good
    failed = [row["check"] for row in document["commits"][0]["checks"] if not row["passed"]]
    assert {"examples", "properties"} <= set(failed)
    assert len(ElementTree.parse(tmp_path / "r.xml").getroot()) == 2
    found = json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["results"]
    assert {row["ruleId"] for row in found} == set(failed)


def test_the_version_is_judged_once_at_the_end_of_the_range(clone: Clone) -> None:
    first = clone.commit(draft(), "double: first")
    clone.commit(draft().file("README.md", "one\n"), "double: a word")
    late = clone.commit(draft().file("README.md", "two\n"), "double: another")
    refused = json.loads(mapp("ci", str(clone.folder), "--base", first, "--inputs", "20", "--json").out)
    clone.commit(draft("1.0.1").file("README.md", "two\n"), "double: 1.0.1")
    passed = json.loads(mapp("ci", str(clone.folder), "--base", first, "--inputs", "20", "--json").out)

    assert [row["passed"] for row in refused["commits"]] == [True, False]
    assert [row["passed"] for row in passed["commits"]] == [True, True, True]
    assert refused["commits"][1]["commit"] == late


def test_without_a_base_the_newest_commit_is_validated(clone: Clone) -> None:
    clone.commit(draft().source(SHIFTED), "double: wrong")
    clone.commit(draft("2.0.0"), "double: right")
    answer = mapp("ci", str(clone.folder), "--inputs", "20")

    assert (answer.code, answer.out) == (0, "1 commits validated, 0 failed\n")


def test_a_commit_with_a_heal_trailer_must_follow_the_rules_of_a_heal(clone: Clone) -> None:
    clone.commit(draft(), "double: first")
    clone.commit(draft("1.0.1").example({"number": 8}, output=16), "double: heal\n\nMapp-Operation: heal\n")
    answer = mapp("ci", str(clone.folder), "--inputs", "20", "--json")
    (row,) = json.loads(answer.out)["commits"]

    assert row["kind"] == "heal"
    assert "tests-kept" in [check["check"] for check in row["checks"] if not check["passed"]]


def test_a_commit_without_a_valid_app_fails_and_the_others_are_still_validated(clone: Clone) -> None:
    first = clone.commit(draft(), "double: first")
    clone.commit(draft().file("mapp.toml", "name ="), "double: broken")
    clone.commit(draft("1.0.1").file("README.md", "more\n"), "double: fixed")
    answer = mapp("ci", str(clone.folder), "--base", first, "--inputs", "20", "--json")

    assert [row["passed"] for row in json.loads(answer.out)["commits"]] == [False, True]


def test_the_range_is_what_github_tells(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = clone.commit(draft(), "double: first")
    clone.commit(draft("1.0.1").source(SHIFTED), "double: off by one")
    clone.commit(draft("1.0.2"), "double: back again")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"before": first}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    answer = mapp("ci", str(clone.folder), "--inputs", "20")

    assert answer.code == 8
    assert answer.out.startswith("::error file=tests/examples.jsonl")
    assert answer.out.endswith("2 commits validated, 1 failed\n")


def test_a_shallow_clone_says_what_to_do(clone: Clone, tmp_path: Path) -> None:
    for number in range(3):
        clone.commit(draft(f"1.0.{number}").file("README.md", f"{number}\n"), f"double: {number}")
    shallow = tmp_path / "shallow"
    clone.git("clone", "-q", "--depth", "1", f"file://{clone.folder}", str(shallow))
    answer = mapp("ci", str(shallow), "--base", clone.git("rev-parse", "HEAD~2"))

    assert (answer.code, "git fetch --unshallow" in answer.err) == (6, True)


def test_a_folder_outside_any_repository_is_an_error(tmp_path: Path) -> None:
    answer = mapp("ci", str(tmp_path))

    assert answer.code != 0
    assert "is not in a git repository" in answer.err


def kinds_and_faults(answer: Answer) -> list[tuple[str, list[str]]]:
    rows = json.loads(answer.out)["commits"]
    return [(row["kind"], [check["check"] for check in row["checks"] if not check["passed"]]) for row in rows]


def test_a_rollback_to_a_tree_that_never_existed_counts_as_an_edit(clone: Clone) -> None:
    clone.commit(draft(), "double: first")
    trustful = draft("0.9.0").file("tests/properties.js", "function prop_any() { return true; }\n")
    trustful.without("tests/examples.jsonl")
    clone.commit(trustful, "double: back\n\nMapp-Operation: rollback\n")
    ((kind, faults),) = kinds_and_faults(mapp("ci", str(clone.folder), "--inputs", "20", "--json"))

    assert kind == "edit"
    assert {"mutation", "version"} <= set(faults)


def test_a_rollback_to_an_earlier_tree_passes(clone: Clone) -> None:
    clone.commit(draft(), "double: first")
    clone.commit(draft("1.0.1").file("README.md", "more\n"), "double: a word")
    clone.git("rm", "-q", "README.md")
    clone.commit(draft(), "double: back to 1.0.0\n\nMapp-Operation: rollback\n")
    found = kinds_and_faults(mapp("ci", str(clone.folder), "--inputs", "20", "--json"))

    assert found == [("rollback", [])]


def test_a_compile_of_an_existing_app_still_needs_a_higher_version(clone: Clone) -> None:
    clone.commit(draft(), "double: first")
    other = draft("1.0.1").source("function main(input) { return input.number * 3; }\n")
    other.file("tests/properties.js", LAW.replace("* 2", "* 3"))
    other.file("tests/examples.jsonl", '{"input": {"number": 3}, "output": 9}\n')
    clone.commit(other, "double: other\n\nMapp-Operation: compile\n")
    ((kind, faults),) = kinds_and_faults(mapp("ci", str(clone.folder), "--inputs", "20", "--json"))

    assert (kind, "version" in faults) == ("edit", True)


def test_a_heal_at_the_end_does_not_hide_the_version_that_the_range_requires(clone: Clone) -> None:
    first = clone.commit(draft(), "double: first")
    number = {"type": "integer", "minimum": -1000, "maximum": 1000}
    wider = draft().taking(number=number, times={"enum": [1, 2], "default": 1})
    clone.commit(wider, "double: another argument")
    healed = draft("1.0.1").taking(number=number, times={"enum": [1, 2], "default": 1})
    clone.commit(healed, "double: heal\n\nMapp-Operation: heal\n")
    found = kinds_and_faults(mapp("ci", str(clone.folder), "--base", first, "--inputs", "20", "--json"))

    assert found[1] == ("heal", ["version"])


def test_a_refused_tree_fails_its_commit_but_not_the_commit_that_fixes_it(clone: Clone) -> None:
    first = clone.commit(draft(), "double: first")
    (clone.folder / "README.md").symlink_to("main.js")
    clone.commit(draft(), "double: a link")
    (clone.folder / "README.md").unlink()
    clone.commit(draft("1.0.1").file("README.md", "words\n"), "double: words")
    answer = mapp("ci", str(clone.folder), "--base", first, "--inputs", "20", "--json")

    assert [row["passed"] for row in json.loads(answer.out)["commits"]] == [False, True]
