"""The branch `index`: what clients read instead of the reviewed tree, generated from `main`.

    shards/<hh>.ndjson     entries as canonical JSON, one a line, sorted by name; <hh> are the first two
                           hexadecimal digits of the name's SHA-256
    registry.toml          the files and folders of `main` that clients need, as they are
    policy.toml
    trust/, advisories/

The tree is a function of the tree of `main` alone, so anyone can compute it again and compare. Shards are of
equal size, whatever the names are; a lookup reads one of them, and a publication changes one.
The commit's trailer `Mapp-Source` names the commit of `main`.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mapp.errors import Busy, IntegrityError
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import FOLDER_MODE, find_entry, raw_entries
from mapp.share.entry import FORMAT, Entry, entry_path, parse_line
from mapp.share.history import changed_names
from mapp.share.policy import POLICY_FILE, REGISTRY_FILE
from mapp.share.registry import Registry, checked_entry, read_blob, read_file

INDEX: Final = "refs/heads/index"
SHARDS: Final = "shards"
SOURCE: Final = "Mapp-Source"
COPIED: Final = (REGISTRY_FILE, POLICY_FILE, "trust", "advisories")
MISMATCH: Final = "MAPP-0660"
_AUTHOR: Final = "mapp"
_START: Final = re.compile(rb'\{"entry":%d,"name":"([a-z0-9-]+)",' % FORMAT)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexState:
    """The index of a registry: its commit and the commit of `main` that it was generated from."""

    commit: str
    tree: str
    source: str
    changed: bool


def shard_of(name: str) -> str:
    """Returns the path of the shard with an app's line.

    >>> shard_of("vat")
    'shards/7c.ndjson'
    """
    return f"{SHARDS}/{_digits(name)}.ndjson"


def index_tree(registry: Registry) -> str:
    """Writes the tree of the index into the registry's repository and returns its id.

    Raises:
        InvalidInput, IntegrityError: an entry is not valid.
    """
    return _tree(registry, _shards(registry, registry.names()))


def update_index(registry: Registry, *, ref: str = INDEX, fresh: bool = False) -> IndexState:
    """Brings the branch `index` up to a commit of `main`; only shards with a changed entry are written.

    With `fresh`, the whole index is. Two that run at the same time write the same commit, so either may win.

    Raises:
        Busy: the branch moved to another commit in the meantime.
        InvalidInput, IntegrityError: an entry is not valid, or the branch is not an index.
    """
    repository, last = registry.repository, registry.repository.tip(ref)
    state = index_commit(registry, last, fresh=fresh)
    if state.changed:
        try:
            repository.move_ref(ref, last, state.commit)
        except Busy:
            if repository.tip(ref) != state.commit:
                raise
    return state


def index_commit(registry: Registry, last: str | None, *, fresh: bool = False) -> IndexState:
    """Writes the commit that follows `last`, the newest of an index, and moves no ref.

    Raises:
        InvalidInput, IntegrityError: an entry is not valid, or `last` is not an index.
    """
    repository = registry.repository
    tree = index_tree(registry) if last is None or fresh else _updated_tree(registry, last)
    if last is not None and _is_current(repository, last, registry.commit, tree):
        return IndexState(commit=last, tree=tree, source=registry.commit, changed=False)
    when = repository.info(registry.commit).time
    text = f"index: main is at {registry.commit[:10]}\n\n{SOURCE}: {registry.commit}\n"
    who = Signature(name=_AUTHOR, email=f"{_AUTHOR}@localhost", time=when)
    parents = () if last is None else (last,)
    commit = repository.commit_tree(tree, text, who, parents=parents, ref=None)
    return IndexState(commit=commit, tree=tree, source=registry.commit, changed=True)


def verify_index(repository: Repository, *, index: str | None, main: str | None) -> IndexState:
    """Computes the whole index again and compares it with a commit of the branch.

    `index` and `main` are the commits of the two branches, None if there is none.

    Raises:
        IntegrityError: they differ, or the branch's source is not part of `main`.
    """
    if index is None or main is None:
        raise IntegrityError(
            "the registry has no index", hint="to generate it: mapp registry index", code=MISMATCH
        )
    source = source_of(repository, index)
    if all(commit.id != source for commit in repository.history(main)):
        raise IntegrityError(
            f"the index was generated from {source[:10]}, which main does not contain",
            hint="to generate it again: mapp registry index",
            code=MISMATCH,
        )
    found, wanted = repository.tree_of(index), index_tree(Registry(repository, source))
    if found != wanted:
        raise IntegrityError(
            f"the index is tree {found[:10]}, but main at {source[:10]} gives {wanted[:10]}",
            hint="to generate it again: mapp registry index --fresh",
            code=MISMATCH,
        )
    return IndexState(commit=index, tree=found, source=source, changed=False)


def _is_current(repository: Repository, last: str, source: str, tree: str) -> bool:
    return source_of(repository, last) == source and repository.tree_of(last) == tree


def source_of(repository: Repository, commit: str) -> str:
    """Returns the commit of `main` that an index was generated from.

    Raises:
        IntegrityError: the commit does not say.
    """
    found = repository.info(commit).trailers.get(SOURCE)
    if found is None:
        raise IntegrityError(f"{commit[:10]} is not an index: it has no {SOURCE}", code=MISMATCH)
    return found


def _updated_tree(registry: Registry, last: str) -> str:
    repository = registry.repository
    source = source_of(repository, last)
    if source == registry.commit:
        return repository.tree_of(last)
    try:
        before = Registry(repository, source)
    except IntegrityError:  # the history of `main` was rewritten
        return index_tree(registry)
    changed = changed_names(before, registry)
    kept = find_entry(repository, repository.tree_of(last), SHARDS)
    shards = {} if kept is None else _blobs(repository, kept[1])
    for digits in {_digits(name) for name in changed}:
        file = f"{digits}.ndjson"
        lines = _lines(repository, shards.pop(file, None), file)
        if lines is None:
            return index_tree(registry)
        for name in changed:
            if _digits(name) == digits:
                lines.pop(name, None)
                if (entry := registry.entry(name)) is not None:
                    lines[name] = entry.to_line()
        if lines:
            shards[file] = repository.write_blob(b"".join(lines[name] for name in sorted(lines)))
    return _tree(registry, shards)


def _lines(repository: Repository, blob: str | None, file: str) -> dict[str, bytes] | None:
    """Returns the lines of a shard by the names of their apps, unparsed; None if it is damaged."""
    data = b"" if blob is None else read_blob(repository, blob, f"{SHARDS}/{file}")
    found = {}
    for line in data.splitlines(keepends=True):
        if (start := _START.match(line)) is None or not line.endswith(b"\n"):
            return None
        found[start[1].decode()] = line
    return found


def _shards(registry: Registry, names: Iterable[str]) -> dict[str, str]:
    """Writes the shards with these apps (all apps of each shard) and returns file name -> id of the blob."""
    lines: dict[str, list[bytes]] = defaultdict(list)
    for name in sorted(names):
        path = entry_path(name)
        data = read_blob(registry.repository, registry.names()[name], path)
        lines[_digits(name)].append(checked_entry(data, path).to_line())
    return {
        f"{digits}.ndjson": registry.repository.write_blob(b"".join(rows)) for digits, rows in lines.items()
    }


def _tree(registry: Registry, shards: dict[str, str]) -> str:
    repository = registry.repository
    entries: dict[str, tuple[str, bool]] = {}
    for name in COPIED:
        if (found := find_entry(repository, registry.root, name)) is not None:
            entries[name] = (found[1], found[0] == FOLDER_MODE)
    if shards:
        rows = {name: (identity, False) for name, identity in shards.items()}
        entries[SHARDS] = (repository.write_entries(rows), True)
    return repository.write_entries(entries)


def _blobs(repository: Repository, tree: str) -> dict[str, str]:
    return {name: identity for _, name, identity in raw_entries(repository, tree, SHARDS)}


def read_shard(repository: Repository, index: str, name: str) -> bytes:
    """Returns the shard of an index (a commit) that would have an app's line; empty if there is none."""
    return read_file(repository, repository.tree_of(index), shard_of(name)) or b""


def entry_in(shard: bytes, name: str) -> Entry | None:
    """Returns an app's entry from the shard that would have it, or None; only its line is parsed.

    Raises:
        InvalidInput: the line is not valid.
    """
    start = f'{{"entry":{FORMAT},"name":"{name}",'.encode()
    begins = 0 if shard.startswith(start) else shard.find(b"\n" + start) + 1
    if not shard.startswith(start, begins):
        return None
    ends = shard.find(b"\n", begins)
    found = parse_line(shard[begins : len(shard) if ends < 0 else ends], where=f"the index line of {name}")
    return found if found.name == name else None


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:2]
