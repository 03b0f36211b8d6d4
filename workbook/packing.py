"""How a workbook's parts are put together and packed: texts written at once, parts deflated in threads."""

from __future__ import annotations

import re
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO, StringIO
from typing import Any

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings

from workbook.form.pieces import Packed

_RARE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what XlsxWriter may write otherwise than it is
_LEVEL = 5  # of compression: a third faster than 6, and two percent larger


class _Strings(SharedStrings):  # type: ignore[misc]
    """The table of texts, written the same to the byte; what is rare is left to XlsxWriter."""

    def _write_sst_strings(self) -> None:
        write = self.fh.write
        for text in self.string_table.string_array:
            if _RARE.search(text) or "_x" in text or text != text.strip():
                self._write_si(text)
            else:
                write(f"<si><t>{text}</t></si>")


class ThreadPackager(Packager):  # type: ignore[misc]
    """Deflates parts in threads while the next are put together: zlib needs no interpreter."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(2)
        self._packed: list[Future[Packed]] = []

    def packed(self) -> list[Packed]:
        """Return all parts, when they are there."""
        with self._threads:
            self._pack()
            return [part.result() for part in self._packed]

    def _filename(self, xml_filename: str) -> Any:
        self._pack()
        return super()._filename(xml_filename)

    def _pack(self) -> None:
        """Have deflated what was put together since."""
        self._packed += [self._threads.submit(_packed, name, part) for part, name, _ in self.filenames]
        self.filenames.clear()

    def _write_shared_strings_file(self) -> None:
        strings = _Strings()
        strings.string_table = self.workbook.str_table
        if strings.string_table.count:
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()


def _packed(name: str, part: StringIO | BytesIO) -> Packed:
    content = part.getvalue()
    data = content.encode() if isinstance(content, str) else content
    packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
    return Packed(name, packer.compress(data) + packer.flush(), zlib.crc32(data), len(data))
