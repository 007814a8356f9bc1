"""Publications by an app's workflow: a second signature, with a key that only the workflow has.

The author signs the tag. The workflow signs what it publishes: the registry, the app, its version, commit and
content, as canonical JSON in a namespace of its own. Its key is in the registry's `trust/allowed_signers`,
with that namespace and the app's name as the principal:

    vat namespaces="mapp-workflow" ssh-ed25519 AAAA…
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from mapp.model.values import canonical
from mapp.share.entry import PublishedVersion
from mapp.share.signing import AllowedKey, sign_statement, statement_signer

NAMESPACE: Final = "mapp-workflow"


def workflow_signature(row: PublishedVersion, registry: str, app: str, key: str) -> str:
    """Returns the signature of a workflow on a version that it publishes.

    Raises:
        MappError: ssh-keygen could not sign with the key.
    """
    return sign_statement(_statement(row, registry, app), key, NAMESPACE)[0]


def workflow_signer(row: PublishedVersion, registry: str, app: str) -> str:
    """Returns the fingerprint of the key that signed a publication; empty if none validly did."""
    return statement_signer(_statement(row, registry, app), row.workflow, NAMESPACE)


def may_publish(key: AllowedKey, app: str) -> bool:
    """Returns whether a key's principals name an app; patterns and `!` count as in ssh-keygen(1)."""
    patterns = key.principals.split(",")
    if any(text.startswith("!") and fnmatchcase(app, text[1:]) for text in patterns):
        return False
    return any(fnmatchcase(app, text) for text in patterns if not text.startswith("!"))


def _statement(row: PublishedVersion, registry: str, app: str) -> bytes:
    document = {"registry": registry, "app": app, "version": str(row.version)}
    return canonical({**document, "commit": row.commit, "content": row.content}).encode()
