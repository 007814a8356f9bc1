"""`mapp import`: an existing function becomes an app's folder."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.context import Context, pass_context


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--function", help="Which function of the file; the exported one by default.")
@click.option("--name", help="The app's name; made from the function's name by default.")
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=".",
    help="Below which folder; the current one by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the folder and the manifest as JSON.")
@pass_context
def command(
    context: Context, file: Path, function: str | None, name: str | None, parent: Path, as_json: bool
) -> None:
    """Turn a function of a JavaScript FILE into an app's folder.

    Its parameters and JSDoc (@param, @returns, @example) become the manifest and the first examples;
    `mapp add` then checks and commits it.
    """
    from typing import Any

    from mapp.ops.import_function import import_function

    shown: dict[str, Any] = {}
    folder = import_function(
        file,
        parent,
        function=function,
        name=name,
        ask=lambda app, manifest: shown.update(app=app, manifest=manifest),
    )
    if as_json:
        context.console.json({**shown, "folder": str(folder)})
        return
    context.console.result(str(folder))
    context.console.tell(
        f"look through {folder}/mapp.toml, add examples and requests, then: mapp add {folder}"
    )
