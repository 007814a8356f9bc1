"""The cooldown: a fresh version of somebody else's app waits some days before it is installed.

Most malicious releases are noticed within days. The settings say how many: `cooldown` for all apps, and
`cooldown_apps` for single ones (`vat=0, tax=14`). The time of a version is what its registry recorded; for a
git address it is the commit's own, which its author can choose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from mapp.config import Config, parse_cooldowns
from mapp.errors import MappError
from mapp.share.entry import Entry
from mapp.suggested_commands import suggested_command

HELD_BACK: Final = "MAPP-0206"
_DAY: Final = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A version that the cooldown holds back, and until when, in seconds since 1970-01-01 UTC."""

    app: str
    version: str
    until: float

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{self.app} {self.version} is held back by the cooldown until {moment}"


def waiting(config: Config, app: str, version: str, time: float, now: float) -> Waiting | None:
    """Returns how long a version that was published at `time` has to wait, or None if it need not."""
    days = parse_cooldowns(config.cooldown_apps).get(app, config.cooldown)
    until = time + days * _DAY
    return Waiting(app=app, version=version, until=until) if until > now else None


def matured(config: Config, entry: Entry, now: float) -> tuple[Entry, tuple[Waiting, ...]]:
    """Returns a registry's entry without the versions that have to wait, and those, newest first."""
    held = {
        row.version: found
        for row in entry.versions
        if (found := waiting(config, entry.name, str(row.version), row.time, now)) is not None
    }
    ready = replace(entry, versions=tuple(row for row in entry.versions if row.version not in held))
    return ready, tuple(held[version] for version in sorted(held, reverse=True))


def held_back(config: Config, found: Waiting) -> MappError:
    """Returns the error for a version that has to wait."""
    apps = ", ".join(filter(None, [config.cooldown_apps, f"{found.app}=0"]))
    return MappError(
        str(found),
        hint=f"to take this app's versions at once: {suggested_command('config', 'cooldown_apps', apps)}",
        code=HELD_BACK,
    )
