"""What a run needs of an app, once it is certain that its `main` has landed."""

from __future__ import annotations

from collections.abc import Callable

from mapp.errors import IntegrityError
from mapp.library.lockfile import read_entry
from mapp.library.paths import Home
from mapp.library.read import load_runnable
from mapp.model.app import App


def load_to_run(
    home: Home, name: str, revision: str | None = None, *, tell: Callable[[str], None] | None = None
) -> App:
    """Returns what a run needs of an app, after making sure that what `main` is at has landed.

    A landing that was killed is finished first. Another revision than `main` is the person's own choice.

    Raises:
        IntegrityError: `main` is not what the lock says, and no landing explains it.
        NotFound, InvalidApp: as `load` does.
    """
    app = load_runnable(home, name, revision)
    if revision in (None, "main"):
        try:
            entry = read_entry(home.lock_file, name)
        except IntegrityError:  # a damaged lock is as good as none: the repository knows what has landed
            entry = None
        if entry is None or entry.commit != app.commit:
            from mapp.library.landing import ensure_landed  # it reads more than a run needs

            ensure_landed(home, name, app.commit, tell=tell)
    return app
