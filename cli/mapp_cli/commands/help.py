"""`mapp help`: shows the help of mapp or of one command."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.main import help_text


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@pass_context
@click.pass_context
def command(ctx: click.Context, context: Context, words: tuple[str, ...]) -> None:
    """Show the list of commands, or the help of COMMAND, as `mapp COMMAND --help` does."""
    if not words:
        context.console.result(help_text())
        return
    current = ctx.find_root()
    for word in words:
        group = current.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"{current.command_path} has no command {word!r}.", current)
        name, resolved, _ = group.resolve_command(current, [word])
        assert resolved is not None
        current = click.Context(resolved, info_name=name, parent=current, **resolved.context_settings)
    context.console.result(current.get_help())
