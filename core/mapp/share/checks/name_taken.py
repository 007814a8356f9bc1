"""A new name belongs to nobody else: no command of mapp, no name that the policy lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

COMMANDS: Final = frozenset(
    (
        *("add", "advise", "audit", "bisect", "blame", "bump", "ci", "clean"),
        *("compile", "completion", "config", "deprecate", "diff", "doctor", "edit", "exec"),
        *("expand", "explain", "export", "fsck", "grant", "heal", "help", "import"),
        *("incident", "incidents", "index", "install", "keys", "library", "list", "lock"),
        *("log", "map", "mirror", "new", "operations", "outdated", "path", "pin"),
        *("propose", "publish", "record", "registry", "relock", "remove", "rename", "replay"),
        *("report", "restore", "review", "revoke", "right", "rollback", "run", "runs"),
        *("search", "serve", "show", "spend", "stats", "sync", "test", "transfer"),
        *("try", "undo", "update", "upgrade", "verdict", "verify", "version", "wrong"),
        *("unlearn", "unpin", "yank"),
    )
)
"""The commands of mapp, and names that later ones may have: `mapp NAME …` must stay unambiguous."""


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.after is None:
        return
    name = submission.after.name
    if name in COMMANDS:
        yield Objection(
            message=f"{name} is a command of mapp", fix="choose another name, such as one of two words"
        )
    elif name in submission.policy.taken:
        yield Objection(
            message=f"{name} belongs to another registry that this one knows",
            fix="choose another name, or ask a maintainer to remove it from policy.toml (names.taken)",
        )


CHECK = RegistryCheck(
    name="name-taken",
    reason="One name with two meanings lets a public app stand in for a private one (dependency confusion).",
    stage="entry",
    run=_objections,
)
