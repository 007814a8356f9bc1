"""Exchanges with real servers: what arrives, what is verified, and what the user's settings cannot change."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, MappError
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.share.address import parse_address
from mapp.share.errors import RemoteFailed, RemoteRefused
from mapp.share.git_process import USUAL, Ended, Limits, failure
from mapp.share.remote import QUARANTINE, Access, Known, Update, admit, fetch, ls_remote, push
from support import git_servers
from support.git_servers import GitServer, run
from support.library import SOMEBODY

PLAIN = Access(allow_plain=True)
TAG, MAIN, NOTES = "refs/tags/v1.0.0", "refs/heads/main", "refs/notes/mapp/verdicts"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a repository with one commit on main, tagged."""
    path = tmp_path_factory.mktemp("source") / "vat.git"

    def finish(repository: Repository) -> None:
        tip = repository.tip()
        assert tip is not None
        repository.write_tag(TAG, tip, "vat 1.0.0\n", SOMEBODY)

    Repository.create(path, {"main.js": b"one\n", "tests/x.jsonl": b"{}\n"}, "one\n", SOMEBODY, finish=finish)
    return path


@pytest.fixture
def served(any_server: GitServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Returns the address of a new empty repository that the test may read and write."""
    for name, value in any_server.environment.items():
        monkeypatch.setenv(name, value)
    name = f"{request.node.name.partition('[')[0]}.git"
    any_server.create(name)
    return any_server.url(name)


def publish(source: Path, url: str) -> dict[str, str]:
    """Pushes the source's branch and tag, and returns their ids."""
    repository = Repository.open(source)
    found = {ref: str(repository.tip(ref)) for ref in (MAIN, TAG)}
    push(source, url, [Update(ref=ref, old=None, new=new) for ref, new in found.items()], access=PLAIN)
    return found


def test_what_was_pushed_is_listed_and_arrives_whole(source: Path, served: str, tmp_path: Path) -> None:
    pushed = publish(source, served)
    listed = ls_remote(served, "refs/*", access=PLAIN)
    assert {ref: listed[ref] for ref in pushed} == pushed
    with fetch(served, [TAG], optional=[NOTES], folder=tmp_path / "q", access=PLAIN) as fetched:
        assert dict(fetched.refs) == {TAG: pushed[TAG]}
        repository = Repository.open(fetched.path)
        commit = repository.resolve(pushed[TAG])
        assert commit == pushed[MAIN]
        assert read_snapshot(repository, commit).files["main.js"] == b"one\n"
        assert repository.refs("refs/") == {}, "refs never come along"
        assert not list(fetched.path.glob("hooks/*"))
    assert list((tmp_path / "q").iterdir()) == [], "the quarantine is gone"


def test_a_push_can_be_repeated_and_never_overwrites_what_somebody_else_pushed(
    source: Path, served: str
) -> None:
    pushed = publish(source, served)
    assert publish(source, served) == pushed
    other = Repository.open(source).commit_tree(
        Repository.open(source).tree_of(pushed[MAIN]), "two\n", SOMEBODY, parents=(), ref=None
    )
    with pytest.raises(RemoteFailed) as refused:
        push(source, served, [Update(ref=MAIN, old=None, new=other)], access=PLAIN)
    assert refused.value.code == "MAPP-0575"
    push(source, served, [Update(ref=MAIN, old=pushed[MAIN], new=other)], access=PLAIN)
    assert ls_remote(served, MAIN, access=PLAIN) == {MAIN: other}


def test_a_missing_ref_and_a_missing_repository_are_named(
    any_server: GitServer, served: str, source: Path, tmp_path: Path
) -> None:
    publish(source, served)
    with (
        pytest.raises(RemoteFailed, match="has no refs/tags/v9") as refused,
        fetch(served, ["refs/tags/v9"], folder=tmp_path, access=PLAIN),
    ):
        pass
    assert refused.value.code == "MAPP-0574"
    with pytest.raises(RemoteFailed) as gone:
        ls_remote(any_server.url("nothing.git"), access=PLAIN)
    assert gone.value.exit_code == 4


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> GitServer:
    """Returns a folder of repositories on this machine."""
    return git_servers.local(tmp_path_factory.mktemp("plain"))


def test_only_new_objects_are_sent_if_the_rest_is_known(
    source: Path, plain_server: GitServer, tmp_path: Path
) -> None:
    plain_server.create("known.git")
    url = plain_server.url("known.git")
    pushed = publish(source, url)
    copy = tmp_path / "copy.git"
    with fetch(url, [MAIN], folder=tmp_path / "q", access=PLAIN) as first:
        first.path.rename(copy)
    theirs = Repository.open(Path(url))
    tree = theirs.write_tree({"main.js": b"two\n"})
    second = theirs.commit_tree(tree, "two\n", SOMEBODY, parents=(pushed[MAIN],), ref=MAIN)
    with fetch(
        url, [MAIN], folder=tmp_path / "q", known=Known(path=copy, commits=(pushed[MAIN],)), access=PLAIN
    ) as fetched:
        assert fetched.refs == {MAIN: second}
        with pytest.raises(IntegrityError):
            Repository.open(fetched.path).info(pushed[MAIN])
        admit(fetched, copy)
    mine = Repository.open(copy)
    assert [row.id for row in mine.history(second)] == [second, pushed[MAIN]]
    run("git", "-C", str(copy), "fsck", "--strict", "--no-dangling")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (replace(USUAL, objects=2), "MAPP-0651"),
        (replace(USUAL, content=30_000), "MAPP-0651"),
        (replace(USUAL, file_size=4096), "MAPP-0651"),
    ],
)
def test_a_remote_that_sends_too_much_is_cut_off(
    plain_server: GitServer, tmp_path: Path, limits: Limits, code: str
) -> None:
    path = plain_server.folder / "large.git"
    if not path.exists():
        Repository.create(path, {"main.js": os.urandom(50_000)}, "large\n", SOMEBODY)
    with (
        pytest.raises(RemoteRefused) as refused,
        fetch(str(path), [MAIN], folder=tmp_path, access=Access(allow_plain=True, limits=limits)),
    ):
        pass
    assert refused.value.code == code
    assert list(tmp_path.glob(f"{QUARANTINE}*")) == []


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        access = Access(allow_plain=True, limits=replace(USUAL, seconds=1))
        with pytest.raises(RemoteFailed, match="more than 1 seconds") as refused:
            ls_remote(f"git://127.0.0.1:{silent.getsockname()[1]}/x.git", access=access)
    assert refused.value.code == "MAPP-0572"


def test_a_wrong_password_is_reported_as_denied_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with git_servers.web(tmp_path, password=git_servers.PASSWORD) as server:
        server.create("vat.git")
        for given in (None, server.environment["MAPP_GIT_CREDENTIALS"].replace("correct", "wrong")):
            if given is not None:
                monkeypatch.setenv("MAPP_GIT_CREDENTIALS", given)
            with pytest.raises(RemoteFailed) as refused:
                ls_remote(server.url("vat.git"), access=PLAIN)
            assert refused.value.code == "MAPP-0573"
            assert "wrong" not in f"{refused.value} {refused.value.hint}"


def test_git_credential_helpers_are_asked_with_the_users_own_settings(
    tmp_path: Path, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world / "gitconfig"
    stored = world / "stored"
    settings.write_text(f"[credential]\n\thelper = store --file={stored}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    with git_servers.web(tmp_path, password=git_servers.PASSWORD) as server:
        server.create("vat.git")
        host = server.base.removeprefix("http://")
        stored.write_text(f"http://{git_servers.USER}:{git_servers.PASSWORD.replace(' ', '%20')}@{host}\n")
        assert ls_remote(server.url("vat.git"), access=PLAIN) == {}
        stored.write_text(f"http://{git_servers.USER}:outdated@{host}\n")
        with pytest.raises(RemoteFailed):
            ls_remote(server.url("vat.git"), access=PLAIN)
        assert stored.read_text() == "", "the helper forgets what was rejected"


def test_credentials_do_not_follow_a_redirect_to_another_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with git_servers.web(tmp_path, password=git_servers.PASSWORD) as other:
        other.create("vat.git")
        with git_servers.web(tmp_path, redirect_to=other.base) as first:
            monkeypatch.setenv(
                "MAPP_GIT_CREDENTIALS",
                other.environment["MAPP_GIT_CREDENTIALS"].replace(
                    other.base.removeprefix("http://"), first.base.removeprefix("http://")
                ),
            )
            with pytest.raises(RemoteFailed):
                ls_remote(first.url("vat.git"), access=PLAIN)
            assert other.headers, "the redirect was followed"
            assert not any("Authorization" in headers for headers in other.headers)


@pytest.mark.parametrize(
    "settings",
    [
        '[url "file:///nowhere/"]\n\tinsteadOf = "{base}/"\n',
        "[core]\n\thooksPath = {hooks}\n",
        "[protocol]\n\tallow = never\n",
        "[http]\n\textraHeader = X-Evil: 1\n",
        "[transfer]\n\tfsckObjects = false\n[fetch]\n\tfsckObjects = false\n",
        "[remote]\n\tpushDefault = elsewhere\n",
    ],
)
def test_the_users_git_settings_change_nothing(
    source: Path,
    tmp_path: Path,
    world: Path,
    monkeypatch: pytest.MonkeyPatch,
    plain_server: GitServer,
    settings: str,
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    (world / "gitconfig").write_text(settings.format(base=plain_server.base, hooks=hooks))
    name = f"settings-{abs(hash(settings))}.git"
    plain_server.create(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(world / "gitconfig"))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks))
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(source / "objects"))
    monkeypatch.setenv("GIT_DIR", str(source))
    repository = Repository.open(source)
    new = str(repository.tip())
    push(source, plain_server.url(name), [Update(ref="refs/heads/x", old=None, new=new)], access=PLAIN)
    with fetch(plain_server.url(name), ["refs/heads/x"], folder=tmp_path / "q", access=PLAIN) as fetched:
        assert fetched.refs == {"refs/heads/x": new}
        assert Repository.open(fetched.path).info(new).id == new, "the objects are really there"
    if "hooksPath" in settings:
        # The server's own process reads the user's settings too on a local path; the client never does.
        assert not (tmp_path / "ran").exists()


def test_a_repositorys_own_settings_and_hooks_do_not_run_when_it_is_pushed(
    tmp_path: Path, plain_server: GitServer
) -> None:
    path = tmp_path / "mine.git"
    _, new = Repository.create(path, {"main.js": b"x"}, "x\n", SOMEBODY)
    (path / "hooks").mkdir()
    (path / "hooks" / "pre-push").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (path / "hooks" / "pre-push").chmod(0o755)
    with (path / "config").open("a") as config:
        config.write(f'[core]\n\tsshCommand = touch {tmp_path}/ran\n[url "/nowhere/"]\n\tinsteadOf = /\n')
    plain_server.create("own.git")
    push(path, plain_server.url("own.git"), [Update(ref=MAIN, old=None, new=new)], access=PLAIN)
    assert ls_remote(plain_server.url("own.git"), MAIN, access=PLAIN) == {MAIN: new}
    assert not (tmp_path / "ran").exists()


def test_a_remote_that_lies_about_a_push_is_found_out(
    source: Path, plain_server: GitServer, tmp_path: Path
) -> None:
    path = plain_server.create("liar.git")
    hook = path / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngit update-ref -d refs/heads/main\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteRefused, match="accepted refs/heads/main, but it is missing there") as refused:
        publish(source, plain_server.url("liar.git"))
    assert refused.value.code == "MAPP-0652"


def test_what_a_server_says_is_escaped(plain_server: GitServer, source: Path) -> None:
    path = plain_server.create("rude.git")
    hook = path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf '\\033[31merror: \\342\\200\\256gnp.exe\\n' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(MappError) as refused:
        publish(source, plain_server.url("rude.git"))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "ref",
    ["main", "refs/heads/../x", "refs/heads/-x", "+refs/heads/x", "refs/heads/x:y", "refs/heads/x.lock"],
)
def test_a_ref_must_be_a_plain_full_name(ref: str, plain_server: GitServer, tmp_path: Path) -> None:
    with (
        pytest.raises(MappError, match="full name of a ref"),
        fetch(plain_server.url("x.git"), [ref], folder=tmp_path, access=PLAIN),
    ):
        pass


def test_quarantines_of_dead_processes_are_swept(
    plain_server: GitServer, source: Path, tmp_path: Path
) -> None:
    left = tmp_path / f"{QUARANTINE}{2**22 + 5}-abc"
    left.mkdir()
    with pytest.raises(RemoteFailed), fetch(str(tmp_path / "x.git"), [MAIN], folder=tmp_path, access=PLAIN):
        pass
    assert not left.exists()


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: Permission to ada/vat.git denied to bea.\nfatal: Could not read from remote repository.\n",
        "remote: Permission to ada/vat.git denied to bea.\nfatal: unable to access: The requested URL "
        "returned error: 403\n",
        "bea@host: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
    ],
)
def test_a_server_that_denies_a_push_is_recognised_over_ssh_and_https(said: str) -> None:
    ended = Ended(code=128, output=b"", said=said)
    address = parse_address("https://git.example.org/ada/vat.git")
    assert failure(address, "push to", ended, USUAL).code == "MAPP-0573"
