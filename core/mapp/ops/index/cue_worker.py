"""Learns cues from every app's requests, on all cores.

Each further core runs `python -m mapp.ops.index.cue_worker`, which reads cards from standard input, one JSON
array `[app, card]` a line. It writes lines `[app, cues]` only after the last one, so that full pipes cannot
block both sides. This process learns whatever a worker does not return.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Final

from mapp.model.app import Card
from mapp.route.fill.cues import Cues, learn

WORTH_A_HELPER: Final = 12
"""From this many apps on, learning takes longer than starting a worker."""
AT_ONCE: Final = 200
"""How many apps a worker gets at once; if the build is killed, the worker ends after these."""


def learn_all(cards: Sequence[tuple[str, Card]], *, cores: int | None = None) -> Iterator[tuple[str, Cues]]:
    """Yields what each app's requests teach, in the order of the cards, on all cores or on `cores`."""
    cores = cores or os.cpu_count() or 1
    for start in range(0, len(cards), AT_ONCE * cores):
        group = cards[start : start + AT_ONCE * cores]
        shares = min(cores, max(1, len(group) // WORTH_A_HELPER))
        learned = dict(_shared_out([group[share::shares] for share in range(shares)]))
        yield from ((app, learned[app]) for app, _ in group)


def _shared_out(shares: Sequence[Sequence[tuple[str, Card]]]) -> Iterator[tuple[str, Cues]]:
    """Gives all shares but the first to workers, and learns the first one meanwhile."""
    own, *others = shares
    helpers = [(_start(share), share) for share in others]
    yield from _learned(own)
    for helper, share in helpers:
        answered = dict(_answers(helper))
        yield from answered.items()
        yield from _learned([row for row in share if row[0] not in answered])


def _learned(cards: Sequence[tuple[str, Card]]) -> Iterator[tuple[str, Cues]]:
    return ((app, learn(card.manifest, card.phrases)) for app, card in cards)


def _start(share: Sequence[tuple[str, Card]]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mapp.ops.index.cue_worker"]
    helper = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    assert helper.stdin is not None
    try:
        with helper.stdin as pipe:
            pipe.writelines(json.dumps([app, card.to_dict()]) + "\n" for app, card in share)
    except OSError:
        helper.kill()  # it has ended already: its share is learned here
    return helper


def _answers(helper: subprocess.Popen[str]) -> Iterator[tuple[str, Cues]]:
    with helper:
        assert helper.stdout is not None
        text = helper.stdout.read()
    if helper.returncode == 0:
        for app, document in map(json.loads, text.splitlines()):
            yield app, Cues.from_dict(document)


def main(source: IO[str], sink: IO[str]) -> None:
    """Learns from all cards of `source`, then writes what they taught to `sink`."""
    rows = [json.loads(line) for line in source]
    cards = [(app, Card.from_dict(document)) for app, document in rows]
    answers = [json.dumps([app, cues.to_dict()]) for app, cues in _learned(cards)]
    sink.write("\n".join(answers))


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
