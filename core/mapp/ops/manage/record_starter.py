"""`python -m mapp.ops.manage.record_starter` records the starter apps again after one of them changed.

It writes the digest, the vectors, what is trained on the apps, and the verdicts: shipped, a first request
need not wait for any of them. Embedding everything takes about half a minute, training about a minute, and
the gate a few seconds for each app that changed. An app that fails the gate is not recorded.

    --trained   only train again, after a change to the code that learns
    --check     train again, compare with the shipped file, write nothing; exits 1 on a difference
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.config import load_config
from mapp.git.identity import tree_id
from mapp.index import generations
from mapp.index.build import Contents, build
from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from mapp.index.entry import Head, blob_key, texts
from mapp.index.packed_vectors import read_packed, write_packed
from mapp.index.vectors import open_vectors
from mapp.model.app import read_app
from mapp.model.values import JSONValue
from mapp.model.verdict import Result, Verdict
from mapp.ops.check.gate import judged, trial_of
from mapp.ops.index import shipped
from mapp.ops.index.training_data import VECTORS, background_key, background_texts, extras
from mapp.ops.workspace import Workspace
from mapp.route import per_app_table
from mapp.route.per_app_table import Lessons
from mapp.route.recognise import classifier
from mapp.starter import bundle

TRAINED_ONLY: Final = "--trained"
CHECK: Final = "--check"


def main(arguments: Sequence[str]) -> int:
    """Does what the module's docstring says; returns the exit code."""
    if unknown := set(arguments) - {TRAINED_ONLY, CHECK}:
        sys.stderr.write(f"unknown: {' '.join(sorted(unknown))}\n{__doc__}")
        return 2
    embedder = choose_embedder()
    if CHECK in arguments:
        return _check(embedder)
    if TRAINED_ONLY not in arguments:
        record_vectors(embedder)
        bundle.DIGEST.write_text(bundle.compute_digest() + "\n", encoding="ascii")
    train(embedder, bundle.TRAINED)
    if TRAINED_ONLY not in arguments:
        record_verdicts()
    return 0


def record_vectors(embedder: Embedder) -> None:
    """Embeds the texts of the apps that have no shipped vectors, and drops the vectors of no app."""
    known = dict(read_packed(bundle.VECTORS, embedder))
    cards = {blob_key(card): card for card in (read_app(bundle.files(name)).card for name in bundle.names())}
    wanted = {blob: texts(card) for blob, card in cards.items()} | {background_key(): background_texts()}
    if known.keys() != wanted.keys():
        kept = {blob: rows for blob, rows in known.items() if blob in wanted}
        computed = {blob: embedder.embed(said) for blob, said in wanted.items() if blob not in known}
        write_packed(bundle.VECTORS, embedder, {**kept, **computed})


def train(embedder: Embedder, path: Path) -> None:
    """Trains on the starter apps from nothing, and writes the result to a file as mapp ships it."""
    files = {name: bundle.files(name) for name in bundle.names()}
    trees = {name: tree_id(content) for name, content in files.items()}
    heads = [Head(app=name, commit=tree, tree=tree) for name, tree in trees.items()]
    with tempfile.TemporaryDirectory() as folder:
        index, vectors = Path(folder) / "index", Path(folder) / VECTORS
        with open_vectors(vectors, embedder) as cache:
            cache.put(read_packed(bundle.VECTORS, embedder))
        build(
            index,
            Contents(heads, lambda head: read_app(files[head.app]).card),
            embedder=embedder,
            vectors=vectors,
            extras=extras(vectors),
        )
        made = generations.current(index)
        if made is None:
            raise RuntimeError("no index was built")
        with closing(Lessons(made / per_app_table.FILE)) as lessons:
            shipped.write(
                path,
                trees=trees,
                cues={name: lessons.of(name) for name in trees},
                recogniser=(made / classifier.FILE).read_bytes(),
                embedder=embedder,
                background=background_key(),
            )


def record_verdicts() -> None:
    """Writes the verdicts; the gate runs on the apps that changed."""
    known = bundle.verdicts() if bundle.VERDICTS.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        settings = load_config(
            environment={"MAPP_HOME": f"{folder}/library", "MAPP_CACHE": f"{folder}/cache"}
        )
        workspace = Workspace(config=settings)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            verdicts = list(threads.map(lambda name: current_verdict(name, workspace, known), bundle.names()))
        workspace.close()
    lines = [json.dumps(verdict.to_dict(), ensure_ascii=False, sort_keys=True) for verdict in verdicts]
    bundle.VERDICTS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def _check(embedder: Embedder) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / bundle.TRAINED.name
        train(embedder, path)
        found = shipped.differences(bundle.TRAINED, path)
    if found:
        sys.stderr.write(
            f"{bundle.TRAINED.name} is not what training gives now: {', '.join(found)} differ\n"
            f"hint: python -m mapp.ops.manage.record_starter {TRAINED_ONLY}\n"
        )
        return 1
    sys.stdout.write(f"{bundle.TRAINED.name} is what training gives\n")
    return 0


def current_verdict(name: str, workspace: Workspace, known: Mapping[str, Verdict]) -> Verdict:
    """Returns the shipped verdict on an app, or a new one if the app has changed; timings are left out.

    Raises:
        SystemExit: the app does not pass the gate.
    """
    files = bundle.files(name)
    old = known.get(name)
    if old is not None and old.tree == tree_id(files):
        return old
    trial = trial_of(workspace, read_app(files), files, base=None, kind="add")
    found = judged(trial, tree_id(files))
    results = tuple(replace(result, seconds=0.0, evidence=_figures(result)) for result in found.results)
    if not found.passed:
        raise SystemExit("\n".join(f"{name}: {row}" for result in results for row in result.problems))
    return replace(found, results=results)


def _figures(result: Result) -> tuple[tuple[str, JSONValue], ...]:
    return tuple((name, value) for name, value in result.evidence if isinstance(value, int | float | str))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
