"""`python -m mapp_cli.reference` writes what is generated: the help file and the reference pages.

A test holds the written files against what this module makes of the present code.
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
from mapp_cli.main import HELP_FILE

ROOT: Final = Path(__file__).parents[2]
WIDTH: Final = 98
"""What click fills of a terminal of 100 columns or more."""


def pages() -> Iterator[tuple[Path, str]]:
    """Yields every generated file with its text."""
    yield Path(__file__).parent / HELP_FILE, help_page()
    yield ROOT / "docs/reference/commands.md", commands_page()
    yield ROOT / "docs/reference/errors.md", errors_page()
    yield ROOT / "docs/reference/checks.md", checks_page()


def help_page() -> str:
    """Returns what `mapp --help` prints."""
    return _help(group, "mapp") + "\n"


def commands_page() -> str:
    """Returns the page of all commands."""
    parts = [
        "# Commands\n",
        "Every command takes `--help`. What a command prints as data goes to standard output,",
    ]
    parts.append("talk goes to standard error.\n")
    commands = dict(all_commands())
    for heading, rows in COMMANDS.items():
        parts.append(f"## {heading}\n")
        for name in rows:
            parts.append(f"### mapp {name}\n")
            parts.append(f"```text\n{_help(commands[name], f'mapp {name}')}\n```\n")
            parts += _inner(commands[name], f"mapp {name}")
    return "\n".join(parts)


def errors_page() -> str:
    """Returns the page of all error codes."""
    rows = [f"| `{code}` | {row.slug} | {row.meaning} | {row.remedy} |" for code, row in EXPLANATIONS.items()]
    head = ["# Error codes", "", "| code | name | meaning | what to do |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows, "", *_EXIT_CODES, ""])


def checks_page() -> str:
    """Returns the page of the gate's checks."""
    rows = []
    for check in CHECKS:
        kinds = "all" if check.kinds == ALWAYS else ", ".join(kind for kind in KINDS if kind in check.kinds)
        rows.append(f"| `{check.id}` | {check.says} | {kinds} | {'yes' if check.compares else ''} |")
    head = [
        "| check | what it says | kinds of change | against what is replaced |",
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
    "Every command that moves `main` runs these checks in this order: `mapp add`, `edit`, `compile`,",
    "`expand`, `rollback`. `mapp test` and `mapp ci` run them too. The kind of a change selects the checks.",
    "A check with nothing to look at is skipped; that is not a failure. A source that does not load ends the",
    "trial. If the app or a predicate does not end, or all runs together take too long (five minutes, plus",
    "one second for each input), the trial fails and the remaining checks are skipped.",
    "",
    "A verdict is the JSON of all results, recorded in `refs/notes/mapp/verdicts` for the tree that it is",
    "about. `mapp verdict` shows it. `mapp verify` derives it again from the same trees, seed and number of",
    "inputs; it does not compare `recorded`, `budget` and `engines`, which depend on the machine.",
    "",
)

_EXIT_CODES: Final = (
    "# Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    "| 0 | done |",
    "| 1 | failed; also a full disk, missing rights, or an answer that could not be written |",
    "| 2 | the command line cannot be understood |",
    "| 3 | no app matches, or a person would have to confirm |",
    "| 4 | network or credentials |",
    "| 5 | the lock would change |",
    "| 6 | integrity: what lies on disk is not what it claims to be |",
    "| 7 | a permission is needed |",
    "| 8 | validation failed |",
    "| 9 | busy: another process holds it |",
    "| 70 | a bug in mapp; a log file was written |",
    "| 71 | the machine failed the sandbox, not the app; nothing was decided about the app |",
    "| 130 | interrupted |",
    "| 141 | the reader of the output closed its end, as `head` does |",
)


if __name__ == "__main__":
    for path, text in pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
