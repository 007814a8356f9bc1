"""`mapp help`: the help of mapp, or of one command."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.main import help_text


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@pass_context
@click.pass_context
def command(ctx: click.Context, context: Context, words: tuple[str, ...]) -> None:
    """Show what mapp can do, or how COMMAND is used, as `mapp COMMAND --help` does."""
    if not words:
        context.console.result(help_text())
        return
    shown = ctx.find_root()
    for word in words:
        group = shown.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"{shown.command_path} has no command {word!r}.", shown)
        name, found, _ = group.resolve_command(shown, [word])
        assert found is not None
        shown = click.Context(found, info_name=name, parent=shown, **found.context_settings)
    context.console.result(shown.get_help())
