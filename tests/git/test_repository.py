from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, Busy, IntegrityError, NotFound
from mapp.git.repository import Repository, discover, global_identity, tip_stamp
from support.apps import app
from support.library import SOMEBODY, git


@pytest.fixture
def path(world: Path) -> Path:
    return world / "apps" / "double.git"


def _created(path: Path) -> tuple[Repository, str]:
    return Repository.create(path, app().files, "double: 1.0.0\n", SOMEBODY)


def test_a_new_repository_is_bare_small_and_sound(path: Path) -> None:
    repository, commit = _created(path)

    assert repository.tip() == commit
    assert sorted(entry.name for entry in path.iterdir()) == ["HEAD", "config", "objects", "refs"]
    assert git(path, "rev-parse", "main") == commit
    git(path, "fsck", "--strict")


def test_commit_ids_depend_only_on_content_author_and_time(path: Path) -> None:
    one = _created(path)[1]
    other = _created(path.with_name("other.git"))[1]

    assert one == other


def test_an_existing_repository_is_never_overwritten_and_nothing_is_left_behind(path: Path) -> None:
    commit = _created(path)[1]

    with pytest.raises(AlreadyExists):
        _created(path)

    assert Repository.open(path).tip() == commit
    assert [entry.name for entry in path.parent.iterdir()] == ["double.git"]


def test_a_folder_that_is_not_a_repository_is_another_error_than_a_missing_one(path: Path) -> None:
    with pytest.raises(NotFound):
        Repository.open(path)
    path.mkdir(parents=True)
    with pytest.raises(IntegrityError):
        Repository.open(path)


def test_a_branch_moves_only_from_the_commit_that_the_writer_saw(path: Path) -> None:
    repository, first = _created(path)
    second = repository.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))

    with pytest.raises(Busy):
        repository.commit({"a": b"3"}, "three\n", SOMEBODY, parents=(first,))

    assert repository.tip() == second
    assert [row.id for row in repository.history(second)] == [second, first]


def test_a_lock_file_of_git_is_respected_until_it_is_swept(path: Path) -> None:
    repository, first = _created(path)
    lock = path / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")

    with pytest.raises(Busy):
        repository.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))
    assert lock.exists()

    repository.sweep()
    repository.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))


def test_sweeping_removes_leftovers_of_killed_writers_and_nothing_else(path: Path) -> None:
    repository, _ = _created(path)
    before = sorted(path.rglob("*"))
    for left in ("HEAD.lock", "packed-refs.lock", "refs/tags/v1.0.0.lock", "objects/0a/tmp_object_git2_x1"):
        (path / left).parent.mkdir(exist_ok=True)
        (path / left).write_bytes(b"half")

    repository.sweep()

    assert [row for row in sorted(path.rglob("*")) if row.is_file()] == [
        row for row in before if row.is_file()
    ]


def test_a_tag_never_moves(path: Path) -> None:
    repository, first = _created(path)
    second = repository.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))
    repository.tag("v1.0.0", first)
    repository.tag("v1.0.0", first)

    with pytest.raises(AlreadyExists) as caught:
        repository.tag("v1.0.0", second)

    assert caught.value.code == "MAPP-0612"
    assert repository.tags() == {"v1.0.0": first}


@pytest.mark.parametrize("form", ["1.0.0", "v1.0.0", "main", "{0}", "{0:.10}", "main~0"])
def test_a_revision_is_a_version_a_tag_a_branch_or_an_id(path: Path, form: str) -> None:
    repository, commit = _created(path)
    repository.tag("v1.0.0", commit)

    assert repository.resolve(form.format(commit)) == commit


def test_packed_refs_and_objects_are_read(path: Path) -> None:
    repository, first = _created(path)
    repository.tag("v1.0.0", first)
    git(path, "gc", "--quiet", "--prune=now")

    again = Repository.open(path)

    assert again.tip() == first and again.tags() == {"v1.0.0": first}
    again.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))


def test_the_stamp_moves_with_main_and_only_with_it(path: Path) -> None:
    assert tip_stamp(path) == "none"
    repository, first = _created(path)
    before = tip_stamp(path)
    repository.tag("v1.0.0", first)
    assert tip_stamp(path) == before

    time.sleep(0.02)
    repository.commit({"a": b"2"}, "two\n", SOMEBODY, parents=(first,))
    assert tip_stamp(path) != before


def test_trailers_are_read_from_the_end_of_the_message(path: Path) -> None:
    text = "double: 1.0.0\n\nMapp-Fake: in the body\n\nMapp-Operation: add\nMapp-Verdict: passed\nOther: x\n"
    repository, commit = Repository.create(path, app().files, text, SOMEBODY)

    assert repository.info(commit).trailers == {"Mapp-Operation": "add", "Mapp-Verdict": "passed"}
    assert repository.info(commit).subject == "double: 1.0.0"


def test_there_is_no_global_identity_without_git_settings() -> None:
    assert global_identity() is None


def test_hooks_and_filters_of_a_repository_never_run(path: Path, world: Path) -> None:
    _, first = _created(path)
    trap = world / "trap"
    hooks = path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-commit", "pre-commit", "update", "post-update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{trap}'\n")
        (hooks / name).chmod(0o755)
    git(path, "config", "core.fsmonitor", f"touch '{trap}'")
    git(path, "config", "filter.evil.clean", f"touch '{trap}'")
    trap.unlink(missing_ok=True)

    Repository.open(path).commit(
        {"a": b"2", ".gitattributes": b"* filter=evil\n"}, "x\n", SOMEBODY, parents=(first,)
    )

    assert not trap.exists()


def _history(path: Path, seed: int) -> tuple[Repository, list[str]]:
    """Returns a repository with some twenty commits, several of them merges, with wrong clocks."""
    repository, first = _created(path)
    drawn, commits = random.Random(seed), [first]
    for number in range(20):
        who = replace(SOMEBODY, time=SOMEBODY.time + number + drawn.choice([0, 0, 0, -5, 5]))
        parents = tuple(
            dict.fromkeys(drawn.sample(commits[-5:], min(len(commits[-5:]), drawn.choice([1, 1, 2]))))
        )
        tree = repository.write_tree({"a": str(number).encode()})
        commits.append(repository.commit_tree(tree, f"{number}\n", who, parents=parents, ref=None))
    for number, commit in enumerate(commits):
        repository.create_ref(f"refs/heads/b{number}", commit)
    return repository, commits


@pytest.mark.parametrize("seed", range(6))
def test_the_commits_between_two_are_those_that_git_lists_parents_first(path: Path, seed: int) -> None:
    repository, commits = _history(path, seed)
    drawn = random.Random(seed)
    for _ in range(12):
        base, head = drawn.sample(commits, 2)
        wanted = git(path, "rev-list", head, f"^{base}").split()

        found = repository.between([base], head)

        assert {row.id for row in found} == set(wanted), (base, head)
        seen: set[str] = set()
        for row in found:
            assert not (set(row.parents) & {later.id for later in found} - seen), "parents come first"
            seen.add(row.id)
    assert {row.id for row in repository.between([], commits[-1])} == set(
        git(path, "rev-list", commits[-1]).split()
    )


@pytest.mark.parametrize("form", ["b9~1", "b9~2", "b9^", "b9^1", "b9~1^1~1", "refs/heads/b9", "HEAD", "b9~0"])
def test_a_relative_revision_is_the_commit_that_git_finds(path: Path, form: str) -> None:
    repository, _ = _history(path, 1)

    assert repository.resolve(form) == git(path, "rev-parse", form)


@pytest.mark.parametrize("form", ["b9^3", "b9~99", "b9^^^^^^^^^^^^^^^^^^^^^^^^^", ":/1", "b9@{1}", "b9..b8"])
def test_a_revision_beyond_the_first_commit_or_in_unknown_syntax_is_not_found(path: Path, form: str) -> None:
    repository, _ = _history(path, 1)

    with pytest.raises(NotFound):
        repository.resolve(form)


def test_annotated_and_nested_tags_resolve_to_the_commit(path: Path) -> None:
    repository, first = _created(path)
    config = ("-c", "user.name=Ada", "-c", "user.email=a@example.com")
    git(path, *config, "tag", "-am", "one", "one", first)
    git(path, *config, "tag", "-am", "two", "two", "one")

    assert [repository.resolve(name) for name in ("one", "two")] == [first, first]


def test_a_commit_is_read_as_git_shows_it(path: Path) -> None:
    repository, first = _created(path)
    tree = git(path, "rev-parse", "main^{tree}")
    text = (
        f"tree {tree}\nparent {first}\nauthor Zo\u00eb  <z@example.com> 1700000001 +0530\n"
        "committer Ada <a@example.com> 1700000002 -0800\nencoding UTF-8\n"
        "gpgsig -----BEGIN-----\n parent 0000\n -----END-----\n\nsubject\n\nbody\n"
    )
    commit = git(path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())

    found = repository.info(commit)

    assert (found.author, found.time, found.subject) == ("Zo\u00eb", 1700000002, "subject")
    shown = git(path, "log", "-1", "--format=%an|%ct|%P|%T|%s", commit).split("|")
    assert shown == [found.author, str(found.time), *found.parents, found.tree, found.subject]


def test_a_ref_moves_only_from_the_commit_that_its_writer_saw(path: Path) -> None:
    repository, first = _created(path)
    second = repository.commit_tree(repository.tree_of(first), "two\n", SOMEBODY, parents=(first,), ref=None)
    repository.move_ref("refs/heads/main", first, second)
    assert repository.tip() == second

    for old in (first, None):
        with pytest.raises(Busy):
            repository.move_ref("refs/heads/main", old, first)
    assert repository.tip() == second


def test_the_history_of_a_users_shallow_clone_ends_where_git_says(path: Path, world: Path) -> None:
    _, commits = _history(path, 2)
    git(path, "update-ref", "refs/heads/main", commits[-1])
    git(world, "clone", "-q", "--depth", "3", f"file://{path}", str(world / "clone"))
    clone = discover(world / "clone")
    head = git(world / "clone", "rev-parse", "HEAD")
    listed = git(world / "clone", "rev-list", "HEAD").split()

    assert {row.id for row in clone.between([], head)} == set(listed)
    assert clone.info(listed[-1]).parents == ()


def test_two_changes_of_a_text_are_merged_unless_they_touch_the_same_lines(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "a.git", {"f": b"1"}, "first\n", SOMEBODY)[0]
    base = b"one\ntwo\nthree\nfour\nfive\n"
    ours, theirs = base.replace(b"one", b"ONE"), base.replace(b"five", b"FIVE")
    assert repository.merge_text(base, ours, theirs) == b"ONE\ntwo\nthree\nfour\nFIVE\n"
    assert repository.merge_text(base, ours, base.replace(b"one", b"eins")) is None
    assert repository.merge_text(base, ours, b"\0") is None
    assert repository.merge_text(b"\xff\n" + base, b"\xff\n" + ours, b"\xff\n" + theirs) is None
