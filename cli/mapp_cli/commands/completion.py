"""`mapp completion`: prints a shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mapp_cli.context import Context, pass_context

_BASH_END = "\n    return 0\n"
_BASH_NO_SPACE = """
    if [[ ${COMPREPLY[0]-} == *= ]]; then
        compopt -o nospace
    fi

    return 0
"""
"""Keeps bash from adding a space after `price=`."""


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

    completion = get_completion_class(shell)
    assert completion is not None
    script = completion(group, {}, "mapp", "_MAPP_COMPLETE").source()
    context.console.result(script.replace(_BASH_END, _BASH_NO_SPACE) if shell == "bash" else script)
