"""One sandbox for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with open_executor() as made:
        yield made
