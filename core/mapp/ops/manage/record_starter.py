"""Re-records the digest, vectors and verdicts of the starter apps after one has changed.

Run it as `python -m mapp.ops.manage.record_starter`. Embedding all apps takes about half a minute, and the
gate some seconds per app. The results ship with mapp, so a first request waits for neither. If an app does
not pass the gate, the command fails and the recorded verdicts stay as they were.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mapp.config import load_config
from mapp.git.identity import tree_id
from mapp.index.embedders import choose_embedder
from mapp.index.entry import blob_key, texts
from mapp.index.packed_vectors import read_packed, write_packed
from mapp.model.app import read_app
from mapp.model.values import JSONValue
from mapp.model.verdict import Result, Verdict
from mapp.ops.check.gate import judged, trial_of
from mapp.ops.index.training_data import background_key, background_texts
from mapp.ops.workspace import Workspace
from mapp.starter import bundle


def main() -> None:
    """Records vectors, digest and verdicts."""
    record_vectors()
    bundle.DIGEST.write_text(bundle.compute_digest() + "\n", encoding="ascii")
    record_verdicts()


def record_vectors() -> None:
    """Embeds the texts of new and changed apps and keeps the vectors of the others."""
    embedder = choose_embedder()
    known = dict(read_packed(bundle.VECTORS, embedder))
    cards = {blob_key(card): card for card in (read_app(bundle.files(name)).card for name in bundle.names())}
    wanted = {blob: texts(card) for blob, card in cards.items()} | {background_key(): background_texts()}
    if known.keys() != wanted.keys():
        kept = {blob: rows for blob, rows in known.items() if blob in wanted}
        computed = {blob: embedder.embed(rows) for blob, rows in wanted.items() if blob not in known}
        write_packed(bundle.VECTORS, embedder, {**kept, **computed})


def record_verdicts() -> None:
    """Runs the gate on new and changed apps and keeps the verdicts of the others."""
    shipped = bundle.verdicts() if bundle.VERDICTS.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        settings = load_config(
            environment={"MAPP_HOME": f"{folder}/library", "MAPP_CACHE": f"{folder}/cache"}
        )
        workspace = Workspace(config=settings)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            verdicts = list(
                threads.map(lambda name: current_verdict(name, workspace, shipped), bundle.names())
            )
        workspace.close()
    lines = [json.dumps(verdict.to_dict(), ensure_ascii=False, sort_keys=True) for verdict in verdicts]
    bundle.VERDICTS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def current_verdict(name: str, workspace: Workspace, shipped: Mapping[str, Verdict]) -> Verdict:
    """Returns the shipped verdict on an app, or a new one if the app has changed; timings are left out.

    Raises:
        SystemExit: the app does not pass the gate.
    """
    files = bundle.files(name)
    known = shipped.get(name)
    if known is not None and known.tree == tree_id(files):
        return known
    trial = trial_of(workspace, read_app(files), files, base=None, kind="add")
    found = judged(trial, tree_id(files))
    results = tuple(replace(result, seconds=0.0, evidence=_figures(result)) for result in found.results)
    if not found.passed:
        raise SystemExit("\n".join(f"{name}: {row}" for result in results for row in result.problems))
    return replace(found, results=results)


def _figures(result: Result) -> tuple[tuple[str, JSONValue], ...]:
    return tuple((name, value) for name, value in result.evidence if isinstance(value, int | float | str))


if __name__ == "__main__":
    main()
