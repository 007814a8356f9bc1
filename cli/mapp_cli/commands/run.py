"""`mapp run`: answers a request in plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import click

from mapp_cli.completers import files
from mapp_cli.console import Console
from mapp_cli.context import Context, pass_context
from mapp_cli.input_file import read_input, read_piped
from mapp_cli.option_groups import option_group
from mapp_cli.permissions import Allowed, permission_options, permit_by_asking
from mapp_cli.rendering import call_in_words, show_outcome

if TYPE_CHECKING:
    from mapp.model.decision import Ask, Certainty
    from mapp.ops.compile.approval import Changed
    from mapp.ops.run.ask import Answer, Interaction
    from mapp.ops.run.question import Question
    from mapp.ops.share.search_registries import Listed

INDEXING = 0.8
"""The part of what is left of the progress bar that the index takes; the answer takes the rest."""
NO_MATCH = 3
FAILED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """The options that say when an app may run, and on what."""

    accept: Certainty | None
    yes: bool
    source: str | None
    dry_run: bool
    explain: bool

    def accepted(self, context: Context, *, as_json: bool) -> Certainty:
        """Returns how certain a match must be: the option, the setting, or what the terminal allows.

        By default a likely match runs only where a person sees how the request was read: both the answer and
        the messages go to a terminal.
        """
        chosen = self.accept or context.config.accept
        if chosen != "auto":
            return chosen
        return "likely" if context.console.is_watched and not as_json else "sure"


run_options = option_group(
    "options",
    RunOptions,
    click.option(
        "--accept",
        type=click.Choice(["sure", "likely"]),
        help="How certain a match must be to run. By default likely on a terminal, otherwise sure.",
    ),
    click.option("--yes", "-y", is_flag=True, help="Run a call that needs confirmation without asking."),
    click.option(
        "--input",
        "source",
        metavar="FILE",
        shell_complete=files,
        help="Attach the text of a file, or - for standard input.",
    ),
    click.option("--dry-run", is_flag=True, help="Decide only; run nothing."),
    click.option("--explain", is_flag=True, help="Show how mapp decided: scores, arguments, vetoes."),
)


@click.command("run")
@click.argument("request", nargs=-1, required=True)
@run_options
@permission_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_context
def command(
    context: Context, request: tuple[str, ...], options: RunOptions, allowed: Allowed, as_json: bool
) -> int:
    """Answer REQUEST with the app in the library that does exactly that.

    mapp runs an app only when it is confident of the match. Otherwise it asks, which needs a terminal or
    --yes. On a terminal, a likely match runs too if the app does nothing but compute; how mapp read the
    request is then printed with the answer. A text that you pipe in is attached unless an app clearly fits
    without it. With - as REQUEST, the request itself is read from standard input.

    \b
    mapp run "what is 240 euros plus 20% VAT"
    mapp run "sort these lines" --input names.txt
    cat names.txt | mapp run "sort these lines"
    echo "what is 240 euros plus 20% VAT" | mapp run -
    """
    source = options.source
    text = _request(request, source)
    console, workspace = context.console, context.ready
    allowed.apply(context)
    if not options.dry_run:
        workspace.warm()
    from mapp.model.request import Request
    from mapp.ops.run.ask import ask

    answer = ask(
        workspace,
        Request(text=text, attachment=read_input(source) if source is not None else None),
        accept=options.accepted(context, as_json=as_json),
        yes=options.yes,
        dry_run=options.dry_run,
        progress=partial(console.progress, share=INDEXING),
        grants=allowed.grants,
        interaction=replace(
            ask_at_terminal(console, as_json=as_json),
            attach=read_piped if source is None and request != ("-",) else None,
        ),
    )
    if options.explain:
        _explain(console, answer)
    if as_json:
        console.json({**answer.to_dict(), "listed": [row.to_dict() for row in _listed(context, answer)]})
        return _exit_code(answer, dry_run=options.dry_run)
    if answer.execution is not None:
        return show_answer(console, answer)
    if options.dry_run:
        _preview(console, answer)
        return _exit_code(answer, dry_run=True)
    return _compile_and_run(context, answer, options, grants=allowed.grants)


def ask_at_terminal(console: Console, *, as_json: bool) -> Interaction:
    """Returns how to ask the person at the terminal; nobody is asked where there is none, or with --json."""
    from mapp.ops.run.ask import Interaction

    if as_json or not console.can_ask:
        return Interaction()
    return Interaction(
        confirm=lambda call: _confirm(console, call),
        supply=lambda question: _supply(console, question),
        permit=permit_by_asking(console, as_json=False),
    )


def show_answer(console: Console, answer: Answer, *, as_json: bool = False) -> int:
    """Shows the outcome, after the reading if mapp is not sure of it and nobody has confirmed it.

    Returns the exit code. With `as_json`, the answer was printed already.
    """
    from mapp.model.decision import Ask, Use

    assert answer.execution is not None
    if as_json:
        return _exit_code(answer, dry_run=False)
    match answer.decision:
        case Use(certainty="likely", app=app, arguments=arguments):
            console.note(call_in_words(app, arguments))
        case Ask(app=app, arguments=arguments) if not answer.confirmed:
            console.note(call_in_words(app, arguments))
    return show_outcome(console, answer.execution)


def _compile_and_run(
    context: Context, answer: Answer, options: RunOptions, *, grants: tuple[str, ...]
) -> int:
    """Offers to install or compile an app for a request that ran nothing, and runs it.

    Raises:
        MappError: no app was installed or compiled; the message says why nothing ran.
    """
    from mapp.ops.run.ask import ask, ask_written, refusal
    from mapp_cli.offers import install_offered, listed_lines

    console, request = context.console, answer.request
    wanted = _is_for_compiling(console, answer, options)
    listed = _listed(context, answer, declined=wanted)
    installed = install_offered(context, listed) if listed and console.can_ask else None
    changed = _compiled(context, answer) if wanted and not installed else None
    piped = request.attachment and options.source is None
    source = "-" if piped else options.source
    if not installed and (changed is None or not (changed.committed or changed.used)):
        raise refusal(answer, source=source, listed=() if console.can_ask else listed_lines(listed))
    accept, interaction = options.accepted(context, as_json=False), ask_at_terminal(console, as_json=False)
    if changed is not None and changed.committed is not None:
        again = ask_written(
            context.ready,
            request,
            changed.committed,
            accept=accept,
            yes=options.yes,
            grants=grants,
            interaction=interaction,
        )
    else:
        again = ask(
            context.ready, request, accept=accept, yes=options.yes, grants=grants, interaction=interaction
        )
    if again.execution is None:
        raise refusal(again, source=source)
    return show_answer(console, again)


def _listed(context: Context, answer: Answer, *, declined: bool = False) -> tuple[Listed, ...]:
    """Returns the apps in registries that may do a request that no app of the library does.

    `declined` says that the person has declined the nearest app of the library.
    """
    from mapp.model.decision import Compile, Expand

    if not declined and not isinstance(answer.decision, Compile | Expand):
        return ()
    from mapp.ops.share.search_registries import offers

    return offers(context.ready, answer.request.text)


def _is_for_compiling(console: Console, answer: Answer, options: RunOptions) -> bool:
    """Returns whether no app does what was asked: mapp knows none, or the person has declined the nearest."""
    from mapp.model.decision import Ask, Compile, Expand

    match answer.decision:
        case Compile() | Expand():
            return True
        case Ask(missing=(), either=()):
            return console.can_ask and not options.yes
        case _:
            return False


def _request(words: tuple[str, ...], source: str | None) -> str:
    """Returns the request: the words, or the text of standard input for `-`."""
    if words != ("-",):
        return " ".join(words)
    if source == "-":
        from mapp.errors import UsageError

        raise UsageError(
            "standard input cannot be both the request and the attachment",
            hint="put one of them in a file or on the command line",
        )
    return read_input("-").strip()


def _compiled(context: Context, answer: Answer) -> Changed | None:
    """Compiles an app for a request and returns the result, or None.

    Compiles only at a terminal and with a configured coder, and only if the person approves. An app that the
    person has just declined is not offered to the coder.
    """
    console, request = context.console, answer.request.text
    if not console.can_ask or not context.config.coder:
        return None
    from mapp.model.change_spec import CompileSpec
    from mapp.model.decision import Ask
    from mapp.ops.compile.compile import compile_app, compiled_before, nearest
    from mapp_cli.approval import TerminalApprover, show_changed, watching

    declined = answer.decision.app if isinstance(answer.decision, Ask) else None
    if known := compiled_before(context.ready, request):
        console.tell(f"{known} was compiled or chosen for this before, but mapp is not sure that it fits")
        console.hint(f"mapp exec {known} …; to compile another app: mapp compile --new …")
        return None
    other = f" other than {declined}" if declined else ""
    console.tell(f"no app in the library{other} does this")
    person = TerminalApprover(console=console, yes=False, merge=context.config.merge)
    near = tuple(one for one in nearest(context.ready, request) if one.name != declined)
    changed = compile_app(
        context.ready, request, person=person, watch=watching(console), spec=CompileSpec(near=near)
    )
    show_changed(console, context.ready, changed, as_json=False)
    return changed


def _exit_code(answer: Answer, *, dry_run: bool) -> int:
    from mapp.model.decision import Use
    from mapp.model.outcome import Value

    if answer.execution is not None:
        return 0 if isinstance(answer.execution.outcome, Value) else FAILED
    return 0 if dry_run and isinstance(answer.decision, Use) else NO_MATCH


def _confirm(console: Console, call: Ask) -> bool:
    for reason in call.reasons:
        console.tell(f"  {reason}")
    return console.confirm(f"run {call_in_words(call.app, call.arguments)}?")


def _supply(console: Console, question: Question) -> str:
    if question.problem:
        console.tell(f"  {question.problem}")
    return console.prompt(f"{question.app}: {question}")


def _preview(console: Console, answer: Answer) -> None:
    from mapp.model.decision import Ask, Use, decision_name

    decision = answer.decision
    shown = call_in_words(decision.app, decision.arguments) if isinstance(decision, Use | Ask) else ""
    console.result(f"{decision_name(decision)} {shown}".rstrip())
    for reason in decision.reasons:
        console.tell(f"  {reason}")
    for question in answer.questions:
        console.tell(f"  {question}")


def _explain(console: Console, answer: Answer) -> None:
    from mapp.model.decision import decision_name

    console.tell(f"decision: {decision_name(answer.decision)}")
    for reason in answer.decision.reasons:
        console.tell(f"  {reason}")
    for reading in answer.readings:
        filled = call_in_words("", reading.arguments or tuple(reading.filling.arguments.items())).strip()
        console.tell(f"{reading.app}: {reading.probability:.3f}  {filled}")
        for missing in reading.filling.missing:
            console.tell(f"    missing: {missing}")
        for veto in reading.vetoes:
            console.tell(f"    veto {veto.name}: {veto.reason}")
    console.tell("; ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in answer.timings))
