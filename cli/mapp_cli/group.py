"""The click group behind `mapp`. It imports a command only when the command is called."""

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
        "run": "Answer a request in plain words with an app from the library.",
        "exec": "Run one app with given arguments.",
        "map": "Run one app on every row of a file.",
        "search": "Find apps by what they do.",
        "runs": "Show the journal of runs.",
        "replay": "Re-run a recorded run offline.",
        "wrong": "Say that an answer is wrong, and what is right.",
        "right": "Say that an answer is right.",
        "unlearn": "Forget what your words about runs taught.",
        "incidents": "List what failed, and why.",
        "incident": "Tell one incident and what you can do about it.",
        "stats": "Show what the library did, cost and avoided.",
    },
    "Library": {
        "list": "List the apps in the library.",
        "show": "Show what an app takes, returns and may do.",
        "log": "Show an app's history.",
        "blame": "Show what introduced each line of an app.",
        "diff": "Show how two versions of an app differ.",
        "bisect": "Find the commit that changed a run's outcome.",
        "rollback": "Restore an app's previous version.",
        "verdict": "Show the gate's verdict on an app.",
        "path": "Print the folder of an app's checkout.",
        "remove": "Remove an app from the library.",
        "restore": "Restore a removed app.",
        "undo": "Take back the last operation on the library.",
        "operations": "List what was done to the library.",
        "grant": "Grant an app capabilities that it declares.",
        "revoke": "Revoke an app's capabilities.",
    },
    "Share": {
        "install": "Install apps from registries and git addresses.",
        "update": "Update installed apps to their newest releases.",
        "try": "Run an app from elsewhere without installing it.",
        "outdated": "List installed apps that have newer releases.",
        "pin": "Keep an installed app at its version, or at another one.",
        "unpin": "Let updates move an app again.",
        "sync": "Install what a project's mapp-library.toml asks for.",
        "mirror": "Write the installed releases into one file, for use without a network.",
        "fsck": "Check the apps against the lock file, byte for byte.",
        "audit": "Report advisories, yanks and moved tags of installed apps.",
        "publish": "Publish a release of an app to a registry.",
        "yank": "Withdraw a published version of an app.",
        "deprecate": "Advise against published versions of an app.",
        "rename": "Publish an app under another name.",
        "transfer": "Hand a published app over to another remote or key.",
        "propose": "Propose a change of an installed app to its author.",
        "report": "Report a failure of an installed app to its author.",
        "registry": "Use, make and maintain registries of apps.",
    },
    "Compile apps": {
        "compile": "Have a coder write an app for a request.",
        "expand": "Extend an app to cover a new request.",
        "heal": "Fix an app after a failure.",
        "review": "Show, approve or reject pending changes.",
        "spend": "Show what coders have cost and what budget is left.",
    },
    "Write apps": {
        "new": "Start a new app in its own folder.",
        "import": "Turn a JavaScript function into an app's folder.",
        "add": "Check a folder and commit it as an app.",
        "edit": "Open an app's checkout in your editor, then add the changes.",
        "bump": "Set the version that a change requires.",
        "record": "Record an app's host calls as tests.",
        "test": "Run apps through the gate.",
        "verify": "Recompute an app's verdict and compare it.",
        "ci": "Validate every commit of a push or pull request.",
    },
    "Maintenance": {
        "index": "Rebuild the index or show its state.",
        "config": "Show or change settings.",
        "keys": "Store secrets for apps and models.",
        "library": "Export a whole library into one file, or import one.",
        "clean": "Permanently delete apps that were removed some time ago.",
        "help": "Show help for mapp or for a command.",
        "version": "Show the version.",
        "doctor": "Check what works on this machine and what does not.",
        "relock": "Accept an app that was changed with git, if its checks pass.",
        "explain": "Explain an error code.",
        "completion": "Print a shell's completion script.",
    },
}

MODULES: Final = {"import": "import_function", "exec": "execute", "list": "listing", "try": "try_app"}


class LazyGroup(click.Group):
    """A group with one module for each command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of all commands, as `mapp --help` orders them."""
        return [name for section in COMMANDS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command; imports only its module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"mapp_cli.commands.{MODULES.get(cmd_name, cmd_name)}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns the command that was typed.

        Raises:
            click.UsageError: there is no such command; the message suggests similar names.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ' To ask for something: mapp run "…"'
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands under their headings. Uses the table, so no command is imported."""
        for heading, rows in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(rows.items()))

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the command line and turns every error into a message and an exit code."""
        from mapp_cli.error_handler import guarded

        _restore_child_signals()
        return guarded(super().main, *args, **extra)


def _restore_child_signals() -> None:
    """Restores SIGCHLD if a parent process ignores it; otherwise every child would seem to succeed."""
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
@click.option("--library", metavar="FOLDER", help="The library to use.  [env: MAPP_HOME]")
@click.option("--quiet", "-q", is_flag=True, help="Print only results and errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of errors.")
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
    """Ask in plain words; a tested mini-app answers.

    mapp keeps a library of JavaScript mini-apps in git. A request runs the one app that does exactly
    what you ask, in a sandbox and without a language model.
    """
    ctx.obj = Context(library=library, console=Console(quiet=quiet), debug=debug)
    ctx.call_on_close(ctx.obj.close)


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Yields every command with its name. Imports all of them."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        yield name, command
