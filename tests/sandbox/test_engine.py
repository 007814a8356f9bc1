"""Where engines are found, their names, and the message when one is missing."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from mapp import config
from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine
from mapp.sandbox.executors.select import open_executor
from support.library import library
from support.scripts import evaluate
from support.terminal import mapp


@pytest.fixture
def only_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    find = engine._find
    monkeypatch.setattr(engine, "_find", lambda name: find(name) if name == engine.DEFAULT else None)
    engine.extension.cache_clear()
    engine.version.cache_clear()


def test_the_default_is_always_there() -> None:
    assert engine.DEFAULT in engine.installed()
    assert engine.extension().is_file()


def test_engines_are_named_with_the_version_of_their_package() -> None:
    for name, text in (("dukpy", "quickjs-ng 0.11.0 (dukpy 0.6"), ("quickjs-ng", "quickjs-ng 0.17")):
        if name in engine.installed():
            assert engine.version(name).startswith(text)


def test_an_unknown_release_of_dukpy_is_named_without_the_version_of_its_engine() -> None:
    assert engine._title("dukpy", "0.6.9") == "quickjs-ng (dukpy 0.6.9)"


@pytest.mark.parametrize("name", engine.installed())
def test_the_engine_that_was_chosen_runs_the_script(name: str) -> None:
    with open_executor(engine=name) as executor:
        assert executor.engine == engine.version(name)
        assert evaluate(executor, "input + 1", 1) == 2


SECOND = next(name for name in engine.ENGINES if name != engine.DEFAULT)


def test_a_missing_engine_is_refused_with_the_package_to_install(only_the_default: None) -> None:
    with pytest.raises(SandboxUnavailable) as caught:
        open_executor(engine=SECOND)

    assert caught.value.hint == f"install it with: pip install '{engine.ENGINES[SECOND].requirement}'"


def test_a_command_says_so_too(only_the_default: None, monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    monkeypatch.setenv("MAPP_ENGINE", SECOND)

    found = mapp("exec", "double", "number=1")

    assert engine.ENGINES[SECOND].requirement in found.err


def test_without_the_second_only_the_first_is_there(only_the_default: None) -> None:
    assert engine.installed() == (engine.DEFAULT,)


def test_the_default_is_the_newer_engine_but_where_there_is_no_wheel_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert config._default_engine() == "quickjs-ng"
    monkeypatch.setattr(sys, "platform", "darwin")
    for machine, name in (("arm64", "quickjs-ng"), ("x86_64", "dukpy")):
        monkeypatch.setattr(os, "uname", lambda machine=machine: SimpleNamespace(machine=machine))
        assert config._default_engine() == name


def test_the_setting_takes_the_names_of_engines_alone() -> None:
    assert mapp("config", "engine", "v8").code == 2
    for name in engine.ENGINES:
        assert mapp("config", "engine", name).code == 0
