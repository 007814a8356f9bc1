"""Static rules that a source must follow before any of it runs.

They are not a security boundary; the sandbox is. They give an honest author early feedback, and tell a
reviewer what to expect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.model.app import MANIFEST, PROPERTIES, SOURCE, App
from mapp.model.verdict import Finding, Result
from mapp.sandbox.executor import Inspection, Killed, Threw
from mapp.syntax import Node, tree_of
from mapp.validate.trial import Trial, result

FORBIDDEN: Final = {
    "eval": "code made from text cannot be reviewed, and the sandbox disables it",
    "Function": "code made from text cannot be reviewed, and the sandbox disables it",
    "require": "an app is a single file and cannot load another",
}
POWERS: Final = {"now": "clock", "random": "random", "http": "http", "store": "store", "llm": "llm"}
"""The capability that each part of the host API needs."""
HOST: Final = "host"
MAX_PREDICATES: Final = 200
AMBIENT: Final = {"clock": ("Date",), "random": ("Math",)}
"""Global names that also use a capability."""


def check_source(trial: Trial) -> Result:
    """Checks that source and predicates load, that `main` is defined, and that the static rules hold."""
    app = trial.app
    problems = [*_loading(trial, SOURCE, app.source), *_loading(trial, PROPERTIES, app.properties)]
    for path, source in ((SOURCE, app.source), (PROPERTIES, app.properties)):
        problems += forbidden_calls(path, source)
    if (tree := tree_of(app.source)) is not None:
        problems += _powers(app, tree)
    if len(trial.predicates) > MAX_PREDICATES:
        message = f"defines {len(trial.predicates)} predicates; at most {MAX_PREDICATES} are allowed"
        problems.append(Finding(path=PROPERTIES, message=message))
    return result("source", 2 if app.properties else 1, problems)


def _loading(trial: Trial, path: str, source: str) -> Iterator[Finding]:
    found = trial.executor.inspect(source) if source else Inspection(functions=())
    if isinstance(found, Threw):
        yield Finding(path=path, message=f"{found.name}: {found.message}")
    elif isinstance(found, Killed):
        yield Finding(path=path, message=f"does not finish loading: {found.detail}")
    elif path == SOURCE and "main" not in found.functions:
        yield Finding(path=path, message="defines no function main(input, host)")


def forbidden_calls(path: str, source: str) -> Iterator[Finding]:
    """Yields the calls in a file that make code from text or load another file."""
    tree = tree_of(source)
    for node in () if tree is None else tree.walk():
        if node.kind not in ("call_expression", "new_expression"):
            continue
        called = node.part("function") or node.part("constructor")
        if called is None:
            continue
        if called.kind == "import":
            yield Finding(path=f"{path}:{node.row + 1}", message=f"calls import: {FORBIDDEN['require']}")
        elif called.kind == "identifier" and called.text in FORBIDDEN:
            message = f"calls {called.text}: {FORBIDDEN[called.text]}"
            yield Finding(path=f"{path}:{node.row + 1}", message=message)


def _powers(app: App, tree: Node) -> Iterator[Finding]:
    declared = {name.partition(":")[0] for name in app.manifest.capabilities.names}
    used: set[str] = set()
    words: set[str] = set()
    for node in tree.walk():
        if node.kind in ("identifier", "property_identifier", "shorthand_property_identifier_pattern"):
            words.add(node.text)
        power = _power_of(node)
        if power is not None and power not in declared and power not in used:
            message = f"uses host.{node.text.partition('.')[2]} without the capability {power}"
            yield Finding(path=f"{SOURCE}:{node.row + 1}", message=message)
        if power is not None:
            used.add(power)
    for name, power in POWERS.items():
        if power in declared and not words & {name, *AMBIENT.get(power, ())}:
            yield Finding(path=f"{MANIFEST}: capabilities.{power}", message="is declared but never used")


def _power_of(node: Node) -> str | None:
    """Returns the capability that an expression such as `host.now` needs."""
    if node.kind != "member_expression":
        return None
    of, name = node.part("object"), node.part("property")
    if of is None or name is None or of.text != HOST:
        return None
    return POWERS.get(name.text)
