"""The starter library on the requests that never trained it: `python -m benchmarks.held_back`.

Right means the right app with exactly the right arguments, defaults filled in. A near miss that runs its
own app is a wrong run; one that another app takes is not counted against either.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.decision import Ask, Decision, Use, decision_name
from mapp.model.request import Phrase
from mapp.model.values import canonical
from mapp.ops.api import Library, open_library
from mapp.ops.index.refresh import open_fresh
from mapp.route.router import Router


def held_back(library: Library) -> Iterator[tuple[App, Phrase]]:
    """Yields the held-back phrases of all apps."""
    for name in library.apps():
        app = library.app(name)
        for phrase in app.phrases:
            if phrase.held_back:
                yield app, phrase


def judged(app: App, phrase: Phrase, decision: Decision) -> str:
    """Returns in which row of the table a decision belongs."""
    name = decision_name(decision)
    if not phrase.fits:
        own = isinstance(decision, Use | Ask) and decision.app == app.name
        return f"near miss, {name}{' of its own app' if own else ''}"
    if not isinstance(decision, Use | Ask) or decision.app != app.name:
        return f"request, {name}{', wrong app' if isinstance(decision, Use | Ask) else ''}"
    wanted = canonical(with_defaults(app.manifest, dict(phrase.arguments)))
    right = canonical(dict(decision.arguments)) == wanted
    return f"request, {name}, {'right' if right else 'right app, wrong arguments'}"


def measure(library: Library, *, verbose: bool = False) -> Counter[str]:
    """Returns how often each row of the table came up."""
    table: Counter[str] = Counter()
    with closing(Router(open_fresh(library.workspace), by_heart=False)) as router:
        for app, phrase in held_back(library):
            decision, _ = router.decide(phrase.to_request())
            row = judged(app, phrase, decision)
            table[row] += 1
            if verbose and row != "request, use, right" and (phrase.fits or "own app" in row):
                print(f"{row:<45} {app.name:<18} {phrase.request[:90]!r} {decision.reasons[:2]}")
    return table


def report(table: Counter[str]) -> None:
    """Prints the table and the three figures that matter."""
    for row, count in sorted(table.items()):
        print(f"{count:6}  {row}")
    requests = sum(count for row, count in table.items() if row.startswith("request"))
    right = table["request, use, right"] + table["request, ask, right"]
    wrong = sum(
        table[row]
        for row in (
            "request, use, right app, wrong arguments",
            "request, use, wrong app",
            "near miss, use of its own app",
        )
    )
    ran = table["request, use, right"] + wrong
    print(f"right app and arguments: {right}/{requests} = {right / requests:.1%}")
    print(f"run without asking, and right: {ran - wrong}/{ran} = {(ran - wrong) / ran:.1%}")
    print(f"run without asking, of all requests: {table['request, use, right'] / requests:.1%}")


def main() -> None:
    """Measures a fresh starter library in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder, open_library(Path(folder), tell=print) as library:
        report(measure(library, verbose="-v" in sys.argv))


if __name__ == "__main__":
    main()
