"""Apps that were compiled for certain words, without a coder and without the gate."""

from __future__ import annotations

from mapp.library.commit_app import message, put
from support.apps import Draft
from support.library import FORCED, Built, proposal


def landed(built: Built, draft: Draft, request: str, *, operation: str = "compile") -> None:
    """Commits a draft as the merge of a change does."""
    trailers = {"Mapp-Operation": operation, "Mapp-Request": request[:500], **FORCED}
    put(built.home, proposal(draft, message(draft.name, trailers, body=request)))
