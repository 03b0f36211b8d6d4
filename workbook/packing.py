"""How a workbook's parts are put together and packed: long stretches are deflated in a thread as they come.

A book of 3,000 units has 200 MB of XML. It is never there as a whole: rows that are written are kept deflated.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from io import StringIO
from typing import Any, NamedTuple

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings

from workbook.form.pieces import END, Packed

_RARE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what XlsxWriter may write otherwise than it is
_LEVEL = 5  # of compression: a third faster than 6, and two percent larger
_LONG = 100_000  # characters; what is shorter is deflated with what stands around it
_TEXTS = 5_000  # that are deflated together


class Stretch(NamedTuple):
    """A stretch of a part, deflated so that others can stand before and behind it."""

    data: bytes
    crc: int
    size: int


Piece = str | Future[Stretch]


class Deflater:
    """Deflates in a thread while the next is put together: zlib needs no interpreter."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def piece(self, text: str) -> Piece:
        """Return what is to be put into a part: a text itself where it is short."""
        return text if len(text) < _LONG else self.stretch(text)

    def stretch(self, text: str) -> Future[Stretch]:
        """Have a text deflated."""
        return self._thread.submit(_deflated, text)

    def end(self) -> None:
        """Let the thread go: nothing more is to come."""
        self._thread.shutdown()


def _deflated(text: str) -> Stretch:
    data = text.encode()
    packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
    return Stretch(packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH), zlib.crc32(data), len(data))


class Part(StringIO):
    """A part as it is put together, of what is written to it and of pieces; XlsxWriter takes it for a file."""

    def __init__(self, deflater: Deflater) -> None:
        super().__init__()
        self._deflater = deflater
        self._texts: list[str] = []
        self._stretches: list[Future[Stretch]] = []

    def write(self, text: str) -> int:
        """Add a text."""
        self._texts.append(text)
        return len(text)

    def put(self, piece: Piece) -> None:
        """Add a piece."""
        if isinstance(piece, str):
            self._texts.append(piece)
        else:
            self.end()
            self._stretches.append(piece)

    def end(self) -> None:
        """Have deflated what was written since."""
        if self._texts:
            self._stretches.append(self._deflater.stretch("".join(self._texts)))
            self._texts.clear()

    def packed(self, name: str) -> Packed:
        """Return the part when all of it is deflated."""
        stretches = [stretch.result() for stretch in self._stretches]
        size = sum(stretch.size for stretch in stretches)
        return Packed(name, b"".join([*(stretch.data for stretch in stretches), END]), _crc(stretches), size)


def _crc(stretches: Iterable[Stretch]) -> int:
    """Return the checksum of stretches one behind the other, of which each knows its own.

    A checksum is linear but for where it starts, so that what goes before shows in what it makes of as many zeros.
    """
    crc = 0
    for stretch in stretches:
        zeros = bytes(stretch.size)
        crc = zlib.crc32(zeros, crc) ^ zlib.crc32(zeros) ^ stretch.crc
    return crc


class _Strings(SharedStrings):  # type: ignore[misc]
    """The table of texts, written the same to the byte; what is rare is left to XlsxWriter."""

    def _write_sst_strings(self) -> None:
        texts = self.string_table.string_array
        for first in range(0, len(texts), _TEXTS):
            for text in texts[first : first + _TEXTS]:
                if _RARE.search(text) or "_x" in text or text != text.strip():
                    self._write_si(text)
                else:
                    self.fh.write(f"<si><t>{text}</t></si>")
            self.fh.end()


class PartPackager(Packager):  # type: ignore[misc]
    """Has parts deflated as they are put together."""

    def __init__(self, deflater: Deflater) -> None:
        super().__init__()
        self._deflater = deflater

    def packed(self) -> list[Packed]:
        """Return all parts, when they are there."""
        for part, _, _ in self.filenames:
            part.end()
        return [part.packed(name) for part, name, _ in self.filenames]

    def _create_package(self) -> list[Any]:
        super()._create_package()
        return []  # for XlsxWriter to pack itself

    def _filename(self, xml_filename: str) -> Part:
        for part, _, _ in self.filenames[-1:]:
            part.end()
        part = Part(self._deflater)
        self.filenames.append((part, xml_filename, False))
        return part

    def _write_shared_strings_file(self) -> None:
        strings = _Strings()
        strings.string_table = self.workbook.str_table
        if strings.string_table.count:
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()
