"""A change in progress: a compile, a heal or an expansion, from its request to its merge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

ChangeKind = Literal["compile", "heal", "expand"]
ChangeState = Literal["open", "proven", "merged", "failed", "dropped"]
"""Still written at; passed the gate and waits for its merge; on `main`; given up; taken away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change: `request` is what was asked, `began` in seconds since 1970-01-01 UTC.

    `detail` says how it stands, in words; `commit` is the newest of its branch, then its merge. `given` is
    the JSON text of what else it began with, so that it can be resumed.
    """

    id: str
    began: float
    kind: ChangeKind
    app: str
    request: str
    coder: str
    state: ChangeState = "open"
    detail: str = ""
    commit: str = ""
    given: str = "{}"

    @property
    def branch(self) -> str:
        """Returns the branch that the change grows on, e.g. `compile/0197a…`."""
        return f"{self.kind}/{self.id}"

    @property
    def known(self) -> dict[str, Any]:
        """Returns what it began with, and what was decided since."""
        found: dict[str, Any] = json.loads(self.given)
        return found

    def knowing(self, **more: Any) -> str:
        """Returns the text of what is known of it, with more that was decided."""
        return json.dumps({**self.known, **more})

    @property
    def ended(self) -> bool:
        """Returns whether there is nothing left to do about it."""
        return self.state in ("merged", "dropped")

    def to_dict(self) -> dict[str, Any]:
        """Returns the change as a JSON object."""
        document = {**asdict(self), "branch": self.branch}
        del document["given"]
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Change:
        """Returns the change that a row of the journal holds."""
        names = cls.__dataclass_fields__
        return cls(**{name: document[name] for name in names})
