"""`mapp config`: shows or changes settings."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from mapp_cli.completing import setting_values, settings
from mapp_cli.context import Context, pass_context


@click.command("config")
@click.argument("name", required=False, shell_complete=settings)
@click.argument("value", required=False, shell_complete=setting_values)
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@pass_context
def command(context: Context, name: str | None, value: str | None, as_json: bool) -> None:
    """Show all settings, or one NAME, or set NAME to VALUE for this user.

    A flag beats the environment (MAPP_HOME, MAPP_CACHE, MAPP_CONFIG and MAPP_NAME for each setting), which
    beats .mapp.toml in the current folder, which beats the user's file.
    """
    from mapp.config import Config, parse_setting, save_setting

    config = context.config
    if name is not None and value is not None:
        save_setting(config.config_file, name, parse_setting(name, value))
        context.console.tell(f"{name} = {value} in {config.config_file}")
        return
    shown: dict[str, Any] = {item.name: getattr(config, item.name) for item in fields(Config)}
    if name is not None and name not in shown:
        parse_setting(name, "")
    chosen = {key: shown[key] for key in shown if name in (None, key)}
    if as_json:
        plain = {
            key: found if isinstance(found, bool | int | str) else str(found) for key, found in chosen.items()
        }
        context.console.json({"settings": plain})
        return
    help_of = {item.name: item.metadata.get("help", "") for item in fields(Config)}
    if name is not None:
        context.console.result(str(chosen[name]))
    else:
        rows = [(key, str(found), help_of[key]) for key, found in chosen.items()]
        context.console.table(rows, ("SETTING", "VALUE", "MEANING"))
