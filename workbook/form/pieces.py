"""A part of a package that is much the same in many files: what stays the same is deflated once, the rest each time.

Deflated stretches can stand one behind the other as long as none looks back into those before it (Z_FULL_FLUSH), so a
part is put together out of old ones and new ones.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

END = b"\x03\x00"  # an empty last block
_BLOCK = 64  # texts that are deflated together once
_NEAR = 4_000  # bytes; less than that between two changes is deflated with them: starting anew takes longer
_SHORT = 1_000  # bytes; a change no longer than that stands as it is: deflating it takes longer than writing it
_DATED = 0x21  # 1 January 1980, as XlsxWriter dates every part


@dataclass(frozen=True, slots=True)
class Packed:
    """A part as it stands in a zip file."""

    name: str
    data: bytes
    crc: int
    size: int


class Pieces:
    """One part: texts in order, some with a key by which a file may have something else there."""

    def __init__(self, name: str, pieces: Iterable[tuple[Hashable, str]]) -> None:
        found = [(key, text) for key, text in pieces if key is not None or text]
        self.name = name
        self.texts = {key: text for key, text in found if key is not None}
        self._texts = [text.encode() for _, text in found]
        self._places = {key: place for place, (key, _) in enumerate(found) if key is not None}
        self._starts = [*accumulate(map(len, self._texts), initial=0)]  # of each text, in bytes
        self._stretches: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        self._crcs: dict[int, int] = {}  # of what stands before a place
        self._quickly = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)

    def packed(self, changed: Mapping[Hashable, str]) -> Packed:
        """Return the part with something else at these keys."""
        new = {self._places[key]: text.encode() for key, text in changed.items()}
        first = min(new, default=len(self._texts))
        crc, size = self._crc_before(first), self._starts[first]
        data = [deflated for _, deflated in self._same(0, first)]
        for text, deflated in self._stream(first, new):
            crc, size = zlib.crc32(text, crc), size + len(text)
            data.append(deflated)
        return Packed(self.name, b"".join([*data, END]), crc, size)

    def _crc_before(self, place: int) -> int:
        """Return the checksum of what stands before a place."""
        if place not in self._crcs:
            self._crcs[place] = zlib.crc32(b"".join(self._texts[:place]))
        return self._crcs[place]

    def _stream(self, last: int, new: Mapping[int, bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield stretches of the part from a place on, each as it is and deflated."""
        for start, end in self._runs(sorted(new)):
            yield from self._same(last, start)
            text = b"".join([new.get(place, self._texts[place]) for place in range(start, end)])
            yield text, self._deflated(text)
            last = end
        yield from self._same(last, len(self._texts))

    def _deflated(self, text: bytes) -> bytes:
        if len(text) <= _SHORT:
            return struct.pack("<BHH", 0, len(text), ~len(text) & 0xFFFF) + text  # a block that is stored as it is
        return self._quickly.compress(text) + self._quickly.flush(zlib.Z_FULL_FLUSH)

    def _runs(self, places: Iterable[int]) -> list[tuple[int, int]]:
        """Return from where to where something changes, with what stands close between."""
        runs: list[tuple[int, int]] = []
        for place in places:
            near = runs and self._starts[place] - self._starts[runs[-1][1]] < _NEAR
            start = runs.pop()[0] if near else place
            runs.append((start, place + 1))
        return runs

    def _same(self, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield what does not change, cut where blocks end, so that other files have the same stretches."""
        while start < end:
            edge = min(end, (start // _BLOCK + 1) * _BLOCK)
            if (start, edge) not in self._stretches:
                text = b"".join(self._texts[start:edge])
                packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
                self._stretches[start, edge] = text, packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
            yield self._stretches[start, edge]
            start = edge


def archive(parts: Iterable[Packed]) -> bytes:
    """Return a zip file of these parts."""
    data, directory, offset, count = [], [], 0, 0
    for part in parts:
        name = part.name.encode()
        fields = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, _DATED, part.crc, len(part.data), part.size, len(name), 0)
        data += [b"PK\x03\x04", fields, name, part.data]
        directory.append(b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name)
        offset += 30 + len(name) + len(part.data)
        count += 1
    listed = b"".join(directory)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(listed), offset, 0)
    return b"".join([*data, listed, end])
