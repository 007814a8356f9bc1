"""`python -m mapp_cli.reference` writes the generated files: the help file and the reference pages.

A test compares the committed files with what this module generates from the current code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from mapp.explanations import EXPLANATIONS
from mapp.model.verdict import KINDS
from mapp.validate.gate import ALWAYS, CHECKS
from mapp_cli.group import COMMANDS, all_commands, group
from mapp_cli.main import GENERATED, HELP_FILE

ROOT: Final = Path(__file__).parents[2]
WIDTH: Final = 98
"""The width of click's help on a terminal of 100 columns or more."""


def pages() -> Iterator[tuple[Path, str]]:
    """Yields the path and text of every generated file."""
    yield Path(__file__).parent / HELP_FILE, GENERATED + help_page()
    yield ROOT / "docs/reference/commands.md", commands_page()
    yield ROOT / "docs/reference/errors.md", errors_page()
    yield ROOT / "docs/reference/checks.md", checks_page()


def help_page() -> str:
    """Returns the text of `mapp --help`."""
    return _help(group, "mapp") + "\n"


def commands_page() -> str:
    """Returns the reference page of all commands."""
    parts = [
        "# Commands\n",
        "Every command takes `--help`. Commands print data to standard output, messages to standard error.\n",
    ]
    commands = dict(all_commands())
    for heading, rows in COMMANDS.items():
        parts.append(f"## {heading}\n")
        for name in rows:
            parts.append(f"### mapp {name}\n")
            parts.append(f"```text\n{_help(commands[name], f'mapp {name}')}\n```\n")
            parts += _inner(commands[name], f"mapp {name}")
    return "\n".join(parts)


def errors_page() -> str:
    """Returns the reference page of all error codes and exit codes."""
    rows = [f"| `{code}` | {row.slug} | {row.meaning} | {row.remedy} |" for code, row in EXPLANATIONS.items()]
    head = ["# Error codes", "", "| code | name | meaning | what to do |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, "", *_EXIT_CODES, ""])


def checks_page() -> str:
    """Returns the reference page of the gate's checks."""
    rows = []
    for check in CHECKS:
        kinds = "all" if check.kinds == ALWAYS else ", ".join(kind for kind in KINDS if kind in check.kinds)
        rows.append(f"| `{check.id}` | {check.says} | {kinds} | {'yes' if check.compares else ''} |")
    head = [
        "| check | what it says | kinds of change | compares with the current version |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*_CHECKS, *head, *rows, ""])


def _inner(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield f"#### {path} {name}\n"
            yield f"```text\n{_help(inner, f'{path} {name}')}\n```\n"


def _help(command: click.Command, path: str) -> str:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    settings.setdefault("help_option_names", ["-h", "--help"])
    with click.Context(command, info_name=path, **settings) as ctx:
        return command.get_help(ctx)


_CHECKS: Final = (
    "# The checks of the gate",
    "",
    "The gate runs these checks, in this order, for every command that can move `main`: `mapp add`, `edit`,",
    "`compile`, `expand` and `rollback`. `mapp test` and `mapp ci` run them too. The kind of change selects",
    "the checks. A check with nothing to examine is skipped, which is not a failure. If the source does not",
    "load, the gate stops. If the app or a predicate never ends, or all runs together take too long (five",
    "minutes, plus a second for each input), the change has failed and the remaining checks are skipped.",
    "",
    "A verdict is the JSON of all results. It is recorded in `refs/notes/mapp/verdicts` for the tree that",
    "was checked. `mapp verdict` shows it. `mapp verify` recomputes it from the same trees, seed and number",
    "of inputs; `recorded`, `budget` and `engines` depend on the machine and are not compared.",
    "",
)

_EXIT_CODES: Final = (
    "# Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    "| 0 | done |",
    "| 1 | failed; also a full disk, missing permissions, or an answer that could not be written |",
    "| 2 | the command line cannot be understood |",
    "| 3 | no app matches, or a person must confirm |",
    "| 4 | network or credentials |",
    "| 5 | the lock would change |",
    "| 6 | integrity: data on disk or from a remote is damaged or was tampered with |",
    "| 7 | a permission is needed |",
    "| 8 | validation failed |",
    "| 9 | busy: another process holds the resource |",
    "| 70 | a bug in mapp; a log file was written |",
    "| 71 | the machine failed, not the app; the result says nothing about the app |",
    "| 130 | interrupted |",
    "| 141 | the reader closed the output, as `head` does |",
)


if __name__ == "__main__":
    for path, text in pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
