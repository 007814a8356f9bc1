"""`mapp map`: one app, many rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names, files
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.permissions import allow_loopback, asking, grant_option, loopback_option

if TYPE_CHECKING:
    from mapp.ops.run.batch import Mapped

FAILED = 1


@click.command("map")
@click.argument("app", shell_complete=app_names)
@click.option(
    "--input",
    "source",
    metavar="FILE",
    shell_complete=files,
    required=True,
    help="Take the rows from a file, or - for standard input: one JSON object of arguments on each line.",
)
@click.option(
    "--output",
    metavar="FILE",
    shell_complete=files,
    default="-",
    help="Write to a file, and continue it after a kill; - for standard output, the default.",
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1), help="How many rows to run at once.  [default: one a core]"
)
@click.option("--fresh", is_flag=True, help="Begin again, whatever the output file holds.")
@click.option(
    "--at", "revision", metavar="REVISION", help="Run the app as it was at a version, branch or commit."
)
@grant_option
@loopback_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    source: str,
    output: str,
    jobs: int | None,
    fresh: bool,
    revision: str | None,
    grants: tuple[str, ...],
    loopback: bool,
    as_json: bool,
) -> int:
    """Run APP on every row of a file, and write one line a row, in the same order.

    A line is {"row": N, "outcome": "ok", "output": ...}, or says how the row failed; a row that is no
    call of the app is an outcome too. The exit code is 0 if all rows ended in a value.

    \b
    mapp map vat --input prices.jsonl --output gross.jsonl
    cat prices.jsonl | mapp map vat --input - | jq .output
    """
    workspace = context.ready
    if loopback:
        allow_loopback(context)
    workspace.warm()
    from mapp.ops.run.batch import BatchOptions, map_rows

    console = context.console
    mapped = map_rows(
        workspace,
        app,
        sys.stdin.buffer if source == "-" else Path(source),
        console.document if output == "-" else Path(output),
        options=BatchOptions(
            jobs=jobs,
            fresh=fresh,
            revision=revision,
            grants=grants,
            permit=asking(console, as_json=as_json or source == "-"),
        ),
        progress=console.progress,
    )
    _show(console, mapped, as_json=as_json, piped=output == "-")
    return FAILED if mapped.failed else 0


def _show(console: Console, mapped: Mapped, *, as_json: bool, piped: bool) -> None:
    if as_json and not piped:
        console.json(mapped.to_dict())
    elif as_json:  # standard output holds rows
        console.tell(json.dumps(mapped.to_dict()))
    else:
        ends = ", ".join(f"{count} {name}" for name, count in mapped.outcomes) or "none"
        known = f", {mapped.continued} of them done before" if mapped.continued else ""
        speed = (mapped.rows - mapped.continued) / max(mapped.seconds, 1e-9)
        console.tell(f"{mapped.rows} rows{known}: {ends}; {mapped.seconds:.1f} s, {speed:,.0f} rows a second")
