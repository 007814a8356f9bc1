"""`mapp rename`: publishes an app under another name."""

from __future__ import annotations

import click

from mapp.suggested_commands import suggested_command
from mapp_cli.commands.publish import confirmation
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import direct_option, override_option, plain_option, registry_option
from mapp_cli.rendering import show_check


@click.command("rename")
@click.argument("app", shell_complete=app_names)
@click.argument("name", metavar="NEW")
@registry_option
@click.option("--remote", default="", metavar="URL", help="Where the new name lives; by default as before.")
@direct_option
@override_option
@plain_option
@click.option("--yes", is_flag=True, help="Publish without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    name: str,
    registry: str,
    remote: str,
    direct: bool,
    override: tuple[str, ...],
    allow_git: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Publish APP as NEW, and say at the old name what it is called now.

    The versions under the old name stay, and people who installed them see the new name, which asks for
    consent of its own. Without --direct, run the command again once the new
    name is merged.
    """
    from mapp.ops.share.publish import Target
    from mapp.ops.share.rename import rename

    target = Target(registry=registry, remote=remote, direct=direct, override=override, allow_plain=allow_git)
    console = context.console
    done = rename(
        context.opened,
        app,
        name,
        target,
        confirm=None if yes else confirmation(context, as_json=as_json),
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    again = suggested_command("rename", app, name, "--to", registry)
    if as_json:
        console.json(done.to_dict())
    elif done.published.submitted is None:
        console.result(f"{name} is in your library; nothing was published")
    elif done.marked is None:
        console.result(f"submitted {name} to {done.published.plan.registry}")
        console.hint(f"once it is merged, finish the rename: {again}")
    else:
        verb = "renamed" if direct else "submitted the rename of"
        console.result(f"{verb} {app} to {name} in {done.published.plan.registry}")
        console.hint(f"the old app is still in your library: {suggested_command('remove', app)}")
