"""What an app says, what it declares and what its source uses agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapp.model.capabilities import Capabilities
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

_CALL: Final = re.compile(r"\bhost\s*(?:\.\s*|\[\s*[\"'`])(now|random|http|store|llm)\b")
_PART_OF: Final = {"now": "clock", "random": "random", "http": "http", "store": "store", "llm": "llm"}
_SIGNS: Final = {
    "http": "api current download exchange fetch forecast http https internet latest live look lookup "
    "market news online page price quote rate rates remote search server service site status upload url "
    "weather web website",
    "store": "count counter history keep keeps last list log note notes preference remember remembers "
    "remind save saved saves score since state store stored stores streak todo track tracks",
    "llm": "ai answer answers assistant classify describe draft explain generate language llm model "
    "paraphrase question rephrase rewrite sentiment summarise summarises summarize summarizes summary "
    "topic translate translates translation write writes",
}
"""Words of a description, or of an argument's, that make a capability plausible."""
_SECRET_WORDS: Final = (
    "access api app auth bearer client com credential host http https id key net org pass password "
    "private public secret service token user www"
)
"""Words that say that a name is a secret's, not whose."""


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.release is None:
        return
    app = submission.release.app
    declared = _parts(app.manifest.capabilities)
    used = {_PART_OF[name] for name in _CALL.findall(app.source)}
    indirect = re.search(r"\bhost\b(?!\s*[.,):;=}]|\s*\[\s*[\"'`])", app.source) is not None
    for name in sorted(declared - used):
        if not indirect:
            yield Objection(
                message=f"it declares {name}, but main.js never uses it",
                fix=f"remove {name} from [capabilities] in mapp.toml",
            )
    yield from _foreign_secrets(app.manifest.capabilities)
    texts = [app.manifest.description, *(row.schema.description or "" for row in app.manifest.arguments)]
    words = set(re.findall(r"[a-z]+", " ".join(texts).casefold()))
    hosts = set(re.findall(r"[a-z]+", " ".join(row.host for row in app.manifest.capabilities.http)))
    for name, signs in _SIGNS.items():
        if name in declared and not words & (set(signs.split()) | (hosts if name == "http" else set())):
            yield Objection(
                message=f"it asks for {name}, and nothing in its description says what for: "
                f"{app.manifest.description!r}",
                fix="say in the description what it needs from outside, or remove the capability",
            )


def _foreign_secrets(capabilities: Capabilities) -> Iterator[Objection]:
    """Yields an objection for each secret whose name does not belong to the host that gets it."""
    for grant in capabilities.http:
        if grant.secret is None:
            continue
        host = grant.host.casefold()
        words = set(re.findall(r"[a-z]{3,}", grant.secret.name.casefold())) - set(_SECRET_WORDS.split())
        if not any(word in host for word in words):
            yield Objection(
                message=f"it sends the secret {grant.secret.name} to {grant.host}, and their names have "
                "nothing in common",
                fix="name the secret after the service that it is for, such as EXAMPLE_KEY for "
                "api.example.com",
            )


def _parts(capabilities: Capabilities) -> set[str]:
    return {name for name in _PART_OF.values() if getattr(capabilities, name)}


CHECK = RegistryCheck(
    name="coherence",
    reason="An app that converts colours has no use for a web server; those who grant it see only its words.",
    stage="app",
    run=_objections,
)
