"""A large registry on disk, apps that can be installed, and the server that offers both on loopback."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Final

from benchmarks.synthetic import files_of
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.library.verdicts import record_verdict
from mapp.model.app import read_app
from mapp.model.verdict import Result, Verdict
from mapp.model.version import Version
from mapp.share.entry import Entry, PublishedVersion, entry_path
from mapp.share.index_branch import update_index
from mapp.share.registry import Registry
from mapp.share.release import read_release

NOW: Final = 1_796_047_200
"""2026-11-30 14:00 UTC."""
WHO: Final = Signature(name="Ada", email="ada@example.org", time=NOW)
REGISTRY: Final = "registry.git"
ENTRIES_A_COMMIT: Final = 5000
APPS_MOST: Final = 100_000
"""There are names for so many apps."""
_VERBS: Final = (
    "add average build calculate check clean compare compute convert count decode describe draw encode "
    "estimate expand explain extract fill filter find fix format generate group guess inspect join lint "
    "list map mask match measure merge name normalise number order pack parse pick plan plot price print "
    "rank read render replace round scale scan score send shorten show sort split sum swap tally test "
    "trim turn unpack validate weigh wrap write"
)
_NOUNS: Final = (
    "account address age area bank base bill binary blood body book calendar card cell chart city code "
    "colour column contract country course csv currency date day degree diet distance dose email energy "
    "event expense field file fraction fuel game grade graph grid hash heart hour html image income index "
    "invoice ip item json key label language letter level line list loan log map mass matrix meal meeting "
    "menu message metric mile money month name note number order page paint paper password path phone "
    "plan point pressure price prime project proof quote range rate recipe record rent road roman row "
    "rule salary sample score season sheet shift size sleep song speed stock street string sugar table "
    "task tax team temperature text ticket tide time title token train travel tree trip unit url user "
    "value vector version volume vote wage water weather week weight word xml year zone"
)
_TAILS: Final = (
    "",
    "-quick",
    "-batch",
    "-strict",
    "-metric",
    "-table",
    "-text",
    "-plus",
    "-report",
    "-by-week",
)


def names(count: int) -> list[str]:
    """Returns plausible names of apps, many of which begin with the same letters, as names do."""
    found = (
        "-".join((verb, noun)) + tail for tail, noun, verb in product(_TAILS, _NOUNS.split(), _VERBS.split())
    )
    taken = list(islice(found, count))
    if len(taken) < count:
        raise ValueError(f"there are {len(taken):,} names, not {count:,}")
    return taken


def entry_of(name: str, versions: int = 1) -> Entry:
    """Returns an entry with made-up ids, which are as random as real ones."""
    remote = f"https://git.example.org/{_digest(name)[:6]}/{name}.git"
    return Entry(name=name, remote=remote, versions=tuple(_row(name, minor) for minor in range(versions)))


def next_version(entry: Entry) -> Entry:
    """Returns an entry with one more minor version."""
    return entry.with_version(_row(entry.name, len(entry.versions)))


def fresh_name(*facts: object) -> str:
    """Returns a name that is not close to any other."""
    return f"fresh-{_digest(repr(facts))[:16]}"


def _row(name: str, minor: int) -> PublishedVersion:
    version = Version(major=1, minor=minor, patch=0)
    return PublishedVersion(
        version=version,
        description=f"Can {name.replace('-', ' ')} from what you type, with the usual units.",
        tag=f"v{version}",
        commit=_digest(f"{name} commit {minor}")[:40],
        tree=_digest(f"{name} tree {minor}")[:40],
        content=f"sha256:{_digest(f'{name} content {minor}')}",
        interface=f"sha256:{_digest(f'{name} interface')}",
        engine="quickjs-ng 0.17.0",
        capabilities=(),
        origin="compile",
        signer="",
        time=NOW - 1_000_000 + 1000 * minor,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def build_registry(folder: Path, count: int) -> Registry:
    """Writes a registry with so many apps, every third with two versions, and returns it without an index."""
    path = folder / REGISTRY
    _git("init", "-q", "--bare", "-b", "main", str(path))
    _git("-C", str(path), "config", "receive.autogc", "false")
    importing = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE
    )
    assert importing.stdin is not None
    for part in _stream(names(count)):
        importing.stdin.write(part)
    importing.stdin.close()
    if importing.wait() != 0:
        raise RuntimeError("git fast-import failed")
    return registry_in(folder)


def _stream(listed: Sequence[str]) -> Iterator[bytes]:
    """Yields the input of `git fast-import`: entries come in commits, as they would over time."""
    files = {
        "registry.toml": b'registry = 1\nname = "large"\n',
        "policy.toml": b"policy = 1\n\n[publishers]\nnew_names_a_day = 1000000\n",
    }
    for start in range(0, len(listed), ENTRIES_A_COMMIT):
        when = NOW - 86_400 * (len(listed) - start) // ENTRIES_A_COMMIT - 86_400
        yield b"commit refs/heads/main\n"
        yield b"committer Ada <ada@example.org> %d +0000\ndata 5\nmore\n\n" % when
        for place, name in enumerate(listed[start : start + ENTRIES_A_COMMIT]):
            files[entry_path(name)] = entry_of(name, 2 if place % 3 == 0 else 1).to_toml()
        for path, data in files.items():
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        files = {}
    yield b"done\n"


def registry_in(folder: Path) -> Registry:
    """Returns the registry at its `main`."""
    repository = Repository.open(folder / REGISTRY)
    tip = repository.tip()
    assert tip is not None
    return Registry(repository, tip)


def build_apps(folder: Path, base: str, count: int, engine: str) -> list[Entry]:
    """Writes so many released apps that only compute, each with a verdict, and returns their entries."""
    found: list[Entry] = []
    number = 0
    while len(found) < count:
        files = files_of(number)
        number += 1
        if read_app(files).manifest.capabilities.names:
            continue
        app = read_app(files)
        repository, commit = Repository.create(folder / f"{app.name}.git", files, "release\n", WHO)
        repository.create_ref(f"refs/tags/v{app.manifest.version}", commit)
        tree = repository.tree_of(commit)
        checked = Result(check="examples", status="passed", counted=1)
        verdict = Verdict(
            app=app.name,
            version=str(app.manifest.version),
            tree=tree,
            base=None,
            kind="add",
            mapp="0.1.0",
            engine=engine,
            seed=1,
            inputs=100,
            results=(checked,),
        )
        record_verdict(repository, verdict, WHO)
        row = replace(read_release(repository, commit, now=NOW).published, origin="compile")
        found.append(Entry(name=app.name, remote=f"{base}/{app.name}.git", versions=(row,)))
    return found


def list_in_one(registry: Registry, entries: Sequence[Entry]) -> Registry:
    """Commits entries and the index that follows; returns the registry as it is then."""
    from mapp.share.proposal import commit_entry

    repository = registry.repository
    for entry in entries:
        commit = commit_entry(registry, entry, f"{entry.name}\n", WHO)
        repository.move_ref("refs/heads/main", registry.commit, commit)
        registry = Registry(repository, commit)
    update_index(registry)
    return registry


@contextlib.contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """Runs `git daemon` over a folder of repositories, which accepts pushes; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    words = ["git", "daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"]
    words += [f"--port={port}", f"--base-path={folder}", "--max-connections=100", str(folder)]
    process = subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        yield f"git://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)
