"""A registry at one commit: its entries and its rules, read from raw git objects."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from mapp.errors import IntegrityError, InvalidInput
from mapp.git import loose
from mapp.git.repository import Repository
from mapp.git.tree import FILE_MODE, FOLDER_MODE, find_entry, parse_entries
from mapp.model.names import app_name_fault
from mapp.share.entry import INVALID, Entry, entry_path, parse_entry
from mapp.share.policy import (
    POLICY_FILE,
    REGISTRY_FILE,
    Description,
    Policy,
    parse_description,
    parse_policy,
)

APPS: Final = "apps"
_SUFFIX: Final = ".toml"


class Registry:
    """A registry's files at one commit. Nothing is read before it is asked for."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self.root = repository.tree_of(commit)
        self._folders: dict[str, str] | None = None
        self._names: dict[str, str] | None = None

    def description(self) -> Description:
        """Returns the registry's name and purpose.

        Raises:
            InvalidInput: `registry.toml` is missing or not valid.
        """
        data = self.file(REGISTRY_FILE)
        if data is None:
            raise InvalidInput(
                f"there is no {REGISTRY_FILE}: this is not a registry",
                hint="to make one: mapp registry init FOLDER",
                code=INVALID,
            )
        return parse_description(data)

    def policy(self, checks: Container[str]) -> Policy:
        """Returns the registry's rules; without `policy.toml`, the defaults.

        Raises:
            InvalidInput: the file is not valid, or sets something that is not among the names of checks.
        """
        data = self.file(POLICY_FILE)
        return Policy() if data is None else parse_policy(data, checks=checks)

    def file(self, path: str) -> bytes | None:
        """Returns the content of a file, or None if there is none.

        Raises:
            IntegrityError: it is not a plain file, or too large.
        """
        return read_file(self.repository, self.root, path)

    def entry(self, name: str) -> Entry | None:
        """Returns an app's entry, or None.

        Raises:
            InvalidInput: the file is not valid, or is about another app.
        """
        path = entry_path(name)
        data = self.file(path)
        return None if data is None else checked_entry(data, path)

    def has(self, name: str) -> bool:
        """Returns whether an app is listed."""
        return name in self.names_in(name[:2])

    def names(self) -> dict[str, str]:
        """Returns the listed apps, sorted: name -> id of the entry's blob.

        Raises:
            IntegrityError: the folder `apps` holds something other than entries where they belong.
        """
        if self._names is None:
            rows = (self.names_in(folder) for folder in self.folders())
            self._names = dict(sorted(row for names in rows for row in names.items()))
        return self._names

    def folders(self) -> dict[str, str]:
        """Returns the folders of entries: the first two characters of their names -> id of the tree."""
        if self._folders is None:
            found = find_entry(self.repository, self.root, APPS)
            self._folders = {} if found is None else dict(_folders(self.repository, found[1]))
        return self._folders

    def names_in(self, folder: str) -> dict[str, str]:
        """Returns the listed apps of one folder, as `names` does."""
        tree = self.folders().get(folder)
        return {} if tree is None else dict(_entries_in(self.repository, tree, f"{APPS}/{folder}"))

    def entries(self) -> Iterator[Entry]:
        """Yields all entries, sorted by name; raises what `entry` raises."""
        for name, blob in self.names().items():
            yield checked_entry(read_blob(self.repository, blob, entry_path(name)), entry_path(name))


def checked_entry(data: bytes, path: str) -> Entry:
    """Parses an entry and checks that it is where it belongs.

    Raises:
        InvalidInput: it is not valid, or is about another app than its path.
    """
    entry = parse_entry(data, where=path)
    if entry_path(entry.name) != path:
        raise InvalidInput(
            f"{path} is about {entry.name}, which belongs in {entry_path(entry.name)}", code=INVALID
        )
    return entry


def read_file(repository: Repository, tree: str, path: str) -> bytes | None:
    """Returns a file of a tree, or None if the path does not exist.

    Raises:
        IntegrityError: a part of the path is something other than a folder or a plain file, or it is too
            large.
    """
    identity = tree
    *folders, name = path.split("/")
    for folder in folders:
        found = find_entry(repository, identity, folder)
        if found is None:
            return None
        if found[0] != FOLDER_MODE:
            raise IntegrityError(f"{path}: {folder} is not a folder", code="MAPP-0620")
        identity = found[1]
    found = find_entry(repository, identity, name)
    if found is None:
        return None
    if found[0] != FILE_MODE:
        raise IntegrityError(f"{path} is not a plain file", code="MAPP-0620")
    return read_blob(repository, found[1], path)


def read_blob(repository: Repository, identity: str, path: str) -> bytes:
    """Returns the content of a blob.

    Raises:
        IntegrityError: it is missing, too large, or something else.
    """
    kind, data = repository.raw(identity)
    if kind != loose.BLOB:
        raise IntegrityError(f"{path} is not a plain file", code="MAPP-0620")
    return data


def _folders(repository: Repository, tree: str) -> Iterator[tuple[str, str]]:
    for mode, name, identity in parse_entries(repository.raw(tree)[1], f"{APPS}/"):
        if mode == FOLDER_MODE:
            yield name, identity
        elif name.endswith(_SUFFIX):  # any other file is a note for people
            raise _misplaced(f"{APPS}/{name}")


def _entries_in(repository: Repository, tree: str, place: str) -> Iterator[tuple[str, str]]:
    for kind, file, blob in parse_entries(repository.raw(tree)[1], f"{place}/"):
        name = file.removesuffix(_SUFFIX)
        if kind != FILE_MODE or app_name_fault(name) or entry_path(name) != f"{place}/{file}":
            raise _misplaced(f"{place}/{file}")
        yield name, blob


def _misplaced(path: str) -> IntegrityError:
    return IntegrityError(
        f"{path} is not the entry of an app; those are {APPS}/<ab>/<name>.toml",
        hint="tell the registry's maintainers",
        code="MAPP-0620",
    )
