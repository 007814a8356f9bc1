"""All executors that this machine supports: forking and spawning, each with every installed engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.spawning import SpawningExecutor

MAKERS: dict[str, Callable[[], Executor]] = {
    f"{word} {name}": partial(kind, engine=name)
    for word, kind in (("forking", ForkingExecutor), ("spawning", SpawningExecutor))
    for name in installed()
}
