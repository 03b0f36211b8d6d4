"""What a received file is, told by its content and not by its name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Literal

FileKind = Literal[
    "workbook",
    "ods",
    "xls",
    "xlsb",
    "word",
    "pdf",
    "image",
    "encrypted",
    "empty",
    "huge",
    "zip",
    "rar",
    "other",
]

MOST_ENTRIES = 200_000  # of an archive's table; listing more takes memory before anything is unpacked
_ENTRY = b"PK\x01\x02"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others a few bytes unpack to a hundred megabytes at once
# What unpacking a damaged archive raises.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, LookupError, RuntimeError, EOFError)


class Unreadable(Exception):
    """The file is no form we can take; `reason` names the message under [receipt], `values` what it speaks of."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def kind_of(data: bytes) -> FileKind:
    """Return what the bytes are. `huge` means that even looking closer could exhaust the machine."""
    if not data.strip(b"\0 \r\n\t"):
        return "empty"
    if data.startswith(_OLE):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "xls"
    if data[:5] == b"%PDF-":
        return "pdf"
    if data.startswith(_IMAGES):
        return "image"
    if data.startswith(_ARCHIVES):
        return "rar"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(data)
    return "other"


def _zip_kind(data: bytes) -> FileKind:
    if data.count(_ENTRY) > MOST_ENTRIES:
        return "huge"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            if "xl/workbook.xml" in parts:
                return "encrypted" if any(map(locked, parts.values())) else "workbook"
            if "xl/workbook.bin" in parts:
                return "encrypted" if any(map(locked, parts.values())) else "xlsb"
            if "word/document.xml" in parts:
                return "word"
            if "mimetype" in parts:
                return _open_document(archive, parts)
            return "other" if "[Content_Types].xml" in parts else "zip"
    except DAMAGED:
        return "other"


def _open_document(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> FileKind:
    if unpacked(archive, parts["mimetype"], most=200).strip() != _ODS:
        return "other"
    manifest = parts.get("META-INF/manifest.xml")
    secret = manifest is not None and b"encryption-data" in unpacked(archive, manifest, most=1_000_000)
    return "encrypted" if secret else "ods"


def locked(part: zipfile.ZipInfo) -> bool:
    """Return whether a part of an archive has a password."""
    return bool(part.flag_bits & 1)


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    """Return a part's content. One that is larger than it may be, or larger than it says, is damaged."""
    if part.file_size > most or part.compress_type not in _METHODS:
        raise zipfile.BadZipFile(part.filename)
    with archive.open(part) as stream:
        return stream.read()  # stops at the size it says, and the checksum tells when there is more
