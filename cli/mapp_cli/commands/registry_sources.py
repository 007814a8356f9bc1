"""`mapp registry add`, `list` and `remove`: the registries that a person uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import remote_option

if TYPE_CHECKING:
    from mapp.share.registries import RegistrySource


@click.command("add")
@click.argument("name")
@click.argument("url")
@remote_option
@click.option("--json", "as_json", is_flag=True, help="Print the registry as JSON.")
@pass_context
def add(context: Context, name: str, url: str, allow_git: bool, as_json: bool) -> None:
    """Use the registry at URL, an address or a folder, under NAME; its list of apps is fetched now.

    Adding a registry trusts no app: each install checks and asks for itself.
    """
    from mapp.share.registries import add_registry
    from mapp.share.registry_copy import refresh

    if Path(url).is_dir():
        url = str(Path(url).absolute())
    commits = []

    def fetch_list(source: RegistrySource) -> None:
        copy = refresh(context.opened.home, source, tell=context.console.tell)
        copy.ensure_registry()
        commits.append(copy.commit)

    config_file = context.config.config_file
    source = add_registry(config_file, name, url, allow_plain=allow_git, check=fetch_list)
    if as_json:
        context.console.json({"added": {**source.to_dict(), "commit": commits[-1]}})
    else:
        context.console.tell(f"added the registry {name} at {source.url}")
        context.console.hint(f"to install an app from it: mapp install {name}:APP")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the registries as JSON.")
@pass_context
def listed(context: Context, as_json: bool) -> None:
    """List the registries in use."""
    from mapp.share.registries import known_registries

    rows = known_registries(context.config).values()
    if as_json:
        context.console.json({"registries": [row.to_dict() for row in rows]})
    else:
        context.console.table([(row.name, row.url) for row in rows], ("name", "address"))


@click.command("remove")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def removed(context: Context, name: str, as_json: bool) -> None:
    """Stop using the registry NAME; apps that were installed from it stay."""
    from mapp.share.registries import remove_registry
    from mapp.share.registry_copy import forget_copies

    source = remove_registry(context.config.config_file, name)
    forget_copies(context.workspace.home, source)
    if as_json:
        context.console.json({"removed": source.to_dict()})
    else:
        context.console.tell(f"removed the registry {name}")
