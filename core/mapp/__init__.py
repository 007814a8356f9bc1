"""mapp: a git-native library of JavaScript mini-apps.

A request in plain words becomes a run of the one app that does exactly that:

    Request -> Candidates -> Decision -> Call -> Run -> Outcome

Where none does, a coder is told what to write, and the gate says whether it is right:

    Request -> Brief -> Proposal -> Verdict -> Change -> Commit

Each arrow is a function from a frozen value to a new one. Stages never import one another; they share the
vocabulary in `model` and meet in `ops` alone.

    errors      the exceptions, by who must act; `explanations` says what each code means; `distribution`
                says which mapp this is and where it came from
    model       the vocabulary: values, schemas, manifests, apps, requests, decisions, outcomes, interfaces
    config      settings and directories; the only reader of the environment
    git         repositories: trees checked byte by byte, compare-and-swap commits; the only user of pygit2
    syntax      JavaScript as text: functions, parameters, JSDoc; the only user of tree-sitter
    library     apps as git knows them: reading, writing, history, locks, the lock file
    index       finding apps: embedders, dense and lexical search, generations
    sandbox     running JavaScript: executor, zygote, worker, prelude
    route       request -> decision: recognise, fill, veto, decide
    observe     the journal of runs and decisions
    author      brief -> proposal: coders, what they are told, what they may spend
    validate    the gate: a list of checks over a trial, drawn inputs, seeded faults, reports
    starter     the apps that ship with mapp
    ops         the use cases: ask, execute, map, add, gate, compile, review, ci, index; the Python API
    pytest_plugin   apps in a checkout as items of pytest

On disk a library holds:

    apps/<name>.git      one bare repository per app; what `main` points to is what runs
    mapp.lock            one block per app: source, version, commit, tree, content, interface, grants
    journal.sqlite       runs, decisions, changes in progress, and what coders have cost
    changes/<id>.git     apps that are being written; a merge renames them to where apps lie
    trials/              derived: inputs that were drawn, and those that once broke something
    index/               derived: a generation folder, and CURRENT that names it
    checkouts/<name>     where people edit; never run from
    removed/             repositories of removed apps
    locks/               who writes at the moment

Git is the truth; all that is derived can be deleted at any time and comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapp.ops.api import Library, open_library

__all__ = ["Library", "open_library"]


def __getattr__(name: str) -> Any:
    """Returns the names of the Python API, imported when they are first used."""
    if name in __all__:
        from mapp.ops import api

        return getattr(api, name)
    raise AttributeError(f"module 'mapp' has no attribute {name!r}")
