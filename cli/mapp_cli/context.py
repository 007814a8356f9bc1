"""What a command needs: settings, library and console, opened on first use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.config import Config
    from mapp.model.incident import Incident
    from mapp.ops.workspace import Workspace

_SETTING_UP: Final = 0.5
"""The part of the progress bar that setting up the starter apps takes in a first `mapp run`."""


class Context:
    """Gives commands settings and library on first use; a command that only prints help opens nothing."""

    def __init__(self, *, library: str | None, console: Console, debug: bool) -> None:
        self.library = library
        self.console = console
        self.debug = debug
        self._later: list[Callable[[], object]] = []

    @cached_property
    def config(self) -> Config:
        """Returns the settings in force."""
        from mapp.config import load_config

        return load_config(library=Path(self.library) if self.library else None)

    @cached_property
    def workspace(self) -> Workspace:
        """Returns the library without reading or changing it."""
        from mapp.ops.workspace import Workspace

        return Workspace(
            config=self.config,
            tell=self.console.tell,
            later=self._later.append,
            noticed=self._noticed,
            stand_by=_stand_by,
            settle=_settle,
        )

    def _noticed(self, incident: Incident) -> None:
        """Starts a heal in a process of its own, if the settings allow that."""
        if self.config.heal == "off":
            return
        from mapp.ops.heal.automatic import start_heal

        start_heal(self.workspace, incident)

    @cached_property
    def opened(self) -> Workspace:
        """Returns the library in the format of this version. Does not add the starter apps."""
        from mapp.library.migrations import ensure_format

        ensure_format(self.workspace.home, tell=self.console.tell)
        return self.workspace

    @cached_property
    def ready(self) -> Workspace:
        """Returns the library. A new one is set up with the starter apps."""
        from mapp.ops.manage.setup import ensure_library

        # After a set-up, the index and the answer follow.
        ensure_library(self.workspace, progress=partial(self.console.progress, share=_SETTING_UP))
        return self.workspace

    def close(self) -> None:
        """Removes the progress bar, does what waited for the answer, and closes the workspace."""
        self.console.close()
        workspace = self.__dict__.get("workspace")
        if workspace is None:
            return
        try:
            if self._later:
                sys.stdout.flush()  # the answer comes before the work
            while self._later:
                self._later.pop(0)()
        finally:
            workspace.close()


def _stand_by(*words: Any, **more: Any) -> Any:
    """Loads the canary for the few runs that need it."""
    from mapp.ops.heal.canary import stand_by

    return stand_by(*words, **more)


def _settle(*words: Any) -> Any:
    from mapp.ops.heal.canary import settle

    return settle(*words)


pass_context = click.make_pass_decorator(Context)
