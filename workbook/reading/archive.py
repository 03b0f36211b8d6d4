"""The files in a zip archive, read in memory and never written anywhere, so that no name can lead anywhere."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from workbook.reading.kind import DAMAGED, Unreadable, kind_of, locked, unpacked
from workbook.reading.names import label, unlike

_MOST_MEMBERS = 2_000
_MOST_BYTES = 64 * 1024 * 1024  # of one member
_MOST_BYTES_IN_ALL = 1024 * 1024 * 1024  # unpacked one after another, never all at once
_UTF8 = 0x800  # flag of a name written in UTF-8; without it the name is in whatever its writer's system used
_OUTSIDE = re.compile(r"/|[A-Za-z]:|(.*/)?\.\.(/|$)")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `name` is a label, unique in it; `problem` says why it may not be unpacked."""

    name: str
    part: zipfile.ZipInfo
    problem: str


def members(data: bytes) -> list[Member]:
    """Return the files in an archive, without folders and hidden ones; Unreadable if there are none or too many."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [part for part in archive.infolist() if not _ignored(_name(part))]
    except DAMAGED:
        raise Unreadable("other") from None
    if not parts:
        raise Unreadable("empty")
    if len(parts) > _MOST_MEMBERS or sum(part.file_size for part in parts) > _MOST_BYTES_IN_ALL:
        raise Unreadable("archive_large", n=str(_MOST_MEMBERS))
    found: dict[str, Member] = {}
    for part in parts:
        name = unlike(label(_name(part)), found)
        found[name] = Member(name, part, _problem(part))
    return list(found.values())


def content_of(data: bytes, member: Member) -> bytes:
    """Return what is in a member of the archive `data`; Unreadable if it may not or cannot be unpacked."""
    if member.problem:
        raise Unreadable(member.problem)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return unpacked(archive, member.part, _MOST_BYTES)
    except DAMAGED:
        raise Unreadable("member_damaged") from None


def file_of(path: Path) -> Path:
    """Return the file on the disk: the one a path leads to, or the archive it leads into."""
    return next((p for p in path.parents if p.is_file()), path)


def bytes_at(path: Path) -> bytes:
    """Return the bytes of a received file, whether it lies there by itself or in an archive; OSError if it is gone."""
    holder = file_of(path)
    if holder == path:
        return path.read_bytes()
    data, name = holder.read_bytes(), path.relative_to(holder).as_posix()
    member = next((m for m in members(data) if m.name == name), None) if kind_of(data) == "zip" else None
    if member is None:
        raise FileNotFoundError(path)
    return content_of(data, member)


def _name(part: zipfile.ZipInfo) -> str:
    """Return the name as its writer meant it: old Chinese programs write GBK and do not say so."""
    if part.flag_bits & _UTF8:
        return part.orig_filename.replace("\\", "/")
    try:
        raw = part.orig_filename.encode("cp437")  # what zipfile took it for
    except UnicodeEncodeError:
        return part.orig_filename.replace("\\", "/")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return part.orig_filename.replace("\\", "/")


def _ignored(name: str) -> bool:
    """Return whether it is a folder, or hidden, as such files in 收件 itself are."""
    return name.endswith("/") or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _problem(part: zipfile.ZipInfo) -> str:
    """Return why a member may not be unpacked, "" if it may."""
    kind = stat.S_IFMT(part.external_attr >> 16)
    if _OUTSIDE.match(_name(part)):
        return "member_name"
    if kind not in (0, stat.S_IFREG):
        return "link"
    if locked(part):
        return "encrypted"
    return "huge" if part.file_size > _MOST_BYTES else ""
