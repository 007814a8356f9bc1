"""The verdicts shipped with the starter apps match their trees and can be reproduced."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from mapp.git.identity import tree_id
from mapp.library.verdicts import recorded
from mapp.ops.check.verify import verify
from mapp.ops.workspace import Workspace
from mapp.starter import bundle
from support.library import Built, git
from support.terminal import mapp

NAMES = bundle.names()
RECORD = "run: python -m mapp.ops.manage.record_starter"
SAMPLE = ("leap-year", "vat", "days-until")


def test_every_app_has_the_passing_verdict_of_its_tree() -> None:
    verdicts = bundle.verdicts()

    assert tuple(verdicts) == NAMES, RECORD
    for name, verdict in verdicts.items():
        assert verdict.tree == tree_id(bundle.files(name)), f"{name} was changed; {RECORD}"
        assert verdict.passed


def test_the_apps_tests_notice_most_seeded_faults() -> None:
    scores = [verdict.mutation_score or 0.0 for verdict in bundle.verdicts().values()]

    assert min(scores) >= 0.6
    assert statistics.median(scores) >= 0.8


def test_a_new_library_contains_the_shipped_verdicts(starter_library: Path) -> None:
    found = recorded(Built().home, "vat")

    assert found.verdict is not None and found.verdict.passed
    assert "mutation score" in mapp("verdict", "vat").out
    assert '"verdict": 1' in git(
        Built().repository("vat"), "notes", "--ref", "mapp/verdicts", "show", found.tree
    )


def _agrees(name: str) -> bool:
    workspace: Workspace = Built().workspace
    try:
        return verify(workspace, name).agrees
    finally:
        workspace.close()


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_the_verdicts_can_be_reproduced(name: str, starter_library: Path) -> None:
    assert _agrees(name)


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
def test_every_verdict_can_be_reproduced(name: str, starter_library: Path) -> None:
    assert _agrees(name)
