"""A bare repository: created atomically, read through an allow-list, written by compare-and-swap."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import RLock
from typing import Any, Final, ParamSpec, TypeVar

from mapp.errors import AlreadyExists, Busy, IntegrityError, MappError, NotFound
from mapp.git import layout, loose, packs
from mapp.git.commit import Commit, Signature, parse_commit
from mapp.git.durable_files import rename_new, sync_all
from mapp.git.history import commits_between
from mapp.plain_files import read_plain
from mapp.suggested_commands import suggested_git
from mapp.system_errors import HINT, SystemRefused, refused_by_system

MAIN: Final = "refs/heads/main"

_TREE_LINE: Final = re.compile(rb"tree ([0-9a-f]{40})\n")
_TAGGED: Final = re.compile(rb"object ([0-9a-f]{40})\n")
_REVISION: Final = re.compile(r"(.+?)((?:~\d{0,6}|\^\d{0,3})*)")
_STEP: Final = re.compile(r"([~^])(\d*)")
_SHORT_ID: Final = re.compile(r"[0-9a-fA-F]{4,40}")
_MAX_SHALLOW_SIZE: Final = 16 * 1024 * 1024
_MAX_TAGS: Final = 10
"""The longest chain of tags that point to tags."""
_LEFTOVERS: Final = (
    (".", "*.lock"),
    ("refs", "**/*.lock"),
    ("objects", "*/*.lock"),
    ("objects", "*/tmp_object_git2_*"),
    ("objects", "*/tmp_obj_*"),
)
"""Files that killed writers leave behind, libgit2's and git's: a folder, and a pattern below it."""
_STALE_AFTER: Final = 3600.0
"""Seconds after which a lock file of git counts as abandoned."""
_WRITING: Final = RLock()
"""Held by a thread that writes: whether libgit2 flushes is a setting of the whole process."""
_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def _one_writer(method: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
    """Makes a method wait while another thread writes without flushing."""

    @wraps(method)
    def alone(*args: _Given.args, **kwargs: _Given.kwargs) -> _Returned:
        with _WRITING:
            return method(*args, **kwargs)

    return alone


@contextlib.contextmanager
def unflushed(path: Path) -> Iterator[None]:
    """Writes into a repository that nobody knows yet without flushing each file; flushes all at the end.

    The caller makes it known afterwards, by a rename. Handles of the repository must be opened inside.
    """
    library = _pygit2()
    with _WRITING:
        library.settings.enable_fsync_gitdir(False)
        try:
            yield
        finally:
            library.settings.enable_fsync_gitdir(True)
    sync_all(path)


class Repository:
    """A bare git repository.

    Reading needs no lock. A writer holds the app's lock (see `mapp.library.locks`), so git's lock files of a
    killed process can be distinguished from those of a running one.
    """

    def __init__(self, path: Path, handle: Any = None, *, trusted: bool = False) -> None:
        self.path = path
        self._opened = handle
        self._trusted = trusted

    @classmethod
    def open(cls, path: Path, *, trusted: bool = False) -> Repository:
        """Opens the repository at a path; libgit2 is loaded only when needed.

        A `trusted` repository is the user's own, found from the current folder: it may share objects with
        another one, as with `git worktree` and `git clone --reference`. Any other must be self-contained.

        Raises:
            NotFound: there is no folder at the path.
            IntegrityError: it is not a bare repository, or refers to files outside its folder.
        """
        if not path.is_dir():
            raise NotFound(f"there is no repository at {path}")
        if not trusted:
            layout.ensure_closed(path)
        if not loose.is_bare(path):
            return cls(path, _open_handle(path, trusted=trusted), trusted=trusted)
        return cls(path, trusted=trusted)

    @classmethod
    def create(
        cls,
        path: Path,
        files: Mapping[str, bytes],
        message: str,
        signature: Signature,
        *,
        finish: Callable[[Repository], None] | None = None,
        ref: str = MAIN,
    ) -> tuple[Repository, str]:
        """Creates a repository with one commit on `ref`; returns it and the commit's id.

        It is built under a temporary name and then renamed, so a kill leaves nothing at `path`. `finish` may
        write more into it before the rename.

        Raises:
            AlreadyExists: the path is taken.
        """
        library = _pygit2()
        path.parent.mkdir(parents=True, exist_ok=True)
        building = path.parent / f".new-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        try:
            with unflushed(building):
                handle = library.init_repository(str(building), bare=True, initial_head="main")
                _make_lean(building)
                repository = cls(building, handle)
                commit = repository.commit(files, message, signature, parents=(), ref=ref)
                if finish is not None:
                    finish(repository)
            handle.free()
            rename_new(building, path)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return cls.open(path), commit

    def tip(self, ref: str = MAIN) -> str | None:
        """Returns the commit id that a ref points to, or None if there is no such ref.

        Raises:
            IntegrityError: the ref is damaged.
        """
        if (found := loose.read_ref(self.path, ref)) is not None:
            return found
        try:
            reference = self._handle.references.get(ref)
            return None if reference is None else str(reference.resolve().target)
        except (_pygit2().GitError, ValueError, KeyError) as error:
            raise IntegrityError(f"{ref} of {self.path.stem} is damaged: {error}") from None

    def resolve(self, revision: str) -> str:
        """Returns the full id of the commit that a revision names: a tag, branch, (short) id, `~`, `^`.

        Raises:
            NotFound: it names no commit.
        """
        found = _REVISION.fullmatch(revision)
        start = self._named(found[1]) if found and found[1].isprintable() else None
        if found is None or start is None:
            raise self._no_commit(revision)
        commit = start
        for kind, digits in _STEP.findall(found[2]):
            number = int(digits or 1)
            for place in [1] * number if kind == "~" else [number]:
                parents = (commit, *self.info(commit).parents)
                if place >= len(parents):
                    raise self._no_commit(revision)
                commit = parents[place]
        return commit

    def _named(self, name: str) -> str | None:
        """Returns the commit that a tag, a branch or a (short) id names, or None."""
        is_name = _pygit2().reference_is_valid_name
        forms = (
            f"refs/tags/{name}",
            f"refs/tags/v{name}",
            f"refs/heads/{name}",
            f"refs/remotes/{name}",
            name,
        )
        for form in forms:
            is_ref = is_name(form) and (form.startswith("refs/") or form.endswith("HEAD"))
            if is_ref and (found := self.tip(form)) is not None:
                return self._peeled(found)
        if not _SHORT_ID.fullmatch(name):
            return None
        try:
            return self._peeled(str(self._handle.expand_id(name)))
        except (KeyError, ValueError, _pygit2().GitError):
            return None

    def _peeled(self, identity: str) -> str | None:
        """Follows tags and returns the commit they lead to, or None."""
        for _ in range(_MAX_TAGS):
            try:
                kind, data = self.raw(identity)
            except IntegrityError as error:
                if error.code != IntegrityError.code:
                    raise
                return None
            if kind != loose.TAG:
                return identity if kind == loose.COMMIT else None
            if (found := _TAGGED.match(data)) is None:
                return None
            identity = found[1].decode("ascii")
        return None

    def commit_of(self, identity: str) -> str | None:
        """Returns the commit that an object's id leads to, through tags; None if it leads to none.

        Raises:
            IntegrityError: an object on the way is larger than mapp reads.
        """
        return self._peeled(identity)

    def _no_commit(self, revision: str) -> NotFound:
        return NotFound(f"there is no revision {revision!r} in {self.path.stem}")

    def info(self, commit: str) -> Commit:
        """Returns a commit.

        Raises:
            IntegrityError: the object is missing, damaged or not a commit.
        """
        kind, data = self.raw(commit)
        if kind != loose.COMMIT:
            raise IntegrityError(f"{commit} in {self.path} is not a commit")
        try:
            found = parse_commit(commit, data)
        except ValueError as error:
            raise IntegrityError(f"commit {commit} in {self.path} cannot be read: {error}") from None
        return replace(found, parents=()) if commit in self._shallow else found

    def tree_of(self, commit: str) -> str:
        """Returns the id of a commit's tree.

        Raises:
            IntegrityError: the object is missing, damaged or not a commit.
        """
        kind, data = self.raw(commit)
        if kind != loose.COMMIT or not (found := _TREE_LINE.match(data)):
            raise IntegrityError(f"{commit} in {self.path} is not a commit")
        return found[1].decode("ascii")

    def history(self, commit: str) -> Iterator[Commit]:
        """Yields a commit and its ancestors along first parents, newest first."""
        pending: str | None = commit
        while pending is not None:
            found = self.info(pending)
            yield found
            pending = found.parents[0] if found.parents else None

    def blame(self, commit: str, path: str) -> Iterator[tuple[str, int]]:
        """Yields for each line of a file the commit that introduced it, and the line's number there, from 1.

        Only first parents count. The caller has checked the sizes of the objects.

        Raises:
            IntegrityError: libgit2 cannot read the history.
        """
        library = _pygit2()
        first = library.enums.BlameFlag.FIRST_PARENT
        try:
            for hunk in self._handle.blame(path, flags=first, newest_commit=commit):
                for place in range(hunk.lines_in_hunk):
                    yield str(hunk.final_commit_id), hunk.orig_start_line_number + place
        except (library.GitError, KeyError, ValueError) as error:
            raise IntegrityError(
                f"the history of {path} in {self.path.stem} cannot be read: {error}"
            ) from None

    @property
    def is_shallow(self) -> bool:
        """Returns whether the history is incomplete, as in a clone with a depth."""
        return bool(self._handle.is_shallow)

    def remote_url(self, name: str) -> str:
        """Returns the address of a remote in the repository's configuration; empty if there is none."""
        try:
            return str(self._handle.config[f"remote.{name}.url"])
        except (KeyError, ValueError, _pygit2().GitError):
            return ""

    @property
    def head_branch(self) -> str:
        """Returns the name of the branch that is checked out; empty if none is."""
        if self._handle.head_is_detached or self._handle.head_is_unborn:
            return ""
        return str(self._handle.head.shorthand)

    def between(self, bases: Iterable[str], head: str) -> tuple[Commit, ...]:
        """Returns the commits of `head` that none of the bases has, oldest first.

        Raises:
            IntegrityError: an object is missing, as in a shallow clone, or damaged.
        """
        try:
            return commits_between(self.info, bases, head)
        except IntegrityError as error:
            if error.code != IntegrityError.code:
                raise
            raise IntegrityError(
                f"the history of {head[:10]} cannot be read: {error}",
                hint="in a shallow clone: git fetch --unshallow",
            ) from None

    def raw(self, identity: str, *, chains_checked: bool = False) -> tuple[int, bytes]:
        """Returns the type number and the bytes of an object, after checking its hash.

        `chains_checked` is as for `size`.

        Raises:
            IntegrityError: the object is missing, damaged, or larger than mapp reads.
        """
        if (found := loose.read_object(self.path, identity)) is not None:
            return found
        found_size = self.size(identity, chains_checked=chains_checked)
        loose.ensure_readable(self.path, identity, *found_size)
        try:
            kind, data = self._handle.odb.read(identity)
        except (KeyError, ValueError, _pygit2().GitError) as error:
            raise IntegrityError(f"object {identity} in {self.path} cannot be read: {error}") from None
        return int(kind), bytes(data)

    def size(self, identity: str, *, chains_checked: bool = False) -> tuple[int, int]:
        """Returns the type number and the size in bytes of an object without inflating it.

        With `chains_checked`, `packs.ensure_small_chains` has looked at all packs of the repository.
        """
        if (found := loose.read_size(self.path, identity)) is not None:
            return found
        handle = self._handle
        if not chains_checked:
            packs.ensure_small_chain(self.path, identity)  # libgit2 follows the chain to find the type
        try:
            kind, size = handle.odb.read_header(identity)
        except (KeyError, ValueError, _pygit2().GitError) as error:
            raise IntegrityError(f"object {identity} in {self.path} cannot be read: {error}") from None
        return int(kind), int(size)

    def commit(
        self,
        files: Mapping[str, bytes],
        message: str,
        signature: Signature,
        *,
        parents: tuple[str, ...],
        ref: str = MAIN,
    ) -> str:
        """Commits files and returns the commit's id; the ref moves only if it still is at the first parent.

        Raises:
            Busy: the ref moved in the meantime, or a running git process holds it.
        """
        return self.commit_tree(str(self._tree(files)), message, signature, parents=parents, ref=ref)

    @_one_writer
    def commit_tree(
        self,
        tree: str,
        message: str,
        signature: Signature,
        *,
        parents: tuple[str, ...],
        ref: str | None = MAIN,
    ) -> str:
        """Commits a tree that is in the repository and returns the commit's id; see `commit`.

        With `ref` None no ref moves.

        Raises:
            Busy: the ref moved in the meantime, or a running git process holds it.
            IntegrityError: the ref is symbolic, so another ref would move.
        """
        library = _pygit2()
        if ref is not None:
            self._ensure_direct(ref)
        who = library.Signature(signature.name, signature.email, signature.time, 0, "utf-8")
        try:
            found = self._handle.create_commit(ref, who, who, message, tree, list(parents))
        except (library.GitError, ValueError, KeyError, OSError) as error:
            raise _contended(self.path, ref or "a commit", error) from None
        return str(found)

    def write_tree(self, files: Mapping[str, bytes]) -> str:
        """Writes the tree of these files and returns its id."""
        return str(self._tree(files))

    @_one_writer
    def write_blob(self, data: bytes) -> str:
        """Writes a blob and returns its id.

        Raises:
            SystemRefused: the disk is full, or a permission is missing.
        """
        try:
            return str(self._handle.create_blob(data))
        except (_pygit2().GitError, OSError) as error:  # on a full disk libgit2 may report "no error"
            raise SystemRefused(f"{self.path}: an object could not be written: {error}", hint=HINT) from None

    def merge_text(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        """Returns a text with the changes of two sides, merged line by line.

        None if both changed the same lines, or if it is not UTF-8 text. No attribute or merge driver counts.
        """
        library = _pygit2()
        if any(b"\0" in side for side in (base, ours, theirs)):
            return None
        mode = library.enums.FileMode.BLOB
        entries = [
            library.IndexEntry("text", library.Oid(hex=self.write_blob(side)), mode)
            for side in (base, ours, theirs)
        ]
        try:
            merged = self._handle.merge_file_from_index(*entries)
        except UnicodeDecodeError:
            return None
        return merged.contents.encode("utf-8") if merged.automergeable else None

    @_one_writer
    def write_entries(self, entries: Mapping[str, tuple[str, bool]]) -> str:
        """Writes a tree of entries (name -> id, and whether it is a folder) and returns its id."""
        modes = _pygit2().enums.FileMode
        builder = self._handle.TreeBuilder()
        for name, (identity, is_folder) in entries.items():
            builder.insert(name, identity, modes.TREE if is_folder else modes.BLOB)
        return str(builder.write())

    @_one_writer
    def write_object(self, kind: int, data: bytes) -> str:
        """Writes the bytes of an object of a kind (see `mapp.git.loose`) as they are and returns its id."""
        return str(self._handle.write(kind, data))

    def check_out(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Makes a bare repository at `folder/.git` the one of a working tree with the files of `main`.

        A push to its `main` then updates the working tree, unless that has changes.
        """
        library = _pygit2()
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        self._handle.config["core.bare"] = False
        self._handle.config["receive.denyCurrentBranch"] = "updateInstead"
        checkout = library.Repository(str(folder))
        checkout.index.add_all()
        checkout.index.write()
        checkout.free()

    @_one_writer
    def create_ref(self, ref: str, commit: str) -> None:
        """Creates a ref that points to a commit.

        Raises:
            AlreadyExists: the ref exists, wherever it points.
            Busy: a running git process holds it.
        """
        library = _pygit2()
        try:
            self._handle.references.create(ref, commit)
        except (library.AlreadyExistsError, ValueError):
            raise AlreadyExists(f"{ref} of {self.path.stem} already exists") from None
        except (library.GitError, OSError) as error:
            raise _contended(self.path, ref, error) from None

    @_one_writer
    def move_ref(self, ref: str, old: str | None, new: str) -> None:
        """Moves a ref from one commit to another by compare-and-swap; with `old` None, it must not exist.

        Raises:
            Busy: the ref points elsewhere, or a running git process holds it.
            IntegrityError: the ref is symbolic, so another ref would move.
        """
        library = _pygit2()
        if old is None:
            try:
                self.create_ref(ref, new)
            except AlreadyExists as error:
                raise _contended(self.path, ref, error) from None
            return
        self._ensure_direct(ref)
        found = self._handle.references.get(ref)
        if found is None or str(found.target) != old:
            at = "deleted" if found is None else f"at {str(found.target)[:10]}"
            raise _contended(self.path, ref, ValueError(f"it is {at} now"))
        try:
            found.set_target(new)  # fails if the ref has moved since it was read
        except (library.GitError, OSError, ValueError, KeyError) as error:
            raise _contended(self.path, ref, error) from None

    @_one_writer
    def write_tag(self, ref: str, commit: str, message: str, signature: Signature) -> None:
        """Points a ref to a new tag object for a commit, wherever the ref pointed before.

        Raises:
            Busy: a running git process holds the ref.
        """
        library = _pygit2()
        self._ensure_direct(ref)
        who = f"{signature.name} <{signature.email}> {signature.time} +0000"
        text = f"object {commit}\ntype commit\ntag {ref.rpartition('/')[2]}\ntagger {who}\n\n{message}"
        try:
            identity = str(self._handle.write(loose.TAG, text.encode()))
        except (library.GitError, OSError, ValueError) as error:
            raise _contended(self.path, ref, error) from None
        self.set_ref(ref, identity)

    @_one_writer
    def set_ref(self, ref: str, identity: str) -> None:
        """Points a ref to an object, wherever it pointed before; for refs that only mapp writes.

        Raises:
            Busy: a running git process holds the ref.
            IntegrityError: the ref is symbolic, so another ref would move.
        """
        self._ensure_direct(ref)
        try:
            self._handle.references.create(ref, identity, force=True)
        except (_pygit2().GitError, OSError, ValueError) as error:
            raise _contended(self.path, ref, error) from None

    def _ensure_direct(self, ref: str) -> None:
        if loose.is_symbolic(self.path, ref):
            raise IntegrityError(
                f"{ref} of {self.path.stem} is a symbolic ref",
                hint=suggested_git(self.path, "symbolic-ref", "-d", ref),
            )

    @_one_writer
    def delete_ref(self, ref: str, commit: str) -> None:
        """Deletes a ref if it still points to this commit; a missing ref is not an error.

        Raises:
            Busy: the ref points elsewhere, or a running git process holds it.
        """
        library = _pygit2()
        found = self._handle.references.get(ref)
        if found is None:
            return
        if str(found.target) != commit:
            raise _contended(self.path, ref, ValueError(f"it is at {str(found.target)[:10]} now"))
        try:
            found.delete()  # fails if the ref has moved since it was read
        except (library.GitError, OSError, ValueError) as error:
            raise _contended(self.path, ref, error) from None

    def refs(self, prefix: str) -> dict[str, str]:
        """Returns the refs under a prefix such as `refs/tags/` (rest of the name -> commit id), sorted."""
        names = sorted(ref for ref in self._handle.references if ref.startswith(prefix))
        found = {name.removeprefix(prefix): self.tip(name) for name in names}
        return {name: commit for name, commit in found.items() if commit is not None}

    def tag(self, name: str, commit: str) -> None:
        """Creates a lightweight tag on a commit; an identical tag is left alone.

        Raises:
            AlreadyExists: the tag points elsewhere.
        """
        ref = f"refs/tags/{name}"
        try:
            self.create_ref(ref, commit)
        except AlreadyExists:
            if self.tip(ref) != commit:
                raise AlreadyExists(
                    f"tag {name} of {self.path.stem} points to another commit", code="MAPP-0612"
                ) from None

    def tags(self) -> dict[str, str]:
        """Returns the tags (name -> commit id)."""
        return self.refs("refs/tags/")

    def sweep(self, *, abandoned: bool = True) -> None:
        """Removes abandoned lock files of git. The caller holds the app's lock.

        If the lock's previous holder was killed (`abandoned`), all of them are leftovers. Otherwise a git
        command may be running, so only lock files older than an hour go: git holds a lock only for the
        moment of a write.
        """
        newest = None if abandoned else time.time() - _STALE_AFTER
        for place, pattern in _LEFTOVERS:
            for left in (self.path / place).glob(pattern):
                with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                    if newest is None or left.lstat().st_mtime < newest:
                        left.unlink()

    @cached_property
    def _shallow(self) -> frozenset[str]:
        """Returns the commits at which a user's shallow clone ends; an app's repository has none."""
        if not self._trusted:
            return frozenset()
        try:
            text = read_plain(self.path / "shallow", most=_MAX_SHALLOW_SIZE)
        except OSError:
            return frozenset()
        return frozenset(text.decode("ascii", "replace").split())

    @property
    def _handle(self) -> Any:
        if self._opened is None:
            self._opened = _open_handle(self.path, trusted=self._trusted)
        return self._opened

    @_one_writer
    def _tree(self, files: Mapping[str, bytes]) -> Any:
        library = _pygit2()
        blobs: dict[str, Any] = {}
        folders: dict[str, dict[str, bytes]] = {}
        for path, data in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = data
            else:
                blobs[first] = self.write_blob(data)
        builder = self._handle.TreeBuilder()
        for name, identity in blobs.items():
            builder.insert(name, identity, library.enums.FileMode.BLOB)
        for name, inner in folders.items():
            builder.insert(name, self._tree(inner), library.enums.FileMode.TREE)
        return builder.write()


def discover(folder: Path) -> Repository:
    """Returns the repository that contains a folder, as git finds it: a checkout's or a bare one.

    Raises:
        NotFound: the folder is not in a repository.
    """
    found = _pygit2().discover_repository(str(folder))
    if found is None:
        raise NotFound(f"{folder.absolute()} is not in a git repository", hint="git init, or cd into a clone")
    return Repository.open(Path(found), trusted=True)


def _open_handle(path: Path, *, trusted: bool) -> Any:
    library = _pygit2()
    if not trusted:
        layout.ensure_safe(path)
    try:
        return library.Repository(str(path), library.enums.RepositoryOpenFlag.BARE)
    except (library.GitError, KeyError, ValueError) as error:
        raise IntegrityError(f"{path} is not a git repository: {error}") from None


def global_identity() -> tuple[str, str] | None:
    """Returns `user.name` and `user.email` of the user's git configuration, or None unless both are set."""
    try:
        found = _pygit2().Config.get_global_config()
        return str(found["user.name"]), str(found["user.email"])
    except (KeyError, OSError):
        return None


def global_setting(name: str) -> str:
    """Returns a value of the user's git configuration, such as `gpg.format`; empty if it is not set."""
    try:
        return str(_pygit2().Config.get_global_config()[name])
    except (KeyError, OSError, ValueError):
        return ""


def tip_stamp(path: Path) -> str:
    """Returns a text that changes when a repository's `main` moves, from one or two `stat` calls.

    It proves nothing; it is a cheap hint to look again.
    """
    for name in (MAIN, "packed-refs"):
        with contextlib.suppress(OSError):
            state = os.stat(f"{path}/{name}")  # noqa: PTH116 - twice as fast, and it runs for every app
            return f"{state.st_mtime_ns}:{state.st_size}:{state.st_ino}"
    return "none"


def _contended(path: Path, ref: str, error: Exception) -> MappError:
    if (refused := refused_by_system(error)) is not None:
        return refused
    return Busy(
        f"{ref} of {path.stem} could not be moved: {error}",
        hint="another process changed it; run the command again",
    )


def _make_lean(path: Path) -> None:
    shutil.rmtree(path / "hooks", ignore_errors=True)
    shutil.rmtree(path / "info", ignore_errors=True)
    (path / "description").unlink(missing_ok=True)


@cache
def _pygit2() -> Any:
    import pygit2

    pygit2.settings.enable_fsync_gitdir(True)
    # Nothing in a repository's config, hooks or attributes is ever run, so its owner does not matter.
    pygit2.settings.owner_validation = False
    return pygit2
