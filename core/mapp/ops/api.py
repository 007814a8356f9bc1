"""The Python API: an open library with the use cases as methods."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mapp.config import load_config
from mapp.library import read
from mapp.model.decision import Certainty
from mapp.model.request import Request
from mapp.model.values import JSONValue
from mapp.ops.index.search import Found, search
from mapp.ops.manage.add import Added, add
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.ask import Answer, ask
from mapp.ops.run.execute import Execution, execute
from mapp.ops.workspace import Tell, Workspace

if TYPE_CHECKING:
    from mapp.model.app import App
    from mapp.ops.run.batch import Mapped


class Library:
    """A library of apps. `open_library` opens it; `close` or the end of a `with` block closes it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def ask(
        self,
        request: str,
        *,
        attachment: str | None = None,
        yes: bool = False,
        accept: Certainty = "sure",
    ) -> Answer:
        """Answers a request in plain words; runs an app only when mapp is confident of the match.

        Args:
            request: what to do, at most 10,000 characters.
            attachment: a text that the request is about, as with `--input`.
            yes: also run a call that would need confirmation on the command line.
            accept: `likely` also runs a likely match of an app that does nothing outside the sandbox.

        Raises:
            UsageError: the request is empty or too long.
        """
        wanted = Request(text=request, attachment=attachment)
        return ask(self.workspace, wanted, yes=yes, accept=accept)

    def exec(
        self, app: str, arguments: Mapping[str, JSONValue] | None = None, *, revision: str | None = None
    ) -> Execution:
        """Runs an app on the given arguments, at `main` or another revision.

        Raises:
            NotFound: there is no such app or revision.
            InvalidArguments: some arguments are wrong; the error names all of them.
        """
        return execute(self.workspace, app, arguments or {}, revision=revision)

    def map(self, app: str, source: Path | str, output: Path | str, *, jobs: int | None = None) -> Mapped:
        """Runs an app on every row of a file and writes one line per row to another, in the same order.

        A row is a JSON object of arguments. An output that a killed process left unfinished is continued.

        Raises:
            NotFound: there is no such app.
            AlreadyExists: the output is finished, or was started with other rows.
        """
        from mapp.ops.run.batch import BatchOptions, map_rows  # loads the thread pool

        options = BatchOptions(jobs=jobs)
        return map_rows(self.workspace, app, Path(source), Path(output), options=options)

    def search(self, text: str, *, most: int = 10) -> tuple[Found, ...]:
        """Returns the apps nearest to a text, nearest first."""
        return search(self.workspace, text, most=most)

    def add(self, folder: Path | str, *, force: bool = False) -> Added:
        """Checks a folder and commits it as an app.

        Raises:
            InvalidApp: the folder does not contain a valid app, or a check fails and `force` is not given.
        """
        return add(self.workspace, Path(folder), force=force)

    def apps(self) -> tuple[str, ...]:
        """Returns the names of the apps, sorted."""
        return read.names(self.workspace.home)

    def app(self, name: str, *, revision: str | None = None) -> App:
        """Returns one app with its tests, at `main` or another revision."""
        return read.load(self.workspace.home, name, revision)

    def close(self) -> None:
        """Stops the processes and closes the files that this library opened."""
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _stand_by(*words: Any, **more: Any) -> Any:
    """Loads the canary for the few runs that need it."""
    from mapp.ops.heal.canary import stand_by

    return stand_by(*words, **more)


def _settle(*words: Any) -> Any:
    from mapp.ops.heal.canary import settle

    return settle(*words)


def open_library(path: Path | str | None = None, *, tell: Tell | None = None) -> Library:
    """Opens the library at a path, or the default one; a new library gets the starter apps.

    Args:
        path: the library's folder; by default the one in the settings.
        tell: receives progress messages.
    """
    config = load_config(library=None if path is None else Path(path))
    workspace = Workspace(config=config, stand_by=_stand_by, settle=_settle)
    if tell is not None:
        workspace.tell = tell
    ensure_library(workspace)
    return Library(workspace)
