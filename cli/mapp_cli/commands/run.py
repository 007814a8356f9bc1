"""`mapp run`: a request in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import files
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.input_file import read_input, read_piped
from mapp_cli.permissions import allow_loopback, asking, grant_option, loopback_option
from mapp_cli.rendering import show_outcome

if TYPE_CHECKING:
    from mapp.library.landing import Committed
    from mapp.model.decision import Ask
    from mapp.ops.run.ask import Answer

NO_MATCH = 3
FAILED = 1


@click.command("run")
@click.argument("request", nargs=-1, required=True)
@click.option("--yes", "-y", is_flag=True, help="Run a call that you would be asked to confirm.")
@click.option(
    "--input",
    "source",
    metavar="FILE",
    shell_complete=files,
    help="Attach the text of a file, or - for standard input.",
)
@click.option("--dry-run", is_flag=True, help="Decide only; run nothing.")
@click.option("--explain", is_flag=True, help="Show how it was decided: scores, arguments, vetoes.")
@grant_option
@loopback_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_context
def command(
    context: Context,
    request: tuple[str, ...],
    yes: bool,
    source: str | None,
    dry_run: bool,
    explain: bool,
    grants: tuple[str, ...],
    loopback: bool,
    as_json: bool,
) -> int:
    """Answer REQUEST with the app of the library that does exactly that.

    Nothing runs unless it is sure; what would be asked needs a terminal, or --yes. A text that is piped in
    is attached if no app is sure to run without it. With - as REQUEST the request itself is read from
    standard input.

    \b
    mapp run "what is 240 euros plus 20% VAT"
    mapp run "sort these lines" --input names.txt
    cat names.txt | mapp run "sort these lines"
    echo "what is 240 euros plus 20% VAT" | mapp run -
    """
    text = _request(request, source)
    console, workspace = context.console, context.ready
    if loopback:
        allow_loopback(context)
    if not dry_run:
        workspace.warm()
    from mapp.model.decision import Compile, Expand
    from mapp.model.request import Request
    from mapp.ops.run.ask import ask, ask_written, refusal

    asked = Request(text=text, attachment=read_input(source) if source is not None else None)
    answer = ask(
        workspace,
        asked,
        yes=yes,
        dry_run=dry_run,
        confirm=None if as_json or not console.can_ask else lambda call: _confirm(console, call),
        progress=console.progress,
        grants=grants,
        permit=asking(console, as_json=as_json),
        attach=read_piped if source is None and request != ("-",) else None,
    )
    asked, source = answer.request, "-" if answer.request.attachment and source is None else source
    if explain:
        _explain(console, answer)
    if as_json:
        console.json(answer.to_dict())
        return _exit_code(answer, dry_run=dry_run)
    if answer.execution is not None:
        return show_outcome(console, answer.execution)
    if dry_run:
        _preview(console, answer)
        return _exit_code(answer, dry_run=True)
    written = _written(context, asked.text) if isinstance(answer.decision, Compile | Expand) else None
    if written is None:
        raise refusal(answer, source=source)
    again = ask_written(
        workspace,
        asked,
        written,
        yes=yes,
        confirm=lambda call: _confirm(console, call),
        grants=grants,
        permit=asking(console, as_json=False),
    )
    assert again.execution is not None
    return show_outcome(console, again.execution)


def _request(words: tuple[str, ...], source: str | None) -> str:
    """Returns the request: the words, or standard input for `-`."""
    if words != ("-",):
        return " ".join(words)
    if source == "-":
        from mapp.errors import UsageError

        raise UsageError(
            "standard input cannot be both the request and the attachment",
            hint="put one of them into a file or on the command line",
        )
    return read_input("-").strip()


def _written(context: Context, request: str) -> Committed | None:
    """Returns the app that was written for a request, or None.

    It is offered only at a terminal, and where a coder is configured.
    """
    console = context.console
    if not console.can_ask or not context.config.coder:
        return None
    from mapp.model.change_spec import CompileSpec
    from mapp.ops.compile.compile import compile_app, compiled_before, nearest
    from mapp_cli.approval import TerminalApprover, show_changed, watching

    if known := compiled_before(context.ready, request):
        console.tell(f"{known} was written for this, or chosen, but the request is not surely one of its own")
        console.hint(f"mapp exec {known} …; to have another one written: mapp compile --new …")
        return None
    console.tell("no app in the library does this")
    person = TerminalApprover(console=console, yes=False, merge=context.config.merge)
    near = nearest(context.ready, request)
    changed = compile_app(
        context.ready, request, person=person, watch=watching(console), spec=CompileSpec(near=near)
    )
    show_changed(console, context.ready, changed, as_json=False)
    return changed.committed


def _exit_code(answer: Answer, *, dry_run: bool) -> int:
    from mapp.model.decision import Use
    from mapp.model.outcome import Value

    if answer.execution is not None:
        return 0 if isinstance(answer.execution.outcome, Value) else FAILED
    return 0 if dry_run and isinstance(answer.decision, Use) else NO_MATCH


def _confirm(console: Console, call: Ask) -> bool:
    for reason in call.reasons:
        console.tell(f"  {reason}")
    return console.confirm(f"run {_call(call.app, call.arguments)}?")


def _preview(console: Console, answer: Answer) -> None:
    from mapp.model.decision import Ask, Use, decision_name

    decision = answer.decision
    shown = _call(decision.app, decision.arguments) if isinstance(decision, Use | Ask) else ""
    console.result(f"{decision_name(decision)} {shown}".rstrip())
    for reason in decision.reasons:
        console.tell(f"  {reason}")


def _call(app: str, arguments: tuple[tuple[str, object], ...]) -> str:
    pairs = [f"{name}={json.dumps(value, ensure_ascii=False)[:80]}" for name, value in arguments]
    return " ".join([app, *pairs])


def _explain(console: Console, answer: Answer) -> None:
    from mapp.model.decision import decision_name

    console.tell(f"decision: {decision_name(answer.decision)}")
    for reason in answer.decision.reasons:
        console.tell(f"  {reason}")
    for reading in answer.readings:
        filled = _call("", reading.arguments or tuple(reading.filling.arguments.items())).strip()
        console.tell(f"{reading.app}: {reading.probability:.3f}  {filled}")
        for missing in reading.filling.missing:
            console.tell(f"    missing: {missing}")
        for veto in reading.vetoes:
            console.tell(f"    veto {veto.name}: {veto.reason}")
    console.tell("; ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in answer.timings))
