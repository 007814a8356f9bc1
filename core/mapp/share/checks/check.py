"""What every check of a registry is: a name, a reason, and a function that yields objections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from mapp.share.submission import Submission

Stage = Literal["entry", "app", "compare", "gate"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """One thing that is wrong with a submission, and what its author can do about it."""

    message: str
    fix: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryCheck:
    """One rule.

    `stage` says what it needs: only the registry's files (`entry`), the app's repository (`app`), or running
    code: the app's and that of listed apps (`compare`), or the app's alone (`gate`). `reason` says what the
    rule protects from.
    """

    name: str
    reason: str
    stage: Stage
    run: Callable[[Submission], Iterator[Objection]]
