"""Makes the recordings of the apps in `benchmarks/data/failing_apps`, as a developer does with `mapp record`.

    python -m benchmarks.classify.record

An example that names a recording is run against the healthy services. Its host calls become the recording,
and what the app answered becomes the example's output, to be read and agreed to before it is committed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.classify import network
from benchmarks.classify.library import FOLDER, KEY, engines, failing_apps, install, opened, secrets_of
from mapp.keys import set_key
from mapp.model.app import EXAMPLES, read_app
from mapp.model.outcome import Declared, Value
from mapp.model.recording import Recording, read_recording
from mapp.ops.run.execute import execute
from mapp.ops.run.save_recording import recording_text
from mapp.ops.workspace import Workspace


def main() -> int:
    """Writes all recordings; returns the exit code."""
    with network.opened() as web, engines() as shared, tempfile.TemporaryDirectory() as place:
        world = opened(Path(place), web, shared)
        for name, files in failing_apps().items():
            rows = [json.loads(line) for line in files[EXAMPLES].decode().splitlines()]
            if not any("recording" in row for row in rows):
                continue
            bare = {path: data for path, data in files.items() if not path.startswith("tests/")}
            for use in secrets_of(read_app(bare)):
                set_key(world.config.config_file, use, KEY)
            install(world, bare)
            done = [recorded(world, name, row) if "recording" in row else row for row in rows]
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in done)
            (FOLDER / name / EXAMPLES).write_text(text, encoding="utf-8")
        world.close()
    return 0


def recorded(world: Workspace, name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Writes the recording that an example names, and returns the example with the answer."""
    done = execute(world, name, row["input"])
    run, calls = world.journal.run(done.run)
    recording = Recording(
        name=row["recording"], exchanges=read_recording(calls or "[]"), now=run.now_ms, seed=run.seed
    )
    path = FOLDER / name / "tests" / "recordings" / f"{recording.name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(recording_text(recording), encoding="utf-8")
    print(f"{name} {json.dumps(row['input'])}: {done.outcome}", file=sys.stderr)
    match done.outcome:
        case Value(output=output):
            return {"input": row["input"], "output": output, "recording": recording.name}
        case Declared(error=error):
            return {"input": row["input"], "error": error, "recording": recording.name}
    raise ValueError(f"{name} failed on {row['input']}: {done.outcome}")


if __name__ == "__main__":
    sys.exit(main())
