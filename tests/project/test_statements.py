"""The code agrees with what the documentation says about the network."""

from __future__ import annotations

import re

from support.pages import ROOT

CORE = ROOT / "core" / "mapp"

# Modules that may open a connection; the page names the reason for each.
CONNECTING = re.compile(
    r"^\s*(?:import|from) "
    r"(?:httpx|httpcore|anthropic|requests|urllib3|urllib\.request|http\.client|smtplib|ftplib)\b",
    re.MULTILINE,
)


def test_only_coders_models_and_the_broker_can_open_a_connection() -> None:
    found = {
        path.relative_to(CORE).parts[0]
        for path in CORE.rglob("*.py")
        if CONNECTING.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"author", "llm", "sandbox"}, "update docs/explanation/what-leaves-your-machine.md"


def test_the_command_line_opens_no_connection() -> None:
    for path in (ROOT / "cli").rglob("*.py"):
        assert not CONNECTING.search(path.read_text(encoding="utf-8")), path.name


def test_the_telemetry_of_the_vector_database_is_off() -> None:
    assert "anonymized_telemetry=False" in (CORE / "index" / "graph.py").read_text(encoding="utf-8")
