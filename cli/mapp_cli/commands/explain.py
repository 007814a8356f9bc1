"""`mapp explain`: explains error codes."""

from __future__ import annotations

import click

from mapp_cli.completers import codes
from mapp_cli.context import Context, pass_context


@click.command("explain")
@click.argument("code", required=False, shell_complete=codes)
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@pass_context
def command(context: Context, code: str | None, as_json: bool) -> None:
    """Explain the error CODE, such as MAPP-0110; without CODE, list all codes."""
    from mapp.explanations import EXPLANATIONS, explain

    if code is None:
        rows = [(key, explanation.slug, explanation.meaning) for key, explanation in EXPLANATIONS.items()]
        if as_json:
            context.console.json({"codes": [{"code": a, "slug": b, "meaning": c} for a, b, c in rows]})
        else:
            context.console.table(rows, ("CODE", "NAME", "MEANING"))
        return
    key, explanation = explain(code)
    if as_json:
        document = {
            "code": key,
            "slug": explanation.slug,
            "meaning": explanation.meaning,
            "remedy": explanation.remedy,
        }
        context.console.json(document)
    else:
        context.console.result(
            f"{key} {explanation.slug}\n  {explanation.meaning}\n  What to do: {explanation.remedy}"
        )
