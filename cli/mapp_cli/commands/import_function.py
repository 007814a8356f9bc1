"""`mapp import`: turns an existing function into an app's folder."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.context import Context, pass_context


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--function", help="The function to import; by default the exported one.")
@click.option("--name", help="The app's name; by default made from the function's name.")
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=".",
    help="The folder to create the app's folder in; by default the current one.",
)
@click.option("--tests", is_flag=True, help="Have manifest and tests written too, and merge the app.")
@click.option(
    "--yes", "-y", is_flag=True, help="With --tests: approve cost, contract and merge without asking."
)
@click.option("--json", "as_json", is_flag=True, help="Print the folder and the manifest as JSON.")
@pass_context
def command(
    context: Context,
    file: Path,
    function: str | None,
    name: str | None,
    parent: Path,
    tests: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Turn a function of a JavaScript FILE into an app's folder.

    Its parameters and JSDoc (@param, @returns, @example) become the manifest and the first examples;
    `mapp add` then checks and commits it. With --tests, the configured coder writes a contract that the
    unchanged code must meet, and the app is added to the library.
    """
    if tests:
        return _with_tests(context, file, function=function, name=name, yes=yes, as_json=as_json)
    from typing import Any

    from mapp.ops.manage.import_function import import_function
    from mapp.suggested_commands import suggested_command

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
        return 0
    context.console.result(str(folder))
    then = suggested_command("add", str(folder))
    context.console.tell(f"review {folder}/mapp.toml, add examples and requests, then: {then}")
    return 0


def _with_tests(
    context: Context, file: Path, *, function: str | None, name: str | None, yes: bool, as_json: bool
) -> int:
    from mapp.model.change_spec import CompileSpec
    from mapp.model.manifest import Manifest
    from mapp.ops.compile.compile import compile_app
    from mapp.ops.manage.import_function import imported
    from mapp_cli.approval import TerminalApprover, show_changed, watching

    console, workspace = context.console, context.ready
    app, files, stated = imported(file, function=function, name=name)
    changed = compile_app(
        workspace,
        Manifest.from_toml(files["mapp.toml"].decode()).description,
        person=TerminalApprover(console=console, yes=yes, merge=context.config.merge),
        watch=watching(console),
        name=app,
        spec=CompileSpec(stated=tuple(stated), contract=files),
    )
    return show_changed(console, workspace, changed, as_json=as_json)
