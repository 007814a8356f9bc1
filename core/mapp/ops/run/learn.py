"""Has the router of a library learn what a person said about a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapp.errors import MappError
from mapp.library.learned import Learned, learn
from mapp.ops.workspace import Workspace

_LONGEST: Final = 200
"""A longer text came from a file: as an argument of the request, it would teach that it stands there."""


def learn_choice(
    workspace: Workspace,
    request: str,
    app: str,
    arguments: Mapping[str, Any] | None,
    *,
    run: str,
    instead_of: str = "",
) -> None:
    """Records that a request means an app, with these arguments if they are known; a failure is only told.

    `instead_of` is the app that ran; the request is then a near miss of that one. A request with an attached
    text, or with something that must not be stored, teaches nothing.
    """
    if arguments is not None and _is_attached(request, arguments):
        return
    if workspace.redact(request) != request:
        return
    values = None if arguments is None else dict(arguments)
    at = workspace.clock()
    rows = [Learned(app=app, request=request, run=run, at=at, arguments=values)]
    if instead_of not in ("", app):
        rows.append(Learned(app=instead_of, request=request, run=run, at=at, fits=False))
    try:
        learn(workspace.home, rows, tell=workspace.tell)
    except (MappError, OSError) as error:
        workspace.tell(f"nothing was learned from this: {error}")


def _is_attached(request: str, arguments: Mapping[str, Any]) -> bool:
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return any((len(text) > _LONGEST or "\n" in text) and text not in request for text in texts)
