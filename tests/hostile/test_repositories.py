"""Repositories built to exhaust memory, mislead, or block their reader."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git import loose
from mapp.git.repository import MAIN, Repository
from support.apps import app
from support.hostile_repository import WHO, measured, write_huge, write_pack
from support.library import Built, git, library
from support.terminal import mapp, mapp_process

HUGE = 300 * 2**20
ROOM = 120
"""MiB beyond what the same command needs on a small repository: far below the bomb's size."""
SECONDS = 120
linux = pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


@pytest.fixture
def built() -> Built:
    return library().app("double").app("other").build()


def commit_text(repository: Path, parent: str = "") -> bytes:
    tree = git(repository, "rev-parse", "main^{tree}").encode()
    parents = b"parent " + parent.encode() + b"\n" if parent else b""
    return b"tree " + tree + b"\n" + parents + b"author " + WHO + b"\ncommitter " + WHO + b"\n\nx"


def _loose_commit(repository: Path) -> str:
    return write_huge(repository, b"commit", commit_text(repository), HUGE)


def _packed_commit(repository: Path) -> str:
    return write_pack(repository, b"commit", commit_text(repository), HUGE, b"")[0]


def _delta_against_a_huge_commit(repository: Path) -> str:
    tree = git(repository, "rev-parse", "main^{tree}").encode()
    small = b"tree " + tree + b"\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n"
    assert len(small) < 128, "one instruction of a delta"
    return write_pack(repository, b"commit", commit_text(repository), HUGE, small)[1]


def _behind_a_tag(repository: Path) -> str:
    tip = git(repository, "rev-parse", "main").encode()
    start = b"object " + tip + b"\ntype commit\ntag v9.0.0\ntagger " + WHO + b"\n\nx"
    return write_huge(repository, b"tag", start, HUGE)


@linux
@pytest.mark.parametrize("forge", [_loose_commit, _packed_commit, _delta_against_a_huge_commit])
@pytest.mark.parametrize("words", [("log", "double"), ("show", "double"), ("verdict", "double")])
def test_a_commit_that_inflates_to_300_mib_is_refused_without_reading_it(
    forge: Callable[[Path], str], words: tuple[str, ...], built: Built
) -> None:
    (repository := built.repository("double")).joinpath(MAIN).write_text(f"{forge(repository)}\n")
    code, usual, _ = measured(*words[:1], "other", seconds=SECONDS)
    assert code in (0, 1)

    code, peak, said = measured(*words, seconds=SECONDS)

    assert code == 6, said
    assert "mapp reads at most" in said
    assert peak < usual + ROOM


@linux
def test_a_huge_commit_in_the_history_is_refused_when_it_is_reached(built: Built) -> None:
    repository = built.repository("double")
    bomb = _loose_commit(repository)
    tree = git(repository, "rev-parse", "main^{tree}")
    child = git(
        repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=commit_text(repository, bomb)
    )
    (repository / MAIN).write_text(f"{child}\n")
    assert Repository.open(repository).tree_of(child) == tree

    code, peak, said = measured("log", "double", seconds=SECONDS)

    assert code == 6, said
    assert peak < 300


@linux
def test_a_tag_and_a_tree_that_inflate_to_300_mib_are_refused_without_reading_them(built: Built) -> None:
    repository = built.repository("double")
    tag = repository / "refs" / "tags" / "v9.0.0"
    tag.write_text(f"{_behind_a_tag(repository)}\n")
    code, peak, said = measured("show", "double@9.0.0", seconds=SECONDS)
    if code == 2:  # revisions are an option here
        code, peak, said = measured("show", "double", "--at", "9.0.0", seconds=SECONDS)
    assert code == 6, said
    assert peak < 300

    tree = write_huge(repository, b"tree", b"100644 main.js\0" + b"\1" * 20, HUGE)
    opened = Repository.open(repository)
    for read in (opened.raw, lambda identity: loose.read_object(repository, identity)):
        with pytest.raises(IntegrityError) as caught:
            read(tree)
        assert caught.value.code == "MAPP-0622"


def test_a_pack_of_git_with_long_delta_chains_is_read(built: Built) -> None:
    repository = built.repository("double")
    text = "line\n" * 2000
    for number in range(30):
        built.put(app("double").version(f"1.0.{number + 1}").file("README.md", f"{text}{number}\n"))
    before = [row.id for row in Repository.open(repository).history(git(repository, "rev-parse", "main"))]
    listed = git(repository, "rev-list", "--objects", "--all").split("\n")
    wanted = {row.split()[0]: git(repository, "cat-file", "-s", row.split()[0]) for row in listed}
    git(repository, "repack", "-adfq", "--depth=250", "--window=50")
    git(repository, "pack-refs", "--all")
    assert "chain length" in git(repository, "verify-pack", "-v", *map(str, repository.rglob("*.idx")))

    opened = Repository.open(repository)

    assert [row.id for row in opened.history(before[0])] == before
    assert {name: str(len(opened.raw(name)[1])) for name in wanted} == wanted
    assert mapp("exec", "double", "number=2").out == "4\n"


@pytest.mark.parametrize("damage", ["emptied", "cut off", "of zeros", "of another kind"])
def test_a_damaged_pack_index_is_an_error_and_not_a_crash(damage: str, built: Built) -> None:
    repository = built.repository("double")
    git(repository, "gc", "-q")
    index = next(repository.rglob("*.idx"))
    data = index.read_bytes()
    index.chmod(0o644)
    index.write_bytes(
        {"emptied": b"", "cut off": data[:600], "of zeros": bytes(len(data)), "of another kind": data[::-1]}[
            damage
        ]
    )

    found = mapp_process("log", "double")

    assert found.code == 6, found.err


EXTERNAL_REFERENCES: dict[str, Callable[[Path], str]] = {
    "objects/info/alternates": lambda other: f"{other}/objects\n",
    "objects/info/http-alternates": lambda other: "http://127.0.0.1:9/objects\n",
    "commondir": lambda other: f"{other}\n",
    "gitdir": lambda other: f"{other}/.git\n",
}


@pytest.mark.parametrize("name", EXTERNAL_REFERENCES)
def test_a_repository_that_refers_to_another_folder_is_refused(name: str, built: Built) -> None:
    place = built.repository("double") / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(EXTERNAL_REFERENCES[name](built.repository("other")))

    for words in (("exec", "double", "number=1"), ("log", "double"), ("show", "double"), ("path", "double")):
        found = mapp(*words)
        assert found.code == 6, (words, found.out, found.err)
        assert "MAPP-0621" in found.err
    row = next(row for row in mapp("doctor", "--json").json["findings"] if row["what"] == "repositories")
    assert row["state"] == "failed"
    assert name in row["detail"]
    assert mapp("exec", "other", "number=1").out == "2\n"
    assert mapp("remove", "double").code == 0, "the solution that the message suggests"


def test_an_object_from_an_alternate_is_never_read(built: Built, world: Path) -> None:
    """libgit2 itself follows alternates, so this shows that the check is what stops it."""
    repository = built.repository("double")
    outside = world / "outside.git"
    git(world, "init", "-q", "--bare", str(outside))
    secret = git(outside, "hash-object", "-w", "--stdin", stdin=b"secret")
    (repository / "objects" / "info").mkdir(exist_ok=True)
    (repository / "objects" / "info" / "alternates").write_text(f"{outside}/objects\n")

    assert Repository.open(repository, trusted=True).raw(secret) == (loose.BLOB, b"secret")
    with pytest.raises(IntegrityError):
        Repository.open(repository)


@pytest.mark.parametrize("name", ["refs", "refs/heads", "objects"])
def test_a_linked_folder_in_a_repository_is_refused(name: str, built: Built, world: Path) -> None:
    place = built.repository("double") / name
    place.rename(world / "moved")
    place.symlink_to(world / "moved", target_is_directory=True)

    for words in (("exec", "double", "number=1"), ("log", "double")):
        assert mapp(*words).code == 6, words


@pytest.mark.parametrize("name", [MAIN, "HEAD", "objects/{0:.2}/{1}", "packed-refs", "config"])
def test_a_linked_file_in_a_repository_is_not_followed(name: str, built: Built, world: Path) -> None:
    repository = built.repository("double")
    tip = git(repository, "rev-parse", "main")
    place = repository / name.format(tip, tip[2:])
    if place.exists():
        place.rename(world / "moved")
    else:
        (world / "moved").write_text("# pack-refs with: peeled\n")
    place.symlink_to(world / "moved")

    assert mapp("log", "double", "--json").code in (0, 6)
    assert mapp("add", str(app("double").version("1.0.1").write(world / "new"))).code == 6
    row = next(row for row in mapp("doctor", "--json").json["findings"] if row["what"] == "repositories")
    assert row["state"] == "failed"


CONFIGS = [
    "[include]\n\tpath = {0}\n",
    "[INCLUDE] path = {0}\n",
    '[includeIf "gitdir:**"]\n\tpath = {0}\n',
    "[includeIf.x]\n\tpath = {0}\n",
    '[user "a]b"] name = x\n[core]\nbare = true\n[include]path={0}\n',
    "[core] [include] path = {0}\n",
    "\ufeff[include]\npath = {0}\n",
    "\t [ include ]\n path = {0}\n",
]


@pytest.mark.parametrize("text", CONFIGS)
def test_a_config_that_includes_other_files_is_refused_before_libgit2_reads_it(
    text: str, built: Built, world: Path
) -> None:
    (world / "included").write_text("[user]\n\tname = included\n")
    config = built.repository("double") / "config"
    before = config.read_text()
    config.write_text(text.format(world / "included") + before)

    found = mapp("add", str(app("double").version("1.0.1").write(world / "new")))

    assert found.code == 6
    assert "include" in found.err


def test_replacements_and_grafts_have_no_effect_and_the_doctor_reports_them(
    built: Built, world: Path
) -> None:
    repository = built.repository("double")
    first = git(repository, "rev-parse", "main")
    built.put(app("double").version("1.0.1").source("function main(input) { return input.number * 3; }"))
    second = git(repository, "rev-parse", "main")
    git(repository, "replace", second, first)
    (repository / "info").mkdir(exist_ok=True)
    (repository / "info" / "grafts").write_text(f"{second}\n")
    (repository / "shallow").write_text(f"{second}\n")
    git(repository, "config", "core.hooksPath", str(world))
    (repository / "hooks").mkdir(exist_ok=True)
    shown = subprocess.run(
        ["git", "-C", str(repository), "log", "--format=%s", second], capture_output=True, check=True
    )
    assert shown.stdout.count(b"\n") == 1, "git itself is misled"

    for pack in (False, True):
        if pack:
            (repository / "shallow").unlink()
            git(repository, "repack", "-adq")
        assert mapp("exec", "double", "number=2").out == "6\n"
        assert [row["commit"] for row in mapp("log", "double", "--json").json["commits"]] == [second, first]
    row = next(row for row in mapp("doctor", "--json").json["findings"] if row["what"] == "repositories")
    assert row["state"] == "warning"
    for word in ("refs/replace", "info/grafts", "core.hookspath", "hooks/"):
        assert word in row["detail"]


PLACES = [
    "HEAD",
    "config",
    "packed-refs",
    "shallow",
    "refs/heads/main",
    "refs/heads/other",
    "refs/tags/v1.0.0",
    "refs/notes/mapp/verdicts",
    "objects/info/alternates",
    "objects/pack/pack-1.idx",
    "objects/{0:.2}/{1}",
    "commondir",
]
COMMANDS = [
    ("exec", "double", "number=1"),
    ("log", "double"),
    ("show", "double"),
    ("verdict", "double"),
    ("list",),
    ("doctor",),
    ("remove", "double"),
]


def _pipe(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(place.parent)  # a socket's path is short
        opened.bind(place.name)
        os.chdir(here)


@pipes
@pytest.mark.parametrize("put", [_pipe, _socket])
@pytest.mark.parametrize("name", PLACES)
def test_a_pipe_or_socket_in_a_repository_never_blocks(
    name: str, put: Callable[[Path], None], built: Built, world: Path
) -> None:
    repository = built.repository("double")
    tip = git(repository, "rev-parse", "main")
    place = repository / name.format(tip, tip[2:])
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    put(place)
    folder = app("double").version("1.0.1").write(world / "new")

    for words in [*COMMANDS[:-1], ("add", str(folder)), COMMANDS[-1]]:
        done = _in_time(*words)
        assert done.returncode in (0, 1, 6), (words, done.stderr)
        assert b"Traceback" not in done.stderr
    assert _in_time("exec", "other", "number=1").stdout == b"2\n"


def _in_time(*words: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=stdin,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


LIBRARY = [
    "mapp.lock",
    "starter.json",
    "journal.sqlite",
    "locks/double.holder",
    "locks/double.lock",
    "index/CURRENT",
]


@pipes
@pytest.mark.parametrize("name", LIBRARY)
def test_a_pipe_in_the_library_never_blocks(name: str, built: Built, world: Path) -> None:
    place = built.home.root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    _pipe(place)
    folder = app("double").version("1.0.1").write(world / "new")

    for words in (
        ("exec", "double", "number=1"),
        ("list",),
        ("runs",),
        ("spend",),
        ("add", str(folder)),
        ("doctor",),
    ):
        done = _in_time(*words)
        assert done.returncode in (0, 1, 6), (words, done.stderr)
        assert b"Traceback" not in done.stderr


@pipes
def test_a_pipe_in_place_of_settings_or_checkout_files_never_blocks(built: Built, world: Path) -> None:
    _pipe(world / "work" / ".mapp.toml")
    done = _in_time("list")
    assert (done.returncode, b"named pipe" in done.stderr) == (8, True)
    (world / "work" / ".mapp.toml").unlink()

    (world / "config").mkdir()
    _pipe(world / "config" / "config.toml")
    assert _in_time("list").returncode == 8
    (world / "config" / "config.toml").unlink()

    checkout = Path(mapp("path", "double").out.strip())
    for name in (".mapp-base.json", "main.js"):
        (checkout / name).unlink()
        _pipe(checkout / name)
        assert _in_time("path", "double").returncode in (0, 6, 8)
    assert _in_time("add", str(checkout)).returncode == 8


@pipes
@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no process substitution here")
def test_a_pipe_given_as_input_is_read(built: Built, world: Path) -> None:
    built.put(app("echo").taking(text={"type": "string"}))
    command = f"{sys.executable} -m mapp_cli"
    for words in (
        f"{command} map double --input <(echo '{{\"number\": 4}}')",
        f"echo '{{\"number\": 4}}' | {command} map double --input /dev/stdin",
        f"echo '{{\"number\": 4}}' | {command} map double --input -",
    ):
        done = subprocess.run(
            ["bash", "-c", words], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert '"output":8' in done.stdout, (words, done.stderr)
