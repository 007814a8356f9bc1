"""`mapp compile`: a request becomes a proven program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.approval import TerminalApprover, show_changed, show_standing, watching
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.author.coder import Files
    from mapp.model.change_spec import Near
    from mapp.ops.compile.second_opinion import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class CompileOptions:
    """The options of `mapp compile`, as click passes them."""

    name: str | None
    examples: tuple[str, ...]
    folder: Path | None
    resume: str | None
    new: bool
    prefer: Side | None
    dry_run: bool
    yes: bool
    as_json: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """What to compile, from the request or from the folder of a contract."""

    request: str
    name: str | None
    near: tuple[Near, ...]
    contract: Files | None


@click.command("compile")
@click.argument("request", nargs=-1)
@click.option("--name", metavar="NAME", help="The app's name.")
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
    help="A manifest and tests that you wrote: the coder writes only the code.",
)
@click.option("--resume", metavar="CHANGE", help="Resume an interrupted change.")
@click.option("--new", is_flag=True, help="Write a new app even if an app does this already.")
@click.option(
    "--prefer",
    type=click.Choice(["contract", "check"]),
    help="Whose examples count where a second opinion on the contract differs.",
)
@click.option("--dry-run", is_flag=True, help="Print the first prompt for the coder; spend nothing.")
@click.option("--yes", "-y", is_flag=True, help="Approve cost, contract and merge without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context
def command(context: Context, /, request: tuple[str, ...], **values: Any) -> int:
    """Have an app written that does what REQUEST asks for, proven and merged.

    \b
    mapp compile "the number of weekdays in a month of a year"
    mapp compile --contract ./weekdays
    mapp compile --resume 019a3
    """
    from mapp.errors import UsageError

    options = CompileOptions(**values)
    text = " ".join(request).strip()
    if bool(text or options.folder) == bool(options.resume):
        raise UsageError(
            "give either a request or contract to compile, or --resume CHANGE", hint="mapp compile --help"
        )
    if options.folder and (options.name or options.examples):
        raise UsageError(
            "--contract cannot be combined with --name or --example",
            hint="set the name and add examples in the contract's folder",
        )
    if options.resume:
        return _resume(context, options.resume, options)
    return _compile(context, text, options)


def _resume(context: Context, change: str, options: CompileOptions) -> int:
    from mapp.ops.compile.lifecycle import resume

    console, workspace = context.console, context.ready
    changed = resume(workspace, change, person=_approver(context, options), watch=watching(console))
    return show_changed(console, workspace, changed, as_json=options.as_json)


def _compile(context: Context, text: str, options: CompileOptions) -> int:
    from mapp.model.change_spec import CompileSpec
    from mapp.ops.compile.compile import already_covered, compile_app
    from mapp.ops.compile.lifecycle import parse_example
    from mapp.ops.compile.preview import planned

    console, workspace = context.console, context.ready
    order = _order(context, text, options)
    stated = tuple(parse_example(row) for row in options.examples)
    if options.dry_run:
        brief = planned(workspace, order.request, name=order.name, near=order.near, contract=order.contract)
        if options.as_json:
            console.json({"request": order.request, "brief": brief})
        else:
            console.result(brief)
        return 0
    if not options.new:
        known = already_covered(workspace, order.request, named=order.name is not None)
        if known:
            return show_standing(console, known, as_json=options.as_json)
        if _is_installed_instead(context, order, options):
            return 0
    changed = compile_app(
        workspace,
        order.request,
        person=_approver(context, options),
        watch=watching(console),
        name=order.name,
        spec=CompileSpec(
            new=options.new,
            near=() if options.new else order.near,
            stated=stated,
            contract=order.contract,
        ),
    )
    return show_changed(console, workspace, changed, as_json=options.as_json)


def _is_installed_instead(context: Context, order: _Order, options: CompileOptions) -> bool:
    """Offers listed apps that may do the same, and returns whether the person had one installed.

    Where nobody can be asked they are only told: a description is not certain enough to stop for.
    """
    from mapp.ops.share.search_registries import offers
    from mapp_cli.offers import install_offered, listed_lines

    console = context.console
    listed = () if order.contract or order.name else offers(context.ready, order.request)
    if listed and console.can_ask and not (options.yes or options.as_json):
        return install_offered(context, listed) is not None
    for line in listed_lines(listed):
        console.tell(line)
    return False


def _order(context: Context, text: str, options: CompileOptions) -> _Order:
    from mapp.ops.compile.compile import nearest, read_contract

    console, workspace = context.console, context.ready
    if options.folder:
        app, contract = read_contract(workspace, options.folder)
        return _Order(request=text or app.manifest.description, name=app.name, near=(), contract=contract)
    near = nearest(workspace, text, progress=console.progress)
    return _Order(request=text, name=options.name, near=near, contract=None)


def _approver(context: Context, options: CompileOptions) -> TerminalApprover:
    return TerminalApprover(
        console=context.console, yes=options.yes, merge=context.config.merge, prefer=options.prefer
    )
