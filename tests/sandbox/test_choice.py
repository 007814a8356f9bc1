"""Which executor a system gets."""

from __future__ import annotations

import os

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.choice import STRENGTH, open_executor
from mapp.sandbox.forking import ForkingExecutor
from mapp.sandbox.spawning import SpawningExecutor


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_where_there_is_fork_it_is_used() -> None:
    assert isinstance(open_executor(), ForkingExecutor)


def test_where_there_is_no_fork_interpreters_are_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)

    assert isinstance(open_executor(), SpawningExecutor)


def test_less_isolation_than_demanded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForkingExecutor, "isolation", "process")
    monkeypatch.setattr(SpawningExecutor, "isolation", "process")

    with pytest.raises(SandboxUnavailable, match="'full'"):
        open_executor(least="full")


def test_more_isolation_than_demanded_is_fine() -> None:
    for least in STRENGTH:
        if STRENGTH[least] <= STRENGTH["process"]:
            assert open_executor(least=least)
