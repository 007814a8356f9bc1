from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.ops.manage.record_starter import current_verdict
from mapp.ops.workspace import Workspace
from mapp.starter import bundle
from support.apps import app
from support.library import Built


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    opened = Built().workspace
    yield opened
    opened.close()


def test_the_verdict_of_an_unchanged_app_is_kept(workspace: Workspace) -> None:
    shipped = bundle.verdicts()

    assert current_verdict("vat", workspace, shipped) is shipped["vat"]


def test_a_changed_app_gets_a_new_verdict_without_timings(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "files", lambda _: app("double").files)

    found = current_verdict("double", workspace, {})

    assert found.passed
    assert {result.seconds for result in found.results} == {0.0}


def test_an_app_that_fails_the_gate_is_not_recorded(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = app("double").source("function main(input) { return 1; }")
    monkeypatch.setattr(bundle, "files", lambda _: broken.files)

    with pytest.raises(SystemExit, match="double: tests/examples"):
        current_verdict("double", workspace, {})
