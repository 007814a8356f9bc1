"""What a command needs: settings, library and console, opened on first use."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.console import Console

if TYPE_CHECKING:
    from mapp.config import Config
    from mapp.ops.workspace import Workspace


class Context:
    """Gives commands settings and library on first use; a command that only prints help opens nothing."""

    def __init__(self, *, library: str | None, console: Console, debug: bool) -> None:
        self.library = library
        self.console = console
        self.debug = debug

    @cached_property
    def config(self) -> Config:
        """Returns the settings in force."""
        from mapp.config import load_config

        return load_config(library=Path(self.library) if self.library else None)

    @cached_property
    def workspace(self) -> Workspace:
        """Returns the library without reading or changing it."""
        from mapp.ops.workspace import Workspace

        return Workspace(config=self.config, tell=self.console.tell)

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

        ensure_library(self.workspace, progress=self.console.progress)
        return self.workspace

    def close(self) -> None:
        """Closes the workspace if it was opened."""
        workspace = self.__dict__.get("workspace")
        if workspace is not None:
            workspace.close()


pass_context = click.make_pass_decorator(Context)
