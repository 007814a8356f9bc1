"""`mapp install`: installs apps from registries and git addresses."""

from __future__ import annotations

import click

from mapp.model.question_text import visible
from mapp_cli.completers import registry_names
from mapp_cli.context import Context, pass_context
from mapp_cli.permissions import permit_by_asking
from mapp_cli.registry_reviews import remote_option
from mapp_cli.rendering import show_check
from mapp_cli.updates import Sources, source_options


@click.command("install")
@click.argument("apps", nargs=-1, required=True, metavar="APP...", shell_complete=registry_names)
@click.option("--yes", "-y", is_flag=True, help="Grant the capabilities that the apps declare.")
@remote_option
@source_options
@click.option("--verify", is_flag=True, help="Run the gate here even if the app comes with a verdict.")
@click.option("--dry-run", is_flag=True, help="Fetch and check, but install nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the installed apps as JSON.")
@pass_context
def command(
    context: Context,
    apps: tuple[str, ...],
    yes: bool,
    allow_git: bool,
    verify: bool,
    dry_run: bool,
    as_json: bool,
    limits: Sources,
) -> None:
    """Install each APP from a registry or a git address.

    \b
    mapp install vat                the one registry that lists it
    mapp install team:vat@1.2       the newest 1.2.x in the registry team
    mapp install git+https://git.example.com/ada/vat.git@v1.2.0

    What arrives is checked against the registry before anything changes. An app that can do more than
    compute needs your consent: mapp asks, or --yes grants it.
    """
    from mapp.ops.share.install import Options, install

    console = context.console
    options = Options(
        yes=yes,
        permit=permit_by_asking(console, as_json=as_json),
        allow_plain=allow_git,
        dry_run=dry_run,
        locked=limits.keeps_lock,
        offline=limits.stays_local,
        mirror=limits.mirror,
        verify="always" if verify else "auto",
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    found = install(context.ready, apps, options)
    if as_json:
        console.json(found.to_dict())
        return
    for row in found.rows:
        entry = row.entry
        verb = "would install" if dry_run else "installed" if row.changed else "already installed:"
        may = f"; may use {', '.join(entry.granted)}" if entry.granted else ""
        console.result(f"{verb} {entry.name} {entry.version} ({entry.commit[:10]}){may}")
        if row.note:
            console.warn(visible(row.note))
