"""A round's store: by an fsspec URL, where what came in lies and originals are kept. Alone knows fsspec.

Nothing here is called where round.toml names no store. Credentials are found by fsspec and its packages in the
environment. Source of the interface: https://filesystem-spec.readthedocs.io/en/latest/api.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import time_ns
from typing import Any

from workbook.files import replacing
from workbook.inbox import Found
from workbook.messages import say
from workbook.reading.names import label, unlike
from workbook.round import IN

_ORIGINALS = "originals"
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")  # as stores call it
Entry = Mapping[str, Any]


class Unreachable(OSError):
    """What a run needs and cannot be had; the sentence says why and what to do."""


def listed(store: str) -> list[Found]:
    """Return everything under 收件 of a store but hidden files, by path, as `inbox.found` does of a folder."""
    files, root = _opened(store)
    top = f"{root}/{IN}"
    things: dict[str, Found] = {}
    entries = ((path.removeprefix(f"{top}/"), told, problem) for path, told, problem in _entries(files, top, store))
    for below, told, problem in sorted(entries, key=lambda entry: entry[0].split("/")):
        name = unlike(label(below), things)
        (received, ns), size = _changed(told), int(told.get("size") or 0)
        things[name] = Found(f"{top}/{below}", name, received, size, problem, (size, ns, _digest(told)))
    return list(things.values())


def _entries(files: Any, top: str, store: str) -> Iterator[tuple[str, Entry, str]]:
    """Yield path, entry and problem of all that lies below a folder; no name leads anywhere else."""
    from fsspec.implementations.local import LocalFileSystem

    with _reached(store):
        files.invalidate_cache()
    # an error of a disk is about one folder, one of a network may be about all
    one = (OSError,) if isinstance(files, LocalFileSystem) else (FileNotFoundError, PermissionError)
    folders: list[tuple[str, Entry]] = [(top, {})]
    while folders:
        here, told = folders.pop()
        try:
            with _reached(store, *(one if here != top else (FileNotFoundError,))):
                entries = files.ls(here, detail=True)
        except one:
            if here == top:
                raise Unreachable(say("store.no_folder", store=store, folder=IN)) from None
            yield here, told, "no_entry"
            continue
        for entry in entries:
            path = str(entry["name"])
            step = path.removeprefix(f"{here}/").rstrip("/")
            if path == here or (path == f"{here}/" and entry["type"] == "file" and not entry.get("size")):
                continue  # the folder itself, or the empty object that stands for it
            if step in ("", ".", "..") or "/" in step or not path.startswith(f"{here}/"):
                yield path, entry, "outside"
            elif entry["type"] == "directory" and not entry.get("islink"):
                folders.append((path.rstrip("/"), entry))
            elif not step.startswith("."):
                yield path, entry, "" if entry["type"] == "file" and not entry.get("islink") else "no_file"


def _changed(entry: Entry) -> tuple[datetime, int]:
    """Return when something was changed last, and in ns.

    What does not tell was changed just now: every run reads it again.
    """
    told = next((entry[key] for key in _TIMES if entry.get(key)), None)
    with suppress(ValueError, OverflowError, OSError):  # a time no calendar has
        at = datetime.fromisoformat(told) if isinstance(told, str) else told
        seconds = at.timestamp() if isinstance(at, datetime) else at
        if isinstance(seconds, int | float):
            return datetime.fromtimestamp(seconds), int(seconds * 1e9)
    return datetime.min, time_ns()


def fetched(store: str, path: str) -> bytes:
    """Return the bytes of what is listed; FileNotFoundError or PermissionError where just this one cannot be had."""
    files, _ = _opened(store)
    with _reached(store, FileNotFoundError, PermissionError):
        content: bytes = files.cat_file(path)
    return content


def original(store: str, digest: str) -> bytes:
    """Return the original with this sha256."""
    files, root = _opened(store)
    with _reached(store):
        content: bytes = files.cat_file(_place(root, digest))
    if hashlib.sha256(content).hexdigest() != digest:
        raise Unreachable(say("store.damaged", store=store, digest=digest))
    return content


def keep(store: str, digest: str, data: bytes) -> None:
    """Keep an original unless it is kept already."""
    from fsspec.implementations.local import LocalFileSystem

    files, root = _opened(store)
    place = _place(root, digest)
    with _reached(store):
        if _size(files, place) == len(data):
            return
        if isinstance(files, LocalFileSystem):  # half a file is seen there, of an object never
            with replacing(Path(place)) as temporary:
                temporary.write_bytes(data)
            return
        try:
            files.pipe_file(place, data)
        except FileNotFoundError:  # a store with folders
            files.makedirs(place.rpartition("/")[0], exist_ok=True)
            files.pipe_file(place, data)


def kept(store: str) -> dict[str, int]:
    """Return the size of every original that is kept, by its sha256."""
    files, root = _opened(store)
    with suppress(FileNotFoundError), _reached(store, FileNotFoundError):
        found = files.find(f"{root}/{_ORIGINALS}", detail=True)
        return {path.rpartition("/")[2]: entry["size"] for path, entry in found.items()}
    return {}


def _place(root: str, digest: str) -> str:
    return f"{root}/{_ORIGINALS}/{digest[:2]}/{digest}"


def _size(files: Any, path: str) -> int | None:
    with suppress(FileNotFoundError):
        size: int = files.info(path)["size"]
        return size
    return None


def _digest(entry: Entry) -> str:
    told = repr(sorted(entry.items(), key=str))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def _opened(store: str) -> tuple[Any, str]:
    """Return the file system of a store, and the store's path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise Unreachable(say("store.not_installed", store=store)) from None
    try:
        with _reached(store, ImportError, ValueError):
            files, root = url_to_fs(store)
    except (ImportError, ValueError) as error:
        raise Unreachable(say("store.no_package", protocol=store.partition("://")[0], why=error)) from None
    return files, str(root).rstrip("/")


@contextmanager
def _reached(store: str, *known: type[Exception]) -> Iterator[None]:
    """Raise Unreachable where a store does not do what the block asks of it, but for exceptions that are known."""
    try:
        yield
    except Exception as error:  # every package has exceptions of its own
        if isinstance(error, (Unreachable, *known)):
            raise
        raise Unreachable(say("store.unreachable", store=store, why=str(error) or type(error).__name__)) from None
