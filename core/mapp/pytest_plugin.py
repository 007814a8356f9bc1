"""A pytest plugin: in a checkout of apps, `pytest` collects their tests as items.

An app is a folder with `mapp.toml` and `main.js`. There is one item for each check of the gate that looks at
the app as a whole, for each example and regression, and for each predicate. Everything runs in the sandbox,
never in pytest's process. A predicate is checked on the inputs that the gate draws, and then on inputs that
Hypothesis draws and shrinks. Hypothesis's active profile sets their number, seed and database;
`--mapp-inputs` and `--mapp-seed` take precedence.

mapp is not imported before the first app is found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from mapp.errors import HostFault
    from mapp.model.app import App, Example
    from mapp.model.verdict import Finding, Result
    from mapp.ops.workspace import Workspace
    from mapp.validate.trial import Trial

MANIFEST = "mapp.toml"
ROWS = ("examples.jsonl", "regressions.jsonl")
PROPERTIES = "properties.js"
APART = frozenset(["examples", "properties", "mutation"])
"""Checks that have items of their own kind, or that are too slow to run by default."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of this plugin."""
    group = parser.getgroup("mapp", "apps of mapp")
    group.addoption(
        "--mapp-inputs",
        type=int,
        metavar="N",
        help="number of inputs drawn for each app [default: max_examples of Hypothesis's profile]",
    )
    group.addoption("--mapp-seed", type=int, metavar="N", help="seed for drawing inputs")
    group.addoption("--mapp-mutation", action="store_true", help="also measure each app's mutation score")
    group.addoption("--mapp-off", action="store_true", help="do not collect apps")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects an app's test files, and its manifest for the checks of the whole app."""
    if parent.config.getoption("--mapp-off"):
        return None
    if file_path.name == MANIFEST and _is_app(file_path.parent):
        return _Whole.from_parent(parent, path=file_path)
    if file_path.parent.name == "tests" and _is_app(file_path.parent.parent):
        if file_path.name in ROWS:
            return _Rows.from_parent(parent, path=file_path)
        if file_path.name == PROPERTIES:
            return _Predicates.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Ends the session if the machine cannot run the sandbox: that is not a failure of the app."""
    if not isinstance(item, _Item):
        return (yield)
    from mapp.errors import HostFault

    try:
        return (yield)
    except HostFault as fault:
        _stop(fault)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Ends the session if the machine could not run the sandbox during collection."""
    shared = session.config.stash.get(_SHARED, None)
    if shared is not None and shared.fault is not None:
        _stop(shared.fault)


def _stop(fault: HostFault) -> NoReturn:
    pytest.exit(f"{fault.message} [{fault.code}] {fault.hint}", returncode=fault.exit_code)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Closes the sandbox."""
    shared = config.stash.get(_SHARED, None)
    if shared is not None:
        shared.close()


def _is_app(folder: Path) -> bool:
    return (folder / MANIFEST).is_file() and (folder / "main.js").is_file()


class _Shared:
    """State shared by all items of a session: the sandbox, and the trial of each app."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._workspace: Workspace | None = None
        self._trials: dict[Path, Trial] = {}
        self._results: dict[tuple[Path, str], Result] = {}
        self.fault: HostFault | None = None

    def trial(self, folder: Path) -> Trial:
        """Returns the trial of the app in a folder; raises CollectError if the app is not valid."""
        if folder not in self._trials:
            self._trials[folder] = self._opened(folder)
        return self._trials[folder]

    def collected(self, folder: Path, *, predicates: bool = False) -> Trial | None:
        """Returns the trial of an app, or None (and sets `fault`) if the machine cannot run the sandbox."""
        from mapp.errors import HostFault

        try:
            trial = self.trial(folder)
            if predicates:
                _ = trial.predicates
        except HostFault as fault:
            self.fault = fault
            return None
        return trial

    def result(self, folder: Path, check: str) -> Result:
        """Returns the result of a check on an app; each check runs once a session."""
        from mapp.validate.gate import CHECKS

        key = (folder, check)
        if key not in self._results:
            found = next(row for row in CHECKS if row.id == check)
            self._results[key] = found.examine(self.trial(folder))
        return self._results[key]

    def close(self) -> None:
        """Ends the processes of the sandbox."""
        if self._workspace is not None:
            self._workspace.close()

    def _opened(self, folder: Path) -> Trial:
        from mapp.config import load_config
        from mapp.errors import InvalidApp, MappError
        from mapp.library.app_folder import read_folder
        from mapp.model.app import read_app
        from mapp.ops.check.gate import Options, trial_of
        from mapp.ops.workspace import Workspace

        if self._workspace is None:
            self._workspace = Workspace(config=load_config())
        try:
            files, _ = read_folder(folder)
            app = read_app(files)
        except MappError as error:
            rows = error.problems if isinstance(error, InvalidApp) else ()
            raise pytest.Collector.CollectError("\n".join([error.message, *map(str, rows)])) from None
        shown = f".{os.sep}{os.path.relpath(folder)}"
        options = Options(inputs=self._inputs(), seed=self._seed(), folder=shown)
        return trial_of(self._workspace, app, files, base=None, kind="add", options=options)

    def _inputs(self) -> int:
        from hypothesis import settings

        asked = self._config.getoption("--mapp-inputs")
        return int(asked) if asked is not None else settings().max_examples

    def _seed(self) -> int:
        from mapp.validate.trial import SEED

        asked = self._config.getoption("--mapp-seed")
        return int(asked) if asked is not None else SEED


_SHARED = pytest.StashKey[_Shared]()


def _shared(config: pytest.Config) -> _Shared:
    if _SHARED not in config.stash:
        config.stash[_SHARED] = _Shared(config)
    return config.stash[_SHARED]


class _Fault(Exception):
    """Raised when an item fails; carries its findings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class _Item(pytest.Item):
    """One test of an app."""

    @property
    def shared(self) -> _Shared:
        """Returns the state shared by the session."""
        return _shared(self.config)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Returns the findings with the commands that reproduce them; other errors as pytest shows them."""
        if isinstance(excinfo.value, _Fault):
            texts = []
            for row in excinfo.value.findings:
                texts += [str(row), *(text for text in (row.evidence, row.reproduce) if text)]
            return "\n".join(texts)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Returns the test's file and name."""
        return self.path, None, self.name


class _WholeItem(_Item):
    """One check of the gate on a whole app."""

    def runtest(self) -> None:
        """Runs the check."""
        found = self.shared.result(self.path.parent, self.name)
        if found.status == "skipped":
            pytest.skip(str(dict(found.evidence).get("why", "nothing to look at")))
        if not found.passed:
            raise _Fault(found.problems)


class _Whole(pytest.File):
    """The manifest of an app."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yields an item for each check that looks at the whole app."""
        from mapp.validate.gate import checks_for

        trial = _shared(self.config).collected(self.path.parent)
        if trial is None:
            return
        apart = APART - ({"mutation"} if self.config.getoption("--mapp-mutation") else set())
        for check in checks_for("add", compares=False, pure=trial.pure):
            if check.id not in apart:
                yield _WholeItem.from_parent(self, name=check.id)


class _RowItem(_Item):
    """One example or regression."""

    def __init__(self, *, row: Example, **rest: Any) -> None:
        super().__init__(**rest)
        self.row = row

    def runtest(self) -> None:
        """Runs the app on the example's input."""
        from mapp.validate.checks.examples import failing

        trial = self.shared.trial(self.path.parent.parent)
        found = failing(trial, [(f"tests/{self.path.name}:{self.name}", self.row)])
        if found:
            raise _Fault(tuple(found))


class _Rows(pytest.File):
    """`tests/examples.jsonl` or `tests/regressions.jsonl` of an app."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yields an item for each row."""
        trial = _shared(self.config).collected(self.path.parent.parent)
        if trial is None:
            return
        app: App = trial.app
        rows = app.examples if self.path.name == ROWS[0] else app.regressions
        for number, row in enumerate(rows, 1):
            yield _RowItem.from_parent(self, name=str(number), row=row)


class _PredicateItem(_Item):
    """One predicate of an app, on the inputs that the gate draws and on those that Hypothesis draws."""

    def runtest(self) -> None:
        """Checks the predicate on the gate's inputs, then lets Hypothesis search for more."""
        found = self.shared.result(self.path.parent.parent, "properties")
        problems = tuple(row for row in found.problems if row.path == f"property {self.name}")
        if problems:
            raise _Fault(problems)
        self._search()

    def _search(self) -> None:
        from mapp.validate.checks.properties import counterexample, tried
        from mapp.validate.generate.strategies import falsified, inputs

        trial = self.shared.trial(self.path.parent.parent)
        if not trial.drawn:
            pytest.skip(trial.undrawn)
        found = falsified(
            inputs(trial.app.manifest, [dict(row.input) for row in trial.app.examples]),
            lambda arguments: tried(trial, self.name, arguments)[1],
            name=f"{trial.app.name} {self.name}",
            most=self.config.getoption("--mapp-inputs"),
            seed=self.config.getoption("--mapp-seed"),
        )
        if found is not None:
            raise _Fault((counterexample(trial, self.name, *found),))


class _Predicates(pytest.File):
    """`tests/properties.js` of an app."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yields an item for each predicate."""
        trial = _shared(self.config).collected(self.path.parent.parent, predicates=True)
        for name in () if trial is None else trial.predicates:
            yield _PredicateItem.from_parent(self, name=name)
