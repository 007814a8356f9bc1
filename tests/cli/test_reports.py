"""`--junit` and `--sarif` write the verdicts of a command to files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mapp.model.verdict import Finding
from mapp.validate.gate import CHECKS
from mapp_cli.reports import Reports
from support.apps import app
from support.verdicts import passing

FINDING = Finding(path="tests/examples.jsonl:3", message="gave 10 instead of 11")


def test_both_reports_are_written_with_every_verdict(tmp_path: Path) -> None:
    reports = Reports(junit=tmp_path / "r.xml", sarif=tmp_path / "r.sarif")
    reports.write([("good", passing(app())), ("bad", passing(app(), "failed", (FINDING,)))])
    suites = ElementTree.parse(tmp_path / "r.xml").findall("testsuite")
    (run,) = json.loads((tmp_path / "r.sarif").read_text())["runs"]

    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [("good", "0"), ("bad", "1")]
    assert [row["id"] for row in run["tool"]["driver"]["rules"]] == [check.id for check in CHECKS]
    (found,) = run["results"]
    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


def test_a_report_replaces_an_older_file(tmp_path: Path) -> None:
    (folder := tmp_path / "out").mkdir()
    path = folder / "r.xml"
    path.write_text("old")
    Reports(junit=path).write([("good", passing(app()))])

    assert path.read_text().startswith("<?xml") and [row.name for row in folder.iterdir()] == ["r.xml"]


def test_without_options_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "out").mkdir()
    monkeypatch.chdir(folder)
    Reports().write([("good", passing(app()))])

    assert not list(folder.iterdir())
