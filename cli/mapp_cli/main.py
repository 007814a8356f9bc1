"""The command line as a whole: a lazy group, global options, one boundary for errors."""

from __future__ import annotations

import sys
from typing import Any, Final

HELP_FILE: Final = "help.txt"


class Program:
    """The `mapp` command, loaded when something beyond `--help` is asked of it.

    It behaves as the click group that it stands for; only the plain `mapp --help` is
    answered without importing click, from a text that a test holds against the real one.
    """

    name = "mapp"

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Runs the command line of this process."""
        from mapp_cli import streams

        streams.prepare()
        asked = sys.argv[1:] in (["--help"], ["-h"]) or (len(sys.argv) == 1 and not _completing())
        if asked and not arguments and not options:
            return _say_help()
        if _completing():
            from mapp_cli.completers import quietly

            return quietly(lambda: self._group()(*arguments, **{"prog_name": self.name, **options}))
        return self._group()(*arguments, **{"prog_name": self.name, **options})

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Runs the command line with given arguments, as `click.Group.main` does."""
        return self._group().main(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        """Returns whatever else a click group has."""
        return getattr(self._group(), name)

    def _group(self) -> Any:
        from mapp_cli.group import group

        return group


def _say_help() -> int:
    """Prints the help and returns the exit code, as `boundary.guarded` does for commands."""
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
    """Returns what `mapp --help` prints, from the file that belongs to this version."""
    from pathlib import Path

    return (Path(__file__).parent / HELP_FILE).read_text(encoding="utf-8")


def _completing() -> bool:
    """Returns whether a shell asks for completions, as click's scripts do."""
    import os

    return "_MAPP_COMPLETE" in os.environ


cli = Program()
