"""The click group behind `mapp`: commands are imported when they are called."""

from __future__ import annotations

import contextlib
import importlib
import signal
from collections.abc import Iterator
from typing import Any, Final

import click

from mapp_cli.console import Console
from mapp_cli.context import Context

COMMANDS: Final = {
    "Ask and run": {
        "run": "Answer a request in plain words with an app of the library.",
        "exec": "Run one app on given arguments.",
        "map": "Run one app on every row of a file.",
        "search": "Find apps by what they do.",
        "runs": "Show the journal of runs.",
        "replay": "Run a run of the journal again, offline.",
    },
    "The library": {
        "list": "List the apps of the library.",
        "show": "Show what an app takes, returns and may do.",
        "log": "Show an app's history.",
        "diff": "Show how two versions of an app differ.",
        "rollback": "Bring back what an app was before.",
        "verdict": "Show what the gate found about an app.",
        "path": "Print the folder of an app's checkout.",
        "remove": "Take an app out of the library.",
        "restore": "Take a removed app back into the library.",
        "grant": "Let an app use what it declares.",
        "revoke": "Take capabilities back from an app.",
    },
    "Have apps written": {
        "compile": "Have an app written that does what a request asks for.",
        "expand": "Have an app widened.",
        "review": "Show, approve or reject changes that wait.",
        "spend": "Show what writing apps has cost, and what is left.",
    },
    "Write apps": {
        "new": "Start a new app in a folder of its own.",
        "import": "Turn a JavaScript function into an app's folder.",
        "add": "Check a folder and commit it as an app.",
        "edit": "Open an app's checkout in your editor, and add what changed.",
        "bump": "Set the version that a change demands.",
        "test": "Put apps through the gate.",
        "verify": "Derive the verdict on an app again, and compare.",
        "ci": "Validate every commit of a push or pull request.",
    },
    "Keep house": {
        "index": "Rebuild the index, or show its state.",
        "config": "Show or change settings.",
        "keys": "Store secrets for apps and models.",
        "clean": "Delete apps that were removed some time ago.",
        "help": "Show the help of mapp, or of a command.",
        "version": "Show the version.",
        "doctor": "Say what works on this machine and what does not.",
        "relock": "Accept an app that git changed, if its checks pass.",
        "explain": "Explain an error code.",
        "completion": "Print the completion script of a shell.",
    },
}

MODULES: Final = {"import": "import_function", "exec": "execute", "list": "listing"}


class LazyGroup(click.Group):
    """A group whose commands lie in one module each."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of all commands, as `mapp --help` orders them."""
        return [name for section in COMMANDS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command, importing only its module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"mapp_cli.commands.{MODULES.get(cmd_name, cmd_name)}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns the command that was typed, or says which ones are spelled alike."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ' To ask for something: mapp run "…"'
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands under their headings, from the table: nothing is imported."""
        for heading, rows in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(rows.items()))

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the command line; every error ends in a message and its exit code."""
        from mapp_cli.error_handler import guarded

        _see_children_end()
        return guarded(super().main, *args, **extra)


def _see_children_end() -> None:
    """Undoes a parent's ignoring of SIGCHLD: with it, every child of ours would seem to end well."""
    with contextlib.suppress(AttributeError, ValueError):  # Windows; not the main thread
        if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from mapp.distribution import version

        click.echo(f"mapp {version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    name="mapp",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Start with: mapp run "what is 240 euros plus 20% VAT"',
)
@click.option("--library", metavar="FOLDER", help="The library to work with.  [env: MAPP_HOME]")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version.",
)
@click.pass_context
def group(ctx: click.Context, library: str | None, quiet: bool, debug: bool) -> None:
    """Ask in plain words; a proven little program answers.

    mapp keeps a library of JavaScript mini-apps in git. A request runs the one app that does exactly
    that, in a sandbox, with no language model involved.
    """
    ctx.obj = Context(library=library, console=Console(quiet=quiet), debug=debug)
    ctx.call_on_close(ctx.obj.close)


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Yields every command with its name; imports them all."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        yield name, command
