"""Opens the configured coder and the budget account that pays for it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mapp.author.billing import BudgetAccount
from mapp.author.budget import Budgets
from mapp.author.coder import Coder
from mapp.author.prices import OLD, Price, parse_price, price_of, prices_age, prices_date
from mapp.config import Config, environment
from mapp.errors import UsageError
from mapp.keys import KeyNeeded, key, keys_file
from mapp.model.budget import parse_budget

if TYPE_CHECKING:
    from mapp.author.coders.agent import AgentCoder
    from mapp.observe.ledger import SpendLedger
    from mapp.ops.workspace import Workspace

ANTHROPIC, OPENAI = "ANTHROPIC", "OPENAI"
"""The names of keys: `mapp keys set ANTHROPIC`."""
CLAUDE_KEY = "ANTHROPIC_API_KEY"


def open_coder(config: Config) -> Coder:
    """Returns the configured coder.

    Raises:
        UsageError: the setting does not name a coder, or its price is unknown.
        KeyNeeded: the coder needs a key and none is stored.
    """
    kind, _, name = config.coder.partition(":")
    match kind:
        case "anthropic" if name:
            from mapp.author.coders.anthropic import AnthropicCoder

            price = price_of(name, config.coder_price)
            return AnthropicCoder(
                model=name, key=key(config.config_file, ANTHROPIC), price=price, url=config.coder_url
            )
        case "openai" if name and config.coder_url:
            return _openai(config, name)
        case "local" if name:
            from mapp.author.coders.local import LocalCoder
            from mapp.llm.llama import LlamaModel

            path = Path(name).expanduser()
            return LocalCoder(model=LlamaModel(path=path), label=path.name, small=True)
        case "agent":
            return _agent(config, name or "claude")
    raise UsageError(
        f"{config.coder!r} is not a coder" if config.coder else "no coder is configured",
        hint="mapp config coder anthropic:NAME (or openai:NAME, local:FILE.gguf, agent:COMMAND)",
    )


def coder_of(workspace: Workspace) -> Coder:
    """Returns the configured coder; warns if its price comes from an old table.

    Raises:
        UsageError, KeyNeeded: as `open_coder`.
    """
    coder = open_coder(workspace.config)
    days = prices_age(workspace.clock())
    if workspace.config.coder.startswith("anthropic:") and not workspace.config.coder_price and days > OLD:
        workspace.tell(
            f"the price table is {days} days old ({prices_date()}), so budgets may be off; "
            "update mapp, or set the price: mapp config coder_price INPUT/OUTPUT"
        )
    return coder


def open_account(workspace: Workspace, change: str) -> BudgetAccount:
    """Returns the budget account of a change; raises UsageError when a budget setting is invalid."""
    return BudgetAccount(budgets=budgets_of(workspace.config), ledger=open_ledger(workspace), change=change)


def budgets_of(config: Config) -> Budgets:
    """Returns the configured budgets; raises UsageError when one is invalid."""
    return Budgets(
        change=parse_budget(config.budget_change),
        day=parse_budget(config.budget_day),
        month=parse_budget(config.budget_month),
    )


def open_ledger(workspace: Workspace) -> SpendLedger:
    """Returns the library's ledger."""
    return workspace.ledger


def _openai(config: Config, name: str) -> Coder:
    from mapp.author.coders.local import LocalCoder
    from mapp.llm.openai import OpenAIModel

    try:
        secret = key(config.config_file, OPENAI)
    except KeyNeeded:
        secret = ""  # your own server may need none
    model = OpenAIModel(url=config.coder_url, name=name, key=secret, constrained=True)
    price = parse_price(config.coder_price) if config.coder_price else Price()
    return LocalCoder(model=model, label=name, price=price)


def _agent(config: Config, command: str) -> AgentCoder:
    from mapp.author.coders.agent import CLAUDE, UNPRICED, AgentCoder

    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"cannot split the command {command!r} into words: {error}") from None
    names = tuple(filter(None, (name.strip() for name in config.coder_keys.split(","))))
    keys = {name: key(config.config_file, name) for name in names}
    claude = words == ("claude",)
    if claude and not names:
        keys = {CLAUDE_KEY: key(config.config_file, ANTHROPIC)}
    reports: Literal["claude", "nothing", "perhaps"] = "claude"
    most = parse_budget(f"${config.coder_price}").micros if config.coder_price else None
    if not claude:
        reports, most = ("perhaps", UNPRICED) if most is None else ("nothing", most)
    cost = {} if most is None else {"most_micros": most}
    place = config.cache / "agents"
    private = (config.library, keys_file(config.config_file))
    return AgentCoder(
        command=CLAUDE if claude else words,
        told=reports,
        keys=keys,
        path=environment().get("PATH", ""),
        place=place,
        hidden=tuple(path for path in private if not place.is_relative_to(path)),
        **cost,  # type: ignore[arg-type]
    )
