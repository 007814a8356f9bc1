from __future__ import annotations

from mapp.share.checks.name_taken import COMMANDS
from mapp_cli.group import COMMANDS as SECTIONS


def test_no_app_can_be_published_under_the_name_of_a_command() -> None:
    assert {name for rows in SECTIONS.values() for name in rows} <= COMMANDS
