"""`mapp config`: shows or changes settings."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapp_cli.completers import setting_values, settings
from mapp_cli.context import Context, pass_context

if TYPE_CHECKING:
    from mapp.config import Settings

UNSET = "unset"


@click.command("config")
@click.argument("name", required=False, shell_complete=settings)
@click.argument("value", required=False, shell_complete=setting_values)
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@pass_context
def command(context: Context, name: str | None, value: str | None, as_json: bool) -> None:
    """Show all settings and their sources, show the setting NAME, or set it to VALUE for this user.

    Flags take precedence, then the environment (MAPP_HOME, MAPP_CACHE, MAPP_CONFIG, and MAPP_NAME for each
    setting), then .mapp.toml in the current folder, then your own settings file. In a budget, only the
    limits that you name change.

    \b
    mapp config keep_runs 500
    mapp config budget_change "20 rounds"
    mapp config unset keep_runs
    """
    from mapp.errors import UsageError

    if name == UNSET:
        if value is None:
            raise UsageError("unset needs the name of a setting", hint="to list them: mapp config")
        _unset(context, value, as_json=as_json)
    elif name is not None and value is not None:
        _set(context, name, value, as_json=as_json)
    else:
        _show(context, name, as_json=as_json)


def _set(context: Context, name: str, value: str, *, as_json: bool) -> None:
    from mapp.config import parse_choice, save_setting

    parsed = parse_choice(name, value)
    file = context.config.config_file
    saved = save_setting(file, name, parsed)
    if as_json:
        context.console.json({"file": str(file), **_document(_settings(context), [name])})
        return
    context.console.tell(f"{name} = {_text(saved)} in {file}")
    _tell_in_force(context, name)


def _unset(context: Context, name: str, *, as_json: bool) -> None:
    from mapp.config import unset_setting

    file = context.config.config_file
    was_set = unset_setting(file, name)
    if as_json:
        document = {"file": str(file), "unset": was_set, **_document(_settings(context), [name])}
        context.console.json(document)
        return
    context.console.tell(f"{name} is no longer set in {file}" if was_set else f"{name} is not set in {file}")
    _tell_in_force(context, name)


def _tell_in_force(context: Context, name: str) -> None:
    """Prints the value in force if it does not come from the user's file alone."""
    settings = _settings(context)
    strongest, *others = settings.origins[name]
    if strongest.source != "user" or others:
        places = " over ".join(map(str, settings.origins[name]))
        context.console.tell(f"in force: {_text(getattr(settings.config, name))} (from {places})")


def _show(context: Context, name: str | None, *, as_json: bool) -> None:
    from mapp.config import Config, unknown_setting

    settings = _settings(context)
    names = [item.name for item in fields(Config)]
    if name is not None and name not in names:
        raise unknown_setting(name)
    chosen = [key for key in names if name in (None, key)]
    if as_json:
        context.console.json(_document(settings, chosen))
    elif name is not None:
        context.console.result(_text(getattr(settings.config, name)))
    else:
        help_of = {item.name: item.metadata.get("help", "") for item in fields(Config)}
        rows = [
            (
                key,
                _text(getattr(settings.config, key)),
                " + ".join(map(str, settings.origins[key])),
                help_of[key],
            )
            for key in chosen
        ]
        context.console.table(rows, ("SETTING", "VALUE", "FROM", "MEANING"))


def _settings(context: Context) -> Settings:
    """Reads the settings again, because this command may have changed them."""
    from mapp.config import load_settings

    return load_settings(library=Path(context.library) if context.library else None)


def _document(settings: Settings, names: list[str]) -> dict[str, Any]:
    """Returns settings and their sources for `--json`."""
    values = {name: getattr(settings.config, name) for name in names}
    return {
        "settings": {
            name: value if isinstance(value, bool | int | str) else str(value)
            for name, value in values.items()
        },
        "origins": {
            name: [{"from": row.source, "place": row.place} for row in settings.origins[name]]
            for name in names
        },
    }


def _text(value: object) -> str:
    """Returns a value in the form in which a person types it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
