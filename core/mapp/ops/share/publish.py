"""Publishes a release of an app: its branch and tag to a remote, its version to a registry; and yanks it.

The registry's checks come first, on this machine, and are the same as its maintainers'. Then the branch, the
tag and the verdicts are pushed, each on its own and verified by reading the remote's refs back. The commit on
the registry is last: only then does anybody see the version. Each step can be repeated, so an interrupted
publication is finished by running it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import (
    AlreadyExists,
    IntegrityError,
    InvalidApp,
    NotFound,
    PermissionNeeded,
    SandboxUnavailable,
    StaleBase,
    UsageError,
)
from mapp.git.notes import VERDICTS
from mapp.git.repository import Repository
from mapp.library.read import open_repository
from mapp.library.verdicts import read_verdict
from mapp.model.verdict import Verdict
from mapp.model.version import Version
from mapp.ops.share.registry_place import RegistryPlace, find_registry, mirrored, own_address
from mapp.ops.share.similar import find_twins
from mapp.ops.share.submit import SubmissionRefused, Submitted, reviewed, submit
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import OWN, TAGS, refs_of, shared_fault, shared_refs
from mapp.share.checks.all_checks import Review
from mapp.share.entry import MAX_REASON_LENGTH, Entry, PublishedVersion, remote_fault
from mapp.share.registry import Registry
from mapp.share.release import fetch_release, read_release
from mapp.share.remote import Access, Update, ls_remote, push
from mapp.share.signing import signing_key, write_signed_tag
from mapp.share.submission import Release, Submission, Twin
from mapp.share.workflow import workflow_signature
from mapp.suggested_commands import suggested_command, suggested_git

TAKEN: Final = "MAPP-0861"
DIVERGED: Final = "MAPP-0862"

Confirm = Callable[["Plan"], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where and how to publish.

    `remote` may be empty for an app that the registry lists. `direct` commits to the registry's `main`;
    otherwise its maintainers merge a branch. The checks named in `override` may object. `renamed_from` is
    the name that a new app has in the registry so far. `publisher` says who publishes from now on. With
    `shared`, a new app's refs at the remote get its name as a prefix, see `mapp.share.app_refs`; a listed app
    keeps the form that it has.
    """

    registry: str
    remote: str = ""
    direct: bool = False
    override: tuple[str, ...] = ()
    allow_plain: bool = False
    renamed_from: str = ""
    publisher: str = ""
    shared: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a publication would do: the refs that are pushed to the app's remote, and the registry's review.

    `listed` says that the registry has exactly this version already.
    """

    release: Release
    registry: RegistryPlace
    remote: str
    entry: Entry
    review: Review
    pushes: tuple[Update, ...]
    listed: bool
    direct: bool

    @property
    def version(self) -> str:
        """Returns the version that is published."""
        return str(self.release.published.version)


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """The result: `submitted` is None after a dry run."""

    plan: Plan
    submitted: Submitted | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `publish --json` prints it."""
        plan, done = self.plan, self.submitted
        return {
            "schema": 1,
            "app": plan.release.app.name,
            "version": plan.version,
            "commit": plan.release.published.commit,
            "content": plan.release.published.content,
            "registry": plan.registry.url,
            "remote": plan.remote,
            "dry_run": done is None,
            "changed": done is not None and (done.changed or bool(plan.pushes)),
            "ref": None if done is None else done.ref,
            "registry_commit": None if done is None else done.commit,
            "pushes": [{"ref": row.ref, "old": row.old, "new": row.new} for row in plan.pushes],
            "review": plan.review.to_dict(),
        }


def publish(
    workspace: Workspace,
    name: str,
    target: Target,
    *,
    revision: str | None = None,
    dry_run: bool = False,
    confirm: Confirm | None = None,
) -> Published:
    """Publishes an app's release: the version on `main`, or another revision.

    Args:
        workspace: the library.
        name: the app.
        target: where and how.
        revision: a version, tag or commit that was released.
        dry_run: check, and say what would be pushed; push nothing.
        confirm: is asked once before the first push; a no ends it like a dry run.

    Raises:
        NotFound: there is no such app, revision or registry.
        SubmissionRefused: a check of the registry refuses it.
        AlreadyExists: the registry has this version with other content.
        IntegrityError: the remote's tag is another commit.
        StaleBase: the remote's `main` has commits that this library lacks.
        RemoteFailed, RemoteRefused: see `mapp.share.remote`.
    """
    repository = open_repository(workspace.home, name)
    release = _release(workspace, repository, name, revision)
    place = find_registry(workspace, target.registry, allow_plain=target.allow_plain)
    publication = _Publication(workspace, repository, release, place, target)
    plan = publication.plan()
    if not plan.review.passed and not plan.listed:
        raise SubmissionRefused(f"{place} does not accept {name} {plan.version}", plan.review)
    if dry_run or (confirm is not None and not (plan.listed and not plan.pushes) and not confirm(plan)):
        return Published(plan=plan, submitted=None)
    for update in plan.pushes:
        push(repository.path, plan.remote, [update], access=publication.access)
    done = submit(
        workspace,
        place,
        name,
        publication.change,
        publication.fill,
        direct=target.direct,
        override=target.override,
    )
    return Published(plan=plan, submitted=done)


def yank(
    workspace: Workspace,
    name: str,
    version: str,
    reason: str,
    *,
    registry: str,
    direct: bool = False,
    override: Collection[str] = (),
    allow_plain: bool = False,
) -> tuple[RegistryPlace, Submitted]:
    """Withdraws a published version, for a reason that everybody sees; the app need not be in the library.

    Raises:
        NotFound: the registry does not list the app or the version.
        UsageError: the version or the reason cannot be used.
        SubmissionRefused: a check of the registry refuses it.
    """
    wanted, why = parsed_version(version), one_line(reason, "the reason")
    place = find_registry(workspace, registry, allow_plain=allow_plain)
    known = listed_entry(mirrored(workspace, place).registry, place, name, wanted)

    def change(before: Entry | None) -> Entry:
        row = None if before is None else before.version(wanted)
        if before is None or row is None or row.yanked is not None:
            return before or known
        return before.with_yank(wanted, why)

    return place, submit(workspace, place, name, change, lambda row: row, direct=direct, override=override)


def parsed_version(text: str) -> Version:
    """Returns the version that a person typed; raises UsageError if it is none."""
    try:
        return Version.parse(text.removeprefix("v"))
    except ValueError as error:
        raise UsageError(f"{text!r} {error}") from None


def one_line(text: str, what: str) -> str:
    """Returns a text that fits an entry; raises UsageError if it does not."""
    found = text.strip()
    if not found or len(found) > MAX_REASON_LENGTH or not found.isprintable():
        raise UsageError(f"{what} must be one line of at most {MAX_REASON_LENGTH} printable characters")
    return found


def listed_entry(registry: Registry, place: RegistryPlace, name: str, version: Version | None) -> Entry:
    """Returns an app's entry; raises NotFound if the registry lacks the app or the version."""
    known = registry.entry(name)
    if known is None or (version is not None and known.version(version) is None):
        what = f"version {version} of {name}" if known is not None else name
        raise NotFound(f"{place} does not list {what}", hint="check the spelling")
    return known


class _Publication:
    """One publication: what is computed once, and how the entry and the checks follow from the registry."""

    def __init__(
        self,
        workspace: Workspace,
        repository: Repository,
        release: Release,
        place: RegistryPlace,
        target: Target,
    ) -> None:
        self.workspace = workspace
        self.repository = repository
        self.release = release
        self.place = place
        self.target = target
        # A remote that the person typed was checked then; one that the registry lists is held to its rules.
        self.access = Access(allow_plain=bool(target.remote) or place.access.allow_plain)
        self.refs = OWN
        self.tag = release.published.commit  # what the remote's tag will be: the commit, or a signed tag
        self._fetched: dict[str, Release] = {}
        self._twins: Sequence[Twin] | None = None

    def plan(self) -> Plan:
        """Returns what would be done, from the registry and the remote as they are now."""
        mirror = mirrored(self.workspace, self.place)
        self._name_refs(mirror.registry)
        self._sign(mirror.registry.entry(self.release.app.name))
        self._sign_as_workflow(mirror.registry)
        before, entry, found = reviewed(
            self.workspace,
            mirror,
            self.release.app.name,
            self.change,
            self.fill,
            override=self.target.override,
        )
        return Plan(
            release=self.release,
            registry=self.place,
            remote=entry.remote,
            entry=entry,
            review=found,
            pushes=tuple(self._pushes(entry.remote)),
            listed=entry == before,
            direct=self.target.direct,
        )

    def change(self, before: Entry | None) -> Entry:
        """Returns the entry with this release.

        Raises:
            AlreadyExists: the version is published with other content.
            UsageError: no remote was named, and the registry knows none; or the app has another name now.
        """
        row, name = self.release.published, self.release.app.name
        known = None if before is None else before.version(row.version)
        if before is not None and known is not None:
            if _facts(known) != _facts(row):
                raise AlreadyExists(
                    f"{name} {row.version} is published in {self.place} with other content: commit "
                    f"{known.commit[:10]}, not {row.commit[:10]}",
                    hint=f"release a new version: {suggested_command('bump', name)}",
                    code=TAKEN,
                )
            return replace(before, publisher=self.target.publisher or before.publisher)
        if before is not None and before.renamed_to:
            raise UsageError(
                f"{name} is called {before.renamed_to} now in {self.place}",
                hint=f"publish new versions as {before.renamed_to}",
            )
        remote = self._remote(before)
        if before is not None and before.refs != self.refs:
            raise AlreadyExists(
                f"somebody else published {name} in {self.place} in the meantime",
                hint="run the command again",
                code=TAKEN,
            )
        if before is None:
            former, publisher = self.target.renamed_from, self.target.publisher
            past = mirrored(self.workspace, self.place).registry.entry(former) if former else None
            return Entry(
                name=name,
                remote=remote,
                versions=(row,),
                renamed_from=former,
                publisher=publisher or ("" if past is None else past.publisher),
            )
        publisher = self.target.publisher or before.publisher
        return replace(before, remote=remote, publisher=publisher).with_version(row)

    def fill(self, submission: Submission) -> Submission:
        """Adds this release, the one before, and the recorded verdict to a submission."""
        if not submission.added:
            return submission
        follows, past = submission.follows, submission.past
        replaced = None
        if follows is not None and past is not None:
            replaced = self._earlier(past.remote, follows)
        full = replace(submission, release=self.release, replaced=replaced, gate=self._verdict)
        return replace(full, twins=lambda: self._find_twins(full))

    def _find_twins(self, submission: Submission) -> Sequence[Twin]:
        """Returns the listed apps that do the same; a raced publication does not run them again."""
        if self._twins is None:
            try:
                self._twins = find_twins(self.workspace, submission, self.release, self._fetch)
            except (SandboxUnavailable, PermissionNeeded) as error:
                self.workspace.tell(f"similar apps are not looked for: {error.message}")
                self._twins = []
        return self._twins

    def _fetch(self, entry: Entry, tag: str) -> Release:
        folder, now = self.workspace.config.cache / "fetched", int(self.workspace.clock())
        return fetch_release(entry.remote, tag, folder=folder, now=now, access=self.place.access)

    def _name_refs(self, registry: Registry) -> None:
        """Gives the release the tag that it has at the remote: a listed app keeps the form of its refs.

        Raises:
            UsageError: the app cannot have the form that was asked for.
        """
        name, former = self.release.app.name, self.target.renamed_from
        known = registry.entry(name) or (registry.entry(former) if former else None)
        shared = self.target.shared if known is None else known.refs != OWN
        if self.target.shared and not shared:
            raise UsageError(
                f"{self.place} lists {name} with a repository of its own",
                hint="an app keeps the form of its tags: publish it without --shared-remote",
            )
        if shared and (fault := shared_fault(name)):
            raise UsageError(f"the release {fault}", hint="publish it without --shared-remote")
        self.refs = shared_refs(name) if shared else OWN
        row = self.release.published
        self.release = replace(self.release, published=replace(row, tag=self.refs.tag(row.version)))

    def _sign(self, before: Entry | None) -> None:
        """Signs the tag if the person's git does, and says who signed it; a tag that is there stays."""
        row = self.release.published
        if before is not None and before.version(row.version) is not None:
            return
        remote, ref = self._remote(before), f"{TAGS}{row.tag}"
        if ref in ls_remote(remote, ref, access=self.access):
            folder = self.workspace.config.cache / "fetched"
            there = fetch_release(remote, row.tag, folder=folder, now=row.time, access=self.access)
            signer = there.published.signer
        elif (key := signing_key()) is not None:
            who = self.workspace.signature()
            self.tag, signer = write_signed_tag(self.repository, row.tag, row.commit, who, key)
        else:
            return
        self.release = replace(self.release, published=replace(row, signer=signer))

    def _sign_as_workflow(self, registry: Registry) -> None:
        """Adds the workflow's signature on the publication, where a workflow's key is configured."""
        key, name = self.workspace.config.workflow_key, self.release.app.name
        if key:
            row = self.release.published
            signature = workflow_signature(row, registry.description().name, name, key)
            self.release = replace(self.release, published=replace(row, workflow=signature))

    def _remote(self, before: Entry | None) -> str:
        if self.target.remote:
            found = own_address(self.target.remote, allow_plain=self._may_be_plain)
            if fault := remote_fault(found):
                raise UsageError(f"the remote {found!r} {fault}")
            return found
        if before is None:
            raise UsageError(
                f"{self.place} does not list {self.release.app.name} yet, so its remote must be named",
                hint="add --remote URL: an empty git repository that you may push to",
            )
        return before.remote

    @property
    def _may_be_plain(self) -> bool:
        return self.target.allow_plain or self.place.access.allow_plain

    def _earlier(self, remote: str, row: PublishedVersion) -> Release:
        """Returns the release that is replaced: from this library, or else from the remote."""
        if row.commit not in self._fetched:
            try:
                found = read_release(self.repository, row.commit, now=row.time, refs=refs_of(row.tag))
            except IntegrityError:
                folder = self.workspace.config.cache / "fetched"
                found = fetch_release(remote, row.tag, folder=folder, now=row.time, access=self.access)
            if found.published.content != row.content:
                raise IntegrityError(
                    f"{row.tag} of {remote} is not what {self.place} lists",
                    hint="nothing was pushed; ask the registry's maintainers",
                    code="MAPP-0612",
                )
            self._fetched[row.commit] = found
        return self._fetched[row.commit]

    def _verdict(self) -> Verdict:
        row, name = self.release.published, self.release.app.name
        found = read_verdict(self.repository, row.tree)
        if found is None:
            raise InvalidApp(
                f"no verdict is recorded for {name} {row.version}",
                hint=f"to check it: {suggested_command('test', name)}, then add it again",
                code="MAPP-0830",
            )
        return found

    def _pushes(self, remote: str) -> list[Update]:
        """Returns the refs to push, in order: the branch, the tag, the verdicts.

        Raises:
            IntegrityError: the remote has the tag on another commit.
            StaleBase: the remote's branch has commits that this library lacks.
        """
        commit, tag = self.release.published.commit, f"{TAGS}{self.release.published.tag}"
        main, verdicts = self.refs.main, self.refs.verdicts
        there = ls_remote(remote, main, f"{tag}*", verdicts, access=self.access)
        tagged = there.get(f"{tag}^{{}}", there.get(tag))
        if tagged not in (None, commit):
            raise IntegrityError(
                f"{remote} has {tag} at {str(tagged)[:10]}, and this library at {commit[:10]}",
                hint="a release never changes: release a new version",
                code="MAPP-0612",
            )
        found = []
        if not self._contains(there.get(main), commit, remote):
            found.append(Update(ref=main, old=there.get(main), new=commit))
        if tagged is None:
            found.append(Update(ref=tag, old=None, new=self.tag))
        notes = self.repository.tip(VERDICTS)
        if notes is not None and notes != there.get(verdicts):
            if there.get(verdicts) is None or self._is_ancestor(there[verdicts], notes):
                found.append(Update(ref=verdicts, old=there.get(verdicts), new=notes))
            else:
                self.workspace.tell(f"the verdicts at {remote} have their own history and stay as they are")
        return found

    def _contains(self, there: str | None, commit: str, remote: str) -> bool:
        """Returns whether the remote's branch has the release already."""
        if there is None:
            return False
        if there == commit or self._is_ancestor(commit, there):
            return True
        if self._is_ancestor(there, commit):
            return False
        name = self.release.app.name
        branch = self.refs.branch("main")
        fetch = suggested_git(self.repository.path, "fetch", remote, f"{branch}:main")
        raise StaleBase(
            f"{branch} of {remote} is at {there[:10]}, which this library does not have",
            hint="somebody pushed there, or you merged a proposal; to take it over: "
            f"{fetch}, then {suggested_command('relock', name)}",
            code=DIVERGED,
        )

    def _is_ancestor(self, old: str, new: str) -> bool:
        try:
            return any(commit.id == old for commit in self.repository.history(new))
        except IntegrityError:
            return False


def _facts(row: PublishedVersion) -> tuple[str, ...]:
    return (row.commit, row.tree, row.content, row.interface)


def _release(workspace: Workspace, repository: Repository, name: str, revision: str | None) -> Release:
    """Returns the release to publish.

    Raises:
        NotFound: the revision was not released.
    """
    commit = repository.tip() if revision is None else repository.resolve(revision)
    if commit is None:
        raise NotFound(f"{name} has no branch main", hint=suggested_command("show", name))
    now = int(workspace.clock())
    found = read_release(repository, commit, now=now)
    tagged = repository.tip(f"{TAGS}{found.published.tag}")
    if tagged is None:
        raise NotFound(
            f"{name} {found.published.version} at {commit[:10]} was never released: it has no tag",
            hint=f"to release it: {suggested_command('add', name)}",
        )
    if tagged != commit:  # after a rollback, `main` has the tree of an earlier release
        if repository.tree_of(tagged) != found.published.tree:
            raise IntegrityError(
                f"tag {found.published.tag} of {name} is another commit than {commit[:10]}", code="MAPP-0612"
            )
        found = read_release(repository, tagged, now=now)
    return found
