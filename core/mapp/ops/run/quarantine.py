"""Refuses to run a version of an app that an open incident has put into quarantine."""

from __future__ import annotations

import sqlite3
from typing import Final

from mapp.errors import MappError
from mapp.model.app import App
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_command

QUARANTINING: Final = ("security", "engine_fault", "nondeterminism")
"""The classes whose open incidents stop an app at the version that failed; as in `mapp.classify.policy`."""


class Quarantined(MappError):
    """An open incident forbids this version of an app to run."""

    code = "MAPP-0730"
    exit_code = 7


def ensure_not_quarantined(workspace: Workspace, app: App) -> None:
    """Refuses an app at a commit for which an incident of a quarantining class is open.

    A journal that cannot be read stops no app: the run itself reports it.

    Raises:
        Quarantined: the error names the incident and how to lift the quarantine.
    """
    if not workspace.home.journal.exists():
        return
    try:
        found = workspace.journal.open_incident(app.name, app.commit, _quarantining(workspace.config.policy))
    except (sqlite3.Error, MappError, OSError):
        return
    if found is None:
        return
    identity, failure = found
    raise Quarantined(
        f"{app.name} {app.manifest.version} is in quarantine: {failure} (incident {identity})",
        hint=f"{suggested_command('incident', identity)} says why; to run it anyway: "
        f"{suggested_command('incident', identity, '--not-a-bug')}",
    )


def _quarantining(setting: str) -> tuple[str, ...]:
    """Returns the classes that stop an app, under the setting `policy`."""
    if not setting:
        return QUARANTINING
    from mapp.classify.policy import policies  # imported lazily: the setting is rare

    return tuple(name for name, row in policies(setting).items() if row.quarantines)
