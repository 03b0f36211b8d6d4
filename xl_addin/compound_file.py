"""A compound file, the container of a VBA project: streams and storages in sectors, after [MS-CFB] version 3."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # [MS-CFB] 2.1: what a FAT says of a sector
_NONE = 0xFFFFFFFF  # no sibling, no child
_SECTOR, _SMALL, _LEAST = 512, 64, 4096  # streams below _LEAST bytes share sectors, in pieces of _SMALL
_IN_HEADER = 109  # places of FAT sectors that the header has room for: 7 MB, far beyond a VBA project
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_BLACK = 1


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file with these streams, "VBA/dir" being the stream dir in the storage VBA.

    Times and class ids are left out, so that the same streams give the same bytes.
    """
    entries = _directory(streams)
    sectors, small = _Sectors(_SECTOR), _Sectors(_SMALL)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.data)
            entry.start = (small if entry.size < _LEAST else sectors).put(entry.data)
    root = entries[0]
    root.start, root.size = sectors.put(small.content), len(small.content)  # [MS-CFB] 2.6.2: pieces lie in the root's
    small_fat = _padded(_numbers(small.next), _SECTOR, b"\xff")
    small_fat_at = sectors.put(small_fat)
    unused = [_Entry("", 0)] * (-len(entries) % 4)
    directory_at = sectors.put(b"".join(entry.record() for entry in [*entries, *unused]))
    return _with_header(sectors, directory_at, small_fat_at, len(small_fat) // _SECTOR)


@dataclass
class _Entry:
    """A line of the directory, [MS-CFB] 2.6.1."""

    name: str
    kind: int
    data: bytes = b""
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = 0
    size: int = 0

    def record(self) -> bytes:
        """Return its 128 bytes; all black, which a balanced tree may be."""
        name = self.name.encode("utf-16-le") + b"\0\0" if self.name else b""
        if len(name) > 64:
            raise ValueError(f"{self.name}: a name in a compound file has at most 31 characters")
        colour = _BLACK if self.name else 0
        head = struct.pack("<64sHBBIII", name, len(name), self.kind, colour, self.left, self.right, self.child)
        return head + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", self.start, self.size)  # class, state, two times


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    """Return the lines of the directory, the root first; storages are one level deep."""
    root = _Entry("Root Entry", _ROOT)
    inside: dict[str, list[_Entry]] = {"": []}
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        inside.setdefault(folder, []).append(_Entry(name, _STREAM, data))
    storages = {folder: _Entry(folder, _STORAGE) for folder in inside if folder}
    inside[""] += storages.values()
    entries = [root]
    for folder, children in inside.items():
        children.sort(key=lambda entry: (len(entry.name), entry.name.upper()))  # [MS-CFB] 2.6.4: shorter names first
        first = len(entries)
        entries += children
        storages.get(folder, root).child = _tree(entries, first, len(entries))
    return entries


def _tree(entries: list[_Entry], first: int, end: int) -> int:
    """Link entries, which are in order, as a balanced search tree; return its top."""
    if first >= end:
        return _NONE
    middle = (first + end) // 2
    entries[middle].left, entries[middle].right = _tree(entries, first, middle), _tree(entries, middle + 1, end)
    return middle


class _Sectors:
    """Content cut into sectors, and for each sector which one is next: what a FAT says."""

    def __init__(self, size: int) -> None:
        self.size, self.content, self.next = size, b"", list[int]()

    def put(self, data: bytes) -> int:
        """Append data; return its first sector, none for no data."""
        if not data:
            return _END
        first = len(self.next)
        self.content += _padded(data, self.size, b"\0")
        last = len(self.content) // self.size - 1
        self.next += [*range(first + 1, last + 1), _END]
        return first


def _with_header(sectors: _Sectors, directory_at: int, small_fat_at: int, small_fats: int) -> bytes:
    """Return the file: header ([MS-CFB] 2.2), sectors, and the FAT (2.3) as the last of them."""
    used, per_sector = len(sectors.next), _SECTOR // 4
    fats = -(-used // (per_sector - 1))  # each of its sectors has one line for itself
    if fats > _IN_HEADER:
        raise ValueError("a compound file of this size needs a DIFAT")
    fat = _padded(_numbers([*sectors.next, *[_FAT] * fats]), _SECTOR, b"\xff")
    places = [*range(used, used + fats), *[_FREE] * (_IN_HEADER - fats)]
    header = (
        struct.pack("<8s16xHHHHH6x", _SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6)  # versions, byte order, 2**9 and 2**6 bytes
        + struct.pack("<IIIII", 0, fats, directory_at, 0, _LEAST)
        + struct.pack("<IIII", small_fat_at, small_fats, _END, 0)
        + _numbers(places)
    )
    return header + sectors.content + fat


def _numbers(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _padded(data: bytes, size: int, filler: bytes) -> bytes:
    return data + filler * (-len(data) % size)
