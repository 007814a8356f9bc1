"""Which commits a push or a pull request brings, from what the forge tells and what the clone holds.

A push is never taken for empty: where every commit is known already, as for a tag on `main` or a branch that
was set back, the newest one is validated.
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
"""What forges give as the commit before the first one of a branch, or of a tag."""
REMOTES: Final = "refs/remotes/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the continuous integration says: the commit before, and the branch that was pushed.

    `before` is None where nothing is told. That of a pull request must be there, that of a push may be gone.
    """

    before: str | None = None
    branch: str = ""
    pull: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """The commits to validate, the oldest first, and why these.

    `base` is the commit that their version is measured against; None at the beginning of a history. `drafts`
    are new too, but were never what a branch that people use held: they are named and not validated.
    """

    commits: tuple[Commit, ...]
    base: str | None
    reason: str
    drafts: tuple[Commit, ...] = ()


def pushed(
    repository: Repository, *, base: str | None, head: str | None, environment: Mapping[str, str]
) -> Push:
    """Returns what a push brings.

    Args:
        repository: a clone with its whole history.
        base: the commit before the first to validate, where a person says so.
        head: the last commit to validate; `HEAD` by default.
        environment: GitHub's event file or GitLab's `CI_…` variables tell the base where none is given.

    Raises:
        NotFound: a revision names no commit.
        UsageError: there are more than two hundred.
        IntegrityError: the clone is shallow, or an object is damaged.
    """
    tip = repository.resolve(head or "HEAD")
    told = Told(before=base, pull=True) if base else read_told(environment)
    if told.before is None:
        return _newest(repository, tip, "no base is given: only the newest commit")
    known = _present(repository, told)
    if known is not None:
        found = repository.between([known], tip)
        reason = f"the commits since {known[:10]}"
        if not found:
            return _newest(repository, tip, f"{reason}: there are none, so the newest one")
        return _push(repository, found, known, reason)
    others = _others(repository, told.branch)
    found = repository.between(others, tip)
    gone = "a first push" if told.before in NOTHING else f"{told.before[:10]} is gone, as after a force push"
    if not found:
        return _newest(repository, tip, f"{gone}: every commit is on another branch, so the newest one")
    what = "all commits that no other branch has" if others else "all commits"
    return _push(repository, found, _fork(repository, found, tip), f"{gone}: {what}")


def read_told(environment: Mapping[str, str]) -> Told:
    """Returns what GitHub's event file or GitLab's variables say; raises UsageError if it cannot be read."""
    if path := environment.get("GITHUB_EVENT_PATH"):
        event = _event(Path(path))
        pull = event.get("pull_request")
        if isinstance(pull, dict):
            return Told(before=str(pull["base"]["sha"]), pull=True)
        ref = str(event.get("ref") or environment.get("GITHUB_REF") or "")
        return Told(before=str(event["before"]) if event.get("before") else None, branch=_branch(ref))
    if base := environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return Told(before=base, pull=True)
    before = environment.get("CI_COMMIT_BEFORE_SHA") or None
    return Told(before=before, branch=environment.get("CI_COMMIT_BRANCH", ""))


def _branch(ref: str) -> str:
    return ref.removeprefix(HEADS) if ref.startswith(HEADS) else ""


def _event(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"the event file {path} cannot be read: {error}") from None
    return document if isinstance(document, dict) else {}


def _present(repository: Repository, told: Told) -> str | None:
    """Returns the commit before a push, None where it is gone; a shallow clone cannot tell, and says so."""
    assert told.before is not None
    if told.before not in NOTHING:
        try:
            return repository.resolve(told.before)
        except NotFound:
            if told.pull:
                raise
    if repository.is_shallow:
        raise IntegrityError(
            "the clone is shallow: it does not show which commits are new",
            hint="fetch the whole history: fetch-depth: 0 on GitHub, GIT_DEPTH: 0 on GitLab",
        )
    return None


def _others(repository: Repository, branch: str) -> tuple[str, ...]:
    """Returns the tips of all other branches of a clone, its own and those of its remotes.

    Where the branch is not told, as for a tag or without a name, a branch that ends in the very tip counts as
    another one: its commits have been pushed before.
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
            f"there are {len(kept)} commits, and at most {MAX_COMMITS} are validated at once",
            hint="mapp ci --base REVISION names a later one",
        )
    left_out = tuple(commit for commit in found if commit.id in drafts)
    return Push(commits=kept, base=base, reason=reason, drafts=left_out)


def _drafts(repository: Repository, found: Sequence[Commit], *, whole: bool) -> Iterator[Commit]:
    """Yields the commits that mapp made while it wrote an app, and that no branch for people ever held.

    They are the attempts below a compile that landed at the root of the history, if the `whole` history is
    new, and those beside an expansion or heal that was merged, with the change that the merge names.
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
