"""Where an installed app comes from, and sending its author a branch.

What is sent is a commit on top of the release that this library has, so the author can merge it. Its id
follows from its content and the time of what it shows, so sending it again finds it there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import AlreadyExists, MappError, NotFound, UsageError
from mapp.git.repository import Repository
from mapp.library.landing import base_release
from mapp.library.lockfile import STARTER, LockEntry, read_lock
from mapp.library.locks import holding
from mapp.library.read import open_repository
from mapp.ops.share.registry_place import own_address
from mapp.ops.share.sources import GIT, REGISTRY, Registries
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import HEADS, OWN, AppRefs
from mapp.share.remote import Access, Update, ls_remote, push
from mapp.suggested_commands import suggested_command

SENT: Final = "refs/mapp/sent/"
"""The commits that were sent to somebody: COMMIT -> itself, written before the push."""
TAKEN: Final = "MAPP-0864"
MAX_OPTION: Final = 200

Confirm = Callable[["Sending"], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where to send something: `to` instead of the author's repository, such as a fork of it.

    `options` are push options, with which some servers open a request themselves.
    """

    to: str = ""
    allow_plain: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The author's repository, the one that gets the branch, and what the person allows for that one."""

    author: str
    remote: str
    access: Access
    refs: AppRefs = OWN
    """The names of the app's refs at the author's, and in a fork of that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """A branch to send: `old` is where it is now, None if the remote has none.

    `base` is the release that `commit` is built on; `title` and `body` (Markdown) say what it is.
    """

    app: str
    branch: str
    base: str
    commit: str
    title: str
    body: str
    place: Place
    old: str | None = None

    @property
    def is_there(self) -> bool:
        """Returns whether the remote has exactly this branch already."""
        return self.old == self.commit

    @property
    def request(self) -> str:
        """Returns the text that asks for it to be pulled, as `git request-pull` writes it."""
        return (
            f"The following changes since commit {self.base}\n\n"
            f"are available in the Git repository at:\n\n  {self.place.remote} {self.branch}\n\n"
            f"for you to fetch changes up to {self.commit}:\n\n  {self.title}\n\n{self.body}"
        )


def installed(workspace: Workspace, name: str) -> LockEntry:
    """Returns the lock entry of an app that came from somebody else.

    Raises:
        NotFound: there is no such app.
        UsageError: it is the person's own.
    """
    open_repository(workspace.home, name)
    entry = read_lock(workspace.home.lock_file).get(name)
    starter = entry is not None and entry.source == STARTER and Registries(workspace).source_of(entry)
    if entry is None or not (starter or entry.source.startswith((GIT, REGISTRY))):
        raise UsageError(
            f"{name} did not come from a registry or an address, so it has no author to send anything to",
            hint=f"to publish it yourself: {suggested_command('publish', name, '--to', 'REGISTRY')}",
        )
    return entry


def place_of(workspace: Workspace, entry: LockEntry, target: Target) -> Place:
    """Returns where to send something about an app.

    Raises:
        NotFound: its registry is not configured, or no longer lists it.
        UsageError, PermissionNeeded: the address is not valid, or not allowed.
        RemoteFailed: the registry cannot be reached.
    """
    for option in target.options:
        if not option or len(option) > MAX_OPTION or not option.isprintable():
            raise UsageError(f"a push option must be one line of at most {MAX_OPTION} characters")
    author, refs, access = _author(workspace, entry)
    if not target.to:
        return Place(author=author, remote=author, access=access, refs=refs)
    remote = own_address(target.to, allow_plain=target.allow_plain)
    plain = Access(allow_plain=target.allow_plain or remote.startswith("file://"))
    return Place(author=author, remote=remote, access=plain, refs=refs)


def _author(workspace: Workspace, entry: LockEntry) -> tuple[str, AppRefs, Access]:
    if entry.source.startswith(GIT):  # the person allowed this transport when they installed it
        return entry.source.removeprefix(GIT), OWN, Access(allow_plain=True)
    url, registries = entry.source.removeprefix(REGISTRY), Registries(workspace)
    source = registries.source_of(entry)
    listed = None if source is None else registries.copy(source).entry(entry.name)
    if source is None or listed is None:
        what = "is not configured" if source is None else f"no longer lists {entry.name}"
        raise NotFound(f"the registry of {entry.name} {what}: {url}", code="MAPP-0203")
    base = base_release(open_repository(workspace.home, entry.name), entry.commit)
    if entry.source == STARTER and all(row.commit != base for row in listed.versions):
        raise UsageError(
            f"{entry.name} is built on the version in mapp, which is another commit at its author's",
            hint=f"take a version of the author's first: {suggested_command('update', entry.name)}",
        )
    return listed.remote, listed.refs, Access(allow_plain=source.allow_plain)


def looked_up(repository: Repository, sending: Sending) -> Sending:
    """Returns a sending with what its remote has now.

    Raises:
        AlreadyExists: the remote has a branch of that name that did not come from here.
        RemoteFailed: the remote cannot be reached, or denies access.
    """
    ref = f"{HEADS}{sending.branch}"
    old = ls_remote(sending.place.remote, ref, access=sending.place.access).get(ref)
    if old not in (None, sending.commit) and repository.tip(f"{SENT}{old}") is None:
        raise AlreadyExists(
            f"{sending.place.remote} has another branch {sending.branch}, at {str(old)[:10]}",
            hint="somebody works on it there; to send it elsewhere, such as to your fork: --to URL",
            code=TAKEN,
        )
    return replace(sending, old=old)


def send(workspace: Workspace, sending: Sending, target: Target) -> bool:
    """Pushes a branch and verifies it by reading it back; returns False if it was there already.

    Raises:
        RemoteFailed: the remote cannot be reached, denies access, or another push was faster.
        RemoteRefused: the remote shows another value afterwards.
    """
    if sending.is_there:
        return False
    home, ref = workspace.home, f"{HEADS}{sending.branch}"
    with holding(home.holds, sending.app, tell=workspace.tell):
        repository = open_repository(home, sending.app)
        repository.set_ref(f"{SENT}{sending.commit}", sending.commit)
    update = Update(ref=ref, old=sending.old, new=sending.commit)
    place = sending.place
    try:
        push(repository.path, place.remote, [update], options=target.options, access=place.access)
    except MappError as error:
        if not target.to and error.exit_code == 4:
            error.hint = (
                f"{error.hint}\n  without the right to push there, push to a fork of it: --to URL; "
                "--dry-run prints a text to send"
            ).strip()
        raise
    return True
