"""Hostile repositories behind an address: each is refused, or harmless, and nothing else changes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from support.apps import app
from support.git_servers import run
from support.hostile_repository import write_delta_cycle, write_huge
from support.library import library, state
from support.terminal import mapp
from support.trees import FILE, FOLDER, LINK, NOBODY, PROGRAM, SUBMODULE, Forge

TAG = "refs/tags/v1.0.0"
Build = Callable[[Forge], str]
"""Writes hostile objects and returns what the tag points to."""


def _named(mode: bytes, name: bytes) -> Build:
    """Adds one entry to an otherwise good app."""
    return lambda forge: forge.commit_of(_with(forge, (mode, name, forge.blob())))


def _with(forge: Forge, *more: tuple[bytes, bytes, str]) -> str:
    """Returns the tree of a good app with more entries, sorted as git sorts them."""
    rows = [
        *(
            (FILE, path.encode(), forge.blob(data))
            for path, data in app("double").files.items()
            if "/" not in path
        ),
        *more,
    ]
    rows.sort(key=lambda row: row[1] + (b"/" if row[0] == FOLDER else b""))
    return forge.tree(*(forge.entry(*row) for row in rows))


def _folder_named(name: bytes) -> Build:
    return lambda forge: forge.commit_of(
        _with(forge, (FOLDER, name, forge.tree(forge.entry(FILE, b"config"))))
    )


def _pair(one: bytes, other: bytes) -> Build:
    return lambda forge: forge.commit_of(
        _with(forge, (FILE, one, forge.blob()), (FILE, other, forge.blob(b"other\n")))
    )


def _twice(forge: Forge) -> str:
    good, bad = forge.blob(app("double").files["main.js"]), forge.blob(b"function main() { return 666; }\n")
    manifest = forge.blob(app("double").files["mapp.toml"])
    rows = [(FILE, b"main.js", good), (FILE, b"main.js", bad), (FILE, b"mapp.toml", manifest)]
    return forge.commit_of(forge.tree(*(forge.entry(*row) for row in rows)))


def _unsorted(forge: Forge) -> str:
    rows = [
        (FILE, path.encode(), forge.blob(data))
        for path, data in app("double").files.items()
        if "/" not in path
    ]
    rows.sort(key=lambda row: row[1], reverse=True)
    return forge.commit_of(forge.tree(*(forge.entry(*row) for row in rows)))


def _deep(forge: Forge) -> str:
    tree = forge.tree(forge.entry(FILE, b"x"))
    for _ in range(300):
        tree = forge.tree(forge.entry(FOLDER, b"d", tree))
    return forge.commit_of(_with(forge, (FOLDER, b"d", tree)))


def _wide(forge: Forge) -> str:
    blob = forge.blob()
    rows = [forge.entry(FILE, b"f%05d" % number, blob) for number in range(2000)]
    return forge.commit_of(_with(forge, (FOLDER, b"wide", forge.tree(*rows))))


def _doubling(forge: Forge) -> str:
    """A tree of a few objects that unfolds into 2^20 files."""
    tree = forge.tree(forge.entry(FILE, b"x"))
    for _ in range(20):
        tree = forge.tree(forge.entry(FOLDER, b"a", tree), forge.entry(FOLDER, b"b", tree))
    return forge.commit_of(_with(forge, (FOLDER, b"d", tree)))


def _huge(kind: bytes) -> Build:
    def build(forge: Forge) -> str:
        if kind == b"blob":
            return forge.commit_of(
                _with(forge, (FILE, b"zeros", write_huge(forge.path, b"blob", b"x", 2**27)))
            )
        if kind == b"tag":
            start = (
                b"object " + forge.commit.encode() + b"\ntype commit\ntag v1.0.0\ntagger " + NOBODY + b"\n\nx"
            )
            return write_huge(forge.path, b"tag", start, 2**26)
        tree = _with(forge).encode()
        start = b"tree " + tree + b"\nauthor " + NOBODY + b"\ncommitter " + NOBODY + b"\n\nx"
        return write_huge(forge.path, b"commit", start, 2**26)

    return build


def _tag_of(forge: Forge, identity: str, kind: bytes) -> str:
    text = b"object " + identity.encode() + b"\ntype " + kind + b"\ntag v1.0.0\ntagger " + NOBODY + b"\n\nx\n"
    return forge.object(b"tag", text)


def _tag_chain(forge: Forge) -> str:
    tag = _tag_of(forge, forge.commit, b"commit")
    for _ in range(50):
        tag = _tag_of(forge, tag, b"tag")
    return tag


def _missing(kind: str) -> Build:
    def build(forge: Forge) -> str:
        gone = "1234567890" * 4
        match kind:
            case "blob":
                return forge.commit_of(_with(forge, (FILE, b"gone", gone)))
            case "tree":
                return forge.commit_of(_with(forge, (FOLDER, b"gone", gone)))
            case "root":
                return forge.commit_of(gone)
            case _:
                text = b"tree " + _with(forge).encode() + b"\nparent " + gone.encode()
                return forge.object(
                    b"commit", text + b"\nauthor " + NOBODY + b"\ncommitter " + NOBODY + b"\n\nx\n"
                )

    return build


def _many_objects(forge: Forge) -> str:
    """A history of more objects than an app may have, written as one pack."""
    lines = ["feature done"]
    for number in range(10_500):
        lines += ["commit refs/heads/long", f"committer N <n@example.com> {number} +0000", "data 1", "x"]
        lines += ["M 100644 inline f", f"data {len(str(number))}", str(number), ""]
    text = "\n".join([*lines, "done", ""])
    subprocess.run(["git", "-C", str(forge.path), "fast-import", "--quiet"], input=text.encode(), check=True)
    return run("git", "-C", str(forge.path), "rev-parse", "refs/heads/long")


def _changed_bytes(forge: Forge) -> str:
    """An object whose content is not what its name says."""
    blob = forge.blob(b"good\n")
    commit = forge.commit_of(_with(forge, (FILE, b"x", blob)))
    target = forge.path / "objects" / blob[:2] / blob[2:]
    target.write_bytes(zlib.compress(b"blob 5\0evil\n", 1))
    return commit


def _wrong_type(forge: Forge) -> str:
    """A tree entry that says file and leads to a commit."""
    return forge.commit_of(_with(forge, (FILE, b"x", forge.commit)))


def _no_headers(forge: Forge) -> str:
    return forge.object(b"commit", b"tree " + _with(forge).encode() + b"\n\nnobody wrote this\n")


REFUSED: dict[str, Build] = {
    "a symbolic link": _named(LINK, b"link"),
    "a symbolic link as main.js": lambda forge: forge.commit_of(
        forge.tree(forge.entry(LINK, b"main.js", forge.blob(b"/etc/passwd")), forge.entry(FILE, b"mapp.toml"))
    ),
    "a submodule": _named(SUBMODULE, b"module"),
    "a program": _named(PROGRAM, b"run.sh"),
    "an unknown mode": _named(b"100664", b"odd"),
    "a mode with zeros": _named(b"0100644", b"odd"),
    "a file called .git": _named(FILE, b".git"),
    "a folder called .git": _folder_named(b".git"),
    "a folder called .GIT": _folder_named(b".GIT"),
    "a folder called git~1": _folder_named(b"git~1"),
    "a folder called .git with a dot": _folder_named(b".git."),
    "a folder called .git with a space": _folder_named(b".git "),
    "a folder called .git with a stream": _folder_named(b".git::$INDEX_ALLOCATION"),
    "a folder called .g-nothing-it": _folder_named(".g\u200cit".encode()),
    "a file called .gitmodules": _named(FILE, b".gitmodules"),
    "a file called ..": _named(FILE, b".."),
    "a folder called ..": _folder_named(b".."),
    "a folder called .": _folder_named(b"."),
    "an empty name": _named(FILE, b""),
    "a name with a slash": _named(FILE, b"a/b"),
    "a name that is a path upwards": _named(FILE, b"../../evil"),
    "an absolute name": _named(FILE, b"/etc/cron.d/evil"),
    "a name with a backslash": _named(FILE, b"a\\..\\b"),
    "a name with a drive": _named(FILE, b"C:evil"),
    "a name with a line break": _named(FILE, b"a\nb"),
    "a name with an escape": _named(FILE, b"a\x1b[31mb"),
    "a name with a bidirectional mark": _named(FILE, "a\u202egnp.js".encode()),
    "a name that is not text": _named(FILE, b"\xff\xfe"),
    "a device": _named(FILE, b"con"),
    "a device with an ending": _named(FILE, b"aux.js"),
    "a name that starts with a hyphen": _named(FILE, b"-rf"),
    "a name of 5,000 letters": _named(FILE, b"a" * 5000),
    "names that differ in case": _pair(b"Read.md", b"read.md"),
    "names that differ in normalisation": _pair("é".encode(), "e\u0301".encode()),
    "two files of one name": _twice,
    "a file and a folder of one name": lambda forge: forge.commit_of(
        _with(forge, (FILE, b"same", forge.blob()), (FOLDER, b"same", forge.tree(forge.entry(FILE, b"x"))))
    ),
    "an unsorted tree": _unsorted,
    "a deep tree": _deep,
    "a wide tree": _wide,
    "a tree that unfolds": _doubling,
    "a truncated tree": lambda forge: forge.commit_of(forge.tree(forge.entry(FILE, b"x")[:-5])),
    "an empty tree": lambda forge: forge.commit_of(forge.tree()),
    "a file of 128 MiB of blanks": _huge(b"blob"),
    "a commit of 64 MiB": _huge(b"commit"),
    "a tag of 64 MiB": _huge(b"tag"),
    "a tag of a tag of a tag": _tag_chain,
    "a tag of a file": lambda forge: _tag_of(forge, forge.blob(), b"blob"),
    "a tag of a tree": lambda forge: _tag_of(forge, _with(forge), b"tree"),
    "a tag that lies about its kind": lambda forge: _tag_of(forge, _with(forge), b"commit"),
    "a lightweight tag of a file": lambda forge: forge.blob(),
    "a missing file": _missing("blob"),
    "a missing folder": _missing("tree"),
    "a missing tree": _missing("root"),
    "a missing parent": _missing("parent"),
    "an object with other content": _changed_bytes,
    "a file that is a commit": _wrong_type,
    "a commit without an author": _no_headers,
    "a history of 31,500 objects": _many_objects,
    "a manifest that says something else": lambda forge: forge.commit_of(
        _with_manifest(forge, b'manifest = 1\nname = "double"\nversion = "6.6.6"\n')
    ),
    "a manifest that is not TOML": lambda forge: forge.commit_of(_with_manifest(forge, b"\x00")),
}


def _packed(forge: Forge) -> Path:
    """Packs everything and returns the pack."""
    run("git", "-C", str(forge.path), "repack", "-adq")
    (pack,) = (forge.path / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    return pack


def _cut(length: int) -> Build:
    """A pack that ends after so many bytes."""

    def build(forge: Forge) -> str:
        pack = _packed(forge)
        pack.write_bytes(pack.read_bytes()[:length])
        return forge.commit

    return build


def _flipped(place: int) -> Build:
    """A pack with one changed byte, counted from the end if negative."""

    def build(forge: Forge) -> str:
        pack = _packed(forge)
        data = bytearray(pack.read_bytes())
        data[place] ^= 0xFF
        pack.write_bytes(bytes(data))
        return forge.commit

    return build


def _delta_cycle(forge: Forge) -> str:
    """Two objects of a pack, each of which is a difference to the other."""
    one, other = (hashlib.sha1(name).digest() for name in (b"one", b"other"))
    tree = _with(forge, (FILE, b"a", one.hex()), (FILE, b"b", other.hex()))
    write_delta_cycle(forge.path, one, other)
    return forge.commit_of(tree)


REFUSED |= {
    "a pack without its end": _cut(-20),
    "a pack of nothing": _cut(0),
    "a pack cut in its magic number": _cut(3),
    "a pack cut in its version": _cut(7),
    "a pack cut in its count": _cut(11),
    "a pack cut in the head of an object": _cut(13),
    "a pack cut in an object": _cut(40),
    "a pack with another magic number": _flipped(0),
    "a pack with another version": _flipped(7),
    "a pack with another count": _flipped(11),
    "a pack with another kind of object": _flipped(12),
    "a pack with a changed object": _flipped(20),
    "differences in a circle": _delta_cycle,
}


def _with_manifest(forge: Forge, data: bytes) -> str:
    return forge.tree(
        forge.entry(FILE, b"main.js", forge.blob(app("double").files["main.js"])),
        forge.entry(FILE, b"mapp.toml", forge.blob(data)),
    )


def _everything(world: Path) -> dict[str, str]:
    """Returns a hash of every file of the test's world but what is derived."""
    found = state(world / "library")
    for path in sorted(world.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(world / name) for name in ("library", "cache")):
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_repository_is_refused_and_changes_nothing(name: str, world: Path, tmp_path: Path) -> None:
    library().app("old").build()
    forge = Forge(tmp_path / "evil.git")
    (forge.path / TAG).parent.mkdir(parents=True, exist_ok=True)
    (forge.path / TAG).write_text(f"{REFUSED[name](forge)}\n")
    before = _everything(world)

    found = mapp("install", f"git+{forge.path}@v1.0.0", "--allow-git", "--yes")

    assert found.code in (4, 6, 8), (found.code, found.err)
    assert found.code != 4 or "MAPP-057" in found.err
    assert "MAPP-" in found.err
    assert all(line.isprintable() for line in found.err.splitlines())
    assert _everything(world) == before
    assert list((world / "library" / "quarantine").glob("*")) == []
    assert mapp("exec", "old", "number=2").out == "4\n", "what was there still runs"


def _harmless_hooks(forge: Forge, marker: Path) -> None:
    hooks = forge.path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-merge", "pre-auto-gc", "update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (hooks / name).chmod(0o755)


def _harmless_config(forge: Forge, marker: Path) -> None:
    with (forge.path / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = touch {marker}\n\tsshCommand = touch {marker}\n"
            f'[uploadpack]\n\tpackObjectsHook = touch {marker}\n[url "/nowhere"]\n\tinsteadOf = /\n'
        )


def _harmless_replacement(forge: Forge, marker: Path) -> None:
    evil = forge.commit_of(_with_manifest(forge, b"evil"))
    place = forge.path / "refs" / "replace" / forge.commit
    place.parent.mkdir()
    place.write_text(f"{evil}\n")


def _harmless_branch(forge: Forge, marker: Path) -> None:
    evil = forge.commit_of(_with_manifest(forge, b"evil"))
    for name in ("refs/heads/v1.0.0", "refs/heads/refs/tags/v1.0.0", "refs/tags/v1.0.0-evil"):
        (forge.path / name).parent.mkdir(parents=True, exist_ok=True)
        (forge.path / name).write_text(f"{evil}\n")


def _harmless_attributes(forge: Forge, marker: Path) -> None:
    (forge.path / "info").mkdir(exist_ok=True)
    (forge.path / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    with (forge.path / "config").open("a") as config:
        config.write(
            f'[filter "evil"]\n\tsmudge = touch {marker}\n\tclean = touch {marker}\n\trequired = true\n'
        )


def _harmless_alternate(forge: Forge, marker: Path) -> None:
    other = Forge(forge.path.with_name("other.git"))
    (forge.path / "objects" / "info").mkdir(exist_ok=True)
    (forge.path / "objects" / "info" / "alternates").write_text(f"{other.path}/objects\n")


def _harmless_refs(forge: Forge, marker: Path) -> None:
    refs = sorted(f"refs/tags/v1.0.{number}-{number}" for number in range(20_000))
    (forge.path / "packed-refs").write_text("".join(f"{forge.commit} {ref}\n" for ref in refs))


def _harmless_notes(forge: Forge, marker: Path) -> None:
    """Verdicts that nobody can read: a note of 64 MiB."""
    bomb = write_huge(forge.path, b"blob", b"x", 2**26)
    tree = forge.repository.tree_of(forge.commit)
    notes = forge.commit_of(forge.tree(forge.entry(FILE, tree.encode(), bomb)))
    place = forge.path / "refs" / "notes" / "mapp" / "verdicts"
    place.parent.mkdir(parents=True)
    place.write_text(f"{notes}\n")


HARMLESS = [
    _harmless_hooks,
    _harmless_config,
    _harmless_replacement,
    _harmless_branch,
    _harmless_attributes,
    _harmless_alternate,
    _harmless_refs,
]


@pytest.mark.parametrize("prepare", HARMLESS)
def test_what_only_git_would_obey_is_harmless(
    prepare: Callable[[Forge, Path], None], world: Path, tmp_path: Path
) -> None:
    forge, marker = Forge(tmp_path / "odd.git"), tmp_path / "ran"
    (forge.path / TAG).parent.mkdir(parents=True, exist_ok=True)
    (forge.path / TAG).write_text(f"{forge.commit}\n")
    prepare(forge, marker)

    found = mapp("install", f"git+{forge.path}@v1.0.0", "--allow-git", "--json")

    assert found.code == 0, found.err
    assert found.json["installed"][0]["commit"] == forge.commit
    assert not marker.exists()
    assert mapp("exec", "double", "number=21").out == "42\n"
    assert not (world / "library" / "apps" / "double.git" / "hooks").exists()


def test_verdicts_that_are_too_large_do_no_harm(world: Path, tmp_path: Path) -> None:
    library().app("old").build()
    forge = Forge(tmp_path / "odd.git")
    (forge.path / TAG).parent.mkdir(parents=True, exist_ok=True)
    (forge.path / TAG).write_text(f"{forge.commit}\n")
    _harmless_notes(forge, tmp_path)
    before = _everything(world)
    found = mapp("install", f"git+{forge.path}@v1.0.0", "--allow-git")
    assert found.code in (0, 6)
    assert found.code == 0 or ("MAPP-" in found.err and _everything(world) == before)
    assert mapp("exec", "old", "number=2").out == "4\n"


def test_there_are_more_than_seventy_hostile_repositories() -> None:
    assert len(REFUSED) + len(HARMLESS) > 70


def _tagged(name: str, folder: Path) -> Forge:
    """Builds a hostile repository, with its tag."""
    forge = Forge(folder / "evil.git")
    (forge.path / TAG).parent.mkdir(parents=True, exist_ok=True)
    (forge.path / TAG).write_text(f"{REFUSED[name](forge)}\n")
    return forge


PYGIT2 = """
import sys, pygit2
clone = pygit2.clone_repository(sys.argv[1], sys.argv[2], bare=True)
clone[clone.references["refs/tags/v1.0.0"].target]
"""
CLONES = {
    "git clone": lambda url, to: ["git", "clone", "-q", "--bare", "--branch", "v1.0.0", url, to],
    "pygit2.clone_repository": lambda url, to: [sys.executable, "-c", PYGIT2, url, to],
}
"""Ways to clone; nothing is checked out."""


def _taken(way: str, forge: Forge, target: Path) -> bool:
    """Returns whether a plain clone ends, and brings what the tag points to."""
    words = CLONES[way](f"file://{forge.path}", str(target))
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(60) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.sweep
def test_the_page_says_how_many_a_plain_clone_takes(tmp_path: Path) -> None:
    counts = dict.fromkeys(CLONES, 0)
    for number, name in enumerate(REFUSED):
        folder = tmp_path / str(number)
        folder.mkdir()
        forge = _tagged(name, folder)
        for way in CLONES:
            counts[way] += _taken(way, forge, folder / way)
        shutil.rmtree(folder)
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "attacks-on-sharing.md").read_text("utf-8")
    rows = [f"| `{way}` | {count} of {len(REFUSED)} |" for way, count in counts.items()]
    missing = [row for row in (*rows, f"| `mapp install` | 0 of {len(REFUSED)} |") if row not in page]
    assert not missing, missing
