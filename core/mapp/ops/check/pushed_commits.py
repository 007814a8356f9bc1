"""Finds the commits of a push or pull request, from the forge's variables and the clone.

A push is never treated as empty: if every commit is already known, as for a tag on `main` or a branch that
was reset, the newest one is validated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.errors import IntegrityError, NotFound, UsageError
from mapp.git.branches import HEADS
from mapp.git.commit import Commit
from mapp.git.repository import Repository
from mapp.library.read import without_drafts

MAX_COMMITS: Final = 200
NOTHING: Final = frozenset({"0" * 40, "0" * 64})
"""What forges report as the previous commit of a new branch or tag."""
REMOTES: Final = "refs/remotes/"


@dataclass(frozen=True, kw_only=True, slots=True)
class PushReport:
    """What the forge reports: the commit before the push, and the branch.

    `before` is None if the forge reports none. The base of a pull request must exist; the previous commit of
    a push may be gone.
    """

    before: str | None = None
    branch: str = ""
    pull: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """The commits to validate, oldest first, and the reason for the selection.

    `base` is the commit that the version is compared with; None at the start of a history. `drafts` are new
    commits that `main` never pointed to: they are listed but not validated.
    """

    commits: tuple[Commit, ...]
    base: str | None
    reason: str
    drafts: tuple[Commit, ...] = ()


def pushed(
    repository: Repository, *, base: str | None, head: str | None, environment: Mapping[str, str]
) -> Push:
    """Returns the commits of a push.

    Args:
        repository: a clone with its whole history.
        base: the commit before the first one to validate, if the person gives it.
        head: the last commit to validate; by default what pre-commit is about to push, or `HEAD`.
        environment: GitHub's event file, or the variables of GitLab or pre-commit, which give the base
            otherwise.

    Raises:
        NotFound: a revision does not exist.
        UsageError: there are more than `MAX_COMMITS` commits.
        IntegrityError: the clone is shallow, or an object is damaged.
    """
    tip = repository.resolve(head or environment.get("PRE_COMMIT_TO_REF") or "HEAD")
    report = PushReport(before=base, pull=True) if base else read_report(environment)
    if report.before is None:
        return _newest(repository, tip, "no base given: only the newest commit")
    known = _present(repository, report)
    if known is not None:
        return commits_since(repository, known, tip)
    gone = "a first push" if report.before in NOTHING else f"{report.before[:10]} is gone (a force push)"
    return unshared_commits(repository, _others(repository, report.branch), tip, gone)


def commits_since(repository: Repository, base: str, tip: str) -> Push:
    """Returns the commits of `tip` that `base` does not have; the newest one if there are none.

    Raises:
        UsageError, IntegrityError: see `pushed`.
    """
    found = repository.between([base], tip)
    if not found:
        return _newest(repository, tip, f"no commits since {base[:10]}: only the newest commit")
    return _push(repository, found, base, f"the commits since {base[:10]}")


def unshared_commits(repository: Repository, others: Sequence[str], tip: str, why: str) -> Push:
    """Returns the commits of `tip` that no other branch has; the newest one if there are none.

    Args:
        repository: has all these commits.
        others: the tips of the other branches.
        tip: the pushed commit.
        why: why there is no commit to start from; the reason begins with it.

    Raises:
        UsageError, IntegrityError: see `pushed`.
    """
    found = repository.between(others, tip)
    if not found:
        return _newest(repository, tip, f"{why}, no new commits: only the newest commit")
    what = "all commits that no other branch has" if others else "all commits"
    return _push(repository, found, _fork(repository, found, tip), f"{why}: {what}")


def read_report(environment: Mapping[str, str]) -> PushReport:
    """Reads GitHub's event file, or the variables of GitLab or of pre-commit.

    Raises:
        UsageError: the event file cannot be read.
    """
    if base := environment.get("PRE_COMMIT_FROM_REF"):
        return PushReport(before=base)
    if path := environment.get("GITHUB_EVENT_PATH"):
        event = _event(Path(path))
        pull = event.get("pull_request")
        if isinstance(pull, dict):
            return PushReport(before=str(pull["base"]["sha"]), pull=True)
        ref = str(event.get("ref") or environment.get("GITHUB_REF") or "")
        return PushReport(before=str(event["before"]) if event.get("before") else None, branch=_branch(ref))
    if base := environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return PushReport(before=base, pull=True)
    before = environment.get("CI_COMMIT_BEFORE_SHA") or None
    return PushReport(before=before, branch=environment.get("CI_COMMIT_BRANCH", ""))


def _branch(ref: str) -> str:
    return ref.removeprefix(HEADS) if ref.startswith(HEADS) else ""


def _event(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the event file {path} cannot be read: {error}") from None
    return document if isinstance(document, dict) else {}


def _present(repository: Repository, report: PushReport) -> str | None:
    """Returns the commit before a push, None if it is gone; raises IntegrityError for a shallow clone."""
    assert report.before is not None
    if report.before not in NOTHING:
        try:
            return repository.resolve(report.before)
        except NotFound:
            if report.pull and not repository.is_shallow:
                raise
    if repository.is_shallow:
        raise IntegrityError(
            "the clone is shallow, so mapp cannot tell which commits are new",
            hint="fetch the whole history: git fetch --unshallow (fetch-depth: 0 or GIT_DEPTH: 0 in CI)",
        )
    return None


def _others(repository: Repository, branch: str) -> tuple[str, ...]:
    """Returns the tips of all other branches of a clone, both local and remote ones.

    If the forge reports no branch, as for a tag, a branch that ends at the pushed commit counts as another
    one: its commits have been pushed before.
    """
    current = repository.head_branch
    own = [tip for name, tip in repository.refs(HEADS).items() if name not in (branch, current)]
    remote = [
        tip
        for name, tip in repository.refs(REMOTES).items()
        if name.partition("/")[2] not in (branch, "HEAD")
    ]
    return (*own, *remote)


def _fork(repository: Repository, found: Sequence[Commit], tip: str) -> str | None:
    """Returns the newest commit below `tip`, along first parents, that is not new."""
    new = {commit.id for commit in found}
    return next((row.id for row in repository.history(tip) if row.id not in new), None)


def _newest(repository: Repository, tip: str, reason: str) -> Push:
    commit = repository.info(tip)
    return Push(commits=(commit,), base=next(iter(commit.parents), None), reason=reason)


def _push(repository: Repository, found: tuple[Commit, ...], base: str | None, reason: str) -> Push:
    drafts = {commit.id for commit in _drafts(repository, found, whole=base is None)}
    kept = tuple(commit for commit in found if commit.id not in drafts)
    if len(kept) > MAX_COMMITS:
        raise UsageError(
            f"there are {len(kept)} commits, more than the {MAX_COMMITS} that are validated at once",
            hint="start at a later commit: mapp ci --base REVISION",
        )
    left_out = tuple(commit for commit in found if commit.id in drafts)
    return Push(commits=kept, base=base, reason=reason, drafts=left_out)


def _drafts(repository: Repository, found: Sequence[Commit], *, whole: bool) -> Iterator[Commit]:
    """Yields the commits that mapp made while it wrote an app and that `main` never pointed to.

    These are the attempts below a compile that landed at the root of the history, if the `whole` history is
    new, and the attempts on the side branch of a merged expansion or heal, found by the merge's change id.
    """
    tip = found[-1].id
    line = list(repository.history(tip))
    versions = {commit.id for commit in without_drafts(line)}
    held = {commit.id for commit in line}
    merged = {
        commit.trailers["Mapp-Change"]
        for commit in line
        if len(commit.parents) > 1 and "Mapp-Change" in commit.trailers
    }
    for commit in found:
        if commit.id in held:
            if whole and commit.id not in versions:
                yield commit
        elif commit.trailers.get("Mapp-Change") in merged:
            yield commit
