"""What a received file is, told by its content, and whether it is safe to open."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Literal

FileKind = Literal["workbook", "old_workbook", "word", "pdf", "image", "encrypted", "empty", "huge", "zip", "other"]

_MOST_BYTES = 200 * 1024 * 1024  # unpacked; a filled form has about 1 MB
_MOST_CELLS = 4_000_000  # rows × columns of one sheet; readers allocate the whole rectangle
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"BM")
# What unpacking a damaged archive raises.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, LookupError, RuntimeError, EOFError)
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def kind_of(data: bytes) -> FileKind:
    """Return what the bytes are. `huge` means opening them could exhaust the machine."""
    if not data.strip(b"\0 \r\n\t"):
        return "empty"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_workbook"
    if data[:5] == b"%PDF-":
        return "pdf"
    if data.startswith(_IMAGES):
        return "image"
    if data[:4] == b"PK\x03\x04":
        return _zip_kind(data)
    return "other"


def _zip_kind(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if any(i.flag_bits & 1 for i in archive.infolist()):
                return "encrypted"
            if "xl/workbook.bin" in names or ("mimetype" in names and archive.read("mimetype").strip() == _ODS):
                return "old_workbook"
            if "word/document.xml" in names:
                return "word"
            if "xl/workbook.xml" not in names:
                return "zip"
            if sum(i.file_size for i in archive.infolist()) > _MOST_BYTES or _rectangle(archive) > _MOST_CELLS:
                return "huge"
            return "workbook"
    except _DAMAGED:
        return "other"


def _rectangle(archive: zipfile.ZipFile) -> int:
    """Return rows × columns of the largest sheet as its cells say; the declared dimension may lie."""
    most = 0
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            places = _CELL.findall(archive.read(name))
            rows = max((int(r) for _, r in places), default=0)
            columns = max((_number(c) for c in {c for c, _ in places}), default=0)
            most = max(most, rows * columns)
    return most


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
