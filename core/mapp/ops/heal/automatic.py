"""Heals that nobody asked for: started after an answer was printed, in a process of their own.

Run as a program, with the folder of a library and the id of an incident, it heals that incident as far as the
settings and the nature of the app allow. What it says goes to the library's `heal.log`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp.errors import MappError
from mapp.ops.index.background import start_detached

if TYPE_CHECKING:
    from mapp.author.coder import Progress
    from mapp.model.app import App, Example
    from mapp.model.incident import Incident
    from mapp.model.question import Question
    from mapp.ops.compile.approval import Changed, Estimate
    from mapp.ops.compile.second_opinion import Disagreement
    from mapp.ops.workspace import Workspace

LOG: Final = "heal.log"
MAX_LOG: Final = 256 * 1024
"""A longer log, in bytes, is started again."""


def start_heal(workspace: Workspace, incident: Incident) -> bool:
    """Starts a heal in a detached process if the settings allow it; returns whether it did.

    Returns at once: everything else is decided in that process.
    """
    config = workspace.config
    if config.heal == "off" or not config.coder or not (incident.healable and incident.confirmed):
        return False
    command = [sys.executable, "-m", __name__, str(config.library), incident.id]
    log = config.library / LOG
    try:
        with log.open("ab") as stream:
            if stream.tell() > MAX_LOG:
                stream.truncate(0)
            log.chmod(0o600)
            start_detached(command, stream)
    except OSError as error:
        workspace.tell(f"the heal of {incident.app} could not be started: {error}")
        return False
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Unattended:
    """Stands in for a person: the settings approve the cost, and the ladder decides about the merge."""

    workspace: Workspace

    def approve_spend(self, estimate: Estimate) -> bool:
        """Returns True: the setting `heal` approves what the budgets allow."""
        return True

    def review_contract(self, app: App, base: App | None) -> str | None:
        """Returns None: a heal has the contract of its app."""
        return None

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example] | None:
        """Returns None: nobody can be asked."""
        return None

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example]:
        """Returns no answers: nobody can be asked."""
        return ()

    def approve_merge(self, proven: Changed) -> bool:
        """Returns whether settings, app and fix all allow the merge; says why if not."""
        from mapp.library import read
        from mapp.model.change_spec import HealSpec
        from mapp.ops.heal.ladder import rung_of_app, rung_of_fix, rung_of_settings

        change, verdict = proven.change, proven.verdict
        if not isinstance(change.spec, HealSpec) or verdict is None:
            return False
        if rung_of_settings(self.workspace.config) != "merge":
            self.workspace.tell(f"{change.branch} of {change.app} is proven; the settings leave it to you")
            return False
        app = read.load(self.workspace.home, change.app)
        for rung, why in (rung_of_app(self.workspace.home, app), rung_of_fix(change.spec, verdict)):
            if rung != "merge":
                self.workspace.tell(f"{change.branch} of {change.app} is proven and waits for you: {why}")
                return False
        return True


def heal_unattended(workspace: Workspace, identity: str) -> int:
    """Heals an incident as far as settings and app allow; returns 0, or the exit code of a failure."""
    from mapp.ops.heal.heal import find_incident, heal
    from mapp.ops.heal.ladder import rung_of_settings
    from mapp.ops.index.refresh import catch_up

    if rung_of_settings(workspace.config) == "tell":
        return 0
    try:
        incident = find_incident(workspace, identity)
        if incident is None or not incident.confirmed:
            return 0
        done = heal(workspace, incident, person=Unattended(workspace=workspace), watch=_quiet)
        if done.healed:
            catch_up(workspace)
    except MappError as error:
        workspace.tell(f"the heal of {identity} ended: {error.message}")
        return error.exit_code
    what = done.why or (done.changed.change.detail if done.changed else "")
    workspace.tell(f"{incident.app}, incident {incident.id}: {'healed' if done.healed else what}")
    return 0


def _quiet(progress: Progress) -> None:
    """Ignores the steps of a coder."""


def main(arguments: Sequence[str]) -> int:
    """Runs as a program; see the module."""
    from mapp.config import load_config
    from mapp.ops.workspace import Workspace

    library, identity = arguments
    with closing(Workspace(config=load_config(library=Path(library)), tell=_say)) as workspace:
        return heal_unattended(workspace, identity)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
