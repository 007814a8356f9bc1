"""One bare repository: created whole or not at all, read by an allow-list, written by compare-and-swap."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mapp.errors import AlreadyThere, Busy, IntegrityError, MappError, NotFound
from mapp.git import loose
from mapp.system import HINT, SystemRefused, refused_by_system

MAIN: Final = "refs/heads/main"

_TREE_LINE: Final = re.compile(rb"tree ([0-9a-f]{40})\n")
_LOCKS: Final = ("HEAD.lock", "packed-refs.lock", "config.lock", "index.lock")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who commits, and when: seconds since 1970-01-01 UTC; the offset is always zero."""

    name: str
    email: str
    time: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """One commit as the history shows it."""

    id: str
    tree: str
    parents: tuple[str, ...]
    message: str
    author: str
    time: int

    @property
    def subject(self) -> str:
        """Returns the first line of the message."""
        return self.message.partition("\n")[0]

    @property
    def trailers(self) -> dict[str, str]:
        """Returns the `Mapp-…` trailers of the message."""
        return trailers_of(self.message)


def trailers_of(message: str) -> dict[str, str]:
    """Returns the `Mapp-…` trailers that a commit's message ends in."""
    last = message.rstrip().rpartition("\n\n")[2]
    pairs = (line.partition(": ") for line in last.splitlines())
    return {name: value for name, _, value in pairs if name.startswith("Mapp-") and value}


class Repository:
    """A bare git repository.

    Reading needs no lock. Whoever writes holds the app's lock (see `mapp.library.holding`), so that lock
    files of git that a killed process left behind can be told from those of a living one.
    """

    def __init__(self, path: Path, handle: Any = None) -> None:
        self.path = path
        self._opened = handle

    @classmethod
    def open(cls, path: Path) -> Repository:
        """Returns the repository at a path; libgit2 is loaded when something needs it.

        Raises:
            NotFound: when there is none.
            IntegrityError: when what is there is no bare repository.
        """
        if not path.is_dir():
            raise NotFound(f"there is no repository at {path}")
        return cls(path, None if loose.is_bare(path) else _open_handle(path))

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
        """Returns a new repository with one commit, on `main` unless `ref` is another, and the commit's id.

        It is built under a temporary name and renamed: a kill leaves nothing under `path`. `finish` may
        write more into it before it gets its name.

        Raises:
            AlreadyThere: when something is at the path.
        """
        library = _pygit2()
        path.parent.mkdir(parents=True, exist_ok=True)
        building = path.parent / f".new-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        try:
            handle = library.init_repository(str(building), bare=True, initial_head="main")
            _make_lean(building)
            repository = cls(building, handle)
            commit = repository.commit(files, message, signature, parents=(), ref=ref)
            if finish is not None:
                finish(repository)
            handle.free()
            _rename_new(building, path)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return cls.open(path), commit

    def tip(self, ref: str = MAIN) -> str | None:
        """Returns the commit id that a ref points to, or None where there is no such ref.

        Raises:
            IntegrityError: when the ref is damaged.
        """
        if (found := loose.read_ref(self.path, ref)) is not None:
            return found
        try:
            reference = self._handle.references.get(ref)
            return None if reference is None else str(reference.resolve().target)
        except (_pygit2().GitError, ValueError, KeyError) as error:
            raise IntegrityError(f"{ref} of {self.path.stem} is damaged: {error}") from None

    def resolve(self, revision: str) -> str:
        """Returns the full id of the commit that a revision names: a tag, branch or (short) id.

        Raises:
            NotFound: when it names no commit.
        """
        library = _pygit2()
        for form in (f"refs/tags/{revision}", f"refs/tags/v{revision}", f"refs/heads/{revision}", revision):
            try:
                return str(self._handle.revparse_single(form).peel(library.Commit).id)
            except (KeyError, ValueError, library.GitError):
                continue
        raise NotFound(f"{revision!r} names no commit in {self.path.stem}")

    def info(self, commit: str) -> Commit:
        """Returns what a commit says.

        Raises:
            IntegrityError: when the object is missing, damaged or no commit.
        """
        found = self._commit(commit)
        return Commit(
            id=str(found.id),
            tree=str(found.tree_id),
            parents=tuple(str(parent) for parent in found.parent_ids),
            message=found.raw_message.decode("utf-8", "replace"),
            author=found.author.raw_name.decode("utf-8", "replace"),
            time=found.commit_time,
        )

    def tree_of(self, commit: str) -> str:
        """Returns the id of a commit's tree.

        Raises:
            IntegrityError: when the object is missing, damaged or no commit.
        """
        kind, data = self.raw(commit)
        if kind != loose.COMMIT or not (found := _TREE_LINE.match(data)):
            raise IntegrityError(f"{commit} in {self.path} is no commit")
        return found[1].decode("ascii")

    def history(self, commit: str) -> Iterator[Commit]:
        """Yields a commit and its ancestors along the first parent, the newest first."""
        pending: str | None = commit
        while pending is not None:
            found = self.info(pending)
            yield found
            pending = found.parents[0] if found.parents else None

    @property
    def is_shallow(self) -> bool:
        """Returns whether the history is cut short, as in a clone with a depth."""
        return bool(self._handle.is_shallow)

    @property
    def head_branch(self) -> str:
        """Returns the name of the branch that is checked out; an empty text where none is."""
        if self._handle.head_is_detached or self._handle.head_is_unborn:
            return ""
        return str(self._handle.head.shorthand)

    def between(self, bases: Iterable[str], head: str) -> tuple[Commit, ...]:
        """Returns the commits of `head` that none of the bases has, the oldest first.

        Raises:
            IntegrityError: an object is missing, as in a shallow clone, or damaged.
        """
        library = _pygit2()
        order = library.enums.SortMode.TOPOLOGICAL | library.enums.SortMode.REVERSE
        try:
            walker = self._handle.walk(head, order)
            for base in bases:
                walker.hide(base)
            return tuple(self.info(str(found.id)) for found in walker)
        except (library.GitError, KeyError, ValueError) as error:
            raise IntegrityError(
                f"the history of {head[:10]} cannot be read: {error}",
                hint="in a shallow clone: git fetch --unshallow",
            ) from None

    def raw(self, identity: str) -> tuple[int, bytes]:
        """Returns the type number and the bytes of an object, its hash checked.

        Raises:
            IntegrityError: when the object is missing or damaged.
        """
        if (found := loose.read_object(self.path, identity)) is not None:
            return found
        try:
            kind, data = self._handle.odb.read(identity)
        except (KeyError, ValueError, _pygit2().GitError) as error:
            raise IntegrityError(f"object {identity} in {self.path} cannot be read: {error}") from None
        return int(kind), bytes(data)

    def size(self, identity: str) -> tuple[int, int]:
        """Returns the type number and the size in bytes of an object without inflating it."""
        if (found := loose.read_size(self.path, identity)) is not None:
            return found
        try:
            kind, size = self._handle.odb.read_header(identity)
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
        """Returns the id of a new commit; the ref moves only if it still points to the first parent.

        Raises:
            Busy: when the ref moved meanwhile, or a living git process holds it.
        """
        return self.commit_tree(str(self._tree(files)), message, signature, parents=parents, ref=ref)

    def commit_tree(
        self,
        tree: str,
        message: str,
        signature: Signature,
        *,
        parents: tuple[str, ...],
        ref: str | None = MAIN,
    ) -> str:
        """Returns the id of a new commit of a tree that is in the repository; see `commit`.

        With `ref` None no ref moves.

        Raises:
            Busy: when the ref moved meanwhile, or a living git process holds it.
            IntegrityError: when the ref stands for another one, which would then move.
        """
        library = _pygit2()
        if ref is not None and loose.is_symbolic(self.path, ref):
            raise IntegrityError(
                f"{ref} of {self.path.stem} stands for another ref", hint="git symbolic-ref -d"
            )
        who = library.Signature(signature.name, signature.email, signature.time, 0, "utf-8")
        try:
            found = self._handle.create_commit(ref, who, who, message, tree, list(parents))
        except (library.GitError, ValueError, KeyError, OSError) as error:
            raise _contended(self.path, ref or "a commit", error) from None
        return str(found)

    def write_tree(self, files: Mapping[str, bytes]) -> str:
        """Returns the id of the tree that the files form, written to the repository."""
        return str(self._tree(files))

    def write_blob(self, data: bytes) -> str:
        """Returns the id of a blob, written to the repository.

        Raises:
            SystemRefused: the disk is full, or a right is missing.
        """
        try:
            return str(self._handle.create_blob(data))
        except (_pygit2().GitError, OSError) as error:  # on a full disk libgit2 may say "no error"
            raise SystemRefused(f"{self.path}: an object could not be written: {error}", hint=HINT) from None

    def write_entries(self, entries: Mapping[str, tuple[str, bool]]) -> str:
        """Returns the id of the tree of some entries (name -> id, and whether it is a folder)."""
        modes = _pygit2().enums.FileMode
        builder = self._handle.TreeBuilder()
        for name, (identity, is_folder) in entries.items():
            builder.insert(name, identity, modes.TREE if is_folder else modes.BLOB)
        return str(builder.write())

    def create_ref(self, ref: str, commit: str) -> None:
        """Points a new ref at a commit.

        Raises:
            AlreadyThere: when there is such a ref, wherever it points.
            Busy: when a living git process holds it.
        """
        library = _pygit2()
        try:
            self._handle.references.create(ref, commit)
        except (library.AlreadyExistsError, ValueError):
            raise AlreadyThere(f"{ref} of {self.path.stem} is there already") from None
        except (library.GitError, OSError) as error:
            raise _contended(self.path, ref, error) from None

    def delete_ref(self, ref: str, commit: str) -> None:
        """Takes a ref away if it still points to this commit; one that is gone is no error.

        Raises:
            Busy: when it points elsewhere, or a living git process holds it.
        """
        library = _pygit2()
        found = self._handle.references.get(ref)
        if found is None:
            return
        if str(found.target) != commit:
            raise _contended(self.path, ref, ValueError(f"it is at {str(found.target)[:10]} now"))
        try:
            found.delete()  # it refuses if the ref has moved since it was read
        except (library.GitError, OSError, ValueError) as error:
            raise _contended(self.path, ref, error) from None

    def refs(self, prefix: str) -> dict[str, str]:
        """Returns the refs below a prefix such as `refs/tags/` (rest of the name -> commit id), sorted."""
        names = sorted(ref for ref in self._handle.references if ref.startswith(prefix))
        found = {name.removeprefix(prefix): self.tip(name) for name in names}
        return {name: commit for name, commit in found.items() if commit is not None}

    def tag(self, name: str, commit: str) -> None:
        """Points a lightweight tag at a commit; an equal tag is left as it is.

        Raises:
            AlreadyThere: when the tag points elsewhere.
        """
        ref = f"refs/tags/{name}"
        try:
            self.create_ref(ref, commit)
        except AlreadyThere:
            if self.tip(ref) != commit:
                raise AlreadyThere(
                    f"tag {name} of {self.path.stem} points to another commit", code="MAPP-0612"
                ) from None

    def tags(self) -> dict[str, str]:
        """Returns the tags (name -> commit id)."""
        return self.refs("refs/tags/")

    def sweep(self) -> None:
        """Removes what a killed writer left behind; only for the holder of the app's lock."""
        for name in _LOCKS:
            with contextlib.suppress(FileNotFoundError):
                (self.path / name).unlink()
        for left in (self.path / "refs").rglob("*.lock"):
            with contextlib.suppress(FileNotFoundError):
                left.unlink()
        for left in (self.path / "objects").glob("*/tmp_object_git2_*"):
            with contextlib.suppress(FileNotFoundError):
                left.unlink()

    @property
    def _handle(self) -> Any:
        if self._opened is None:
            self._opened = _open_handle(self.path)
        return self._opened

    def _commit(self, identity: str) -> Any:
        library = _pygit2()
        loose.read_object(self.path, identity)  # libgit2 loops forever on one that is cut off
        try:
            found = self._handle[identity]
        except (KeyError, ValueError, library.GitError) as error:
            raise IntegrityError(f"commit {identity} in {self.path} cannot be read: {error}") from None
        if not isinstance(found, library.Commit):
            raise IntegrityError(f"{identity} in {self.path} is no commit")
        return found

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
    """Returns the repository that a folder lies in, as git finds it: a checkout's or a bare one.

    Raises:
        NotFound: the folder lies in none.
    """
    found = _pygit2().discover_repository(str(folder))
    if found is None:
        raise NotFound(f"{folder.absolute()} lies in no git repository", hint="git init, or cd into a clone")
    return Repository.open(Path(found))


def _open_handle(path: Path) -> Any:
    library = _pygit2()
    try:
        return library.Repository(str(path), library.enums.RepositoryOpenFlag.BARE)
    except (library.GitError, KeyError, ValueError) as error:
        raise IntegrityError(f"{path} is no git repository: {error}") from None


def global_identity() -> tuple[str, str] | None:
    """Returns `user.name` and `user.email` of the person's git configuration, where both are set."""
    try:
        found = _pygit2().Config.get_global_config()
        return str(found["user.name"]), str(found["user.email"])
    except (KeyError, OSError):
        return None


def tip_stamp(path: Path) -> str:
    """Returns a text that changes when the `main` of a repository moves, from one or two `stat` calls.

    It is no proof, only a cheap reason to look again.
    """
    for name in (MAIN, "packed-refs"):
        with contextlib.suppress(OSError):
            state = os.stat(f"{path}/{name}")  # noqa: PTH116 - twice as fast, for every app
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


def _rename_new(building: Path, path: Path) -> None:
    try:
        # A rename onto a folder that is not empty fails on every platform: this is the commit point.
        building.rename(path)
    except OSError:
        if path.exists():
            raise AlreadyThere(f"{path.stem} is already in the library") from None
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@cache
def _pygit2() -> Any:
    import pygit2

    pygit2.settings.enable_fsync_gitdir(True)
    # Nothing in a repository's config, hooks or attributes is ever run, so who owns it does not matter.
    pygit2.settings.owner_validation = False
    return pygit2
