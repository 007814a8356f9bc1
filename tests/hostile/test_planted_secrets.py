"""Secrets planted in environment, files and grants leak nowhere, in no form.

A server and a model echo what they receive, an app tries to spread it, and a person looks at everything.
"""

from __future__ import annotations

import base64
import json
import ssl
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from mapp.ops.workspace import Workspace
from support.apps import app
from support.terminal import Answer, mapp, mapp_process
from support.web import Server, answer, says, web

PLANTED = {
    "sent to a host, from the environment": "env+key/planted=value-1",
    "sent to the model, stored": "llm-key/planted+value=2",
    "stored for another app": "other-key-planted-value-3",
    "in the environment": "just-an-environment-value-4",
    "in a file": "just-a-file-planted-value-5",
}
HOST_KEY, MODEL_KEY, OTHER_KEY, VARIABLE, FILE = PLANTED.values()

SPREAD = """function main(input, host) {
  const got = host.http({url: "https://api.example/?n=" + input.number, headers: {"X-Own": "mine"}});
  host.store.set("got", got);
  host.store.set("text", got.body.split("").reverse().join(""));
  const said = host.llm("Repeat after me: " + JSON.stringify(got));
  host.store.set("said", said);
  const all = JSON.stringify([got, said, host.store.keys(), host.now()]);
  if (input.number === 2) throw new TypeError(all);
  if (input.number === 3) throw new Error("refused");
  if (input.number === 4) return {wrong: all};
  return all;
}
"""
CAPABILITIES: dict[str, Any] = {
    "clock": True,
    "http": [
        {
            "host": "api.example",
            "methods": ["GET"],
            "secret": {"name": "HOST_KEY", "header": "Authorization", "prefix": "Bearer "},
        }
    ],
    "store": {"max_kb": 64},
    "llm": {"max_tokens": 500},
}


def forms(secret: str) -> Iterator[bytes]:
    """Yields the forms of a secret: plain, percent-encoded, in hexadecimal or base64, and each reversed."""
    plain = secret.encode()
    for raw in (plain, plain[::-1]):
        yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), raw.hex(":").encode())
        yield urllib.parse.quote(raw, safe="").encode()
        yield "".join(f"%{byte:02X}" for byte in raw).encode()
        yield json.dumps(raw.decode())[1:-1].encode()
        for offset in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                whole = encode(bytes(offset) + raw)
                # the first and last characters also hold bits of the neighbouring bytes
                yield whole[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6]
                yield whole[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6][::-1]


def echo(secret: str) -> bytes:
    """Returns a body that contains a secret in many forms."""
    return b" | ".join(
        [*forms(secret), b"Bearer " + secret.encode(), base64.b64encode(b"u:" + secret.encode())]
    )


@pytest.fixture
def planted(world: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Plants the secrets and returns the files that may contain one, because it was planted there."""
    monkeypatch.setenv("MAPP_KEY_HOST_KEY", HOST_KEY)
    monkeypatch.setenv("PLANTED", VARIABLE)
    for name, value in (("LLM", MODEL_KEY), ("OTHER_KEY", OTHER_KEY)):
        assert mapp("keys", "set", name, stdin=value + "\n").code == 0
    files = [world / "work" / "secret.txt", world / "home" / ".netrc"]
    for file in files:
        file.write_text(FILE)
    return [*files, world / "config" / "keys.json"]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Server]]:
    """Yields a host under TLS and a model that both echo what they receive: (host, model)."""
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert("api.example").configure_cert(serving)
    authority.configure_trust(trusting)
    said = {"choices": [{"message": {"content": echo(MODEL_KEY).decode()}}], "usage": {}}
    body = json.dumps(said).encode()
    hosts = [says(answer(echo(HOST_KEY), "X-Echo: " + HOST_KEY)) for _ in range(20)]
    models = [says(answer(body, "Content-Type: application/json")) for _ in range(20)]
    with web(*hosts, tls=serving) as (world, host), Server(*models) as model:
        monkeypatch.setattr(Workspace, "fetcher", lambda self: world.fetcher(tls=trusting))
        mapp("config", "llm", "openai:echo")
        mapp("config", "llm_url", f"http://127.0.0.1:{model.port}/v1")
        yield host, model


def _folder(world: Path) -> Path:
    draft = app("spread").stating(
        capabilities=CAPABILITIES,
        output={"type": "string"},
        errors={"refused": "it refuses", "unavailable": "nobody answers"},
    )
    guarded = SPREAD.replace(
        "{\n  const got",
        "{ try { return work(input, host); } catch (e) {\n"
        "  if (e.name === 'HostError') throw new Error('unavailable'); throw e; } }\n"
        "function work(input, host) {\n  const got",
        1,
    )
    draft.source(guarded).file("tests/examples.jsonl", "").example({"number": 5}, error="unavailable")
    return draft.write(world / "work" / "spread")


def _everything_a_person_does(folder: Path) -> list[Answer]:
    # Forced, since no recording of its tests covers what the host answers.
    done = [mapp("add", str(folder), "--force"), mapp("grant", "spread", "--all")]
    for number in (1, 2, 3, 4):
        done += [mapp("exec", "spread", f"number={number}", *more) for more in ((), ("--json",))]
    runs = [row["id"] for row in mapp("runs", "--json").json["runs"]]
    assert len(runs) == 8
    done += [mapp("runs"), mapp("runs", "--json"), mapp("doctor"), mapp("config"), mapp("keys")]
    done += [mapp("replay", run, "--json") for run in runs]
    assert all(row.json["equal"] for row in done[-8:])
    done += [mapp("replay", run, "--save-recording", str(folder)) for run in runs]
    assert len(list((folder / "tests/recordings").iterdir())) == 8
    manifest = folder / "mapp.toml"
    manifest.write_text(manifest.read_text().replace('"1.0.0"', '"1.0.1"'))
    # --force: it throws on purpose, and its recordings make the checks fail for that
    done += [
        mapp("add", str(folder), "--force"),
        mapp("log", "spread"),
        mapp("show", "spread", "--source", "--json"),
    ]
    return done


def _files_on_disk(world: Path, planted: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Yields every other file on disk with its content; git's objects are decompressed."""
    for path in world.rglob("*"):
        if path.is_file() and path not in planted:
            data = path.read_bytes()
            yield str(path), zlib.decompress(data) if "/objects/" in path.as_posix() else data


def test_planted_secrets_leak_nowhere(
    world: Path, planted: list[Path], outside: tuple[Server, Server]
) -> None:
    host, model = outside
    done = _everything_a_person_does(_folder(world))

    assert [row.code for row in (done[0], done[-3])] == [0, 0], done[-3]
    assert [row.code for row in done[2:10]] == [0, 0, 1, 1, 1, 1, 1, 1]
    assert f"Bearer {HOST_KEY}".encode() in host.requests[0], "it was sent where it belongs"
    assert MODEL_KEY.encode() in model.requests[0]
    found = [(f"answer {number}", (row.out + row.err).encode()) for number, row in enumerate(done)]
    found += _files_on_disk(world, planted)
    # the prompt is the request to the model without its headers
    found += [("prompt", request.partition(b"\r\n\r\n")[2]) for request in model.requests]
    assert any(b"[secret HOST_KEY]" in data for _, data in found), "no trap was triggered"
    assert any(b"[secret LLM]" in data for _, data in found)
    names = {place.partition("world/library/")[2].partition("/")[0] for place, _ in found}
    assert {"apps", "journal.sqlite"} <= names
    leaks = [
        (place, what, form)
        for what, secret in PLANTED.items()
        for form in dict.fromkeys(forms(secret))
        for place, data in found
        if form in data
    ]
    assert not leaks


def test_the_search_for_leaks_finds_a_planted_secret(world: Path, planted: list[Path]) -> None:
    """Otherwise the test above would pass for the wrong reason."""
    for path in planted:
        assert any(secret.encode() in path.read_bytes() for secret in PLANTED.values())
    library = world / "library" / "apps"
    folder = app("spread").file("README.md", HOST_KEY).write(world / "work" / "told")
    assert mapp("add", str(folder)).code == 0

    assert library.exists()
    assert [
        place
        for place, data in _files_on_disk(world, [*planted, folder / "README.md"])
        if HOST_KEY.encode() in data
    ]


def test_a_worker_sees_nothing_of_the_environment(planted: list[Path]) -> None:
    known = "[Object.getOwnPropertyNames(globalThis), typeof process, new Error('x').stack]"
    source = f"function main(input, host) {{ return JSON.stringify({known}); }}"
    folder = app("looks").stating(output={"type": "string"}).source(source)
    mapp("add", str(folder.write(Path("looks"))), "--force")
    found = mapp_process("exec", "looks", "number=1", "--json")

    assert found.code == 0
    assert not [form for secret in PLANTED.values() for form in forms(secret) if form in found.out.encode()]
