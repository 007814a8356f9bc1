"""Saves a run of the journal as a test: writes its recording and an example into an app's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.errors import AlreadyExists, NotFound, UsageError
from mapp.git.tree import MAX_FILE_SIZE
from mapp.model.app import EXAMPLES, MANIFEST, RECORDING
from mapp.model.manifest import Manifest
from mapp.model.recording import Recording, read_recording
from mapp.observe.journal import Run
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain, write_whole

_ERROR: Final = re.compile(r"error:(\w+)\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The files of a saved run: its recording, if it made host calls, and the file with the example.

    There is no example of a failed run.
    """

    recording: Path | None
    example: Path | None


def keep_recording(workspace: Workspace, identity: str, folder: Path, *, name: str | None = None) -> Kept:
    """Writes a run's host calls into `folder/tests/recordings`, and an example that refers to them.

    A failed run gets no example: only a person can say what the right output is. `folder` is the app's
    folder, as `mapp path` or `mapp new` create it. The journal has no secrets, so the
    recording has none.

    Raises:
        NotFound: there is no such run, its input was not kept, or the folder does not contain that app.
        UsageError: the run made no host calls, its answers are too large, or the name is invalid.
        AlreadyExists: there is a recording of that name.
    """
    run, calls = workspace.journal.run(identity)
    if run.input is None:
        raise NotFound(
            f"the input of run {run.id} was not kept",
            hint="to keep inputs: mapp config keep_inputs true",
        )
    exchanges = read_recording(calls) if calls is not None else ()
    if not exchanges:
        raise UsageError(f"run {run.id} made no host calls", hint="write an example instead")
    _ensure_folder_of(run.app, folder)
    name = name or f"run-{run.id}"
    recording = Recording(name=name, exchanges=exchanges, now=run.now_ms, seed=run.seed)
    return write_test(folder, recording, _example(run, name))


def write_test(folder: Path, recording: Recording | None, row: Mapping[str, Any] | None) -> Kept:
    """Writes a recording and appends a row to the examples in an app's folder; either may be None.

    Raises:
        UsageError: the recording is too large, or its name is invalid.
        AlreadyExists: there is a recording of that name.
    """
    path = None
    if recording is not None:
        name = recording.name
        path = folder / "tests" / "recordings" / f"{name}.json"
        if not RECORDING.fullmatch(f"tests/recordings/{name}.json"):
            raise UsageError(f"invalid recording name {name!r}", hint="use letters, digits, '.', '_' and '-'")
        if path.exists():
            raise AlreadyExists(f"{path} already exists", hint="choose another name with --name")
        data = recording_text(recording).encode()
        if len(data) > MAX_FILE_SIZE:
            raise UsageError(f"the answers of this run are larger than {MAX_FILE_SIZE // 2**20} MiB")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    return Kept(recording=path, example=None if row is None else _appended(folder / EXAMPLES, row))


def recording_text(recording: Recording) -> str:
    """Returns the content of a recording's file."""
    return json.dumps(recording.to_dict(), ensure_ascii=False, indent=2) + "\n"


def _ensure_folder_of(app: str, folder: Path) -> None:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise NotFound(
            f"{folder} does not contain an app", hint=f"mapp path {app} prints its checkout's folder"
        )
    found = Manifest.from_toml(read_plain(manifest, follow=True).decode("utf-8")).name
    if found != app:
        raise NotFound(f"{folder} contains {found}, but the run is of {app}")


def _example(run: Run, name: str) -> dict[str, Any] | None:
    row: dict[str, Any] = {"input": json.loads(run.input or "{}")}
    if run.output is not None:
        return {**row, "output": json.loads(run.output), "recording": name}
    error = _ERROR.match(run.outcome)
    return None if error is None else {**row, "error": error[1], "recording": name}


def _appended(path: Path, row: Mapping[str, Any]) -> Path:
    before = read_plain(path, follow=True) if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    write_whole(path, before + json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return path
