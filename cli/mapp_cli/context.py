"""What a command needs, opened when it is first used."""

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
    """Lazy getters: a command that only prints help opens nothing."""

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
        """Returns the library, without touching it."""
        from mapp.ops.workspace import Workspace

        return Workspace(config=self.config, tell=self.console.tell)

    @cached_property
    def opened(self) -> Workspace:
        """Returns the library as it is, of the format that this mapp reads, without starter apps."""
        from mapp.library.migrations import ensure_format

        ensure_format(self.workspace.home, tell=self.console.tell)
        return self.workspace

    @cached_property
    def ready(self) -> Workspace:
        """Returns the library, set up with the starter apps if it is new."""
        from mapp.ops.manage.setup import ensure_library

        ensure_library(self.workspace, progress=self.console.progress)
        return self.workspace

    def close(self) -> None:
        """Ends what was opened."""
        workspace = self.__dict__.get("workspace")
        if workspace is not None:
            workspace.close()


pass_context = click.make_pass_decorator(Context)
