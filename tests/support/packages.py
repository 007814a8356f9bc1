"""A package index and a git server on loopback, and the shell steps of a workflow run against them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import venv
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.pages import ROOT

# The files that an installation needs; the tests, which are large, are left out.
INSTALLED = ("core", "cli", "pyproject.toml", "requirements.txt", "README.md", "LICENSE", ".github")


class Index:
    """An attacker's package index: it has every package, with the attacker's content."""

    def __init__(self, versions: Mapping[str, str]) -> None:
        self.versions = versions
        self.asked: set[str] = set()
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, _, rest = self.path.strip("/").partition("/")
                name = re.split(r"[-/]", rest)[0] if kind == "files" else rest.strip("/")
                body = index.wheel(name) if kind == "files" else index.page(name)
                self.send_response(200)
                self.send_header("Content-Type", "text/html" if kind == "simple" else "application/zip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/simple"

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, name: str) -> bytes:
        """Returns the page of a package, and records the request."""
        self.asked.add(name)
        file = self._file(name)
        digest = hashlib.sha256(self.wheel(name)).hexdigest()
        return f'<!doctype html><a href="/files/{file}#sha256={digest}">{file}</a>'.encode()

    def wheel(self, name: str) -> bytes:
        """Returns a wheel with one module that names its owner."""
        plain, version = name.replace("-", "_"), self._version(name)
        info = f"{plain}-{version}.dist-info"
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for path, text in {
                f"{plain}.py": "WHOSE = 'a stranger'\n",
                f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {plain}\nVersion: {version}\n",
                f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                f"{info}/RECORD": "",
            }.items():
                archive.writestr(zipfile.ZipInfo(path), text)
        return content.getvalue()

    def _version(self, name: str) -> str:
        return self.versions.get(name.replace("_", "-"), "99.0")

    def _file(self, name: str) -> str:
        return f"{name.replace('-', '_')}-{self._version(name)}-py3-none-any.whl"


def environment(folder: Path, *, seeing_ours: bool) -> Path:
    """Returns the `bin` of a new virtual environment; it sees the packages installed here, or none."""
    venv.create(folder, with_pip=True)
    if seeing_ours:
        libraries = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
        (Path(libraries) / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


def git(folder: Path, *words: str) -> str:
    """Returns git's output in a folder."""
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(folder: Path) -> str:
    """Commits a folder and returns the commit."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "all of it")
    return git(folder, "rev-parse", "HEAD")


def project(folder: Path) -> Path:
    """Returns a copy of the files of this project that an installation needs."""
    for name in INSTALLED:
        there = ROOT / name
        if there.is_dir():
            shutil.copytree(there, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(there, folder / name)
    return folder


@contextmanager
def git_server(base: Path) -> Iterator[str]:
    """Serves the repositories below a folder on loopback; yields the address of the folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ("--listen=127.0.0.1", f"--port={port}", f"--base-path={base}", "--export-all", "--reuseaddr")
    # Not `git daemon`: it starts a child that listens, and stopping one may leave the other running.
    program = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip()) / "git-daemon"
    if not program.exists():
        pytest.skip("git-daemon is not installed")
    with subprocess.Popen([program, *words], stderr=subprocess.DEVNULL) as daemon:
        try:
            _until_it_listens(port)
            yield f"git://127.0.0.1:{port}/"
        finally:
            daemon.terminate()


def _until_it_listens(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("git-daemon does not listen")


def step(
    script: str, *, cwd: Path, path: Path, index: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs one shell step as a forge does, with pip using only our index."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env={
            **inherited,
            "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
            "PIP_INDEX_URL": index,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def pinned() -> dict[str, str]:
    """Returns the version that requirements.txt pins for each package, for this interpreter."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    found: dict[str, str] = {}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        row = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; (.*?))?(?: \\)?$", line)
        if row and (row[3] is None or python in row[3] or row[1] not in found):
            found[row[1].lower()] = row[2]
    return found
