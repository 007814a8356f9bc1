"""`mapp keys`: stores the secrets that apps and models need."""

from __future__ import annotations

import sys

import click

from mapp_cli.context import Context, pass_context


@click.group("keys", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the names as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Store secrets or list their names; no command shows a value.

    MAPP_KEY_NAME in the environment takes precedence over a stored NAME.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed, as_json=as_json)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the names as JSON.")
@pass_context
def listed(context: Context, as_json: bool) -> None:
    """List the names of the keys and where each comes from."""
    from mapp.keys import key_names

    names = key_names(context.config.config_file)
    if as_json:
        context.console.json({"keys": [{"name": name, "from": where} for name, where in names.items()]})
    else:
        context.console.table(names.items(), ("name", "from"))


@command.command("set")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the name as JSON.")
@pass_context
def stored(context: Context, name: str, as_json: bool) -> None:
    """Store a key that you type or pipe in. It is not an argument, because other users can see those."""
    from mapp.keys import set_key

    at_terminal = sys.stdin.isatty()
    value = click.prompt(name, hide_input=True, err=True) if at_terminal else sys.stdin.readline(10_000)
    set_key(context.config.config_file, name.upper(), value.strip())
    if as_json:
        context.console.json({"stored": name.upper()})
    else:
        context.console.tell(f"stored {name.upper()}")


@command.command("remove")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the name as JSON.")
@pass_context
def removed(context: Context, name: str, as_json: bool) -> None:
    """Delete a stored key."""
    from mapp.keys import remove_key

    remove_key(context.config.config_file, name.upper())
    if as_json:
        context.console.json({"removed": name.upper()})
    else:
        context.console.tell(f"removed {name.upper()}")
