"""A library of an older format is migrated, and one of a newer format refused.

`format-1.tar.xz` is a library that the mapp of that format wrote: `double` with two versions and two runs,
`granted` with a permission, `killed` whose last landing had not reached the lock file, and `pushed` whose
main somebody moved with git. The file never changes: every newer mapp must open it.
"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from mapp.library.format import FORMAT, read_format, write_format
from mapp.library.landing import LANDED, LANDING
from mapp.library.lockfile import read_lock
from mapp.library.migrations import ensure_format
from mapp.library.repair import repair
from mapp.model.spend import Sums
from mapp.observe.ledger import SpendLedger
from support.library import Built, fsck, git, library
from support.terminal import mapp

OLD = Path(__file__).with_name("format-1.tar.xz")
APPS = ("double", "granted", "killed", "pushed")


@pytest.fixture
def built(world: Path) -> Built:
    with tarfile.open(OLD) as archive:
        archive.extractall(world, filter="data")
    built = Built()
    assert built.home.root == world / "library"
    return built


def landings(built: Built) -> dict[str, list[str]]:
    """Returns which refs of landings each app has."""
    prefix = "refs/mapp/"
    return {
        name: git(built.repository(name), "for-each-ref", "--format=%(refname)", prefix).split()
        for name in APPS
    }


def test_a_library_of_the_first_format_opens_runs_and_is_migrated(built: Built) -> None:
    mains = {name: git(built.repository(name), "rev-parse", "main") for name in APPS}
    assert read_format(built.home) == 1

    assert mapp("exec", "double", "number=21").out == "42\n"

    assert read_format(built.home) == FORMAT
    assert built.home.format_file.read_text() == f"{FORMAT}\n"
    rows = mapp("runs", "--json").json["runs"]
    assert [(row["input"], row["output"]) for row in rows] == [
        ({"number": 21}, 42),
        ({"number": 4}, 8),
        ({"number": 21}, 42),
    ]
    assert [row["version"] for row in rows] == ["1.1.0", "1.1.0", "1.0.0"]
    assert mapp("replay", rows[1]["id"], "--json").json["equal"] is True
    assert mapp("log", "double", "--json").json["commits"][0]["commit"] == mains["double"]
    assert mapp("verdict", "double", "--json").json["passed"] is True
    assert read_lock(built.home.lock_file)["granted"].granted == ("http:api.example.com",)
    assert mapp("exec", "granted", "number=1").out == "2\n"
    assert SpendLedger(built.home.journal).sums("x") == Sums()
    assert {name: git(built.repository(name), "rev-parse", "main") for name in APPS} == mains
    fsck(built.home.root)


def test_a_killed_write_is_finished_and_a_push_is_refused(built: Built) -> None:
    assert mapp("exec", "killed", "number=21").out == "42\n"
    entry = read_lock(built.home.lock_file)["killed"]
    assert (entry.version, entry.commit) == ("1.0.1", git(built.repository("killed"), "rev-parse", "main"))

    found = mapp("exec", "pushed", "number=21")
    assert (found.code, "mapp relock pushed" in found.err) == (6, True)
    assert landings(built)["pushed"] == []


def test_the_lock_of_a_migrated_library_can_be_deleted(built: Built) -> None:
    assert mapp("list").code == 0
    before = read_lock(built.home.lock_file)
    built.home.lock_file.unlink()

    assert set(repair(built.home)) == {"double", "granted", "killed"}

    after = read_lock(built.home.lock_file)
    assert {name: row.commit for name, row in after.items() if name not in ("killed", "pushed")} == {
        name: row.commit for name, row in before.items() if name not in ("killed", "pushed")
    }
    assert "pushed" not in after


def test_the_next_version_of_an_app_lands_in_a_migrated_library(built: Built) -> None:
    folder = Path(mapp("path", "double").out.strip())
    (folder / "README.md").write_text("new\n")
    assert mapp("bump", str(folder)).code == 0
    assert mapp("add", str(folder)).code == 0
    assert mapp("exec", "double", "number=21").out == "42\n"
    assert mapp("rollback", "double").code == 0
    assert repair(built.home) == ("killed",)


@pytest.mark.parametrize("step", range(6))
def test_a_killed_migration_is_repeated(step: int, built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kills the migration before each write of a ref, and before the format is written."""

    class Killed(BaseException):
        pass

    from mapp.git.repository import Repository

    count = 0
    set_ref, write = Repository.set_ref, write_format

    def counted(work: object) -> object:
        def call(*words: object) -> None:
            nonlocal count
            if count == step:
                raise Killed
            count += 1
            work(*words)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "set_ref", counted(set_ref))
        patched.setattr("mapp.library.migrations.write_format", counted(write))
        with pytest.raises(Killed):
            ensure_format(built.home)
    assert read_format(built.home) == 1
    fsck(built.home.root)

    ensure_format(built.home)

    assert read_format(built.home) == FORMAT
    assert landings(built) == {
        "double": [LANDED, LANDING],
        "granted": [LANDED, LANDING],
        "killed": [LANDING],
        "pushed": [],
    }
    assert mapp("exec", "double", "number=21").out == "42\n"


@pytest.mark.parametrize("words", [("exec", "double", "number=1"), ("list",), ("doctor",), ("runs",)])
def test_a_library_of_a_newer_mapp_is_refused_and_left_unchanged(words: tuple[str, ...]) -> None:
    built = library().app("double").build()
    built.home.format_file.write_text(f"{FORMAT + 1}\n")
    before = built.state()

    found = mapp(*words)

    assert (found.code, "MAPP-0640" in found.err) == (1, True)
    assert "upgrade mapp" in found.err
    assert "--library" in found.err
    assert built.state() == before


def test_a_deleted_version_is_written_again() -> None:
    built = library().app("double").build()
    before = built.state()
    built.home.format_file.unlink()

    assert mapp("exec", "double", "number=21").out == "42\n"

    assert built.state() == before


def test_the_committed_library_is_really_of_the_first_format(built: Built, world: Path) -> None:
    assert not built.home.format_file.exists()
    assert landings(built) == {name: [] for name in APPS}
    shutil.rmtree(built.home.root)
