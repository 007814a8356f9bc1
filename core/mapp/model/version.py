"""Versions of apps: the `major.minor.patch` core of Semantic Versioning 2.0.0."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

_FORM = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


class Level(IntEnum):
    """How much an interface change affects callers."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Version:
    """One version, e.g. 1.2.0. Ordered as numbers, not as text."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Parses a version.

        Raises:
            ValueError: it is not `major.minor.patch`.

        >>> Version.parse("1.10.0") > Version.parse("1.9.9")
        True
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("is not a version such as 1.2.0")
        major, minor, patch = (int(part) for part in found.groups())
        return cls(major=major, minor=minor, patch=patch)

    def bumped(self, level: Level) -> Version:
        """Returns the next version at a level.

        >>> str(Version.parse("1.2.3").bumped(Level.MINOR))
        '1.3.0'
        """
        match level:
            case Level.PATCH:
                return Version(major=self.major, minor=self.minor, patch=self.patch + 1)
            case Level.MINOR:
                return Version(major=self.major, minor=self.minor + 1, patch=0)
            case Level.MAJOR:
                return Version(major=self.major + 1, minor=0, patch=0)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
