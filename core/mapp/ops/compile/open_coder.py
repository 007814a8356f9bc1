"""Opens the coder that the settings name, and the purse that pays for it."""

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
    """Returns who writes apps.

    Raises:
        UsageError: the setting names no coder, or its price is not known.
        KeyNeeded: it wants a key and there is none.
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
        f"{config.coder!r} names no coder" if config.coder else "no coder is configured",
        hint="mapp config coder anthropic:NAME (or openai:NAME, local:FILE.gguf, agent:COMMAND)",
    )


def coder_of(workspace: Workspace) -> Coder:
    """Returns who writes apps, and tells when what that costs comes from an old table.

    Raises:
        UsageError, KeyNeeded: as `open_coder`.
    """
    coder = open_coder(workspace.config)
    days = prices_age(workspace.clock())
    if workspace.config.coder.startswith("anthropic:") and not workspace.config.coder_price and days > OLD:
        workspace.tell(
            f"the prices that budgets are kept by are {days} days old ({prices_date()}); "
            "update mapp, or set them: mapp config coder_price INPUT/OUTPUT"
        )
    return coder


def open_purse(workspace: Workspace, change: str) -> BudgetAccount:
    """Returns what pays for a change; raises UsageError where a budget cannot be read."""
    return BudgetAccount(budgets=budgets_of(workspace.config), ledger=open_ledger(workspace), change=change)


def budgets_of(config: Config) -> Budgets:
    """Returns the budgets of the settings; raises UsageError where one cannot be read."""
    return Budgets(
        change=parse_budget(config.budget_change),
        day=parse_budget(config.budget_day),
        month=parse_budget(config.budget_month),
    )


def open_ledger(workspace: Workspace) -> SpendLedger:
    """Returns the ledger of a library."""
    from mapp.observe.ledger import SpendLedger

    return SpendLedger(workspace.home.journal, clock=workspace.clock)


def _openai(config: Config, name: str) -> Coder:
    from mapp.author.coders.local import LocalCoder
    from mapp.llm.openai import OpenAIModel

    try:
        secret = key(config.config_file, OPENAI)
    except KeyNeeded:
        secret = ""  # a server of one's own asks for none
    model = OpenAIModel(url=config.coder_url, name=name, key=secret, constrained=True)
    price = parse_price(config.coder_price) if config.coder_price else Price()
    return LocalCoder(model=model, label=name, price=price)


def _agent(config: Config, command: str) -> AgentCoder:
    from mapp.author.coders.agent import CLAUDE, UNPRICED, AgentCoder

    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"the command {command!r} cannot be split into words: {error}") from None
    names = tuple(filter(None, (name.strip() for name in config.coder_keys.split(","))))
    keys = {name: key(config.config_file, name) for name in names}
    claude = words == ("claude",)
    if claude and not names:
        keys = {CLAUDE_KEY: key(config.config_file, ANTHROPIC)}
    told: Literal["claude", "nothing", "perhaps"] = "claude"
    most = parse_budget(f"${config.coder_price}").micros if config.coder_price else None
    if not claude:
        told, most = ("perhaps", UNPRICED) if most is None else ("nothing", most)
    cost = {} if most is None else {"most_micros": most}
    place = config.cache / "agents"
    private = (config.library, keys_file(config.config_file))
    return AgentCoder(
        command=CLAUDE if claude else words,
        told=told,
        keys=keys,
        path=environment().get("PATH", ""),
        place=place,
        hidden=tuple(path for path in private if not place.is_relative_to(path)),
        **cost,  # type: ignore[arg-type]
    )
