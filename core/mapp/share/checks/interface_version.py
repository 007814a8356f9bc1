"""The difference of the interfaces decides the version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.model.interface import compare
from mapp.model.version import Level, Version
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

_MAX_SHOWN: Final = 3


def _objections(submission: Submission) -> Iterator[Objection]:
    release, replaced = submission.release, submission.replaced
    if release is None or replaced is None:
        return
    old, new = replaced.app.manifest, release.app.manifest
    found = compare(old, new)
    level = level_between(old.version, new.version)
    if found.level > level:
        causes = [row for row in found.differences if row.level > level]
        shown = "; ".join(f"{row.path} {row.message}" for row in causes[:_MAX_SHOWN])
        yield Objection(
            message=f"{old.version} to {new.version} is a {level.name.lower()}, but the interface needs a "
            f"{found.level.name.lower()}: {shown}",
            fix=f"release it as {old.version.bumped(found.level)}: mapp bump {release.app.name}",
        )


def level_between(old: Version, new: Version) -> Level:
    """Returns how much a version number says that has changed.

    >>> level_between(Version.parse("1.2.0"), Version.parse("1.3.0")).name
    'MINOR'
    """
    if old.major != new.major:
        return Level.MAJOR
    return Level.MINOR if old.minor != new.minor else Level.PATCH


CHECK = RegistryCheck(
    name="interface-version",
    reason="Who updates within a major version must never get fewer arguments, other answers or new powers.",
    stage="app",
    run=_objections,
)
