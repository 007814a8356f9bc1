"""The one list of checks, and the review that applies it.

`mapp publish --dry-run`, the check of a pull request and `mapp registry merge` all use it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.share.checks import (
    agreed_rename,
    append_only,
    as_published,
    clone,
    coherence,
    complete,
    entry_format,
    first_version,
    gate,
    interface_version,
    licence,
    name_distance,
    name_taken,
    new_capability,
    no_secrets,
    one_file,
    own_requests,
    plain_text,
    plausible_time,
    publisher_pressure,
    reserved_word,
    reviewed_change,
    reviewed_yank,
    safe_path,
    same_remote,
    same_signer,
    sequential_version,
    similar_app,
    waiting_time,
    workflow_only,
)
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

ReviewStatus = Literal["passed", "refused", "warned", "overridden", "skipped"]

CHECKS: Final[dict[str, RegistryCheck]] = {
    module.CHECK.name: module.CHECK
    for module in (
        safe_path,
        one_file,
        entry_format,
        append_only,
        sequential_version,
        first_version,
        agreed_rename,
        same_remote,
        same_signer,
        workflow_only,
        plausible_time,
        name_distance,
        reserved_word,
        name_taken,
        clone,
        publisher_pressure,
        new_capability,
        waiting_time,
        reviewed_yank,
        reviewed_change,
        as_published,
        interface_version,
        complete,
        licence,
        plain_text,
        no_secrets,
        own_requests,
        coherence,
        similar_app,
        gate,
    )
}
"""All checks by name, in the order in which they run: the cheap ones first."""

_FATAL: Final = frozenset(["one-file", "entry-format"])
"""Without these the others have nothing that they could look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The result of one check on one submission."""

    check: str
    status: ReviewStatus
    objections: tuple[Objection, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as a JSON object."""
        rows = [{"message": row.message, "fix": row.fix} for row in self.objections]
        return {"check": self.check, "status": self.status, "problems": rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """The results of all checks."""

    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """Returns whether no check refused the submission."""
        return all(row.status != "refused" for row in self.results)

    @property
    def overridden(self) -> tuple[str, ...]:
        """Returns the checks that objected, and whose objections somebody overrode."""
        return tuple(row.check for row in self.results if row.status == "overridden")

    def with_status(self, *statuses: ReviewStatus) -> tuple[CheckResult, ...]:
        """Returns the results that have one of these statuses."""
        return tuple(row for row in self.results if row.status in statuses)

    def to_dict(self) -> dict[str, Any]:
        """Returns the review as a JSON object."""
        return {"passed": self.passed, "checks": [row.to_dict() for row in self.results]}


def review(submission: Submission, *, override: Collection[str] = ()) -> Review:
    """Applies every check to a submission. The names in `override` may object without refusing."""
    return Review(results=tuple(_results(submission, override)))


def _results(submission: Submission, override: Collection[str]) -> Iterator[CheckResult]:
    stopped = False
    for name, check in CHECKS.items():
        level = submission.policy.level(name)
        if level == "off" or stopped or not _applies(check, submission):
            yield CheckResult(check=name, status="skipped")
            continue
        found = tuple(check.run(submission))
        if not found:
            yield CheckResult(check=name, status="passed")
            continue
        status: ReviewStatus = "refused" if level == "refuse" else "warned"
        if name in override and name not in _FATAL:
            status = "overridden"
        yield CheckResult(check=name, status=status, objections=found)
        stopped = status == "refused" and (name in _FATAL or submission.after is None)


def _applies(check: RegistryCheck, submission: Submission) -> bool:
    if check.stage == "entry":
        return True
    needed = {"compare": submission.twins, "gate": submission.gate}
    return submission.release is not None and (check.stage == "app" or needed[check.stage] is not None)
