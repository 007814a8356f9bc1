"""Updating: what moves, what waits for the person, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import MappError, NotFound
from mapp.git.repository import Repository
from mapp.library.lockfile import write_lock
from mapp.ops.share.update import Options, Row, outdated, update
from mapp.share.registries import remove_registry
from support.apps import Draft, app
from support.library import fsck, library
from support.sharing import PLAIN, Author, SharedWorld

HTTP = {"http": [{"host": "api.example.com", "methods": ["GET"]}]}


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0, which is installed."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    found.list(author.entry)
    found.use()
    found.install("vat")
    return found


def publish(shared: SharedWorld, draft: Draft, version: str) -> Author:
    """Publishes another version of an app."""
    author = shared.author(draft.name)
    author.entry = shared.builder.now.entry(draft.name)
    author.release(draft, version)
    shared.list(author.entry)
    return author


def updated(shared: SharedWorld, *names: str, options: Options | None = None) -> list[Row]:
    """Updates the library."""
    workspace = shared.workspace
    try:
        return list(update(workspace, names, options or Options()))
    finally:
        workspace.close()


def told(shared: SharedWorld, *, offline: bool = False) -> list[tuple[str, str, str]]:
    """Returns what `outdated` says: app, state, newest version."""
    return [(row.app, row.state, row.to) for row in outdated(shared.workspace, offline=offline)]


NEWER = app("vat").stating(description="Doubles a number, better.")


def test_a_newer_release_is_told_and_then_installed(shared: SharedWorld) -> None:
    assert told(shared) == [("vat", "current", "1.0.0")]
    author = publish(shared, NEWER, "1.1.0")
    assert told(shared, offline=True) == [("vat", "current", "1.0.0")], "as it was last seen"
    assert told(shared) == [("vat", "available", "1.1.0")]
    assert told(shared, offline=True) == [("vat", "available", "1.1.0")]
    (row,) = updated(shared)
    assert (row.state, row.version, row.to) == ("updated", "1.0.0", "1.1.0")
    assert author.entry is not None
    assert shared.locked("vat").commit == author.entry.versions[-1].commit == row.commit
    assert updated(shared)[0].state == "current"
    fsck(shared.workspace.home.root)


@pytest.mark.usefixtures("without_gate")
def test_a_release_with_more_capabilities_is_stored_but_does_not_run_until_the_person_agrees(
    shared: SharedWorld,
) -> None:
    before = shared.locked("vat")
    author = publish(shared, app("vat").stating(capabilities=HTTP), "2.0.0")
    (row,) = updated(shared)
    assert (row.state, row.needs) == ("held", ("http:api.example.com",))
    assert "mapp update vat --yes" in row.reason
    assert shared.locked("vat") == before
    repository = Repository.open(shared.workspace.home.repository("vat"))
    assert author.entry is not None
    assert repository.tip("refs/tags/v2.0.0") == author.entry.versions[-1].commit
    assert repository.tip() == before.commit
    (row,) = updated(shared, options=Options(yes=True))
    assert row.state == "updated"
    assert shared.locked("vat").granted == ("http:api.example.com",)


@pytest.mark.usefixtures("without_gate")
def test_consent_is_asked_for_again_only_for_what_is_new(shared: SharedWorld) -> None:
    publish(shared, app("vat").stating(capabilities=HTTP), "2.0.0")
    updated(shared, options=Options(yes=True))
    publish(shared, app("vat").stating(capabilities=HTTP, description="Doubles."), "2.0.1")
    assert updated(shared)[0].state == "updated"
    more = {"http": [{"host": "api.example.com", "methods": ["GET", "POST"]}]}
    publish(shared, app("vat").stating(capabilities=more), "3.0.0")
    asked: list[tuple[str, ...]] = []

    def permit(_: str, wanted: tuple[str, ...]) -> bool:
        asked.append(wanted)
        return False

    assert updated(shared, options=Options(permit=permit))[0].state == "held"
    assert asked == [("http:api.example.com+POST",)]


def test_a_yanked_version_is_replaced_even_by_an_older_one(shared: SharedWorld) -> None:
    author = publish(shared, NEWER, "1.1.0")
    updated(shared)
    assert author.entry is not None
    shared.list(author.entry.with_yank(author.entry.versions[-1].version, "wrong rounding"))
    (row,) = outdated(shared.workspace)
    assert (row.state, row.to, row.yanked) == ("available", "1.0.0", "wrong rounding")
    (row,) = updated(shared)
    assert (row.state, row.to) == ("updated", "1.0.0")
    assert shared.locked("vat").version == "1.0.0"


def test_a_yanked_version_without_another_is_told(shared: SharedWorld) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(entry.with_yank(entry.versions[0].version, "withdrawn"))
    (row,) = updated(shared)
    assert (row.state, row.yanked) == ("current", "withdrawn")


def test_one_app_that_cannot_be_updated_does_not_stop_the_others(shared: SharedWorld) -> None:
    other = shared.author("second")
    other.release(app("second"))
    shared.list(other.entry)
    shared.install("second")
    publish(shared, app("second").stating(description="Doubles."), "1.1.0")
    author = publish(shared, NEWER, "1.1.0")
    before = shared.locked("vat")
    author.move_tag("1.1.0", app("vat").stating(description="Else.").files)
    rows = {row.app: row for row in updated(shared)}
    assert rows["second"].state == "updated"
    assert rows["vat"].state == "failed"
    assert rows["vat"].error is not None
    assert rows["vat"].error.code == "MAPP-0612"
    assert rows["vat"].error.exit_code == 6
    assert shared.locked("vat") == before


def test_a_registry_that_changes_a_published_version_is_found_out(shared: SharedWorld) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(replace(entry, versions=(replace(entry.versions[0], commit="0" * 40),)))
    (row,) = updated(shared)
    assert row.error is not None
    assert row.error.code == "MAPP-0612"


def test_an_app_from_a_git_address_follows_its_tags(shared: SharedWorld) -> None:
    author = shared.author("plain")
    author.release(app("plain"))
    shared.install(f"git+{author.path}", options=PLAIN)
    assert [row.state for row in updated(shared, "plain")] == ["current"]
    author.release(app("plain").stating(description="Doubles."), "1.0.1")
    (row,) = updated(shared, "plain")
    assert (row.state, row.to) == ("updated", "1.0.1")
    author.move_tag("1.0.1", app("plain").stating(description="Else.").files)
    (row,) = updated(shared, "plain")
    assert row.error is not None
    assert row.error.code == "MAPP-0612"


def test_a_newer_version_does_not_silently_replace_a_change_of_this_library(shared: SharedWorld) -> None:
    draft = app("vat").version("1.0.1").source("function main(input) { return 2 * input.number; }\n")
    built = library().build()
    built.put(draft)
    before = shared.locked("vat")
    assert before.source.startswith("registry+"), "an edit does not change where it came from"
    publish(
        shared, app("vat").source("function main(input) { return input.number + input.number; }\n"), "1.1.0"
    )
    (row,) = updated(shared)
    assert row.state == "held"
    assert "main.js was changed in vat 1.1.0 as well" in row.reason
    assert shared.locked("vat") == before
    with pytest.raises(MappError, match="was changed in this library") as refused:
        shared.install("vat")
    assert refused.value.code == "MAPP-0743"


def test_without_the_registry_an_app_stays_and_says_why(shared: SharedWorld) -> None:
    remove_registry(shared.workspace.config.config_file, "team")
    (row,) = updated(shared)
    assert row.state == "failed"
    assert "is not configured" in row.reason


def test_only_apps_from_elsewhere_can_be_updated(shared: SharedWorld) -> None:
    library().app("own").build()
    with pytest.raises(NotFound):
        updated(shared, "own")
    assert [row.app for row in updated(shared)] == ["vat"]


@pytest.mark.usefixtures("without_gate")
def test_a_landing_that_was_killed_before_the_lock_is_finished_with_its_grants(shared: SharedWorld) -> None:
    """`main` has moved, the lock file has not: the intent says what was granted."""
    from mapp.library.landing import settle

    before = shared.locked("vat")
    publish(shared, app("vat").stating(capabilities=HTTP), "2.0.0")
    updated(shared, options=Options(yes=True))
    home = shared.workspace.home
    write_lock(home.lock_file, {"vat": before})
    assert settle(home, "vat")
    after = shared.locked("vat")
    assert (after.version, after.granted) == ("2.0.0", ("http:api.example.com",))
    assert after.source == before.source
