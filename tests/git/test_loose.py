"""Reading loose objects and refs agrees with git; packed ones are left to libgit2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapp.errors import HostFault, IntegrityError
from mapp.git import loose
from mapp.git.repository import MAIN
from mapp.plain_files import SHORTAGES
from support.library import Built, git, library


@pytest.fixture
def built() -> Built:
    return library().app("double").build()


def names(repository: Path) -> list[str]:
    listed = git(repository, "cat-file", "--batch-check=%(objectname)", "--batch-all-objects")
    return listed.split()


def test_every_written_object_is_read_as_git_reads_it(built: Built) -> None:
    repository = built.repository("double")
    for name in names(repository):
        found = loose.read_object(repository, name)
        assert found is not None
        assert loose.read_size(repository, name) == (found[0], len(found[1]))
        kind = git(repository, "cat-file", "-t", name)
        assert (
            found[0]
            == {
                "commit": loose.COMMIT,
                "tree": loose.TREE,
                "blob": loose.BLOB,
                "tag": loose.TAG,
            }[kind]
        )
        assert git(repository, "hash-object", "--stdin", "-t", kind, "--literally", stdin=found[1]) == name


def test_packed_refs_and_objects_are_left_to_libgit2(built: Built) -> None:
    repository = built.repository("double")
    tip = git(repository, "rev-parse", "main")
    git(repository, "gc", "-q")
    git(repository, "pack-refs", "--all")
    assert loose.read_ref(repository, MAIN) is None
    assert loose.read_object(repository, tip) is None


@pytest.mark.parametrize("size", [0, 1, 20])
def test_a_truncated_object_is_an_error_and_not_missing(built: Built, size: int) -> None:
    repository = built.repository("double")
    name = git(repository, "rev-parse", "main")
    path = repository / "objects" / name[:2] / name[2:]
    data = path.read_bytes()[:size]
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(IntegrityError):
        loose.read_object(repository, name)


@pytest.mark.parametrize("shortage", sorted(SHORTAGES))
def test_a_machine_without_descriptors_is_not_a_missing_file(
    built: Built, shortage: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = built.repository("double")
    name = git(repository, "rev-parse", "main")

    def refused(*_: object) -> int:
        raise OSError(shortage, os.strerror(shortage))

    monkeypatch.setattr("mapp.plain_files.os.open", refused)
    for read in (lambda: loose.read_ref(repository, MAIN), lambda: loose.read_object(repository, name)):
        with pytest.raises(HostFault, match="short of file descriptors or memory"):
            read()


def test_a_symbolic_ref_is_left_to_libgit2(built: Built) -> None:
    repository = built.repository("double")
    (repository / MAIN).write_text("ref: refs/heads/other\n")
    assert loose.read_ref(repository, MAIN) is None


def test_reading_an_app_to_run_it_does_not_load_libgit2(built: Built) -> None:
    script = f"""
import sys
from pathlib import Path
from mapp.library.read import load_runnable
from mapp.library.paths import Home
print(load_runnable(Home(root=Path({str(built.home.root)!r})), "double").name, "pygit2" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["double", "False"]
