"""A change in progress: a compile, a heal or an expansion, from its request to its merge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mapp.model.change_spec import ChangeKind as ChangeKind
from mapp.model.change_spec import ChangeSpec, HealSpec, parse_spec

ChangeState = Literal["open", "proven", "merged", "failed", "dropped"]
"""Being written; passed the gate and waits for its merge; on `main`; failed; deleted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change: `request` is what was asked, `began` in seconds since 1970-01-01 UTC.

    `spec` is all else that it needs to be resumed. `detail` explains the state in words. `commit` is the
    newest commit of its branch; after the merge, the merge commit.
    """

    id: str
    began: float
    app: str
    request: str
    coder: str
    spec: ChangeSpec
    state: ChangeState = "open"
    detail: str = ""
    commit: str = ""

    @property
    def kind(self) -> ChangeKind:
        """Returns the kind of change."""
        return self.spec.kind

    @property
    def branch(self) -> str:
        """Returns the branch that holds the change: `compile/ID`; of a heal `heal/INCIDENT`."""
        return f"{self.kind}/{self.spec.incident if isinstance(self.spec, HealSpec) else self.id}"

    @property
    def ended(self) -> bool:
        """Returns whether nothing is left to do."""
        return self.state in ("merged", "dropped")

    def to_dict(self) -> dict[str, Any]:
        """Returns the change as a JSON object."""
        document = {**self.to_row(), "branch": self.branch}
        del document["given"]
        return document

    def to_row(self) -> dict[str, Any]:
        """Returns the change as a row of the journal: column -> value."""
        return {
            "id": self.id,
            "began": self.began,
            "kind": self.kind,
            "app": self.app,
            "request": self.request,
            "coder": self.coder,
            "state": self.state,
            "detail": self.detail,
            "commit": self.commit,
            "given": json.dumps(self.spec.to_dict()),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Change:
        """Returns the change that a row of the journal holds.

        Raises:
            IntegrityError: this version of mapp does not know changes of that kind.
        """
        names = ("id", "began", "app", "request", "coder", "state", "detail", "commit")
        return cls(**{name: row[name] for name in names}, spec=parse_spec(row["kind"], row["given"]))
