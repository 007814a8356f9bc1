"""An app that only its workflow publishes has a second signature, by a key that its author does not have."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.checks.same_signer import TRUSTED
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.signing import allowed_keys
from mapp.share.submission import Submission
from mapp.share.workflow import NAMESPACE, may_publish, workflow_signer


def _objections(submission: Submission) -> Iterator[Objection]:
    past, after = submission.past, submission.after
    if after is None:
        return
    if past is not None and past.publisher and after.publisher != past.publisher:
        yield Objection(
            message=f"it lets the author's key alone publish {after.name} again",
            fix="keep the key publisher; a maintainer who knows the author can override this check",
        )
    if after.publisher or (past is not None and past.publisher):
        for row in submission.added:
            yield from _unproven(submission, past, after, row)


def _unproven(
    submission: Submission, past: Entry | None, after: Entry, row: PublishedVersion
) -> Iterator[Objection]:
    """Yields why a version does not come from the app's workflow."""
    signer = ""
    if row.workflow:
        signer = workflow_signer(row, submission.registry.description().name, after.name)
    authors = {row.signer, *(known.signer for known in (() if past is None else past.versions))}
    if not signer:
        yield Objection(
            message=f"only its workflow publishes {after.name}, and it did not sign version {row.version}",
            fix="publish from the workflow, which has the key (MAPP_WORKFLOW_KEY); nothing else helps",
        )
    elif signer in authors:
        yield Objection(
            message=f"the key of the workflow, {signer}, signs tags of {after.name} as well",
            fix="give the workflow a key of its own that nobody else has",
        )
    elif not _is_listed(submission, after.name, signer):
        yield Objection(
            message=f"version {row.version} is signed by {signer}, which is not listed as a workflow of "
            f"{after.name}",
            fix=f"ask a maintainer to add its public key to {TRUSTED}: "
            f'{after.name} namespaces="{NAMESPACE}" KEY',
        )


def _is_listed(submission: Submission, app: str, signer: str) -> bool:
    text = (submission.registry.file(TRUSTED) or b"").decode("utf-8", "replace")
    return any(
        key.fingerprint == signer and key.after <= submission.now < key.before and may_publish(key, app)
        for key in allowed_keys(text, NAMESPACE)
    )


CHECK = RegistryCheck(
    name="workflow-only",
    reason="A key on a desk can be stolen with the desk; what only a reviewed workflow publishes needs more.",
    stage="entry",
    run=_objections,
)
