"""The entry point `mapp`. It answers a plain `mapp --help` without importing click."""

from __future__ import annotations

import sys
from typing import Any, Final

HELP_FILE: Final = "help.txt"
GENERATED: Final = "# Written by `python -m mapp_cli.reference`; do not edit.\n"
"""The first line of the help file, which is not printed."""


class Program:
    """The `mapp` command, a stand-in that loads the click group when it needs it.

    It answers a plain `mapp --help` from a file, without importing click. A test compares that file
    with the real help.
    """

    name = "mapp"

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Runs the command line of this process."""
        from mapp_cli import streams

        streams.prepare()
        wants_help = sys.argv[1:] in (["--help"], ["-h"]) or (len(sys.argv) == 1 and not _completing())
        if wants_help and not arguments and not options:
            return _print_help()
        if _completing():
            from mapp_cli.completers import quietly

            return quietly(lambda: self._group()(*arguments, **{"prog_name": self.name, **options}))
        return self._group()(*arguments, **{"prog_name": self.name, **options})

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Runs the command line with the given arguments, as `click.Group.main` does."""
        return self._group().main(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        """Returns any other attribute of the click group."""
        return getattr(self._group(), name)

    def _group(self) -> Any:
        from mapp_cli.group import group

        return group


def _print_help() -> int:
    """Prints the help and returns the exit code, as `error_handler.guarded` does for commands."""
    from mapp_cli import streams

    try:
        sys.stdout.write(help_text())
        streams.finish()
    except streams.ReaderGone:
        return streams.CLOSED_PIPE
    except streams.OutputLost as lost:
        streams.say(f"error: {lost} [{lost.code}]\n  hint: {lost.hint}")
        return lost.exit_code
    return 0


def help_text() -> str:
    """Returns the text of `mapp --help` from the generated file."""
    from pathlib import Path

    text = (Path(__file__).parent / HELP_FILE).read_text(encoding="utf-8")
    return text.removeprefix(GENERATED)


def _completing() -> bool:
    """Returns whether a shell is asking for completions, as click's scripts do."""
    import os

    return "_MAPP_COMPLETE" in os.environ


cli = Program()
