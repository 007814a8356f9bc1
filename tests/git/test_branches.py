from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, Busy, IntegrityError, NotFound, StaleBase, UsageError
from mapp.git.branches import ahead, branch_tip, branches, create_branch, delete_branch, merge_branch
from mapp.git.repository import Repository
from support.apps import app
from support.library import SOMEBODY, git


@pytest.fixture
def path(world: Path) -> Path:
    return world / "apps" / "double.git"


@pytest.fixture
def repository(path: Path) -> Repository:
    return Repository.create(path, app().files, "double: 1.0.0\n", SOMEBODY)[0]


def _main(repository: Repository) -> str:
    tip = repository.tip()
    assert tip is not None
    return tip


def _add_commit(repository: Repository, name: str, content: bytes) -> str:
    tip = branch_tip(repository, name)
    return repository.commit({"a": content}, "round\n", SOMEBODY, parents=(tip,), ref=f"refs/heads/{name}")


def test_a_branch_can_be_created_listed_extended_and_deleted(repository: Repository, path: Path) -> None:
    first = _main(repository)
    create_branch(repository, "compile/k1", first)
    second = _add_commit(repository, "compile/k1", b"1")
    git(path, "branch", "people/own", "main")

    assert branches(repository) == {"compile/k1": second}
    assert git(path, "rev-parse", "compile/k1", "main").split() == [second, first]
    assert ahead(repository, second, first) == 1

    delete_branch(repository, "compile/k1", second)
    delete_branch(repository, "compile/k1", second)

    assert branches(repository) == {}
    with pytest.raises(NotFound):
        branch_tip(repository, "compile/k1")
    git(path, "fsck", "--strict")


@pytest.mark.parametrize(
    "name",
    ["main", "compile/", "compile/../main", "compile/a/b", "heal/.a", "heal/a.lock", "other/a", "heal/-a"],
)
def test_only_names_of_changes_are_accepted(repository: Repository, name: str) -> None:
    with pytest.raises(UsageError):
        create_branch(repository, name, _main(repository))
    with pytest.raises(UsageError):
        delete_branch(repository, name, _main(repository))


def test_a_branch_cannot_be_created_twice(repository: Repository) -> None:
    create_branch(repository, "heal/a", _main(repository))
    with pytest.raises(AlreadyExists):
        create_branch(repository, "heal/a", _main(repository))


def test_a_branch_cannot_start_at_a_missing_commit(repository: Repository) -> None:
    with pytest.raises(IntegrityError):
        create_branch(repository, "heal/a", "1" * 40)
    assert branches(repository) == {}


def test_a_branch_that_moved_in_the_meantime_is_neither_moved_nor_deleted(repository: Repository) -> None:
    first = _main(repository)
    create_branch(repository, "heal/a", first)
    second = _add_commit(repository, "heal/a", b"1")

    with pytest.raises(Busy):
        repository.commit({"a": b"2"}, "x\n", SOMEBODY, parents=(first,), ref="refs/heads/heal/a")
    with pytest.raises(Busy):
        delete_branch(repository, "heal/a", first)

    assert branches(repository) == {"heal/a": second}


def test_a_merge_puts_the_branchs_tree_on_main_with_both_as_parents(
    repository: Repository, path: Path
) -> None:
    first = _main(repository)
    create_branch(repository, "expand/e1", first)
    _add_commit(repository, "expand/e1", b"1")
    second = _add_commit(repository, "expand/e1", b"2")

    merge = merge_branch(repository, "expand/e1", "double: 1.1.0\n", SOMEBODY)

    assert _main(repository) == merge
    assert git(path, "rev-parse", "main^{tree}") == git(path, "rev-parse", f"{second}^{{tree}}")
    assert git(path, "log", "-1", "--format=%P") == f"{first} {second}"
    assert git(path, "log", "--first-parent", "--format=%s", "main") == "double: 1.1.0\ndouble: 1.0.0"
    assert merge_branch(repository, "expand/e1", "double: 1.1.0\n", SOMEBODY) == merge
    git(path, "fsck", "--strict")


def test_a_branch_built_on_another_main_is_refused(repository: Repository) -> None:
    first = _main(repository)
    create_branch(repository, "expand/e1", first)
    _add_commit(repository, "expand/e1", b"1")
    moved = repository.commit({"a": b"other"}, "other\n", SOMEBODY, parents=(first,))

    with pytest.raises(StaleBase) as caught:
        merge_branch(repository, "expand/e1", "x\n", SOMEBODY)

    assert caught.value.exit_code == 9 and "check it again" in caught.value.hint
    assert _main(repository) == moved


def test_a_commit_without_a_ref_moves_no_ref(repository: Repository, path: Path) -> None:
    before = git(path, "for-each-ref")
    tree = repository.tree_of(_main(repository))

    commit = repository.commit_tree(tree, "loose\n", SOMEBODY, parents=(_main(repository),), ref=None)

    assert git(path, "for-each-ref") == before
    assert repository.tree_of(commit) == tree


def test_a_branch_that_is_a_symbolic_ref_to_main_never_moves_main(repository: Repository, path: Path) -> None:
    before = _main(repository)
    git(path, "symbolic-ref", "refs/heads/heal/a", "refs/heads/main")

    with pytest.raises(IntegrityError, match="symbolic ref"):
        _add_commit(repository, "heal/a", b"1")
    with pytest.raises(Busy):
        delete_branch(repository, "heal/a", before)

    assert _main(repository) == before
