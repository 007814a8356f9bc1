"""No file holds a key: what is published stays public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

_KEYS: Final = {
    "a private key": rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a GitHub token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "a GitLab token": rb"\bglpat-[A-Za-z0-9_-]{20,}",
    "an AWS key": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": rb"\bAIza[A-Za-z0-9_-]{35}\b",
    "a Slack token": rb"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": rb"\b[rs]k_live_[A-Za-z0-9]{16,}",
    "an npm token": rb"\bnpm_[A-Za-z0-9]{36}\b",
    "a PyPI token": rb"\bpypi-[A-Za-z0-9_-]{50,}",
    "a model provider's key": rb"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
    "a password in an address": rb"\b[a-z]{3,10}://[^\s/:@\"']{1,64}:[^\s/:@\"']{6,64}@[a-z0-9.-]+\.[a-z]{2,}",
}
_FORMS: Final = {what: re.compile(form) for what, form in _KEYS.items()}


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.release is None:
        return
    for path, data in sorted(submission.release.files.items()):
        for what, form in _FORMS.items():
            if found := form.search(data):
                line = data.count(b"\n", 0, found.start()) + 1
                yield Objection(
                    message=f"{path}:{line} contains what looks like {what}",
                    fix="revoke it, since it is in the history already; then declare it as a secret in "
                    "[capabilities] and release a new version",
                )
                break


CHECK = RegistryCheck(
    name="no-secrets",
    reason="Everybody can read a key in a published file, and nobody can take it back.",
    stage="app",
    run=_objections,
)
