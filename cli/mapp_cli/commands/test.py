"""`mapp test`: checks apps as `mapp add` does."""

from __future__ import annotations

import click

from mapp_cli.context import Context, pass_context
from mapp_cli.rendering import show_check

FAILED = 8


@click.command("test")
@click.argument("apps", nargs=-1)
@click.option(
    "--inputs",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many inputs are drawn for each property.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@pass_context
def command(context: Context, apps: tuple[str, ...], inputs: int, as_json: bool) -> int:
    """Check APPS, or all apps of the library: examples, properties, requests."""
    from mapp.library import catalogue
    from mapp.validate.check import check_app

    workspace = context.ready
    rows = []
    for name in apps or catalogue.names(workspace.home):
        context.console.tell(name)
        results = list(check_app(catalogue.load(workspace.home, name), workspace.executor, inputs=inputs))
        for result in results:
            show_check(context.console, result)
        rows.append(
            {
                "app": name,
                "passed": all(row.passed for row in results),
                "checks": [row.to_dict() for row in results],
            }
        )
    passed = all(row["passed"] for row in rows)
    if as_json:
        context.console.json({"passed": passed, "apps": rows})
    return 0 if passed else FAILED
