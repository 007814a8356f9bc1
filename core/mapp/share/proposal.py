"""Commits on a registry: one entry changed, and what a submitted branch means on top of a newer `main`."""

from __future__ import annotations

from dataclasses import dataclass

from mapp.errors import InvalidInput
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import replace_file
from mapp.share.entry import Entry, entry_path
from mapp.share.history import changed_paths
from mapp.share.registry import Registry, checked_entry

OVERRIDE, REVIEWED = "Mapp-Override", "Mapp-Reviewed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """What a commit or branch changes in a registry: the files, and the entry before and after.

    `fault` says why the entry cannot be read; it is then None.
    """

    paths: tuple[str, ...]
    before: Entry | None
    after: Entry | None
    fault: str = ""


def commit_entry(
    registry: Registry, entry: Entry, message: str, signature: Signature, *, parents: tuple[str, ...] = ()
) -> str:
    """Writes a commit on top of a registry that changes one entry, and returns its id; no ref moves.

    `parents` are further parents, such as a submitted branch.
    """
    repository = registry.repository
    tree = replace_file(repository, registry.root, entry_path(entry.name), entry.to_toml())
    return repository.commit_tree(tree, message, signature, parents=(registry.commit, *parents), ref=None)


def proposed(main: Registry, tip: str) -> Proposed:
    """Returns what a commit changes, applied to `main`; that may have moved on since it was made.

    Raises:
        IntegrityError: an object is missing or damaged.
    """
    repository = main.repository
    base = Registry(repository, fork_point(repository, main.commit, tip))
    new = Registry(repository, tip)
    paths = changed_paths(base, new)
    entries = [path for path in paths if path.startswith("apps/") and path.endswith(".toml")]
    if len(entries) != 1:
        return Proposed(paths=paths, before=None, after=None)
    path = entries[0]
    old, now, current = base.file(path), new.file(path), main.file(path)
    try:
        before = None if current is None else checked_entry(current, path)
        after = None if now is None else checked_entry(now, path)
        began = None if old is None else checked_entry(old, path)
    except InvalidInput as error:
        return Proposed(paths=paths, before=None, after=None, fault=str(error))
    return Proposed(paths=paths, before=before, after=rebased(began, after, before))


def rebased(began: Entry | None, after: Entry | None, current: Entry | None) -> Entry | None:
    """Returns an entry with the change from `began` to `after`, on top of what it is now.

    If the same lines changed on both sides, the proposed entry is returned as it is; the checks then say
    what it would undo.
    """
    if after is None or current is None or current in (began, after):
        return after
    known = {row.version for row in began.versions} if began is not None else set()
    added = [row for row in after.versions if row.version not in known]
    taken = {row.version: row for row in current.versions}
    if after.remote != current.remote or any(row.version in taken for row in added):
        return after
    found = current
    for row in added:
        found = found.with_version(row)
    for row in after.versions:
        here = taken.get(row.version)
        if row.yanked is not None and here is not None and here.yanked is None:
            found = found.with_yank(row.version, row.yanked)
    return found


def fork_point(repository: Repository, main: str, tip: str) -> str:
    """Returns the newest commit of a branch that `main` contains, along first parents; else `main` itself."""
    new = {commit.id for commit in repository.between([main], tip)}
    for commit in repository.history(tip):
        if commit.id not in new:
            return commit.id
    return main


def subject(entry: Entry, before: Entry | None) -> str:
    """Returns the first line of the commit that changes an entry, e.g. `vat 1.1.0`."""
    known = {} if before is None else {row.version: row for row in before.versions}
    rows = [row for row in entry.versions if known.get(row.version) != row]
    shown = ", ".join(f"{'yank ' * (row.yanked is not None)}{row.version}" for row in rows)
    return f"{entry.name} {shown}"[:72]
