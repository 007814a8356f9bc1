"""Merges submitted branches into a registry's `main`: the maintainer's, or an unattended job's, half.

Each submission is one merge commit that changes one entry. A submission that a check refuses stays where it
is, and the next run looks at it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.errors import IntegrityError
from mapp.git.repository import MAIN
from mapp.ops.share.check_registry import Examiner, examine
from mapp.ops.share.registry_place import RegistryPlace, mirrored
from mapp.ops.share.submit import TRIES, pause, publish_index, pushed
from mapp.ops.workspace import Workspace
from mapp.share.checks.all_checks import CheckResult, Review
from mapp.share.mirror import SUBMISSIONS, WAITING, Mirror
from mapp.share.proposal import OVERRIDE, Proposed, commit_entry, proposed, subject
from mapp.share.remote import Update, delete_ref, push

_FOR_A_PERSON: Final = frozenset(["waiting-time", "reviewed-yank", "reviewed-change"])
"""The checks that refuse only because nobody looks."""

MergeStatus = Literal["merged", "refused", "waiting", "already", "raced"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What became of one submission; `commit` is the merge, empty if there is none."""

    submission: str
    status: MergeStatus
    review: Review
    commit: str = ""

    @property
    def objections(self) -> tuple[CheckResult, ...]:
        """Returns the results of the checks that refused."""
        return self.review.with_status("refused")

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `registry merge --json` prints."""
        return {
            "submission": self.submission,
            "status": self.status,
            "commit": self.commit or None,
            **self.review.to_dict(),
        }


def merge_submissions(
    workspace: Workspace,
    place: RegistryPlace,
    *,
    only: Sequence[str] = (),
    override: Collection[str] = (),
    unattended: bool = False,
    run_gate: bool = True,
    dry_run: bool = False,
) -> tuple[Merged, ...]:
    """Merges the submissions of a registry, oldest name first, and brings its index up to date.

    Args:
        workspace: the library, for its clock, caches and sandbox.
        place: the registry.
        only: the submissions to look at, such as `vat/1.0.0` or `vat/1.0.0@COMMIT`; all by default.
        override: checks that may object; the merge commit records it.
        unattended: nobody looks: new names and versions wait as long as the policy says.
        run_gate: run the gate on each app; off where another job without write permission has done it.
        dry_run: only check.

    Raises:
        RemoteFailed, RemoteRefused: see `mapp.share.remote`.
        InvalidInput: the registry's policy is not valid.
    """
    examiner = Examiner(workspace=workspace, access=place.access, run_gate=run_gate)
    mirror = mirrored(workspace, place, submissions=True)
    found = []
    for ref in _chosen(mirror, only):
        one = _Merge(examiner, place, ref, override=override, unattended=unattended and not dry_run)
        found.append(one.check(mirror)[1] if dry_run else one.run())
    if not dry_run:
        publish_index(workspace, place)
    return tuple(found)


def _chosen(mirror: Mirror, only: Sequence[str]) -> list[str]:
    """Returns the refs to look at: all, or the named ones that are still at the named commit."""
    wanted = {name: commit for name, _, commit in (text.partition("@") for text in only)}
    names = {ref: ref.removeprefix(SUBMISSIONS) for ref in mirror.submissions}
    return [
        ref
        for ref, tip in mirror.submissions.items()
        if not only or (names[ref] in wanted and wanted[names[ref]] in ("", tip))
    ]


class _Merge:
    """The merge of one submission."""

    def __init__(
        self,
        examiner: Examiner,
        place: RegistryPlace,
        ref: str,
        *,
        override: Collection[str],
        unattended: bool,
    ) -> None:
        self.examiner = examiner
        self.workspace = examiner.workspace
        self.place = place
        self.ref = ref
        self.name = ref.removeprefix(SUBMISSIONS)
        self.override = override
        self.unattended = unattended

    def run(self) -> Merged:
        """Merges it, again if somebody else was faster, and deletes the branch."""
        result = None
        for number in range(TRIES):
            mirror = mirrored(self.workspace, self.place, submissions=True)
            if self.ref not in mirror.submissions:
                return result or Merged(submission=self.name, status="already", review=Review(results=()))
            change, result = self.check(mirror)
            if result.status == "already":
                self._drop(mirror)
                return result
            if result.status != "merged":
                return result
            commit = self._commit(mirror, change, result.review)
            if pushed(mirror, MAIN, mirror.main, commit):
                self._drop(mirror)
                return Merged(submission=self.name, status="merged", review=result.review, commit=commit)
            pause(self.workspace, number)
        assert result is not None
        return Merged(submission=self.name, status="raced", review=result.review)

    def check(self, mirror: Mirror) -> tuple[Proposed, Merged]:
        """Returns what it changes, and whether it can be merged; nothing is written but when it was seen."""
        tip = mirror.submissions[self.ref]
        try:
            change = proposed(mirror.registry, tip)
        except IntegrityError as error:  # one hostile branch must not keep the others from being merged
            change = Proposed(paths=(self.ref,), before=None, after=None, fault=error.message)
        if not change.paths or (change.after is not None and change.after == change.before):
            return change, Merged(submission=self.name, status="already", review=Review(results=()))
        waited = self._waited(mirror, tip) if self.unattended else None
        found = examine(self.examiner, mirror.registry, change, override=self.override, waited=waited)
        refusing = {row.check for row in found.with_status("refused")}
        status: MergeStatus = "merged" if found.passed else "refused"
        if refusing and refusing <= _FOR_A_PERSON:
            status = "waiting"
        return change, Merged(submission=self.name, status=status, review=found)

    def _commit(self, mirror: Mirror, change: Proposed, found: Review) -> str:
        assert change.after is not None
        rows = [f"{OVERRIDE}: {name}" for name in found.overridden]
        said = f"merge {subject(change.after, change.before)}"[:72] + "\n"
        said += "\n" + "\n".join(rows) + "\n" if rows else ""
        tip = mirror.submissions[self.ref]
        return commit_entry(mirror.registry, change.after, said, self.workspace.signature(), parents=(tip,))

    def _drop(self, mirror: Mirror) -> None:
        """Deletes the branch, and the note of when it was seen; a branch that moved on stays."""
        path, access = mirror.repository.path, mirror.access
        delete_ref(path, mirror.url, self.ref, mirror.submissions[self.ref], access=access)
        if (seen := mirror.refs.get(WAITING + self.name)) is not None:
            delete_ref(path, mirror.url, WAITING + self.name, seen, access=access)

    def _waited(self, mirror: Mirror, tip: str) -> int:
        """Returns for how many seconds this very submission has been seen; the first time notes it.

        The time in the submitted commit is its author's to choose, so it does not count.
        """
        now, ref = int(self.workspace.clock()), WAITING + self.name
        old, repository = mirror.refs.get(ref), mirror.repository
        if old is not None:
            seen = repository.info(old)
            if seen.parents == (tip,):
                return max(0, now - seen.time)
        text = f"seen: {self.name}\n"
        who = self.workspace.signature()
        note = repository.commit_tree(repository.tree_of(tip), text, who, parents=(tip,), ref=None)
        push(repository.path, mirror.url, [Update(ref=ref, old=old, new=note)], access=mirror.access)
        return 0
