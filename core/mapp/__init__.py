"""mapp: a git-native library of JavaScript mini-apps.

mapp turns a request in plain words into a run of the one app that does it:

    Request -> Candidates -> Decision -> Call -> Run -> Outcome

If no app does it, a coder can write one, and the gate decides whether it is right:

    Request -> Brief -> Proposal -> Verdict -> Change -> Commit

Each arrow is a function from a frozen value to a new one. Stages never import one another: they share the
vocabulary in `model`, and only `ops` connects them.

    ops             the use cases, and the Python API (`ops.api`)
        run             answer a request, run one app or many rows, replay, permissions
        check           the gate for one app or many, engines, continuous integration
        manage          add, edit, diff, bump, roll back, set up, repair
        compile         have apps written and extended, review and merge changes
        index           keep the index in step with the repositories
    route           request -> decision
        read            what a request mentions: tokens, numbers, units, dates, names, quotes
        recognise       which app it means: a classifier trained on the apps' own requests
        fill            the typed arguments
        decide          vetoes, and the decision
    validate        the gate
        checks          its checks, one module each
        generate        generated inputs, counterexamples, shrinking
        mutation        small faults that an app's tests must notice
    author          brief -> proposal: prompts, budgets, prices
        coders          what writes apps: an API, a coding agent, a local model
    observe         the journal of runs and decisions, changes in progress, the ledger of costs
    sandbox         running JavaScript
        executors       the parent's side: starts, feeds and stops sandboxed processes
        child           what runs inside those processes
        broker          the web requests of apps: checked, then sent
    index           finding apps: embedders, dense and lexical search, generations
    library         apps in git: reading, committing, history, locks, the lock file
    llm             language models behind one Protocol
    git             repositories: checked trees, compare-and-swap commits; only this imports pygit2
    syntax          JavaScript as text: functions, parameters, JSDoc; only this imports tree-sitter
    config          settings and directories; only this reads the environment
    settings_file   the format of the files that hold settings
    keys            the secrets that apps and models need
    model           the vocabulary: frozen values, schemas, manifests, apps, decisions, outcomes
    errors          the exceptions; `explanations` says what each error code means
    plain_files     reads files that somebody else may have put there, and writes files whole
    system_errors   what the operating system refused, as one of mapp's errors
    suggested_commands  commands in messages, safe to paste
    distribution    the name, version and origin of mapp itself
    starter         the apps that ship with mapp, and what was trained on them
    pytest_plugin   apps in a checkout as pytest items

A library on disk contains:

    apps/<name>.git      one bare repository per app; the commit that `main` points to is what runs
    mapp.lock            one block per app: source, version, commit, tree, content, interface, grants
    journal.sqlite       runs, decisions, changes in progress, and what coders have cost
    changes/<id>.git     apps that are being written; a merge moves them into apps/
    trials/              derived: generated inputs, and inputs that once broke an app
    index/               derived: generation folders, and CURRENT, which names the one in use
    checkouts/<name>     where you edit; mapp never runs an app from here
    removed/             repositories of removed apps
    locks/               locks of the processes that are writing

Git is the truth: everything derived can be deleted at any time, and mapp rebuilds it.
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
