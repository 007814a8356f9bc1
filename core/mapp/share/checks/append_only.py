"""Published versions never change; a submission adds one at the end, or makes a remark on some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import PublishedVersion
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if after is None:
        return
    if len(submission.added) > 1:
        yield Objection(
            message=f"it adds {len(submission.added)} versions at once",
            fix="publish one version at a time, oldest first: mapp publish APP --revision VERSION",
        )
    if before is None:
        yield from _remarked(after.versions)
        if after.transfers:
            yield Objection(message="a new app is handed over already", fix="remove the key transfer")
        return
    if after.transfers[: len(before.transfers)] != before.transfers:
        yield Objection(message="it changes an earlier transfer", fix="restore the transfers that are listed")
    elif len(after.transfers) - len(before.transfers) + len(submission.added) > 1:
        yield Objection(
            message="it hands the app over and does more",
            fix="hand it over first, then publish: mapp transfer",
        )
    known = {row.version: row for row in after.versions}
    for old in before.versions:
        new = known.get(old.version)
        if new is None:
            yield Objection(
                message=f"it removes version {old.version}",
                fix=f"restore the block; to withdraw the version: mapp yank {before.name} {old.version}",
            )
        elif new.facts != old.facts:
            here, there = old.facts.to_dict(), new.facts.to_dict()
            changed = [key for key in {**here, **there} if there.get(key) != here.get(key)]
            yield Objection(
                message=f"it changes {', '.join(changed)} of version {old.version}, which is published",
                fix="restore the block and publish a new version with the change",
            )
        elif old.yanked is not None and new.yanked != old.yanked:
            yield Objection(
                message=f"it changes or takes back the yank of version {old.version}",
                fix="publish a new version instead; a yank stays",
            )
        elif new.use not in ("", old.use) and (new.use == after.name or not submission.registry.has(new.use)):
            yield Objection(
                message=f"version {old.version} names {new.use}, which this registry does not list beside it",
                fix="name a listed app, or leave the key use out",
            )
    if tuple(row.version for row in after.versions[: len(before.versions)]) != tuple(
        row.version for row in before.versions
    ):
        yield Objection(message="it reorders the versions", fix="append the new block at the end of the file")
    yield from _remarked(submission.added)


def _remarked(added: Iterable[PublishedVersion]) -> Iterator[Objection]:
    for row in added:
        if row != row.facts:
            what = "yanked" if row.yanked is not None else "deprecated"
            yield Objection(message=f"it adds a version that is {what} already", fix=f"remove the key {what}")


CHECK = RegistryCheck(
    name="append-only",
    reason="What was published is what everybody gets: 76 of 77 tags of one popular action were moved to "
    "malicious code.",
    stage="entry",
    run=_objections,
)
