"""Real git servers on loopback: local paths, git daemon, git http-backend behind a web server, and sshd.

Each serves one folder of bare repositories. The web server can ask for a user name and password, and
records its requests; the backend is git's own, run as CGI.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "ada", "correct horse"
_PATIENCE = 20


@dataclass
class GitServer:
    """A running server; `url(name)` is the address of a repository in `folder`."""

    folder: Path
    base: str
    log: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """The variables that a client needs to be let in."""

    def url(self, name: str) -> str:
        return f"{self.base}/{name}"

    def create(self, name: str) -> Path:
        """Creates an empty bare repository that accepts pushes."""
        path = self.folder / name
        run("git", "init", "-q", "--bare", "-b", "main", str(path))
        run("git", "-C", str(path), "config", "http.receivepack", "true")
        run("git", "-C", str(path), "config", "receive.advertisePushOptions", "true")
        return path


def run(*words: str, cwd: Path | None = None, **variables: str) -> str:
    """Runs a program and returns its output; fails if it does."""
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


def local(folder: Path) -> GitServer:
    """Returns the folder itself as a server."""
    return GitServer(folder=folder, base=str(folder))


@contextlib.contextmanager
def daemon(folder: Path) -> Iterator[GitServer]:
    """Runs `git daemon`, which accepts pushes."""
    port = free_port()
    words = ["git", "daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"]
    words += [f"--port={port}", f"--base-path={folder}", str(folder)]
    with _running(words, port):
        yield GitServer(folder=folder, base=f"git://127.0.0.1:{port}")


@contextlib.contextmanager
def web(folder: Path, *, password: str | None = None, redirect_to: str | None = None) -> Iterator[GitServer]:
    """Runs git http-backend behind a web server; with a password it asks for it, for reading too."""
    server = GitServer(folder=folder, base="")

    class Handler(_Backend):
        pass

    Handler.server_of_test = server
    Handler.password = password
    Handler.redirect_to = redirect_to
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server.base = f"http://127.0.0.1:{listening.server_address[1]}"
        if password is not None:
            host = server.base.removeprefix("http://")
            server.environment = {
                "MAPP_GIT_CREDENTIALS": f"http://{USER}:{password.replace(' ', '%20')}@{host}"
            }
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            listening.shutdown()


class _Backend(BaseHTTPRequestHandler):
    """Passes each request on to git http-backend, as CGI (RFC 3875)."""

    protocol_version = "HTTP/1.1"
    server_of_test: GitServer
    password: str | None = None
    redirect_to: str | None = None

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *said: Any) -> None:
        self.server_of_test.log.append(said[0] % said[1:])

    def _serve(self) -> None:
        self.server_of_test.headers.append(dict(self.headers.items()))
        body = self._body()
        if self.redirect_to is not None:
            self._answer(302, b"", {"Location": self.redirect_to + self.path})
            return
        wanted = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if self.password is not None and self.headers.get("Authorization") != f"Basic {wanted}":
            self._answer(401, b"", {"WWW-Authenticate": 'Basic realm="test"'})
            return
        self._answer(*self._backend(body))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _backend(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        path, _, query = self.path.partition("?")
        variables = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server_of_test.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": USER,
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=variables, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        rows = [line.decode().partition(": ")[::2] for line in head.split(b"\r\n") if line]
        headers = dict(rows)
        return int(headers.pop("Status", "200").split()[0]), content, headers

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def ssh(folder: Path, keys: Path) -> Iterator[GitServer]:
    """Runs sshd with a key of its own, for the current user. Skips the test if there is no sshd."""
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None or shutil.which("ssh") is None:
        pytest.skip("sshd is not installed")
    port = free_port()
    for name in ("host", "client"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name))
    (keys / "authorized").write_bytes((keys / "client.pub").read_bytes())
    host_key = (keys / "host.pub").read_text().rpartition(" ")[0]
    (keys / "known").write_text(f"[127.0.0.1]:{port} {host_key}\n")
    (keys / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {keys}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {keys}/authorized\nStrictModes no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nLogLevel ERROR\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with _running([program, "-D", "-e", "-f", str(keys / "sshd_config")], port):
        options = f"-o IdentitiesOnly=yes -o UserKnownHostsFile={keys}/known -o BatchMode=yes"
        command = f"ssh -F none -i {keys}/client {options}"
        yield GitServer(
            folder=folder,
            base=f"ssh://{user_name()}@127.0.0.1:{port}{folder}",
            environment={"GIT_SSH_COMMAND": command},
        )


def user_name() -> str:
    """Returns the name of the current user."""
    if sys.platform == "win32":
        return os.environ["USERNAME"]
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def free_port() -> int:
    """Returns a port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def _running(words: list[str], port: int) -> Iterator[None]:
    """Runs a server until the end of the block, and waits until it listens."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, f"{words[0]} ended: {_said(process)}"
            assert time.monotonic() < deadline, f"{words[0]} does not listen"
            time.sleep(0.02)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(timeout=_PATIENCE)
        assert process.stderr is not None
        process.stderr.close()


def _said(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    return process.stderr.read().decode("utf-8", "replace")


KINDS = ("local", "daemon", "web", "password", "ssh")
"""What a server can be."""


@pytest.fixture(scope="module", params=KINDS)
def any_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GitServer]:
    """Gives a server of each kind in turn."""
    with started(request.param, tmp_path_factory) as server:
        yield server


@contextlib.contextmanager
def started(kind: str, folders: pytest.TempPathFactory) -> Iterator[GitServer]:
    """Starts a server of one kind over a new folder."""
    folder: Path = folders.mktemp(f"served-{kind}")
    match kind:
        case "daemon":
            with daemon(folder) as server:
                yield server
        case "web":
            with web(folder) as server:
                yield server
        case "password":
            with web(folder, password=PASSWORD) as server:
                yield server
        case "ssh":
            with ssh(folder, folders.mktemp("keys")) as server:
                yield server
        case _:
            yield local(folder)
