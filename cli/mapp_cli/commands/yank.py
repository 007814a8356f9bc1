"""`mapp yank`: withdraws a published version of an app."""

from __future__ import annotations

import click

from mapp.suggested_commands import suggested_command
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import direct_option, override_option, plain_option, registry_option


@click.command("yank")
@click.argument("app", shell_complete=app_names)
@click.argument("version")
@registry_option
@click.option("--reason", required=True, help="Why, in one line; everybody sees it.")
@direct_option
@override_option
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    version: str,
    registry: str,
    reason: str,
    direct: bool,
    override: tuple[str, ...],
    allow_git: bool,
    as_json: bool,
) -> None:
    """Withdraw VERSION of APP from a registry: nobody installs it any more.

    The version stays listed with the reason, and its number stays taken. A yank cannot be taken back; publish
    a new version instead.
    """
    from mapp.ops.share.publish import yank

    place, done = yank(
        context.opened,
        app,
        version,
        reason,
        registry=registry,
        direct=direct,
        override=override,
        allow_plain=allow_git,
    )
    if as_json:
        row = {"app": app, "version": version, "ref": done.ref, "commit": done.commit}
        context.console.json({"schema": 1, **row, "changed": done.changed, "registry": place.url})
    elif not done.changed:
        context.console.result(f"{app} {version} is yanked already")
    elif direct:
        context.console.result(f"yanked {app} {version} in {place}")
    else:
        context.console.result(f"submitted the yank of {app} {version} to {place}")
        context.console.hint(f"its maintainers merge it: {suggested_command('registry', 'merge', place.url)}")
