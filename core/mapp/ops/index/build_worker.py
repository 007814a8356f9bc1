"""The child process that builds the index: `python -m mapp.ops.index.build_worker JOB`.

It prints one JSON object a line: `{"done", "total"}` while it works, then `{"status"}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mapp.config import load_config
from mapp.errors import MappError
from mapp.index.build import Contents, build
from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from mapp.index.entry import Head
from mapp.index.packed_vectors import read_codes
from mapp.index.vectors import open_vectors
from mapp.library import read
from mapp.library.compiled_requests import compiled_requests
from mapp.library.learned import LearnedRows
from mapp.library.privacy import private_umask
from mapp.model.app import Card
from mapp.ops.index.refresh import AGAIN, heads
from mapp.ops.index.shipped import Shipped
from mapp.ops.index.training_data import VECTORS, extras
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain
from mapp.starter import bundle


def main(job: str) -> int:
    """Builds the index as the job describes; returns the exit code."""
    with private_umask():
        return _built(job)


def _built(job: str) -> int:
    document = json.loads(job)
    config = load_config(library=Path(document["library"]), environment={})
    workspace = Workspace(
        config=config,
        tell=lambda text: print(json.dumps({"tell": text}), flush=True),  # noqa: T201 - the channel
    )

    lessons = LearnedRows(workspace.home)

    def load(head: Head) -> Card | None:
        try:
            return lessons.card(head.app, read.load(workspace.home, head.app, head.commit).card)
        except MappError as error:
            workspace.tell(f"skipped {head.app}, which cannot be indexed: {error}")
            return None

    def advance(done: int, total: int) -> None:
        print(json.dumps({"done": done, "total": total}), flush=True)  # noqa: T201 - the channel

    def compiled_for(app: str) -> tuple[str, ...]:
        return (*compiled_requests(workspace.home, app), *lessons.requests(app))

    embedder = choose_embedder(document["embedder"])
    again = _again(workspace.home.index / AGAIN)
    vectors = Path(document["cache"]) / VECTORS
    try:
        _seed(vectors, embedder)
        made = build(
            workspace.home.index,
            Contents(heads(workspace), load, again=again),
            embedder=embedder,
            vectors=vectors,
            store=document["store"],
            extras=extras(vectors, Shipped(), compiled_for),
            progress=advance,
            fresh=document["fresh"],
        )
    except MappError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    (workspace.home.index / AGAIN).unlink(missing_ok=True)
    print(json.dumps({"status": made.to_dict()}), flush=True)  # noqa: T201 - the channel
    return 0


def _again(path: Path) -> frozenset[str]:
    """Returns the app to read again although its tree is the same, if any."""
    try:
        return frozenset([read_plain(path).decode("ascii")])
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _seed(path: Path, embedder: Embedder) -> None:
    """Adds the shipped vectors of the starter apps to the cache if it lacks them."""
    with open_vectors(path, embedder) as cache:
        shipped = list(read_codes(bundle.VECTORS, embedder))
        cache.put_codes((blob, codes) for blob, codes in shipped if cache.get(blob) is None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
