"""Checks a folder and commits it as an app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapp.errors import InvalidApp, Problem
from mapp.library.change import Committed, message, put
from mapp.model.app import App, read_app
from mapp.model.interface import compare
from mapp.ops.folder import read_folder
from mapp.ops.workspace import Workspace
from mapp.validate.check import Result, check_app


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What adding a folder came to; with `dry_run` nothing was committed."""

    app: App
    results: tuple[Result, ...]
    left_out: tuple[str, ...]
    committed: Committed | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as `add --json` prints it."""
        return {
            "app": self.app.name,
            "version": str(self.app.manifest.version),
            "commit": self.committed.commit if self.committed else None,
            "changed": self.committed.changed if self.committed else False,
            "passed": all(result.passed for result in self.results),
            "checks": [result.to_dict() for result in self.results],
            "left_out": list(self.left_out),
        }


def add(
    workspace: Workspace,
    folder: Path,
    *,
    force: bool = False,
    dry_run: bool = False,
    watch: Callable[[Result], None] | None = None,
) -> Added:
    """Returns what came of checking a folder and committing it as an app on `main`.

    Args:
        workspace: the library.
        folder: where `mapp.toml` and `main.js` lie.
        force: commit although checks fail; the commit says so.
        dry_run: check only.
        watch: is told the result of each check as it ends.

    Raises:
        InvalidApp: the folder is no app, or a check failed and `force` was not given.
        Busy: another process keeps writing the same app.
    """
    files, left_out = read_folder(folder)
    app = read_app(files)
    results = []
    for result in check_app(app, workspace.executor):
        results.append(result)
        if watch is not None:
            watch(result)
    refuse_failures(app, results, force=force)
    committed = None if dry_run else _commit(workspace, app, files, results, force=force)
    return Added(app=app, results=tuple(results), left_out=left_out, committed=committed)


def refuse_failures(app: App, results: list[Result], *, force: bool) -> None:
    """Raises InvalidApp when a check failed; a source that does not load is refused even by force."""
    failed = [result for result in results if not result.passed]
    fatal = [result for result in failed if result.check == "source"]
    if fatal or (failed and not force):
        problems = [row for result in failed for row in result.problems]
        hint = "" if fatal else "mend it, or add it as it is with --force"
        raise InvalidApp(f"{app.name} does not pass its checks", problems, hint=hint, code="MAPP-0810")


def _commit(
    workspace: Workspace, app: App, files: Mapping[str, bytes], results: list[Result], *, force: bool
) -> Committed:
    failed = [result.check for result in results if not result.passed]
    trailers = {
        "Mapp-Operation": "add",
        "Mapp-Verdict": f"forced; failed: {' '.join(failed)}" if failed else "passed",
    }
    text = message(f"{app.name}: {app.manifest.version}", trailers, body=app.manifest.description)

    def check(current: App) -> None:
        refuse_version(current, app)

    return put(
        workspace.home,
        app,
        files,
        text,
        workspace.signature(),
        check=None if force else check,
        tell=workspace.tell,
    )


def refuse_version(current: App, new: App) -> None:
    """Raises InvalidApp when the new version is lower than what the interface's change demands."""
    comparison = compare(current.manifest, new.manifest)
    least = current.manifest.version.bumped(comparison.level)
    if new.manifest.version >= least:
        return
    reasons = [
        Problem(path=row.path, message=f"{row.message} ({row.level.name.lower()})")
        for row in comparison.differences
    ]
    own = (
        f"this is {new.manifest.version}, and {current.manifest.version} is in the library with other content"
    )
    raise InvalidApp(
        f"{new.name} needs another version",
        [Problem(path="mapp.toml: version", message=f"{own}; it must be {least} or higher"), *reasons],
        hint=f'set version = "{least}", or replace it as it is with --force',
        code="MAPP-0820",
    )
