"""Git notes: texts attached to objects, kept under a ref; `git notes --ref=… show OBJECT` prints one.

The format is git's: a note is a blob whose path is the object's id, where any number of leading pairs of
digits may be folders (the fan-out). Notes may come from third parties, so they are read through the
allow-list for trees, and sizes are checked before anything is inflated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mapp.errors import AlreadyExists, Busy, IntegrityError
from mapp.git import loose
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import FOLDER_MODE, MAX_TREE_SIZE, parse_entries

VERDICTS: Final = "refs/notes/mapp/verdicts"

MAX_NOTE_SIZE: Final = 1024 * 1024
MAX_COMMIT_SIZE: Final = 64 * 1024
MAX_IN_A_FOLDER: Final = 256
"""Beyond this count, new notes go into two-digit folders; git reads either form."""
TRIES: Final = 5

_IDENTITY: Final = re.compile(r"[0-9a-f]{40}")


def read_note(repository: Repository, ref: str, target: str) -> bytes | None:
    """Returns the note on an object, or None if it has none.

    Raises:
        IntegrityError: the notes are damaged, malformed or huge.
    """
    tip = repository.tip(ref)
    if tip is None:
        return None
    identity, rest = _root(repository, tip), _checked(target)
    while rest:
        folder = _read_folder(repository, identity)
        inner = folder.folders.get(rest[:2])
        if rest in folder.notes:
            if inner is not None and _holds(repository, inner, rest[2:]):
                raise _refused(f"there are two notes on {target}")
            return _content(repository, folder.notes[rest])
        if inner is None:
            return None
        identity, rest = inner, rest[2:]
    return None


def write_note(
    repository: Repository, ref: str, target: str, data: bytes, signature: Signature, message: str
) -> None:
    """Writes or replaces the note on an object; other notes stay.

    The notes' ref moves by compare-and-swap, so concurrent writers never lose each other's notes.

    Raises:
        Busy: the ref kept moving, or a running git process holds it.
        IntegrityError: the notes are damaged, malformed or huge.
    """
    if len(data) > MAX_NOTE_SIZE:
        raise IntegrityError(f"a note of {len(data):,} bytes on {target} is too large")
    blob = repository.write_blob(data)
    for attempt in range(TRIES):
        tip = repository.tip(ref)
        before = None if tip is None else _root(repository, tip)
        tree = _with_note(repository, before, _checked(target), blob)
        if tree == before:
            return
        try:
            _move(repository, ref, tip, tree, message, signature)
        except (Busy, AlreadyExists):
            if attempt == TRIES - 1:
                raise
        else:
            return


def _move(
    repository: Repository, ref: str, tip: str | None, tree: str, message: str, signature: Signature
) -> None:
    if tip is not None:
        repository.commit_tree(tree, message, signature, parents=(tip,), ref=ref)
        return
    # Committing to a missing ref would overwrite one created in the meantime; creating the ref does not.
    first = repository.commit_tree(tree, message, signature, parents=(), ref=None)
    repository.create_ref(ref, first)


@dataclass(kw_only=True, slots=True)
class _Folder:
    """One folder of notes: names -> blob ids, and names -> folder ids."""

    notes: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> dict[str, tuple[str, bool]]:
        """Returns both in the form that `write_entries` takes."""
        notes = {name: (identity, False) for name, identity in self.notes.items()}
        return notes | {name: (identity, True) for name, identity in self.folders.items()}


def _with_note(repository: Repository, tree: str | None, rest: str, blob: str) -> str:
    """Returns the id of the tree with the note added, placed as deep as folders exist."""
    folder = _Folder() if tree is None else _read_folder(repository, tree)
    head, tail = rest[:2], rest[2:]
    crowded = len(folder.notes) >= MAX_IN_A_FOLDER and bool(tail)
    if rest not in folder.notes and (head in folder.folders or crowded):
        folder.folders[head] = _with_note(repository, folder.folders.get(head), tail, blob)
    else:
        folder.notes[rest] = blob
    return repository.write_entries(folder.entries)


def _read_folder(repository: Repository, identity: str) -> _Folder:
    kind, size = repository.size(identity)
    if kind != loose.TREE or size > MAX_TREE_SIZE:
        raise _refused("a folder is not a tree, or is too large")
    found = _Folder()
    for mode, name, inner in parse_entries(repository.raw(identity)[1], "notes/"):
        (found.folders if mode == FOLDER_MODE else found.notes)[name] = inner
    return found


def _holds(repository: Repository, identity: str, rest: str) -> bool:
    folder = _read_folder(repository, identity)
    inner = folder.folders.get(rest[:2])
    return rest in folder.notes or (
        inner is not None and len(rest) > 2 and _holds(repository, inner, rest[2:])
    )


def _root(repository: Repository, commit: str) -> str:
    kind, size = repository.size(commit)
    if kind != loose.COMMIT or size > MAX_COMMIT_SIZE:
        raise _refused("the newest entry is not a commit, or is too large")
    return repository.tree_of(commit)


def _content(repository: Repository, identity: str) -> bytes:
    kind, size = repository.size(identity)
    if kind != loose.BLOB or size > MAX_NOTE_SIZE:
        raise _refused(f"a note is not a file, or is larger than {MAX_NOTE_SIZE // 2**20} MiB")
    return repository.raw(identity)[1]


def _checked(target: str) -> str:
    if not _IDENTITY.fullmatch(target):
        raise ValueError(f"{target!r} is not an object id")
    return target


def _refused(why: str) -> IntegrityError:
    hint = f"to delete the notes, in that repository: git update-ref -d {VERDICTS}"
    return IntegrityError(f"the notes are refused: {why}", code="MAPP-0620", hint=hint)
