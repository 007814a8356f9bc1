"""The words of a registry's apps, for searching them: a SQLite file beside the copy of the registry.

It is derived from the names and descriptions at the commit that was seen last, file by file of the index, so
that after a refresh only the files that changed are read. It can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.errors import MappError
from mapp.git.tree import FILE_MODE, find_entry, raw_entries
from mapp.index import lexical
from mapp.model.names import app_name_fault
from mapp.share.entry import MAX_DESCRIPTION_LENGTH, entry_path, parse_entry
from mapp.share.index_branch import SHARDS
from mapp.share.registry import Registry, read_blob
from mapp.share.registry_copy import WORDS, RegistryCopy

_FORM: Final = 1
"""The format of the file; a file in another one is replaced."""
_TABLES: Final = (
    "create table files (path text primary key, blob text not null)",
    "create table apps (number integer primary key, name text not null, path text not null, about text)",
    "create index apps_of_file on apps (path)",
    lexical.TABLE,
    f"pragma user_version = {_FORM}",
)
_WAIT: Final = 60.0
"""How many seconds to wait for another process that writes the file."""


class WordIndex:
    """The names and descriptions of one registry's apps, open for searching."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @property
    def size(self) -> int:
        """Returns how many apps there are."""
        (count,) = self._connection.execute("select count(*) from apps").fetchone()
        return int(count)

    def abouts(self, names: list[str] | None = None) -> dict[str, str]:
        """Returns what each app, or each of `names`, says about itself: name -> "name: description"."""
        known = "select name, about from apps"
        if names is None:
            return dict(self._connection.execute(known))
        places = ", ".join("?" * len(names))
        return dict(self._connection.execute(f"{known} where name in ({places})", names))

    def find(self, text: str, most: int) -> dict[str, float]:
        """Returns the apps that share words with a text (name -> score), the best first, which scores 1."""
        total = self.size

        def is_common(word: str) -> bool:
            return total > lexical.MANY and 5 * lexical.count(self._connection, word) >= total

        found = lexical.find(self._connection, text, most, is_common=is_common)
        name = "select name from apps where number = ?"
        return {self._connection.execute(name, (number,)).fetchone()[0]: score for number, score in found}

    def update(self, copy: RegistryCopy) -> None:
        """Brings the index up to a copy of its registry, in one transaction.

        Raises:
            IntegrityError: the copy is damaged.
        """
        wanted = _files(copy)
        with self._connection:
            self._connection.execute("begin immediate")
            known = dict(self._connection.execute("select path, blob from files"))
            for path in known.keys() - wanted.keys():
                self._drop(path)
            for path, blob in sorted(wanted.items()):
                if known.get(path) != blob:
                    self._drop(path)
                    self._add(path, blob, read_blob(copy.repository, blob, path))

    def _drop(self, path: str) -> None:
        numbers = "select number from apps where path = ?"
        self._connection.execute(f"delete from words where rowid in ({numbers})", (path,))
        self._connection.execute("delete from apps where path = ?", (path,))
        self._connection.execute("delete from files where path = ?", (path,))

    def _add(self, path: str, blob: str, data: bytes) -> None:
        self._connection.execute("insert into files values (?, ?)", (path, blob))
        for name, about in _described(path, data):
            row = self._connection.execute(
                "insert into apps (name, path, about) values (?, ?, ?)", (name, path, about)
            )
            words = "insert into words (rowid, about, phrases) values (?, ?, '')"
            self._connection.execute(words, (row.lastrowid, about))


@contextlib.contextmanager
def open_words(copy: RegistryCopy) -> Iterator[WordIndex]:
    """Opens the word index of a registry, up to date with its copy; a damaged file is rebuilt.

    Raises:
        IntegrityError: the copy is damaged.
    """
    path = words_path(copy.repository.path)
    try:
        connection = _opened(path, copy)
    except sqlite3.OperationalError:
        raise  # locked or full: not damage
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        connection = _opened(path, copy)
    with contextlib.closing(connection):
        yield WordIndex(connection)


def words_path(copy: Path) -> Path:
    """Returns where the word index of a copy is."""
    return copy.with_name(f"{copy.stem}{WORDS}")


def _opened(path: Path, copy: RegistryCopy) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    try:
        with connection:
            connection.execute("begin immediate")
            (form,) = connection.execute("pragma user_version").fetchone()
            if form not in (0, _FORM):
                raise sqlite3.DatabaseError(f"the word index has format {form}")
            for statement in _TABLES if form == 0 else ():
                connection.execute(statement)
        WordIndex(connection).update(copy)
    except BaseException:
        connection.close()
        raise
    return connection


def _files(copy: RegistryCopy) -> dict[str, str]:
    """Returns the files with entries (path -> blob): the shards of the index, or the entries themselves."""
    repository = copy.repository
    shards = find_entry(repository, repository.tree_of(copy.commit), SHARDS)
    if shards is None:
        names = Registry(repository, copy.commit).names()
        return {entry_path(name): blob for name, blob in names.items()}
    if shards[0] == FILE_MODE:
        return {}
    rows = raw_entries(repository, shards[1], SHARDS)
    return {f"{SHARDS}/{file}": blob for mode, file, blob in rows if mode == FILE_MODE}


def _described(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yields each app of a file with its name and newest description in one line; skips what is not valid.

    Only what is needed for searching is read: an entry is checked when it is shown.
    """
    for document in _documents(path, data):
        name, versions = document.get("name"), document.get("version")
        if isinstance(name, str) and not app_name_fault(name) and isinstance(versions, list) and versions:
            newest = versions[-1]
            text = newest.get("description") if isinstance(newest, dict) else None
            if isinstance(text, str):
                about = f"{name.replace('-', ' ')}: {text[:MAX_DESCRIPTION_LENGTH]}"
                yield name, about.encode("utf-8", "replace").decode()  # half of a pair cannot be stored


def _documents(path: str, data: bytes) -> Iterator[dict[str, object]]:
    if not path.startswith(f"{SHARDS}/"):
        with contextlib.suppress(MappError):
            yield parse_entry(data, where=path).to_dict()
        return
    for line in data.splitlines():
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            yield document
