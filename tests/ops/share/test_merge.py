from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.git.repository import Repository
from mapp.ops.share.merge import Merged, merge_submissions
from mapp.ops.share.publish import yank
from mapp.ops.share.registry_place import find_registry
from mapp.share.index_branch import INDEX, verify_index
from support.apps import app
from support.library import git
from support.publishing import Story

DAY = 86_400
TWICE = "function main(input) { return input.number + input.number; }\n"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "story").releases(app("double"))
    story.publishes("double", direct=False)
    yield story
    story.close()


def merge(story: Story, **options: object) -> dict[str, Merged]:
    maintainer = story.built.workspace
    place = find_registry(maintainer, str(story.registry))
    options.setdefault("run_gate", False)
    found = merge_submissions(maintainer, place, **options)  # type: ignore[arg-type]
    return {row.submission: row for row in found}


def submissions(story: Story) -> set[str]:
    return {ref for ref in story.refs(story.registry) if ref.startswith("refs/heads/submit/")}


def test_a_submission_becomes_one_merge_commit_and_its_branch_goes(story: Story) -> None:
    tip = story.refs(story.registry)["refs/heads/submit/double/1.0.0"]
    assert merge(story)["double/1.0.0"].status == "merged"
    assert git(story.registry, "log", "-1", "--format=%P", "main").split()[1] == tip
    assert story.versions("double") == ["1.0.0"] and submissions(story) == set()
    repository = Repository.open(story.registry)
    verify_index(repository, index=repository.tip(INDEX), main=repository.tip())


def test_submissions_from_the_same_main_are_all_merged(story: Story) -> None:
    for name in ("uppercase", "statistics"):
        story.releases(app(name)).publishes(name, direct=False)
    assert {row.status for row in merge(story).values()} == {"merged"}
    assert set(story.now.names()) == {"double", "uppercase", "statistics"}


def test_a_refused_submission_stays_and_the_others_are_merged(story: Story) -> None:
    story.releases(app("uppercase")).publishes("uppercase", direct=False)
    blob = git(story.registry, "hash-object", "-w", "--stdin", stdin=b"policy = 1\n")
    _commit_file(story, "refs/heads/submit/double/1.0.0", "policy.toml", blob)
    found = merge(story)
    assert (found["double/1.0.0"].status, found["uppercase/1.0.0"].status) == ("refused", "merged")
    assert [row.check for row in found["double/1.0.0"].objections] == ["one-file"]
    assert submissions(story) == {"refs/heads/submit/double/1.0.0"}


def test_an_entry_that_lies_about_the_app_is_refused(story: Story) -> None:
    ref = "refs/heads/submit/double/1.0.0"
    text = git(story.registry, "show", f"{ref}:apps/do/double.toml")
    data = text.replace("Doubles a number.", "Halves a number.") + "\n"
    blob = git(story.registry, "hash-object", "-w", "--stdin", stdin=data.encode())
    _commit_file(story, ref, "apps/do/double.toml", blob)
    found = merge(story)["double/1.0.0"]
    assert [row.check for row in found.objections] == ["as-published"]


def test_an_app_whose_remote_is_gone_is_refused(story: Story) -> None:
    Path(story.remote("double")).rename(story.folder / "gone.git")
    found = merge(story)["double/1.0.0"]
    assert [row.check for row in found.objections] == ["as-published"]
    assert "the release cannot be read" in found.objections[0].objections[0].message


def test_unattended_a_new_name_waits_from_when_it_was_first_seen(story: Story) -> None:
    story.clock[0] += 30 * DAY - 60  # what its author wrote into the commit does not count
    assert merge(story, unattended=True)["double/1.0.0"].status == "waiting"
    story.clock[0] += 3 * DAY - 10
    assert merge(story, unattended=True, override=("plausible-time",))["double/1.0.0"].status == "waiting"
    story.clock[0] += 10
    assert merge(story, unattended=True, override=("plausible-time",))["double/1.0.0"].status == "merged"
    assert not [ref for ref in story.refs(story.registry) if "waiting" in ref]


def test_a_submission_that_changed_waits_again(story: Story) -> None:
    assert merge(story, unattended=True)["double/1.0.0"].status == "waiting"
    ref, path = "refs/heads/submit/double/1.0.0", "apps/do/double.toml"
    blob = git(story.registry, "rev-parse", f"{ref}:{path}")
    story.clock[0] += 4 * DAY
    _commit_file(story, ref, path, blob)
    assert merge(story, unattended=True)["double/1.0.0"].status == "waiting"


def test_a_person_merges_at_once(story: Story) -> None:
    merge(story, unattended=True)
    assert merge(story)["double/1.0.0"].status == "merged"


def test_only_the_named_submissions_at_the_named_commits_are_merged(story: Story) -> None:
    story.releases(app("uppercase")).publishes("uppercase", direct=False)
    tip = story.refs(story.registry)["refs/heads/submit/uppercase/1.0.0"]
    assert merge(story, only=[f"uppercase/1.0.0@{'0' * 40}"]) == {}
    assert set(merge(story, only=[f"uppercase/1.0.0@{tip}"])) == {"uppercase/1.0.0"}
    assert set(story.now.names()) == {"uppercase"}


def test_a_dry_run_merges_nothing(story: Story) -> None:
    before = story.refs(story.registry)
    assert merge(story, dry_run=True, unattended=True)["double/1.0.0"].status == "merged"
    assert story.refs(story.registry) == before


def test_an_override_is_recorded_in_the_merge(story: Story) -> None:
    merge(story)
    other = story.library("eve")
    story.releases(app("doubles"), built=other).publishes(
        "doubles", built=other, direct=False, override=("name-distance",)
    )
    assert merge(story)["doubles/1.0.0"].status == "refused"
    assert merge(story, override=("name-distance",))["doubles/1.0.0"].status == "merged"
    assert "Mapp-Override: name-distance" in git(story.registry, "log", "-1", "--format=%B", "main")


def test_a_version_that_got_in_another_way_is_dropped(story: Story) -> None:
    story.publishes("double", direct=True)
    assert merge(story)["double/1.0.0"].status == "already"
    assert submissions(story) == set()


def test_unattended_a_yank_is_never_merged(story: Story) -> None:
    merge(story)
    yank(story.built.workspace, "double", "1.0.0", "rounds wrong", registry=str(story.registry))
    story.clock[0] += 20 * DAY
    assert merge(story, unattended=True)["double/yank-1.0.0"].status == "waiting"
    assert story.entry("double").versions[0].yanked is None


def test_a_hostile_branch_does_not_block_the_others(story: Story) -> None:
    repository = Repository.open(story.registry)
    who, bomb = story.built.workspace.signature(), repository.write_tree({"x": b"x"})
    for _ in range(6):  # 10^6 files out of seven trees
        bomb = repository.write_entries({f"d{number}": (bomb, True) for number in range(10)})
    tip = repository.tip()
    assert tip is not None
    commit = repository.commit_tree(bomb, "bomb\n", who, parents=(tip,), ref=None)
    repository.create_ref("refs/heads/submit/aaa-bomb/1.0.0", commit)
    repository.create_ref("refs/heads/submit/notes", commit)
    found = merge(story)
    assert {name: row.status for name, row in found.items()} == {
        "aaa-bomb/1.0.0": "refused",
        "double/1.0.0": "merged",
    }
    assert "more than 10,000 files" in found["aaa-bomb/1.0.0"].objections[0].objections[0].message


def test_a_yank_is_submitted_and_merged_beside_a_new_version(story: Story) -> None:
    merge(story)
    story.releases(app("double").version("1.0.1").source(TWICE)).publishes("double", direct=False)
    yank(story.built.workspace, "double", "1.0.0", "rounds wrong", registry=str(story.registry))
    assert set(merge(story)) == {"double/1.0.1", "double/yank-1.0.0"}
    entry = story.entry("double")
    assert [row.yanked for row in entry.versions] == ["rounds wrong", None]


def test_the_gate_runs_on_the_app_that_was_fetched_whatever_its_author_recorded(story: Story) -> None:
    wrong = app("triple").source("function main(input) { return input.number * 3; }\n")
    story.releases(wrong).publishes("triple", direct=False)
    found = merge(story, run_gate=True, only=["triple/1.0.0"])["triple/1.0.0"]
    assert [row.check for row in found.objections] == ["gate"]
    assert "examples: tests/examples.jsonl:1" in found.objections[0].objections[0].message


def _commit_file(story: Story, ref: str, path: str, blob: str) -> None:
    """Commits a changed file on top of a branch of the registry."""
    from mapp.git.tree import replace_file

    repository = Repository.open(story.registry)
    tip = repository.tip(ref)
    assert tip is not None
    data = repository.raw(blob)[1]
    tree = replace_file(repository, repository.tree_of(tip), path, data)
    who = story.built.workspace.signature()
    commit = repository.commit_tree(tree, "more\n", who, parents=(tip,), ref=None)
    repository.set_ref(ref, commit)
