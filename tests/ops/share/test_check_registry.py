from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import InvalidInput
from mapp.git.repository import Repository
from mapp.ops.share.check_registry import check_all, check_change, default_base, revalidate
from mapp.share.entry import entry_path
from mapp.share.registry import Registry
from support.apps import app
from support.library import git
from support.publishing import Story
from support.registries import entry


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "story").releases(app("double"))
    yield story
    story.close()


@pytest.fixture
def clone(story: Story) -> Path:
    """A maintainer's clone, with one submitted branch."""
    story.publishes("double", direct=False)
    git(story.folder, "clone", "-q", str(story.registry), "clone")
    return story.folder / "clone"


def test_a_branch_is_checked_against_main_with_the_app_fetched(story: Story, clone: Path) -> None:
    found = check_change(
        story.built.workspace,
        clone,
        base=default_base(clone),
        head="origin/submit/double/1.0.0",
        run_gate=False,
    )
    assert found.review.passed and found.name == "double"
    states = {row.check: row.status for row in found.review.results}
    assert (states["as-published"], states["gate"]) == ("passed", "skipped")


def test_a_pull_request_that_changes_a_second_file_is_refused_before_anything_is_fetched(
    story: Story, clone: Path
) -> None:
    git(clone, "checkout", "-q", "submit/double/1.0.0")
    (clone / "policy.toml").write_text("policy = 1\n[checks]\ngate = 'off'\n")
    git(clone, "-c", "user.name=Eve", "-c", "user.email=e@example.org", "commit", "-qam", "more")
    Path(story.remote("double")).rename(story.folder / "gone.git")
    found = check_change(story.built.workspace, clone, base="origin/main")
    assert [row.check for row in found.review.with_status("refused")] == ["one-file"]
    assert found.to_dict()["paths"] == ["apps/do/double.toml", "policy.toml"]


def test_the_policy_of_main_counts_not_that_of_the_change(story: Story, clone: Path) -> None:
    git(clone, "checkout", "-q", "submit/double/1.0.0")
    (clone / "policy.toml").write_text("this is not TOML")
    git(clone, "-c", "user.name=Eve", "-c", "user.email=e@example.org", "commit", "-qam", "more")
    assert not check_change(story.built.workspace, clone, base="origin/main").review.passed


def test_apps_of_a_registry_behind_https_are_not_read_from_this_machine(story: Story, clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "https://git.example.org/registry.git")
    head = "origin/submit/double/1.0.0"
    found = check_change(story.built.workspace, clone, base="origin/main", head=head, run_gate=False)
    (refused,) = found.review.with_status("refused")
    assert refused.check == "as-published"
    assert "is a path on this machine" in refused.objections[0].message


def test_every_entry_is_checked_by_itself(story: Story) -> None:
    story.publishes("double")
    assert check_all(story.registry, "main") == 1
    repository = Repository.open(story.registry)
    tip = repository.tip()
    assert tip is not None
    from mapp.git.tree import replace_file

    data = entry("vat").to_toml().replace(b"v1.0.0", b"v9.0.0")
    tree = replace_file(repository, repository.tree_of(tip), entry_path("vat"), data)
    who = story.built.workspace.signature()
    repository.commit_tree(tree, "broken\n", who, parents=(tip,))
    with pytest.raises(InvalidInput) as caught:
        check_all(story.registry, "main")
    assert [row.path for row in caught.value.problems] == ["apps/va/vat.toml"]


def test_a_listed_app_that_changed_at_its_remote_is_found_by_revalidation(story: Story) -> None:
    story.publishes("double")
    git(Path(story.remote("double")), "tag", "-d", "v1.0.0")
    found = dict(revalidate(story.built.workspace, story.registry, "main"))
    assert not found["double"].passed
    assert dict(revalidate(story.built.workspace, story.registry, "main", shard=(2, 2))) == {}


def test_a_change_by_hand_is_read_like_one_of_mapps(story: Story) -> None:
    story.publishes("double")
    registry = Registry(Repository.open(story.registry), git(story.registry, "rev-parse", "main"))
    known = registry.entry("double")
    assert known is not None
    git(story.folder, "clone", "-q", str(story.registry), "hand")
    path = story.folder / "hand" / entry_path("double")
    path.write_text(path.read_text() + '\nyanked = "wrong"\n')
    git(
        story.folder / "hand", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qam", "yank"
    )
    assert check_change(story.built.workspace, story.folder / "hand", base="origin/main").review.passed
