"""`mapp publish`: publishes a release of an app to a registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from mapp.errors import PermissionNeeded
from mapp.suggested_commands import suggested_command
from mapp_cli.completers import app_names
from mapp_cli.context import Context, pass_context
from mapp_cli.registry_reviews import (
    direct_option,
    override_option,
    plain_option,
    registry_option,
    show_review,
)

if TYPE_CHECKING:
    from mapp.ops.share.publish import Plan, Published


@click.command("publish")
@click.argument("app", shell_complete=app_names)
@registry_option
@click.option("--remote", default="", metavar="URL", help="The app's git repository; needed the first time.")
@click.option(
    "--shared-remote",
    is_flag=True,
    help="The remote holds other apps too: push APP/main and APP/vX.Y.Z. Later versions keep that.",
)
@click.option("--revision", metavar="VERSION", help="The release to publish; the one on main by default.")
@click.option("--workflow-only", is_flag=True, help="From now on, only the app's workflow publishes it.")
@direct_option
@override_option
@plain_option
@click.option("--dry-run", is_flag=True, help="Check, and show what would be pushed; push nothing.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    registry: str,
    remote: str,
    shared_remote: bool,
    revision: str | None,
    workflow_only: bool,
    direct: bool,
    override: tuple[str, ...],
    allow_git: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Publish a release of APP: its branch and tag to its remote, its version to a registry.

    The registry's checks run first, here, and are the same as its maintainers'. Without --direct the version
    waits as a branch `submit/APP/VERSION` of the registry until they merge it. A published version never
    changes; running the command again finishes what was interrupted.
    """
    from mapp.ops.share.open_request import open_request
    from mapp.ops.share.publish import Target, publish

    target = Target(
        registry=registry,
        remote=remote,
        direct=direct,
        override=override,
        allow_plain=allow_git,
        publisher="workflow-only" if workflow_only else "",
        shared=shared_remote,
    )
    confirm = None if yes else confirmation(context, as_json=as_json)
    done = publish(context.opened, app, target, revision=revision, dry_run=dry_run, confirm=confirm)
    opened = ""
    if done.submitted is not None and done.submitted.changed and not direct:
        opened = open_request(done, tell=context.console.tell)
    if as_json:
        context.console.json({**done.to_dict(), "pull_request": opened or None})
    else:
        _show(context, done, opened, dry_run=dry_run)


def confirmation(context: Context, *, as_json: bool) -> Callable[[Plan], bool]:
    """Returns a function that shows what would be pushed and asks the person."""

    def confirm(plan: Plan) -> bool:
        if as_json or not context.console.can_ask:
            raise PermissionNeeded(
                f"publishing {plan.release.app.name} {plan.version} pushes to {plan.remote} and "
                f"{plan.registry.url}",
                hint="to see what: --dry-run; to do it: --yes",
                code="MAPP-0749",
            )
        _show_plan(context, plan)
        return context.console.confirm(f"publish {plan.release.app.name} {plan.version}?")

    return confirm


def _show_plan(context: Context, plan: Plan) -> None:
    console = context.console
    show_review(console, plan.review, passed=False)
    for row in plan.pushes:
        console.tell(f"  push {row.ref} of {plan.remote}: {(row.old or 'new')[:10]} -> {row.new[:10]}")
    if not plan.listed:
        where = "main" if plan.direct else f"submit/{plan.release.app.name}/{plan.version}"
        console.tell(f"  push {where} of {plan.registry.url}: one more version in one file")


def _show(context: Context, done: Published, opened: str, *, dry_run: bool) -> None:
    console, plan = context.console, done.plan
    what = f"{plan.release.app.name} {plan.version}"
    if done.submitted is None:
        if dry_run:
            _show_plan(context, plan)
        ready = "is published already" if plan.listed else "would be published"
        console.result(f"{what} {ready}; nothing was pushed")
    elif plan.listed:
        console.result(f"{what} is published in {plan.registry} already")
    elif plan.direct:
        console.result(f"published {what} in {plan.registry}")
    else:
        console.result(
            f"submitted {what} to {plan.registry} as {done.submitted.ref.removeprefix('refs/heads/')}"
        )
        console.hint(
            opened or f"its maintainers merge it: {suggested_command('registry', 'merge', plan.registry.url)}"
        )
