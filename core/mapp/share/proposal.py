"""Commits on a registry: one entry changed, and what a submitted branch means on top of a newer `main`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mapp.errors import InvalidInput
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.git.tree import replace_file
from mapp.share.entry import Entry, PublishedVersion, entry_path
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
    known = {row.version: row for row in began.versions} if began is not None else {}
    added = [row for row in after.versions if row.version not in known]
    taken = {row.version for row in current.versions}
    if began is None:
        if after.remote != current.remote:
            return after
    elif _head(current) == _head(began):
        current = replace(after, versions=current.versions)  # only the submission changes more than versions
    elif _head(after) != _head(began):
        return after
    if any(row.version in taken for row in added):
        return after
    remarked = {row.version: row for row in after.versions if known.get(row.version, row) != row}
    rows = (_remarked(row, remarked.get(row.version)) for row in current.versions)
    return replace(current, versions=(*rows, *added))


def _head(entry: Entry) -> Entry:
    return replace(entry, versions=())


def _remarked(row: PublishedVersion, proposed: PublishedVersion | None) -> PublishedVersion:
    """Returns a listed version with the remarks that a change makes on it; a yank stays as it is."""
    if proposed is None:
        return row
    yanked = proposed.yanked if row.yanked is None else row.yanked
    return replace(row, yanked=yanked, deprecated=proposed.deprecated, use=proposed.use)


def fork_point(repository: Repository, main: str, tip: str) -> str:
    """Returns the newest commit of a branch that `main` contains, along first parents; else `main` itself."""
    new = {commit.id for commit in repository.between([main], tip)}
    for commit in repository.history(tip):
        if commit.id not in new:
            return commit.id
    return main


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that a change does to an entry: `verb` is empty for a new version.

    `what` is the version, or for a rename or transfer the newest one.
    """

    verb: str
    what: str


def steps(entry: Entry, before: Entry | None) -> list[Step]:
    """Returns what a change does to an entry, version by version, then to the app as a whole."""
    known = {} if before is None else {row.version: row for row in before.versions}
    rows = [(known.get(row.version), row) for row in entry.versions]
    found = [Step(verb=_verb(old, new), what=str(new.version)) for old, new in rows if old != new]
    if before is not None:
        last = str(entry.versions[-1].version)
        found += [Step(verb="rename", what=last)] * (entry.renamed_to != before.renamed_to)
        found += [Step(verb="protect", what=last)] * (entry.publisher != before.publisher)
        found += [Step(verb="transfer", what=last)] * (entry.transfers != before.transfers)
    return found


def _verb(old: PublishedVersion | None, new: PublishedVersion) -> str:
    if old is None:
        return ""
    if old.yanked != new.yanked:
        return "yank"
    return "undeprecate" if new.deprecated is None else "deprecate"


def subject(entry: Entry, before: Entry | None) -> str:
    """Returns the first line of the commit that changes an entry, e.g. `vat 1.1.0` or `vat yank 1.0.0`."""
    shown = ", ".join(f"{step.verb} {step.what}".strip() for step in steps(entry, before))
    return f"{entry.name} {shown}"[:72]
