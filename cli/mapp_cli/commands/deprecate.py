"""`mapp deprecate`: advises against published versions of an app."""

from __future__ import annotations

import click

from mapp.errors import UsageError
from mapp.suggested_commands import suggested_command
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import direct_option, override_option, plain_option, registry_option


@click.command("deprecate")
@click.argument("app", metavar="APP[@VERSION]", shell_complete=app_names)
@registry_option
@click.option("--why", default=None, metavar="TEXT", help="Why, in one line; everybody sees it.")
@click.option("--use", default="", metavar="APP", help="Another app of the registry to use instead.")
@click.option("--undo", is_flag=True, help="Take the deprecation back.")
@direct_option
@override_option
@plain_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    registry: str,
    why: str | None,
    use: str,
    undo: bool,
    direct: bool,
    override: tuple[str, ...],
    allow_git: bool,
    as_json: bool,
) -> None:
    """Advise against APP, or one version of it: people who install, update or audit it see a note.

    Nothing is refused, unlike after a yank. Without a version, all that are published now are deprecated, and
    a later one is not.
    """
    from mapp.ops.share.deprecate import deprecate
    from mapp.ops.share.publish import Target

    if undo == (why is not None):
        raise UsageError("say why with --why, or take a deprecation back with --undo")
    name, _, version = app.partition("@")
    target = Target(registry=registry, direct=direct, override=override, allow_plain=allow_git)
    place, done = deprecate(context.opened, name, target, version=version, why=why, use=use)
    verb, what = "undeprecate" if undo else "deprecate", f"{name} {version}".strip()
    if as_json:
        row = {"app": name, "version": version or None, "deprecated": not undo, "ref": done.ref}
        row |= {"commit": done.commit, "changed": done.changed, "registry": place.url}
        context.console.json({"schema": 1, **row})
    elif not done.changed:
        context.console.result(f"nothing to {verb}: the registry says that of {what} already")
    elif direct:
        context.console.result(f"{verb}d {what} in {place}")
    else:
        context.console.result(f"submitted to {verb} {what} to {place}")
        context.console.hint(f"its maintainers merge it: {suggested_command('registry', 'merge', place.url)}")
