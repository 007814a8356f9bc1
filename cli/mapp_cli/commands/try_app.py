"""`mapp try`: runs an app from elsewhere without installing it."""

from __future__ import annotations

import click

from mapp_cli.commands.run import ask_at_terminal, show_answer
from mapp_cli.completers import files, registry_names
from mapp_cli.context import Context, pass_context
from mapp_cli.input_file import read_input
from mapp_cli.permissions import permit_by_asking
from mapp_cli.registry_reviews import remote_option
from mapp_cli.rendering import show_check


@click.command("try")
@click.argument("app", shell_complete=registry_names)
@click.argument("request", nargs=-1, required=True)
@click.option("--yes", "-y", is_flag=True, help="Grant what the app declares, and run without asking.")
@click.option("--input", "source", metavar="FILE", shell_complete=files, help="Attach the text of a file.")
@remote_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_context
def command(
    context: Context,
    app: str,
    request: tuple[str, ...],
    yes: bool,
    source: str | None,
    allow_git: bool,
    as_json: bool,
) -> int:
    """Run APP from a registry or a git address for one REQUEST, without installing it.

    \b
    mapp try team:vat "240 euros plus 20% VAT"
    mapp try git+https://git.example.com/ada/vat.git "240 euros plus 20% VAT"

    What arrives is checked like an install, asks for the same consent and runs in the same sandbox. Nothing
    of it stays in the library.
    """
    from mapp.model.request import Request
    from mapp.ops.share.install import Options
    from mapp.ops.share.try_app import try_app

    console = context.console
    options = Options(
        yes=yes,
        permit=permit_by_asking(console, as_json=as_json),
        allow_plain=allow_git,
        watch=None if as_json else lambda result: show_check(console, result, details=False),
    )
    wanted = Request(text=" ".join(request), attachment=None if source is None else read_input(source))
    chosen = context.config.accept
    likely = chosen == "likely" or (chosen == "auto" and console.is_watched and not as_json)
    tried = try_app(
        context.opened,
        app,
        wanted,
        options,
        accept="likely" if likely else "sure",
        interaction=ask_at_terminal(console, as_json=as_json),
    )
    if as_json:
        entry = tried.placed.entry
        source_row = {"app": entry.name, "version": entry.version, "commit": entry.commit}
        console.json({**tried.answer.to_dict(), "tried": {**source_row, "source": entry.source}})
    return show_answer(console, tried.answer, as_json=as_json)
