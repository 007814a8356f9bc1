"""`mapp registry`: the registries that list apps."""

from __future__ import annotations

import click

from mapp_cli.commands import registry_sources, registry_upkeep


@click.group("registry")
def command() -> None:
    """Use, make and maintain registries: git repositories that list apps."""


for _command in (
    registry_sources.add,
    registry_sources.listed,
    registry_sources.removed,
    registry_upkeep.init,
    registry_upkeep.check,
    registry_upkeep.merge,
    registry_upkeep.index,
    registry_upkeep.verify,
):
    command.add_command(_command)
