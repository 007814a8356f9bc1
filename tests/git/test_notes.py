from __future__ import annotations

import subprocess
import zlib
from hashlib import sha1
from pathlib import Path

import pytest

from mapp.errors import Busy, IntegrityError
from mapp.git import notes
from mapp.git.notes import VERDICTS, read_note, write_note
from mapp.git.repository import Repository
from support.apps import app
from support.library import SOMEBODY, git
from support.processes import end, start

SHORT = "mapp/verdicts"


@pytest.fixture
def path(world: Path) -> Path:
    return world / "apps" / "double.git"


@pytest.fixture
def repository(path: Path) -> Repository:
    return Repository.create(path, app().files, "double: 1.0.0\n", SOMEBODY)[0]


def _tree(repository: Repository, number: int = 0) -> str:
    return repository.write_tree({"a": str(number).encode()})


def _write(repository: Repository, target: str, data: bytes) -> None:
    write_note(repository, VERDICTS, target, data, SOMEBODY, "verdict\n")


def _hostile(path: Path, entries: bytes) -> None:
    """Makes raw bytes the tree of the notes, which git itself would never write."""
    tree = _store(path, b"tree", entries)
    commit = git(path, "commit-tree", tree, "-m", "x") if _sound(path, tree) else _commit(path, tree)
    git(path, "update-ref", VERDICTS, commit)


def _sound(path: Path, tree: str) -> bool:
    return subprocess.run(["git", "-C", str(path), "ls-tree", tree], capture_output=True).returncode == 0


def _commit(path: Path, tree: str) -> str:
    who = b"A <a@example.com> 1700000000 +0000"
    return _store(path, b"commit", b"tree %s\nauthor %s\ncommitter %s\n\nx\n" % (tree.encode(), who, who))


def _store(path: Path, kind: bytes, content: bytes, *, claimed: int | None = None) -> str:
    size = len(content) if claimed is None else claimed
    whole = kind + b" %d\0" % size + content
    name = sha1(whole).hexdigest()
    target = path / "objects" / name[:2] / name[2:]
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        target.write_bytes(zlib.compress(whole))
    return name


@pytest.fixture(autouse=True)
def _who(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")


def test_an_object_without_a_note_has_none(repository: Repository) -> None:
    assert read_note(repository, VERDICTS, _tree(repository)) is None


def test_git_shows_the_note_that_mapp_wrote(repository: Repository, path: Path) -> None:
    tree = _tree(repository)

    _write(repository, tree, b'{"passed": true}\n')

    assert git(path, "notes", f"--ref={SHORT}", "show", tree) == '{"passed": true}'
    assert read_note(repository, VERDICTS, tree) == b'{"passed": true}\n'
    assert git(path, "log", "--format=%an %s", VERDICTS) == "Ada verdict"
    git(path, "fsck", "--strict")


def test_mapp_reads_the_note_that_git_wrote(repository: Repository, path: Path) -> None:
    tree = _tree(repository)

    git(path, "notes", f"--ref={SHORT}", "add", "-m", "by hand", tree)

    assert read_note(repository, VERDICTS, tree) == b"by hand\n"


def test_a_new_note_replaces_the_old_one_and_an_identical_note_makes_no_commit(
    repository: Repository, path: Path
) -> None:
    tree, other = _tree(repository), _tree(repository, 1)
    for target, data in ((tree, b"one"), (other, b"other"), (tree, b"two"), (tree, b"two")):
        _write(repository, target, data)

    assert read_note(repository, VERDICTS, tree) == b"two"
    assert read_note(repository, VERDICTS, other) == b"other"
    assert git(path, "rev-list", "--count", VERDICTS) == "3"


def test_notes_follow_the_fan_out_that_git_made(repository: Repository, path: Path) -> None:
    targets = [_tree(repository, number) for number in range(400)]
    git(path, "notes", f"--ref={SHORT}", "add", "-m", "copied", targets[0])
    lines = "".join(f"{targets[0]} {target}\n" for target in targets[1:-1])
    git(path, "notes", f"--ref={SHORT}", "copy", "--stdin", stdin=lines.encode())
    assert "/" in git(path, "ls-tree", "-r", "--name-only", VERDICTS)

    _write(repository, targets[-1], b"last")
    _write(repository, targets[0], b"first")

    assert [read_note(repository, VERDICTS, target) for target in targets] == [
        b"first",
        *[b"copied\n"] * 398,
        b"last",
    ]
    assert git(path, "notes", f"--ref={SHORT}", "show", targets[0]) == "first"
    assert len(git(path, "notes", f"--ref={SHORT}", "list").split("\n")) == len(targets)


def test_a_full_folder_of_notes_continues_in_subfolders_that_git_reads(
    repository: Repository, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MAX_IN_A_FOLDER", 2)
    targets = [_tree(repository, number) for number in range(12)]

    for target in targets:
        _write(repository, target, target.encode())

    shown = [git(path, "notes", f"--ref={SHORT}", "show", target) for target in targets]
    assert shown == targets
    assert [read_note(repository, VERDICTS, target) for target in targets] == [
        target.encode() for target in targets
    ]
    git(path, "fsck", "--strict")


def test_packed_notes_are_read_and_replaced(repository: Repository, path: Path) -> None:
    tree = git(path, "rev-parse", "main^{tree}")
    _write(repository, tree, b"kept")
    git(path, "gc", "--quiet", "--prune=now")

    again = Repository.open(path)

    assert read_note(again, VERDICTS, tree) == b"kept"
    _write(again, tree, b"new")
    assert git(path, "notes", f"--ref={SHORT}", "show", tree) == "new"


_WRITER = """
import sys
from pathlib import Path
from mapp.git.notes import VERDICTS, write_note
from mapp.git.repository import Repository
from mapp.errors import AlreadyExists, Busy
from support.library import SOMEBODY
repository = Repository.open(Path(sys.argv[1]))
for number in range(10):
    tree = repository.write_tree({"a": f"{sys.argv[2]} {number}".encode()})
    while True:
        try:
            write_note(repository, VERDICTS, tree, tree.encode(), SOMEBODY, "verdict\\n")
            break
        except (AlreadyExists, Busy):
            continue
    print(tree)
"""


def test_concurrent_writers_lose_no_note(repository: Repository, path: Path) -> None:
    printed = b"".join(end(process) for process in [start(_WRITER, str(path), name) for name in "abcd"])

    listed = git(path, "notes", f"--ref={SHORT}", "list").split("\n")

    assert sorted(line.split()[1] for line in listed) == sorted(printed.decode().split())
    git(path, "fsck", "--strict")


def test_a_lock_of_a_running_git_is_respected(repository: Repository, path: Path) -> None:
    _write(repository, _tree(repository), b"one")
    lock = path / f"{VERDICTS}.lock"
    lock.write_bytes(b"")

    with pytest.raises(Busy):
        _write(repository, _tree(repository, 1), b"two")

    repository.sweep()
    _write(repository, _tree(repository, 1), b"two")


@pytest.mark.parametrize("what", ["", "main", "0" * 39, "g" * 40, "../" * 10, "0" * 41])
def test_notes_exist_only_for_object_ids(repository: Repository, what: str) -> None:
    _write(repository, _tree(repository), b"one")
    with pytest.raises(ValueError, match="not an object id"):
        read_note(repository, VERDICTS, what)
    with pytest.raises(ValueError, match="not an object id"):
        _write(repository, what, b"x")


def _entry(mode: str, name: str, identity: str) -> bytes:
    return f"{mode} {name}".encode() + b"\0" + bytes.fromhex(identity)


@pytest.mark.parametrize("mode", ["120000", "160000", "100755"])
def test_a_note_that_is_not_a_plain_file_is_refused(repository: Repository, path: Path, mode: str) -> None:
    tree = _tree(repository)
    _hostile(path, _entry(mode, tree, repository.write_blob(b"/etc/passwd")))

    with pytest.raises(IntegrityError):
        read_note(repository, VERDICTS, tree)
    with pytest.raises(IntegrityError):
        _write(repository, tree, b"x")


def test_two_notes_on_one_object_are_refused(repository: Repository, path: Path) -> None:
    tree = _tree(repository)
    good, bad = repository.write_blob(b"good"), repository.write_blob(b"bad")
    _hostile(path, _entry("100644", tree, good) + _entry("100644", tree, bad))
    with pytest.raises(IntegrityError):
        read_note(repository, VERDICTS, tree)

    inner = _store(path, b"tree", _entry("100644", tree[2:], bad))
    rows = [_entry("40000", tree[:2], inner), _entry("100644", tree, good)]
    _hostile(path, b"".join(rows))
    with pytest.raises(IntegrityError, match="two notes"):
        read_note(repository, VERDICTS, tree)


def test_notes_in_deeply_nested_folders_are_read_and_replaced(repository: Repository, path: Path) -> None:
    tree = _tree(repository)
    inner = _store(path, b"tree", _entry("100644", tree[38:], repository.write_blob(b"deep")))
    for depth in range(36, -2, -2):
        inner = _store(path, b"tree", _entry("40000", tree[depth : depth + 2], inner))
    _hostile(
        path, zlib.decompress((path / "objects" / inner[:2] / inner[2:]).read_bytes()).partition(b"\0")[2]
    )

    assert read_note(repository, VERDICTS, tree) == b"deep"
    _write(repository, tree, b"new")
    assert read_note(repository, VERDICTS, tree) == b"new"


def test_a_huge_note_is_refused_before_it_is_inflated(repository: Repository, path: Path) -> None:
    tree = _tree(repository)
    bomb = _store(path, b"blob", b"\0" * (notes.MAX_NOTE_SIZE + 1))
    _hostile(path, _entry("100644", tree, bomb))

    with pytest.raises(IntegrityError, match="larger than"):
        read_note(repository, VERDICTS, tree)
    with pytest.raises(IntegrityError, match="too large"):
        _write(repository, tree, b"x" * (notes.MAX_NOTE_SIZE + 1))


def test_a_huge_folder_of_notes_is_refused(repository: Repository, path: Path) -> None:
    blob = repository.write_blob(b"x")
    names = sorted(sha1(str(number).encode()).hexdigest() for number in range(4000))
    _hostile(path, b"".join(_entry("100644", name, blob) for name in names))

    with pytest.raises(IntegrityError, match="too large"):
        read_note(repository, VERDICTS, names[0])


def test_notes_with_missing_or_mistyped_objects_are_refused(repository: Repository, path: Path) -> None:
    tree = _tree(repository)
    for identity in ("1" * 40, tree):
        _hostile(path, _entry("100644", tree, identity))
        with pytest.raises(IntegrityError):
            read_note(repository, VERDICTS, tree)
    blob = repository.write_blob(b"x")
    git(path, "update-ref", VERDICTS, blob)
    with pytest.raises(IntegrityError):
        read_note(repository, VERDICTS, tree)


def test_a_notes_ref_that_is_a_symbolic_ref_to_main_never_moves_main(
    repository: Repository, path: Path
) -> None:
    before = git(path, "rev-parse", "main")
    git(path, "symbolic-ref", VERDICTS, "refs/heads/main")

    with pytest.raises(IntegrityError, match="symbolic ref"):
        _write(repository, _tree(repository), b"x")

    assert git(path, "rev-parse", "main") == before
