"""Renames: two entries that agree, one history at one remote, and a note for people who have the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, NotFound, UsageError
from mapp.library.read import open_repository
from mapp.ops.share.install import Options, install
from mapp.ops.share.merge import merge_submissions
from mapp.ops.share.publish import Target
from mapp.ops.share.registry_place import find_registry
from mapp.ops.share.rename import Renamed, rename
from mapp.ops.share.update import outdated
from mapp.ops.workspace import Workspace
from mapp.share.registries import add_registry
from support.apps import app
from support.publishing import Story
from support.registries import entry, published
from support.submissions import Case

URL = "https://git.example.org/ada/vat.git"


@pytest.fixture
def story(tmp_path: Path, examined_at_once: None) -> Iterator[Story]:
    story = Story(tmp_path / "story").releases(app("double"))
    story.publishes("double")
    yield story
    story.close()


def renamed(story: Story, new: str = "twice-as-much", **options: object) -> Renamed:
    options.setdefault("direct", True)
    target = Target(registry=str(story.registry), **options)  # type: ignore[arg-type]
    return rename(story.built.workspace, "double", new, target)


def test_both_entries_say_it_and_the_history_goes_on_at_the_same_remote(story: Story) -> None:
    done = renamed(story)
    old, new = story.entry("double"), story.entry("twice-as-much")
    assert (old.renamed_to, new.renamed_from) == ("twice-as-much", "double")
    assert old.versions == story.entry("double").versions and len(old.versions) == 1
    assert (new.remote, [str(row.version) for row in new.versions]) == (old.remote, ["1.0.1"])
    repository = open_repository(story.built.home, "twice-as-much")
    parents = repository.info(new.versions[0].commit).parents
    assert parents == (old.versions[0].commit,)
    refs = story.refs(story.remote("double"))
    assert refs["refs/heads/main"] == refs["refs/tags/v1.0.1"] == new.versions[0].commit
    assert refs["refs/tags/v1.0.0"] == old.versions[0].commit
    assert done.marked is not None and done.to_dict()["renamed_from"] == "double"
    again = renamed(story)
    assert again.marked is not None and not again.marked.changed, "it can be repeated"


def test_each_half_is_a_submission_of_its_own_and_the_new_one_comes_first(story: Story) -> None:
    done = renamed(story, direct=False)
    assert done.marked is None and not story.entry("double").renamed_to
    workspace = story.built.workspace
    place = find_registry(workspace, str(story.registry))
    (row,) = merge_submissions(workspace, place, run_gate=False)
    assert (row.submission, row.status) == ("twice-as-much/1.0.1", "merged"), row.objections
    done = renamed(story, direct=False)
    assert done.marked is not None and done.marked.ref == "refs/heads/submit/double/rename-1.0.0"
    (row,) = merge_submissions(workspace, place, run_gate=False, unattended=True)
    assert row.status == "waiting", "nobody has looked at it"
    (row,) = merge_submissions(workspace, place, run_gate=False)
    assert row.status == "merged", row.objections
    assert story.entry("double").renamed_to == "twice-as-much"


def test_people_are_told_and_the_new_name_is_another_app(story: Story) -> None:
    reader = story.library("bob")
    url = f"file://{story.registry}"
    add_registry(reader.workspace.config.config_file, "team", url, allow_plain=True)
    here = Workspace(config=reader.workspace.config, clock=lambda: story.clock[0])
    install(here, ["double"], Options(allow_plain=True))
    renamed(story)
    note = "double is called twice-as-much now: mapp install team:twice-as-much"
    assert [row.note for row in outdated(here)] == [note]
    (row,) = install(here, ["double"], Options(allow_plain=True)).rows
    assert (row.note, row.changed) == (note, False), "the old name still installs"
    (row,) = install(here, ["twice-as-much"], Options(allow_plain=True)).rows
    assert (row.note, row.entry.granted) == ("", ())
    here.close()


def test_nothing_more_is_published_under_the_old_name(story: Story) -> None:
    renamed(story)
    story.releases(app("double").version("1.0.2").file("NOTES.md", "x\n"))
    with pytest.raises(UsageError, match="is called twice-as-much now"):
        story.publishes("double")


@pytest.mark.parametrize(
    ("new", "error"), [("Not A Name", UsageError), ("other", AlreadyExists), ("double", UsageError)]
)
def test_a_name_that_cannot_be_used_is_refused(story: Story, new: str, error: type[Exception]) -> None:
    story.releases(app("other"))
    with pytest.raises(error):
        renamed(story, new)
    assert story.now.names().keys() == {"double"}


def test_only_what_is_published_is_renamed(story: Story) -> None:
    target = Target(registry=str(story.registry), direct=True)
    with pytest.raises(NotFound, match="does not list"):
        rename(story.built.workspace, "other", "another-name", target)
    story.releases(app("double").version("1.0.1").file("NOTES.md", "x\n"))
    with pytest.raises(UsageError, match="is not published"):
        renamed(story)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path, entry("vat", "1.0.0", remote=URL), entry("tax", remote=URL))


def test_a_strangers_app_cannot_call_itself_the_new_name(case: Case) -> None:
    elsewhere = "https://git.example.org/eve/other.git"
    new = replace(entry("sales-tax-of-goods", "1.0.1", remote=elsewhere), renamed_from="vat")
    assert "same-remote" in case.submits(new).refused()
    good = replace(new, remote=URL)
    assert case.submits(good).refused() == set()
    signed = replace(
        entry("signed", remote=URL), versions=(replace(published("1.0.0"), signer="SHA256:" + "a" * 43),)
    )
    case.registry.commit(signed)
    assert "same-signer" in case.submits(replace(good, renamed_from="signed")).refused()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"renamed_to": "nothing-listed"}, "nothing-listed is not listed as a new name"),
        ({"renamed_to": "tax"}, "tax is not listed as a new name of vat"),
        ({"renamed_from": "tax"}, "it changes what the app was called before"),
    ],
)
def test_a_rename_that_only_one_entry_says_is_refused(case: Case, change: dict[str, str], said: str) -> None:
    before = case.registry.now.entry("vat")
    assert before is not None
    case.submits(replace(before, **change))  # type: ignore[arg-type]
    assert "agreed-rename" in case.refused() and said in case.said("agreed-rename")


def test_a_new_name_needs_a_listed_old_one_and_continues_its_versions(case: Case) -> None:
    new = entry("sales-tax-of-goods", "1.0.1", remote=URL)
    assert "first-version" in case.submits(new).refused()
    assert "agreed-rename" in case.submits(replace(new, renamed_from="gone")).refused()
    assert "agreed-rename" in case.submits(replace(new, renamed_from="vat", renamed_to="tax")).refused()
    far = replace(entry("sales-tax-of-goods", "3.0.0", remote=URL), renamed_from="vat")
    assert "sequential-version" in case.submits(far).refused()


def test_a_rename_is_for_good_and_for_one_name(case: Case) -> None:
    old = replace(entry("old-thing", remote=URL), renamed_to="new-thing-here")
    new = replace(entry("new-thing-here", "1.0.1", remote=URL), renamed_from="old-thing")
    case.registry.commit(old, new)
    assert "agreed-rename" in case.submits(replace(old, renamed_to="")).refused()
    assert "agreed-rename" in case.submits(old.with_version(published("1.0.1"))).refused()
    second = replace(entry("second-name-there", "1.0.1", remote=URL), renamed_from="old-thing")
    assert "agreed-rename" in case.submits(second).refused()
