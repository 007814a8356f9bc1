"""Keeps the router of a library open from one request to the next, for as long as it is up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapp.route.router import Router


class KeptRouter:
    """A router that several threads may borrow at the same time; the last one to return an old one closes it.

    It belongs to a state of the library, which is compared before every use.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open: _Open | None = None

    def borrow(self, state: Callable[[], object], opened: Callable[[], tuple[Router, object]]) -> Router:
        """Returns a router; close it after use.

        Args:
            state: returns the state of the library now.
            opened: opens a router and returns it with its state, or with None if it must not be kept.
        """
        with self._lock:
            if self._open is None or self._open.state != state():
                self.close()
                self._open = _Open(*opened())
            return self._open.lend(self._lock)

    def close(self) -> None:
        """Closes the files, or leaves that to the last thread that uses them."""
        with self._lock:
            opened, self._open = self._open, None
            if opened is not None:
                opened.retire()


class _Open:
    """A router and the state that it belongs to; guarded by the lock of `KeptRouter`."""

    def __init__(self, router: Router, state: object) -> None:
        self.state = state
        self._router = router
        self._users = 0
        self._retired = False

    def lend(self, lock: threading.RLock) -> Router:
        self._users += 1
        return self._router.lent(self._return_once(lock))

    def retire(self) -> None:
        self._retired = True
        self._close_if_unused()

    def _return_once(self, lock: threading.RLock) -> Callable[[], None]:
        returned = False

        def give_back() -> None:
            nonlocal returned
            with lock:
                if not returned:
                    returned = True
                    self._users -= 1
                    self._close_if_unused()

        return give_back

    def _close_if_unused(self) -> None:
        if self._retired and self._users == 0:
            self._router.close()
