"""Every app that ships with mapp passes its own checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.model.app import App, read_app
from mapp.model.manifest import Manifest
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.starter import bundle
from mapp.validate.gate import checks_for
from mapp.validate.trial import Trial

NAMES = bundle.names()


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with open_executor() as made:
        yield made


def _app(name: str) -> App:
    return read_app(bundle.files(name))


def _complaints(name: str, executor: Executor, inputs: int, *, whole: bool = False) -> list[str]:
    """Returns the gate's results; unless `whole`, without mutation, which the shipped verdicts cover."""
    trial = Trial(app=_app(name), files=bundle.files(name), executor=executor, inputs=inputs)
    checks = [check for check in checks_for("add", compares=False) if whole or check.id != "mutation"]
    return [f"{check.id}: {problem}" for check in checks for problem in check.examine(trial).problems]


@pytest.mark.parametrize("name", NAMES)
def test_it_passes_its_own_checks(name: str, executor: Executor) -> None:
    assert _complaints(name, executor, 20) == []


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMES)
def test_every_app_passes_its_own_checks_on_many_inputs(name: str, executor: Executor) -> None:
    assert _complaints(name, executor, 1000, whole=True) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_app_has_enough_tests_and_requests(name: str, executor: Executor) -> None:
    app = _app(name)
    laws = Trial(app=app, executor=executor).predicates

    assert len(app.examples) >= 10
    assert len(laws) >= 3
    assert sum(phrase.fits for phrase in app.phrases) >= 40
    assert sum(not phrase.fits for phrase in app.phrases) >= 15
    assert len({phrase.request for phrase in app.phrases}) >= len(app.phrases) - 3


@pytest.mark.parametrize("name", NAMES)
def test_every_manifest_is_complete(name: str) -> None:
    files = bundle.files(name)
    manifest = _app(name).manifest

    assert manifest.name == name
    assert "README.md" in files
    assert Manifest.from_dict(manifest.to_dict()) == manifest
    for argument in manifest.arguments:
        assert argument.schema.types or argument.schema.enum, f"{argument.name} may be anything"


def test_the_digest_matches_the_files() -> None:
    assert bundle.digest() == bundle.compute_digest(), "run: python -m mapp.ops.manage.record_starter"


def test_there_are_enough_apps() -> None:
    assert len(NAMES) >= 60
