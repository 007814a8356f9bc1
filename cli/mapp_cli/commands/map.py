"""`mapp map`: runs one app on many rows."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import app_names, files
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.option_groups import option_group
from mapp_cli.permissions import Allowed, permission_options, permit_by_asking

if TYPE_CHECKING:
    from mapp.ops.run.batch import Mapped

FAILED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class MapFiles:
    """The files of a map: paths, or `-` for the standard streams. `fresh` starts the output file over."""

    source: str
    output: str
    fresh: bool


@click.command("map")
@click.argument("app", shell_complete=app_names)
@option_group(
    "streams",
    MapFiles,
    click.option(
        "--input",
        "source",
        metavar="FILE",
        shell_complete=files,
        required=True,
        help="Read the rows from a file, or - for standard input: one JSON object of arguments on each line.",
    ),
    click.option(
        "--output",
        metavar="FILE",
        shell_complete=files,
        default="-",
        help="Write to a file, or continue it after an interruption; - for standard output, the default.",
    ),
    click.option("--fresh", is_flag=True, help="Start over, whatever the output file contains."),
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1), help="How many rows to run at once.  [default: one per core]"
)
@click.option("--at", "revision", metavar="REVISION", help="Run the app at a version, branch or commit.")
@permission_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    streams: MapFiles,
    jobs: int | None,
    revision: str | None,
    allowed: Allowed,
    as_json: bool,
) -> int:
    """Run APP on every row of a file and write one line per row, in the same order.

    A line is {"row": N, "outcome": "ok", "output": ...}, or says how the row failed. A row that is not a
    valid call of the app gets a line too. The exit code is 0 if every row returned a value.

    \b
    mapp map vat --input prices.jsonl --output gross.jsonl
    cat prices.jsonl | mapp map vat --input - | jq .output
    """
    workspace = context.ready
    allowed.apply(context)
    workspace.warm()
    from mapp.ops.run.batch import BatchOptions, map_rows

    console = context.console
    piped_in, piped_out = streams.source == "-", streams.output == "-"
    mapped = map_rows(
        workspace,
        app,
        sys.stdin.buffer if piped_in else Path(streams.source),
        console.document if piped_out else Path(streams.output),
        options=BatchOptions(
            jobs=jobs,
            fresh=streams.fresh,
            revision=revision,
            grants=allowed.grants,
            permit=permit_by_asking(console, as_json=as_json or piped_in),
        ),
        progress=console.progress,
    )
    _show(console, mapped, as_json=as_json, piped=piped_out)
    return FAILED if mapped.failed else 0


def _show(console: Console, mapped: Mapped, *, as_json: bool, piped: bool) -> None:
    if as_json and not piped:
        console.json(mapped.to_dict())
    elif as_json:  # standard output holds the rows
        console.tell(json.dumps(mapped.to_dict()))
    else:
        ends = ", ".join(f"{count} {name}" for name, count in mapped.outcomes) or "none"
        earlier = f", {mapped.continued} of them done before" if mapped.continued else ""
        speed = (mapped.rows - mapped.continued) / max(mapped.seconds, 1e-9)
        console.tell(
            f"{mapped.rows} rows{earlier}: {ends}; {mapped.seconds:.1f} s, {speed:,.0f} rows a second"
        )
