"""`mapp registry`: the registries that list apps."""

from __future__ import annotations

import click

from mapp_cli.commands import registry_sources, registry_upkeep, yank


@click.group("registry", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the registries as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Use, make and maintain registries: git repositories that list apps.

    Without a command, list the registries in use.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(registry_sources.listed, as_json=as_json)


for _command in (
    registry_sources.add,
    registry_sources.listed,
    registry_sources.removed,
    registry_upkeep.init,
    registry_upkeep.check,
    registry_upkeep.merge,
    registry_upkeep.advise,
    yank.command,
    registry_upkeep.index,
    registry_upkeep.verify,
):
    command.add_command(_command)
