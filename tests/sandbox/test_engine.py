"""Where engines are found, what they are called, and what is said when one is missing."""

from __future__ import annotations

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine
from mapp.sandbox.choice import open_executor
from support.library import library
from support.scripts import evaluate
from support.terminal import mapp


@pytest.fixture
def only_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    found = engine._found
    monkeypatch.setattr(engine, "_found", lambda name: found(name) if name == engine.DEFAULT else None)
    engine.extension.cache_clear()
    engine.version.cache_clear()


def test_the_default_is_always_there() -> None:
    assert engine.DEFAULT in engine.installed()
    assert engine.extension().is_file()


def test_engines_are_named_with_the_version_of_their_package() -> None:
    assert engine.version("dukpy").startswith("quickjs-ng (dukpy 0.6")
    if "quickjs-ng" in engine.installed():
        assert engine.version("quickjs-ng").startswith("quickjs-ng 0.17")


@pytest.mark.parametrize("name", engine.installed())
def test_the_engine_that_was_chosen_runs_the_script(name: str) -> None:
    with open_executor(engine=name) as executor:
        assert executor.engine == engine.version(name)
        assert evaluate(executor, "input + 1", 1) == 2


def test_one_that_is_missing_is_refused_with_the_extra_to_install(only_the_default: None) -> None:
    with pytest.raises(SandboxUnavailable) as caught:
        open_executor(engine="quickjs-ng")

    assert caught.value.hint == "install it with: pip install 'quickjs-ng>=0.17,<0.18'"


def test_a_command_says_so_too(only_the_default: None, monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    monkeypatch.setenv("MAPP_ENGINE", "quickjs-ng")

    found = mapp("exec", "double", "number=1")

    assert "quickjs-ng>=0.17,<0.18" in found.err


def test_without_the_second_only_the_first_is_there(only_the_default: None) -> None:
    assert engine.installed() == ("dukpy",)


def test_the_setting_takes_the_names_of_engines_alone() -> None:
    assert mapp("config", "engine", "v8").code == 2
    for name in engine.ENGINES:
        assert mapp("config", "engine", name).code == 0
