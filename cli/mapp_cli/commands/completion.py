"""`mapp completion`: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mapp_cli.context import Context, pass_context


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_context
def command(context: Context, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash: eval "$(mapp completion bash)"
    zsh:  eval "$(mapp completion zsh)"
    fish: mapp completion fish > ~/.config/fish/completions/mapp.fish
    """
    from mapp_cli.group import group

    found = get_completion_class(shell)
    assert found is not None
    context.console.result(found(group, {}, "mapp", "_MAPP_COMPLETE").source())
