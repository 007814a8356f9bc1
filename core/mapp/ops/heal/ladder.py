"""How far a heal goes by itself: it only tells, it proposes a branch, or it merges.

The strictest of three decides: the setting `heal`, the setting `merge`, and the nature of app and fix.
"""

from __future__ import annotations

from typing import Final, Literal

from mapp.config import Config
from mapp.library import read
from mapp.library.lockfile import read_entry
from mapp.library.paths import Home
from mapp.model.app import App
from mapp.model.change_spec import HealSpec
from mapp.model.verdict import Verdict

Rung = Literal["tell", "propose", "merge"]

RUNGS: Final[tuple[Rung, ...]] = ("tell", "propose", "merge")
OURS: Final = frozenset(["compile", "expand", "heal", "rollback", "counterexample"])
"""The operations of commits that a person did not write."""
LOCAL: Final = "local"


def strictest(*rungs: Rung) -> Rung:
    """Returns the lowest of some rungs.

    >>> strictest("merge", "propose")
    'propose'
    """
    return min(rungs, key=RUNGS.index)


def rung_of_settings(config: Config) -> Rung:
    """Returns how far the settings let a heal go that nobody has asked for."""
    allowed: Rung = "tell" if config.heal == "off" else config.heal
    merging: Rung = "merge" if config.merge == "auto" else "propose"
    return strictest(allowed, merging)


def rung_of_app(home: Home, app: App) -> tuple[Rung, str]:
    """Returns how far a heal of an app may go, and why.

    Apps with capabilities, apps of other people and apps that a person wrote or edited stop at `propose`.
    """
    names = app.manifest.capabilities.names
    if names:
        return "propose", f"{app.name} is not pure: it has {', '.join(names)}"
    entry = read_entry(home.lock_file, app.name)
    if entry is None or entry.source != LOCAL:
        return "propose", f"{app.name} comes from {entry.source if entry else 'an unknown source'}"
    for row in read.history(home, app.name):
        if row.trailers.get("Mapp-Operation") not in OURS or "Mapp-Edited" in row.trailers:
            return "propose", f"a person wrote or edited {app.name} ({row.id[:10]})"
    return "merge", ""


def rung_of_fix(spec: HealSpec, verdict: Verdict) -> tuple[Rung, str]:
    """Returns how far a fix may go, and why: one whose right outcome nobody knows is a proposal."""
    if spec.truth not in ("person", "declared"):
        return "propose", "nobody has said what is right for the failing input"
    if any(row.kind == "changed" for row in verdict.questions):
        return "propose", "the fix changes answers that no test states"
    return "merge", ""
