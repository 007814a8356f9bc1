"""A server that is further away: passes bytes to and from another one, each a little later."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator


@contextlib.contextmanager
def distant(base: str, seconds: float) -> Iterator[str]:
    """Yields the address of a server that delays what it passes to `base`, and back, by so many seconds."""
    host, _, port = base.removeprefix("git://").partition(":")
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        threading.Thread(target=_serve, args=(listening, (host, int(port)), seconds), daemon=True).start()
        yield f"git://127.0.0.1:{listening.getsockname()[1]}"


def _serve(listening: socket.socket, target: tuple[str, int], seconds: float) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        server = socket.create_connection(target)
        for source, sink in ((client, server), (server, client)):
            late: queue.Queue[tuple[float, bytes]] = queue.Queue()
            threading.Thread(target=_receive, args=(source, late, seconds), daemon=True).start()
            threading.Thread(target=_send, args=(sink, late), daemon=True).start()


def _receive(source: socket.socket, late: queue.Queue[tuple[float, bytes]], seconds: float) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(65_536)
        except OSError:
            data = b""
        late.put((time.monotonic() + seconds, data))


def _send(sink: socket.socket, late: queue.Queue[tuple[float, bytes]]) -> None:
    while True:
        due, data = late.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(data)
        except OSError:
            return
