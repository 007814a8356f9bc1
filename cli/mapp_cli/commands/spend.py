"""`mapp spend`: the cost of coders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.model.budget import Budget
    from mapp.model.spend import Totals


@click.command("spend")
@click.option(
    "--by",
    type=click.Choice(["day", "month", "app", "model", "change", "round"]),
    default="day",
    show_default=True,
    help="How to group the totals.",
)
@click.option("--days", type=click.IntRange(1), help="Only the last N days.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@pass_context
def command(context: Context, by: Any, days: int | None, as_json: bool) -> None:
    """Show what coders and the models that apps ask have cost, and what is left of the budgets.

    A call that was killed or lost its connection counts at its maximum cost. Days and months are in UTC.
    """
    from mapp.ops.compile.open_coder import budgets_of, open_ledger

    ledger, budgets = open_ledger(context.opened), budgets_of(context.config)
    groups, sums = ledger.groups(by, days=days), ledger.sums("")
    spent = {"day": (sums.day, budgets.day), "month": (sums.month, budgets.month)}
    if as_json:
        left = {name: _left(*pair) for name, pair in spent.items()}
        context.console.json({"by": by, "spend": [group.to_dict() for group in groups], "budgets": left})
        return
    _show(context, by, groups)
    for name, (totals, budget) in spent.items():
        context.console.tell(f"{'today' if name == 'day' else 'this month'}: {_words(totals, budget)}")


def _show(context: Context, by: str, groups: list[Any]) -> None:
    from mapp.model.spend import dollars

    rows = []
    for group in groups:
        spend = group.totals.spend
        tokens = f"{spend.tokens_in:,} in ({spend.cached_in:,} cached), {spend.tokens_out:,} out"
        kept = f"{group.open} not settled" if group.open else ""
        cost = dollars(spend.cost_micros)
        calls, time = f"{group.totals.rounds} calls", f"{spend.seconds:.0f} s"
        rows.append((group.name, cost, calls, tokens, time, kept))
    context.console.table(rows, (by.upper(), "COST", "CALLS", "TOKENS", "TIME", ""))
    if not rows:
        context.console.tell("nothing was spent")


def _left(totals: Totals, budget: Budget) -> dict[str, Any]:
    from dataclasses import asdict

    spend = totals.spend.to_dict()
    del spend["model"]
    return {"spent": {"rounds": totals.rounds, **spend}, "budget": asdict(budget)}


def _words(totals: Totals, budget: Budget) -> str:
    from mapp.model.spend import dollars

    spent = dollars(totals.spend.cost_micros)
    limit = f" of {dollars(budget.micros)}" if budget.micros is not None else ", no money limit"
    return f"{spent}{limit}"
