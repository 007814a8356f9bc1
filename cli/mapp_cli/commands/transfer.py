"""`mapp transfer`: hands a published app over to another remote or another key."""

from __future__ import annotations

import click

from mapp.errors import PermissionNeeded
from mapp.suggested_commands import suggested_command
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import direct_option, override_option, plain_option, registry_option


@click.command("transfer")
@click.argument("app", shell_complete=app_names)
@registry_option
@click.option("--remote", default="", metavar="URL", help="The app's git repository from now on.")
@click.option(
    "--signer",
    default="",
    metavar="KEY",
    help="Who signs from now on: a fingerprint, or a public key's file.",
)
@direct_option
@override_option
@plain_option
@click.option("--yes", is_flag=True, help="Hand it over without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    registry: str,
    remote: str,
    signer: str,
    direct: bool,
    override: tuple[str, ...],
    allow_git: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Hand APP over: its later versions come from another remote, or are signed with another key.

    You sign the transfer with the key of the versions so far. The new remote must have all of them. People
    who installed the app are asked for consent again.
    """
    from mapp.ops.share.publish import Target
    from mapp.ops.share.transfer import transfer

    console = context.console
    question = f"hand {app} over to {' and '.join(filter(None, (remote, signer))) or 'nobody'}?"
    if not yes:
        if as_json or not console.can_ask:
            raise PermissionNeeded(
                f"a transfer of {app} cannot be taken back by you", hint="to do it: --yes", code="MAPP-0749"
            )
        if not console.confirm(question):
            console.result("nothing was changed")
            return
    target = Target(registry=registry, remote=remote, direct=direct, override=override, allow_plain=allow_git)
    place, row, done = transfer(context.opened, app, target, signer=signer)
    if as_json:
        console.json(
            {
                "schema": 1,
                "app": app,
                "transfer": row.to_dict(),
                "registry": place.url,
                "ref": done.ref,
                "commit": done.commit,
                "changed": done.changed,
            }
        )
    elif not done.changed:
        console.result(f"{app} is handed over already")
    elif direct:
        console.result(f"handed {app} over to {row.to_remote} in {place}")
    else:
        console.result(f"submitted the transfer of {app} to {place}")
        console.hint(f"its maintainers merge it: {suggested_command('registry', 'merge', place.url)}")
