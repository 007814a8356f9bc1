"""Undo takes back exactly one operation, whatever it was, and never somebody's later work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, NotFound, StaleBase
from mapp.git.repository import Repository
from mapp.library import branches, read
from mapp.library.commit_app import message, remove
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.pins import set_grants
from mapp.library.rejections import rejected
from mapp.ops.share import undo as module
from mapp.ops.share.fsck import fsck as compare_with_lock
from mapp.ops.share.undo import operations, undo
from mapp.ops.share.update import Options, outdated, update
from support.apps import Draft, app
from support.library import FORCED, SOMEBODY, Built, fsck, git, library
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp

TRIPLE = "function main(input) { return input.number * 3; }\n"


def second(version: str = "2.0.0") -> Draft:
    """Returns a later version of `double`, which triples."""
    return app("double").version(version).source(TRIPLE).file("tests/examples.jsonl", "")


def log_of(built: Built) -> list[tuple[str, list[str]]]:
    """Returns the operations, newest first, as kind and app names."""
    return [(row.kind, [step.app for step in row.steps]) for row in operations(built.workspace)]


def double_of(number: int) -> str:
    return mapp("exec", "double", f"number={number}").out.strip()


def test_an_edit_is_taken_back_as_a_new_commit_and_comes_back_with_a_second_undo() -> None:
    built = library().app("double").build()
    built.put(second())
    before = git(built.repository("double"), "rev-parse", "main")
    lock = read_lock(built.home.lock_file)["double"]

    undo(built.workspace)

    assert double_of(2) == "4" and read_lock(built.home.lock_file)["double"].version == "1.0.0"
    git(built.repository("double"), "merge-base", "--is-ancestor", before, "main")
    undo(built.workspace)
    again = read_lock(built.home.lock_file)["double"]
    assert double_of(2) == "6" and (again.version, again.tree) == ("2.0.0", lock.tree)
    assert [kind for kind, _ in log_of(built)] == ["undo", "undo", "add", "add"]
    assert all(not row.problems for row in compare_with_lock(built.home))
    fsck(built.home.root)


def test_an_added_app_is_removed_and_a_removed_one_restored() -> None:
    built = library().app("double").build()
    built.put(app("other"))
    undo(built.workspace)
    assert read.names(built.home) == ("double",)
    undo(built.workspace)
    assert read.names(built.home) == ("double", "other")
    assert mapp("remove", "double").code == 0
    found = undo(built.workspace)
    assert found.target.kind == "remove" and read.names(built.home) == ("double", "other")
    assert double_of(2) == "4"
    undo(built.workspace)
    assert read.names(built.home) == ("other",)


def test_an_older_operation_is_taken_back_unless_its_app_was_changed_later() -> None:
    built = library().app("double").build()
    built.put(second())
    built.put(app("other"))
    rows = operations(built.workspace)
    edit = next(
        row for row in rows if row.steps[0].after is not None and row.steps[0].after.version == "2.0.0"
    )
    undo(built.workspace, edit.id[:6])
    assert double_of(2) == "4" and "other" in read.names(built.home)

    built.put(second("3.0.0").source(TRIPLE + "\n"))
    state = built.state()
    with pytest.raises(StaleBase) as error:
        undo(built.workspace, edit.id)
    newest = operations(built.workspace)[0]
    assert error.value.code == "MAPP-0911" and f"mapp undo {newest.id}" in error.value.hint
    assert built.state() == state


def test_what_was_taken_back_already_is_said_with_the_way_forward() -> None:
    built = library().app("double").build()
    built.put(second())
    edit = operations(built.workspace)[0]
    back = undo(built.workspace, edit.id)
    with pytest.raises(NotFound) as error:
        undo(built.workspace, edit.id)
    assert error.value.code == "MAPP-0205" and f"mapp undo {back.operation}" in error.value.hint
    undo(built.workspace, back.operation)
    assert double_of(2) == "6"


def test_a_dry_run_and_an_unknown_operation_change_nothing() -> None:
    built = library().app("double").build()
    state = built.state()
    assert [step.app for step in undo(built.workspace, dry_run=True).steps] == ["double"]
    for wrong in ("0000", "", "zz"):
        with pytest.raises(NotFound):
            undo(built.workspace, wrong)
    assert built.state() == state
    undo(built.workspace)
    undo(built.workspace)


def test_nothing_to_undo_is_said() -> None:
    with pytest.raises(NotFound, match="nothing was done"):
        undo(library().build().workspace)


def test_a_heal_that_is_taken_back_is_not_proposed_again() -> None:
    built = library().app("double").build()
    trailers = {"Mapp-Operation": "heal", "Mapp-Incident": "i1", "Mapp-Fingerprint": "v1:abc", **FORCED}
    branches.begin(built.home, "double", "heal/i1")
    draft = second("1.0.1")
    branches.grow(built.home, "double", "heal/i1", draft.files, message("fix", trailers), SOMEBODY)
    branches.merge(built.home, "double", "heal/i1", message("double: 1.0.1", trailers), SOMEBODY)
    assert operations(built.workspace)[0].kind == "heal"

    undo(built.workspace)

    assert double_of(2) == "4" and len(rejected(built.home, "double", "v1:abc")) == 1


def test_a_grant_that_was_revoked_since_does_not_come_back() -> None:
    built = library().build()
    draft = app("double").stating(capabilities={"store": {"max_kb": 1}})
    built.put(draft)
    set_grants(built.home, "double", ("store",))
    built.put(app("double").version("1.0.1").stating(capabilities={"store": {"max_kb": 1}}, description="x"))
    assert read_lock(built.home.lock_file)["double"].granted == ("store",)
    set_grants(built.home, "double", ())
    undo(built.workspace)
    assert read_lock(built.home.lock_file)["double"].granted == ()


def test_a_grant_that_the_operation_dropped_comes_back() -> None:
    built = library().build()
    built.put(app("double").stating(capabilities={"store": {"max_kb": 1}}))
    set_grants(built.home, "double", ("store",))
    built.put(app("double").version("2.0.0"))
    assert read_lock(built.home.lock_file)["double"].granted == ()
    undo(built.workspace)
    assert read_lock(built.home.lock_file)["double"].granted == ("store",)


def test_an_app_that_git_moved_is_left_alone() -> None:
    built = library().app("double").build()
    built.put(second())
    repository = Repository.open(built.repository("double"))
    tip = str(repository.tip())
    repository.commit(dict(app("double").files), "by hand\n", SOMEBODY, parents=(tip,))
    with pytest.raises(IntegrityError) as error:
        undo(built.workspace)
    assert error.value.code == "MAPP-0631"


def test_a_removal_that_was_cleaned_cannot_be_taken_back() -> None:
    built = library().app("double").app("other").build()
    remove(built.home, "double")
    assert mapp("clean", "--all").code == 0
    assert log_of(built) == [("add", ["other"])]


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry with `vat` and `tax` 1.0.0, both installed by one command."""
    found = SharedWorld(tmp_path / "served")
    for name in ("vat", "tax"):
        author = found.author(name)
        author.release(app(name))
        found.list(author.entry)
    found.use()
    found.install("vat", "tax", options=replace(PLAIN, yes=True))
    return found


def publish(shared: SharedWorld, draft: Draft, version: str) -> None:
    author = shared.author(draft.name)
    author.entry = shared.builder.now.entry(draft.name)
    author.release(draft, version)
    shared.list(author.entry)


def updated(shared: SharedWorld) -> None:
    workspace = shared.workspace
    assert {row.state for row in update(workspace, (), Options())} == {"updated"}
    workspace.close()


def both_newer(shared: SharedWorld) -> tuple[LockEntry, LockEntry]:
    old = shared.locked("vat"), shared.locked("tax")
    for name in ("vat", "tax"):
        publish(shared, app(name).stating(description="Doubles a number, better."), "1.1.0")
    updated(shared)
    return old


def test_one_update_of_two_apps_is_one_operation_and_goes_back_to_the_very_releases(
    shared: SharedWorld,
) -> None:
    old = both_newer(shared)
    log = operations(shared.workspace)
    assert [(row.kind, len(row.steps)) for row in log] == [("update", 2), ("install", 2)]

    undo(shared.workspace)

    assert (shared.locked("vat"), shared.locked("tax")) == old
    assert all(not row.problems for row in compare_with_lock(shared.workspace.home))
    assert {row.state for row in outdated(shared.workspace)} == {"available"}, "not changed in this library"
    undo(shared.workspace)
    assert shared.locked("vat").version == shared.locked("tax").version == "1.1.0"


def test_an_install_is_taken_back_whole(shared: SharedWorld) -> None:
    undo(shared.workspace)
    assert read.names(shared.workspace.home) == ()
    undo(shared.workspace)
    assert read.names(shared.workspace.home) == ("tax", "vat")


def test_a_version_that_an_advisory_calls_malicious_does_not_come_back(shared: SharedWorld) -> None:
    both_newer(shared)
    text = 'advisory = 1\napp = "vat"\nseverity = "malicious"\nsummary = "It leaks."\nfixed = "1.1.0"\n'
    shared.builder.write({"advisories/vat-1.toml": text.encode()})
    shared.write_index()
    assert [row.error for row in outdated(shared.workspace)] == [None, None]
    with pytest.raises(IntegrityError) as error:
        undo(shared.workspace)
    assert error.value.code == "MAPP-0657" and shared.locked("tax").version == "1.1.0"


def test_an_undo_that_was_killed_between_two_apps_is_continued(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_newer(shared)
    real = module._take_back
    calls: list[object] = []

    def once(*words: object) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(words)
        real(*words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "_take_back", once)
        undo(shared.workspace)
    assert {shared.locked("vat").version, shared.locked("tax").version} == {"1.0.0", "1.1.0"}

    undo(shared.workspace)

    assert shared.locked("vat").version == shared.locked("tax").version == "1.0.0"
    newest = operations(shared.workspace)[0]
    assert (newest.kind, len(newest.steps)) == ("undo", 2)
    undo(shared.workspace)
    assert shared.locked("vat").version == shared.locked("tax").version == "1.1.0"


def test_the_log_survives_packed_refs_and_names_no_step_twice(shared: SharedWorld) -> None:
    both_newer(shared)
    before = operations(shared.workspace)
    for name in ("vat", "tax"):
        repository = shared.workspace.home.repository(name)
        git(repository, "pack-refs", "--all")
        git(repository, "gc", "--quiet", "--prune=now")
    assert [row.id for row in operations(shared.workspace)] == [row.id for row in before]
    undo(shared.workspace)
    assert shared.locked("vat").version == "1.0.0"


def test_the_command_shows_what_it_did_and_how_to_bring_it_back(shared: SharedWorld) -> None:
    both_newer(shared)
    rows = mapp("operations", "--json").json["operations"]
    assert [row["kind"] for row in rows] == ["update", "install"]
    assert rows[0]["apps"][0]["before"]["version"] == "1.0.0" and rows[1]["apps"][0]["before"] is None
    shown = mapp("operations").out.splitlines()
    assert shown[0].startswith(rows[0]["operation"]) and shown[0].endswith(
        "tax 1.0.0 -> 1.1.0, vat 1.0.0 -> 1.1.0"
    )
    assert mapp("undo", "--dry-run").out.startswith(f"would undo {rows[0]['operation']} (update)")
    found = mapp("undo", "--json").json
    assert found["undoes"] == rows[0]["operation"]
    assert {"app": "vat", "from": "1.1.0", "to": "1.0.0"} in found["apps"]
    again = mapp("undo", found["operation"])
    assert "vat is at 1.1.0, was 1.0.0" in again.out and "to bring it back: mapp undo " in again.err
    assert mapp("operations", "--app", "nobody").err.strip() == "no operations on nobody"
    assert mapp("undo", "ffff").code == 1
