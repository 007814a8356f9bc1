from __future__ import annotations

from pathlib import Path

import pytest

from mapp.explanations import EXPLANATIONS
from mapp_cli.group import all_commands
from mapp_cli.reference import commands_page, errors_page, pages

PAGES = dict(pages())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_generated_file_is_current(path: Path) -> None:
    """Run `python -m mapp_cli.reference` to write the files again."""
    assert path.read_text(encoding="utf-8") == PAGES[path]


def test_every_command_and_every_code_is_on_its_page() -> None:
    commands, codes = commands_page(), errors_page()

    assert [name for name, _ in all_commands() if f"### mapp {name}\n" not in commands] == []
    assert [code for code in EXPLANATIONS if f"| `{code}` |" not in codes] == []
