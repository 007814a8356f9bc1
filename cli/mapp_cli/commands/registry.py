"""`mapp registry`: the registries that list apps."""

from __future__ import annotations

import click

from mapp_cli.commands import registry_sources


@click.group("registry")
def command() -> None:
    """Add, list and remove registries: git repositories that list apps."""


for _source_command in (registry_sources.add, registry_sources.listed, registry_sources.removed):
    command.add_command(_source_command)
