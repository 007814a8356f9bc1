"""Installing and updating over each transport, from real servers."""

import pytest

from mapp.ops.share.fsck import fsck
from mapp.ops.share.update import Options, outdated, update
from support.apps import app
from support.git_servers import GitServer
from support.sharing import SharedWorld


def test_an_app_is_installed_updated_and_checked(
    any_server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in any_server.environment.items():
        monkeypatch.setenv(name, value)
    shared = SharedWorld(any_server.folder, base=any_server.base)
    author = shared.author("vat")
    author.release(app("vat"))
    shared.list(author.entry)
    shared.use()
    (row,) = shared.install("team:vat").rows
    assert row.entry.source.endswith("/registry.git")
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    shared.list(author.entry)
    workspace = shared.workspace
    assert [row.state for row in outdated(workspace)] == ["available"]
    assert [row.state for row in update(workspace, [], Options())] == ["updated"]
    workspace.close()
    assert shared.locked("vat").version == "1.1.0"
    assert [row.problems for row in fsck(workspace.home)] == [()]
