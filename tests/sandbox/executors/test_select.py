"""Which executor is selected on which system."""

from __future__ import annotations

import os

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import STRENGTH, Isolation
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.select import open_executor
from mapp.sandbox.executors.spawning import SpawningExecutor


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_systems_with_fork_get_the_forking_executor() -> None:
    with open_executor() as executor:
        assert isinstance(executor, ForkingExecutor)


def test_systems_without_fork_get_the_spawning_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)

    with open_executor() as executor:
        assert isinstance(executor, SpawningExecutor)


def test_weaker_isolation_than_required_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForkingExecutor, "isolation", "process")
    monkeypatch.setattr(SpawningExecutor, "isolation", "process")

    with pytest.raises(SandboxUnavailable, match="'full'"):
        open_executor(least="full")


@pytest.mark.parametrize("least", ["process", "full"])
def test_a_machine_that_isolates_nothing_is_refused(
    least: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ForkingExecutor, "isolation", "none")
    monkeypatch.setattr(SpawningExecutor, "isolation", "none")

    with pytest.raises(SandboxUnavailable, match="'none'"):
        open_executor(least=least)
    assert open_executor(least="none")


def test_stronger_isolation_than_required_is_accepted() -> None:
    for least in STRENGTH:
        if STRENGTH[least] <= STRENGTH["process"]:
            with open_executor(least=least) as executor:
                assert STRENGTH[executor.isolation] >= STRENGTH[least]
