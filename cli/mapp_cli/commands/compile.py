"""`mapp compile`: a request becomes a proven program."""

from __future__ import annotations

from pathlib import Path

import click

from mapp_cli.approval import Decider, show_changed, show_standing, watching
from mapp_cli.context import Context, pass_context


@click.command("compile")
@click.argument("request", nargs=-1)
@click.option("--name", metavar="NAME", help="What the app is to be called.")
@click.option(
    "--example",
    "examples",
    multiple=True,
    metavar="JSON",
    help='An example that must hold, {"input": …, "output": …}; can be repeated.',
)
@click.option(
    "--contract",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Manifest and tests that you wrote: only the code is written.",
)
@click.option("--resume", metavar="CHANGE", help="Carry on with a change that was interrupted.")
@click.option("--new", is_flag=True, help="Write an app even where one does this already.")
@click.option("--dry-run", is_flag=True, help="Print what the coder would be told; spend nothing.")
@click.option("--yes", "-y", is_flag=True, help="Allow the spending, the contract and the merge beforehand.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@pass_context
def command(
    context: Context,
    request: tuple[str, ...],
    name: str | None,
    examples: tuple[str, ...],
    folder: Path | None,
    resume: str | None,
    new: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Have an app written that does what REQUEST asks for, proven and merged.

    \b
    mapp compile "the number of weekdays in a month of a year"
    mapp compile --contract ./weekdays
    mapp compile --resume 019a3
    """
    from mapp.errors import UsageError
    from mapp.ops.compile.compile import already_covered, compile_app, nearest, read_contract
    from mapp.ops.compile.lifecycle import parse_example
    from mapp.ops.compile.lifecycle import resume as carry_on
    from mapp.ops.compile.preview import planned

    console, workspace = context.console, context.ready
    text = " ".join(request).strip()
    if bool(text or folder) == bool(resume):
        raise UsageError("say what the app is to do, or --resume a change", hint="mapp compile --help")
    if folder and (name or examples):
        raise UsageError("a contract has its own name and examples", hint="change them in its folder")
    person = Decider(console=console, yes=yes, merge=context.config.merge)
    if resume:
        return show_changed(
            console,
            workspace,
            carry_on(workspace, resume, person=person, watch=watching(console)),
            as_json=as_json,
        )
    contract = None
    if folder:
        app, contract = read_contract(workspace, folder)
        name, text = app.name, text or app.manifest.description
    stated = [parse_example(row) for row in examples]
    near = () if folder else nearest(workspace, text, progress=console.progress)
    if dry_run:
        brief = planned(workspace, text, name=name, near=near, contract=contract)
        console.json({"request": text, "brief": brief}) if as_json else console.result(brief)
        return 0
    if not new and (known := already_covered(workspace, text, named=name is not None)):
        return show_standing(console, known, as_json=as_json)
    if new:
        near = ()
    changed = compile_app(
        workspace,
        text,
        person=person,
        watch=watching(console),
        near=near,
        stated=stated,
        name=name,
        new=new,
        contract=contract,
    )
    return show_changed(console, workspace, changed, as_json=as_json)
