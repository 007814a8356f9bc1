"""`mapp sync`: installs what a project asks for."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.permissions import permit_by_asking
from mapp_cli.registry_reviews import remote_option
from mapp_cli.rendering import show_check
from mapp_cli.updates import Sources, source_options


@click.command("sync")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--yes", "-y", is_flag=True, help="Grant the capabilities that the apps declare.")
@remote_option
@source_options
@click.option("--dry-run", is_flag=True, help="Fetch and check, but change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the apps as JSON.")
@pass_context
def command(
    context: Context,
    folder: Path,
    yes: bool,
    allow_git: bool,
    dry_run: bool,
    as_json: bool,
    limits: Sources,
) -> None:
    """Install the apps of a project: its mapp-library.toml, at the commits of the mapp.lock beside it.

    Gaps in the project's lock are filled with the newest releases that fit; commit the file. Registries must
    be yours: a project cannot add one. Other apps of your library stay.
    """
    from mapp.ops.share.install import Options
    from mapp.ops.share.sync import sync

    console = context.console
    options = Options(
        yes=yes,
        permit=permit_by_asking(console, as_json=as_json),
        allow_plain=allow_git,
        dry_run=dry_run,
        locked=limits.keeps_lock,
        offline=limits.stays_local,
        mirror=limits.mirror,
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    found = sync(context.ready, folder, options)
    if as_json:
        console.json(found.to_dict())
        return
    for row in found.installed.rows:
        verb = (
            "would install"
            if dry_run and row.changed
            else "installed"
            if row.changed
            else "already installed:"
        )
        console.result(f"{verb} {row.entry.name} {row.entry.version} ({row.entry.commit[:10]})")
    for name in found.pinned:
        console.warn(f"{name} stays as it is here, because you pinned it; to release it: mapp unpin {name}")
    if found.extra:
        console.tell(f"not on the project's list: {', '.join(found.extra)}")
    if found.lock_changed and not dry_run:
        console.tell(f"wrote {folder / 'mapp.lock'}; commit it")
