"""Validates what a push brings to a git server, before any ref moves: git's hook `pre-receive`.

While the hook runs, the pushed objects are in a quarantine of git's: `GIT_OBJECT_DIRECTORY` and
`GIT_ALTERNATE_OBJECT_DIRECTORIES` say where. git, under limits, copies the history of the protected refs
into a repository of its own, which is then read like any other that a stranger wrote. If the hook refuses,
git drops the quarantine.

A commit counts as known only if a protected branch has it: any other branch may hold what nobody validated.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from mapp.errors import MappError, UsageError
from mapp.git.branches import HEADS
from mapp.git.repository import Repository, discover
from mapp.ops.check.ci import SILENT, JudgedCommit, Listeners, validate_push
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.check.pushed_commits import NOTHING, Push, commits_since, unshared_commits
from mapp.ops.workspace import Workspace
from mapp.share.address import parse_address
from mapp.share.git_process import Limits, failure, run_git
from mapp.share.remote import write_empty_repository

PROTECTED: Final = "MAPP-0870"
USUALLY: Final = ("main", "tags/v*")
"""What is protected by default: the branch that runs, and the releases."""
TAGS: Final = "refs/tags/"
LIMITS: Final = Limits()
MAX_UPDATES: Final = 1000

_LINE: Final = re.compile(r"([0-9a-f]{40}) ([0-9a-f]{40}) (refs/[^\x00-\x20\x7f]{1,250})")


@dataclass(frozen=True, kw_only=True, slots=True)
class RefUpdate:
    """One line that git gives the hook; `old` is None for a new ref, `new` for one that is deleted."""

    old: str | None
    new: str | None
    ref: str

    @property
    def name(self) -> str:
        """Returns the name as patterns match it: `main`, or `tags/v1.0.0`."""
        return self.ref.removeprefix(HEADS) if self.ref.startswith(HEADS) else self.ref.removeprefix("refs/")

    @property
    def is_tag(self) -> bool:
        """Returns whether it is a tag."""
        return self.ref.startswith(TAGS)


def read_updates(text: str) -> tuple[RefUpdate, ...]:
    """Returns the updates that git writes to the hook's standard input: `OLD NEW REF`, one a line.

    Raises:
        UsageError: a line has another form, or there are too many.
    """
    lines = text.splitlines()
    if len(lines) > MAX_UPDATES:
        raise UsageError(f"the push has more than {MAX_UPDATES} refs", hint="push fewer at once")
    found = []
    for line in lines:
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise UsageError(
                f"standard input has {line[:100]!r}, not `OLD NEW REF`",
                hint="git runs this as the hook pre-receive of a bare repository",
            )
        old, new = (None if identity in NOTHING else identity for identity in parts.groups()[:2])
        found.append(RefUpdate(old=old, new=new, ref=parts[3]))
    return tuple(found)


def validate_received(
    workspace: Workspace,
    folder: Path,
    updates: Sequence[RefUpdate],
    *,
    protect: Sequence[str] = USUALLY,
    allow_rewrite: bool = False,
    environment: Mapping[str, str],
    options: Options = USUAL,
    listeners: Listeners = SILENT,
) -> Iterator[JudgedCommit]:
    """Yields the commits that a push would bring to protected branches and tags, with their verdicts.

    Args:
        workspace: provides the sandbox and the caches; its library is not used.
        folder: the server's repository.
        updates: what the push would change.
        protect: patterns of names of branches, or of `tags/NAME`; the others are not looked at.
        allow_rewrite: let a push delete a protected ref, move a tag, or replace commits of a branch.
        environment: what git gives the hook; it says where the pushed objects are.
        options: how each commit is tested.
        listeners: receive the progress.

    Raises:
        MappError: the push would rewrite a protected ref (MAPP-0870).
        NotFound: there is no repository.
        UsageError: the push has too many commits.
        RemoteRefused: the objects are larger than mapp reads.
        IntegrityError: an object is damaged or missing.
    """
    server = discover(folder)
    wanted = [row for row in updates if any(fnmatchcase(row.name, pattern) for pattern in protect)]
    if not allow_rewrite:
        for row in wanted:
            _refuse_loss(row)
    coming = [row for row in wanted if row.new is not None]
    if not coming:
        return
    tips = {
        name: tip
        for name, tip in server.refs(HEADS).items()
        if any(fnmatchcase(name, pattern) for pattern in protect)
    }
    with _copied(server, {*tips.values(), *(str(row.new) for row in coming)}, environment) as repository:
        for row in sorted(coming, key=lambda row: row.is_tag):
            push = _pushed(repository, row, tips, allow_rewrite=allow_rewrite)
            if push is not None:
                shown = replace(options, folder=".")
                named = replace(push, reason=f"{row.name}: {push.reason}")
                yield from validate_push(workspace, repository, named, options=shown, listeners=listeners)
            if not row.is_tag:
                tips[row.name] = str(row.new)


def _refuse_loss(row: RefUpdate) -> None:
    if row.new is None:
        raise MappError(
            f"{row.name} is protected, so it cannot be deleted",
            hint="nothing was pushed; to roll back, push a commit that reverts",
            code=PROTECTED,
        )
    if row.is_tag and row.old is not None:
        raise MappError(
            f"{row.name} is protected, so it cannot be moved: a release never changes",
            hint="nothing was pushed; give the new version a tag of its own",
            code=PROTECTED,
        )


def _pushed(
    repository: Repository, row: RefUpdate, tips: Mapping[str, str], *, allow_rewrite: bool
) -> Push | None:
    """Returns the commits to validate; None for a tag on a commit that a protected branch has."""
    tip = repository.commit_of(str(row.new))
    if tip is None:
        raise MappError(f"{row.name} leads to no commit", hint="nothing was pushed", code=PROTECTED)
    if row.is_tag:
        known = tuple(tips.values())
        return unshared_commits(repository, known, tip, "a tag") if repository.between(known, tip) else None
    if row.old is None:
        others = tuple(identity for name, identity in tips.items() if name != row.name)
        return unshared_commits(repository, others, tip, "a new branch")
    if not allow_rewrite and (lost := repository.between([tip], row.old)):
        raise MappError(
            f"{row.name} is protected, and this force push would take {len(lost)} commits from it",
            hint="nothing was pushed; fetch, put your commits on top, and push without --force",
            code=PROTECTED,
        )
    return commits_since(repository, row.old, tip)


@contextmanager
def _copied(server: Repository, tips: set[str], environment: Mapping[str, str]) -> Iterator[Repository]:
    """Gives a repository that has the whole history of these commits and tags, and shares nothing."""
    with tempfile.TemporaryDirectory(prefix="mapp-received-") as folder:
        place = Path(folder) / server.path.resolve().stem / "received.git"
        write_empty_repository(place)
        address = parse_address(str(place), allow_plain=True)
        refs = Path(folder) / "refs"
        refs.write_text("".join(f"create refs/received/{tip} {tip}\n" for tip in sorted(tips)))
        for words, source in ((["update-ref", "--stdin"], refs), (["repack", "-a", "-d", "-q"], None)):
            ended = run_git(
                words,
                repository=place,
                address=address,
                objects=_stores(server.path, environment),
                limits=LIMITS,
                source=source,
            )
            if ended.code != 0 or ended.timed_out:
                raise failure(address, "copy the pushed objects to", ended, LIMITS)
        yield Repository.open(place)


def _stores(server: Path, environment: Mapping[str, str]) -> str:
    """Returns the folders of objects that the hook sees, as git separates them."""
    own = environment.get("GIT_OBJECT_DIRECTORY") or str(server.resolve() / "objects")
    more = environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    return os.pathsep.join(part for part in (own, more) if part)
