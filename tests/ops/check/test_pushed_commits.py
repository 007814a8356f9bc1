"""The commits of every kind of push are found; no push is treated as empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.errors import IntegrityError, NotFound
from mapp.git.repository import discover
from mapp.ops.check.gate import Options
from mapp.ops.check.pushed_commits import Push, pushed
from mapp.ops.compile.compile import compile_app
from support.authors import RIGHT, WRONG, Decided, contract, quiet
from support.forges import Forge
from support.library import library
from support.terminal import mapp

NOTHING = "0" * 40


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def subjects(push: Push) -> list[str]:
    return [commit.subject for commit in push.commits]


MAIN = "refs/heads/main"


@pytest.mark.parametrize("nothing", [NOTHING, "0" * 64])
def test_a_first_push_brings_all_commits(forge: Forge, nothing: str) -> None:
    for name in ("one", "two", "three"):
        forge.commit(name)
    forge.push("origin", "main")
    found = forge.brings(MAIN, {"before": nothing})

    assert (subjects(found), found.base) == (["one", "two", "three"], None)
    assert "a first push" in found.reason


def test_an_ordinary_push_has_the_new_commits(forge: Forge) -> None:
    before = forge.commit("one")
    forge.commit("two")
    forge.commit("three")
    forge.push("origin", "main")
    found = forge.brings(MAIN, {"before": before})

    assert (subjects(found), found.base) == (["two", "three"], before)


def test_a_new_branch_has_the_commits_that_no_other_branch_has(forge: Forge) -> None:
    forge.commit("one")
    fork = forge.commit("two")
    forge.push("origin", "main")
    forge.git("checkout", "-q", "-b", "feature")
    forge.commit("three")
    forge.commit("four")
    forge.push("origin", "feature")
    found = forge.brings("refs/heads/feature", {"before": NOTHING})

    assert (subjects(found), found.base) == (["three", "four"], fork)
    gitlab = {"CI_COMMIT_BEFORE_SHA": NOTHING, "CI_COMMIT_BRANCH": "feature"}
    told = pushed(discover(forge.checkout("origin/feature")), base=None, head=None, environment=gitlab)
    assert subjects(told) == ["three", "four"]


def test_a_new_branch_without_new_commits_brings_the_newest(forge: Forge) -> None:
    forge.commit("one")
    forge.commit("two")
    forge.push("origin", "main", "main:feature")
    found = forge.brings("refs/heads/feature", {"before": NOTHING})

    assert subjects(found) == ["two"] and "no new commits" in found.reason


def test_a_force_push_with_a_missing_old_tip_brings_all_new_commits(forge: Forge) -> None:
    kept = forge.commit("one")
    forge.push("origin", "main", "main:other")
    lost = forge.commit("lost")
    forge.push("origin", "main")
    forge.git("reset", "-q", "--hard", kept)
    forge.commit("two")
    forge.commit("three")
    forge.push("--force", "origin", "main")
    forge.git("reflog", "expire", "--expire=now", "--all", at=forge.bare)
    forge.git("gc", "-q", "--prune=now", at=forge.bare)
    found = forge.brings(MAIN, {"before": lost, "forced": True})

    assert (subjects(found), found.base) == (["two", "three"], kept)
    assert "is gone (a force push)" in found.reason


def test_a_force_push_with_a_known_old_tip_has_the_commits_that_the_tip_lacks(forge: Forge) -> None:
    kept = forge.commit("one")
    old = forge.commit("old")
    forge.push("origin", "main", "main:backup")
    forge.git("reset", "-q", "--hard", kept)
    forge.commit("two")
    forge.push("--force", "origin", "main")
    found = forge.brings(MAIN, {"before": old, "forced": True})

    assert (subjects(found), found.base) == (["two"], old)


def test_a_reset_branch_brings_its_newest_commit(forge: Forge) -> None:
    kept = forge.commit("one")
    old = forge.commit("two")
    forge.push("origin", "main", "main:backup")
    forge.git("reset", "-q", "--hard", kept)
    forge.push("--force", "origin", "main")
    found = forge.brings(MAIN, {"before": old, "forced": True})

    assert subjects(found) == ["one"] and "no commits since" in found.reason


def test_a_merge_brings_both_sides_and_itself(forge: Forge) -> None:
    before = forge.commit("one")
    forge.git("checkout", "-q", "-b", "side")
    forge.commit("two")
    forge.git("checkout", "-q", "main")
    forge.commit("three")
    forge.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    forge.push("origin", "main")
    found = forge.brings(MAIN, {"before": before})

    assert set(subjects(found)) == {"two", "three", "merged"} and subjects(found)[-1] == "merged"
    assert found.base == before


@pytest.mark.parametrize("annotated", [False, True])
def test_a_tag_on_a_known_commit_brings_that_commit(forge: Forge, annotated: bool) -> None:
    forge.commit("one")
    forge.commit("two")
    forge.git("tag", *(["-a", "-m", "it"] if annotated else []), "v1.0.0", "HEAD~1")
    forge.push("origin", "main", "v1.0.0")
    found = forge.brings("refs/tags/v1.0.0", {"before": NOTHING})

    assert subjects(found) == ["one"]


def test_a_tag_on_new_commits_brings_them_all(forge: Forge) -> None:
    forge.commit("one")
    forge.push("origin", "main")
    forge.commit("two")
    forge.commit("three")
    forge.git("tag", "v1.0.0")
    forge.push("origin", "v1.0.0")

    assert subjects(forge.brings("refs/tags/v1.0.0", {"before": NOTHING})) == ["two", "three"]


def test_a_shallow_clone_is_refused(forge: Forge) -> None:
    for name in ("one", "two", "three"):
        forge.commit(name)
    forge.push("origin", "main")
    for before in (NOTHING, "1" * 40):
        with pytest.raises(IntegrityError) as error:
            forge.brings(MAIN, {"before": before}, "--depth", "1")
        assert "fetch-depth: 0" in error.value.hint


def test_the_base_of_a_pull_request_must_be_there(forge: Forge) -> None:
    forge.commit("one")
    forge.push("origin", "main")
    with pytest.raises(NotFound):
        forge.brings(MAIN, {"pull_request": {"base": {"sha": "1" * 40}}})


def test_a_base_that_is_the_head_itself_brings_the_head(forge: Forge) -> None:
    forge.commit("one")
    head = forge.commit("two")
    found = pushed(discover(forge.work), base=head, head=None, environment={})

    assert subjects(found) == ["two"]


def test_the_first_push_of_a_compiled_app_validates_its_version_and_lists_drafts(forge: Forge) -> None:
    built = library().build()
    coder = ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}])
    done = compile_app(
        built.workspace,
        "multiply a number by three",
        person=Decided(),
        watch=quiet,
        name="triple",
        coder=coder,
        options=Options(inputs=20),
    )
    built.workspace.close()
    assert done.committed is not None
    forge.git("push", "-q", str(forge.bare), "main", at=built.repository("triple"))
    found = forge.brings(MAIN, {"before": NOTHING})

    assert [commit.id for commit in found.commits] == [done.committed.commit]
    assert found.drafts[0].subject == "triple: the contract" and len(found.drafts) >= 2


def test_the_output_says_which_commits_are_validated_and_why(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    (forge.work / "mapp.toml").write_text("name =")
    forge.commit("broken")
    forge.commit("still-broken")
    forge.push("origin", "main")
    event = forge.root / "event.json"
    event.write_text(json.dumps({"ref": MAIN, "before": NOTHING}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    folder = forge.checkout("origin/main")
    found = mapp("ci", str(folder), "--inputs", "5", "--json")

    assert found.code == 8
    assert found.json["why"] == "a first push: all commits" and found.json["drafts"] == []
    assert [row["subject"] for row in found.json["commits"]] == ["broken", "still-broken"]
    assert "a first push: all commits: 2 to validate" in found.err


def test_pre_commit_says_what_is_about_to_be_pushed(forge: Forge) -> None:
    before = forge.commit("one")
    forge.commit("two")
    pushing = forge.commit("three")
    forge.commit("four")
    told = {"PRE_COMMIT_FROM_REF": before, "PRE_COMMIT_TO_REF": pushing}
    found = pushed(discover(forge.work), base=None, head=None, environment=told)

    assert (subjects(found), found.base) == (["two", "three"], before)
