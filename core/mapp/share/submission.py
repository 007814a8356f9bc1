"""A submission: one change to a registry, with everything that the checks look at.

It is the same value for `mapp publish --dry-run`, for a pull request and for a maintainer; only what can be
known differs. Without `release`, the app's repository was not read, and checks that need it are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mapp.model.app import App
from mapp.model.verdict import Verdict
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.policy import Policy
from mapp.share.registry import Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A version of an app as its repository holds it; `published` is what an entry should say about it."""

    app: App
    files: dict[str, bytes]
    published: PublishedVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Twin:
    """A listed app that does what a new one does.

    `code` is the share of its code that both have; of `compared` inputs, `agreeing` gave the same answer.
    """

    name: str
    code: float
    compared: int
    agreeing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One proposed change of a registry.

    `registry` is the state that it is merged into. `paths` are all files that it changes; `before` and
    `after` are the entry in the registry and as proposed, and `fault` says why the proposed one cannot be
    read. `release` is the added version, `replaced` the one that it follows. `now` is in seconds since
    1970-01-01 UTC. `waited` is how many seconds ago it was submitted; None means that a person decides now.
    `gate` derives a verdict on the release, and `twins` looks for listed apps that do the same; None skips
    that, because it runs the app's code.
    """

    registry: Registry
    policy: Policy
    paths: tuple[str, ...]
    before: Entry | None
    after: Entry | None
    now: int
    fault: str = ""
    release: Release | None = None
    replaced: Release | None = None
    waited: int | None = None
    gate: Callable[[], Verdict] | None = None
    twins: Callable[[], Sequence[Twin]] | None = None

    @property
    def added(self) -> tuple[PublishedVersion, ...]:
        """Returns the versions that the change adds."""
        if self.after is None:
            return ()
        known = {row.version for row in self.before.versions} if self.before is not None else set()
        return tuple(row for row in self.after.versions if row.version not in known)

    @property
    def is_new_name(self) -> bool:
        """Returns whether the app is not in the registry yet."""
        return self.before is None and self.after is not None

    @property
    def past(self) -> Entry | None:
        """Returns the entry that a version continues: the app's own, or that of its earlier name."""
        if self.before is not None or self.after is None or not self.after.renamed_from:
            return self.before
        name = self.after.renamed_from
        return self.registry.entry(name) if self.registry.has(name) else None

    @property
    def follows(self) -> PublishedVersion | None:
        """Returns the published version that the added one replaces: the highest one below it."""
        past = self.past
        if past is None or len(self.added) != 1:
            return None
        lower = (row for row in past.versions if row.version < self.added[0].version)
        return max(lower, key=lambda row: row.version, default=None)
