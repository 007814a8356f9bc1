"""A library of many apps, each of them added by an operation of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace

from benchmarks.registry.building import WHO
from benchmarks.synthetic import files_of
from mapp.git.repository import Repository
from mapp.library.lockfile import write_lock
from mapp.library.operations import Operation, record_step
from mapp.library.pins import entry_of
from mapp.model.app import read_app
from mapp.ops.workspace import Workspace


def many_operations(workspace: Workspace, count: int) -> None:
    """Fills a library; the apps differ in their names alone."""
    home, files = workspace.home, files_of(0)
    template = home.root / "template.git"
    repository, commit = Repository.create(template, files, "app\n", WHO)
    app, tree = read_app(files), repository.tree_of(commit)
    known = entry_of(app, files, commit=commit, tree=tree, source="local", granted=())
    entries = {}
    for number in range(count):
        entry = replace(known, name=f"app-{number}")
        shutil.copytree(template, home.repository(entry.name))
        operation = Operation(kind="add", by=replace(WHO, time=WHO.time + number))
        record_step(
            Repository.open(home.repository(entry.name)), operation, app=entry.name, before=None, after=entry
        )
        entries[entry.name] = entry
    shutil.rmtree(template)
    write_lock(home.lock_file, entries)
