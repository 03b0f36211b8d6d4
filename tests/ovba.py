"""A strict reader of VBA projects, for tests: it shares nothing with the writer and forgives nothing.

[MS-CFB] for the container, [MS-OVBA] for what is in it. Whatever is not as these say is Broken, with the reason.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1


class Broken(Exception):
    """The file is not what the specification says."""


def must(holds: object, what: object) -> None:
    if not holds:
        raise Broken(what)


@dataclass
class Entry:
    """A line of a compound file's directory."""

    name: str
    kind: int
    colour: int
    left: int
    right: int
    child: int
    start: int
    size: int

    @property
    def order(self) -> tuple[int, str]:
        return len(self.name), self.name.upper()


class CompoundFile:
    """A compound file, version 3, without a DIFAT; `streams` are its streams by path."""

    def __init__(self, data: bytes) -> None:
        must(data[:24] == bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16), "signature, class")
        must(len(data) % 512 == 0, "whole sectors")
        _, major, order, sector, small = struct.unpack_from("<5H", data, 24)
        must((major, order, sector, small) == (3, 0xFFFE, 9, 6), "version 3, sectors of 512 and 64 bytes")
        must(data[34:40] == bytes(6), "reserved")
        directories, fats, directory, _, least, small_fat, small_fats, difat, difats = struct.unpack_from(
            "<9I", data, 40
        )
        must((directories, least, difat, difats) == (0, 4096, END, 0), "header")
        self.data, self.count = data, len(data) // 512 - 1
        self.fat = self._fat(fats)
        self.used: dict[int, str] = {}
        self.small_fat = numbers(self._chain(small_fat, "small FAT"))
        must(len(self.small_fat) == small_fats * 128, "size of the small FAT")
        self.entries = self._directory(self._chain(directory, "directory"))
        self.small = self._small_stream()
        self.small_used: set[int] = set()
        self.streams: dict[str, bytes] = {}
        self.seen = {0}
        self.leaning: list[str] = []  # where a tree's sides differ in height, which only makes it slow
        self._walk(self.entries[0].child, "")
        self._nothing_is_left_over()

    def _sector(self, number: int) -> bytes:
        must(number < self.count, f"sector {number} is not there")
        return self.data[512 * (number + 1) : 512 * (number + 2)]

    def _fat(self, count: int) -> list[int]:
        places = numbers(self.data[76:512])
        self.fat_sectors = places[:count]
        must(all(p == FREE for p in places[count:]), "more FAT sectors than the header counts")
        fat = [n for place in self.fat_sectors for n in numbers(self._sector(place))]
        must(all(n == FREE for n in fat[self.count :]), "FAT beyond the end of the file")
        must([n for n, value in enumerate(fat) if value == FAT_SECTOR] == sorted(self.fat_sectors), "FAT of the FAT")
        return fat[: self.count]

    def _chain(self, start: int, who: str) -> bytes:
        found = []
        while start != END:
            must(start < self.count, f"{who}: no sector {start}")
            must(start not in self.used, f"{who} and {self.used.get(start)} share sector {start}")
            self.used[start] = who
            found.append(self._sector(start))
            start = self.fat[start]
        return b"".join(found)

    def _directory(self, data: bytes) -> list[Entry | None]:
        return [self._entry(data[at : at + 128]) for at in range(0, len(data), 128)]

    @staticmethod
    def _entry(record: bytes) -> Entry | None:
        length, kind, colour, *links = struct.unpack_from("<HBBIII", record, 64)
        start, size = struct.unpack_from("<IQ", record, 116)
        if kind == 0:
            must(record[:66] == bytes(66) and links == [NONE] * 3, "an unused line is not empty")
            return None
        must(2 < length <= 64 and not any(record[length - 2 : 64]), "length of a name")
        name = record[: length - 2].decode("utf-16-le")
        must(kind in (STORAGE, STREAM, ROOT) and colour in (RED, BLACK), f"{name}: kind, colour")
        must(not set(name) & set("/\\:!"), f"{name}: a character that names may not have")
        must(kind != STREAM or record[100:116] == bytes(16), f"{name}: a stream has no times")
        must(kind != STREAM or record[80:100] == bytes(20), f"{name}: a stream has no class")
        must(kind != STORAGE or (start, size) == (0, 0), f"{name}: a storage has no content")
        return Entry(name, kind, colour, *links, start, size)

    def _small_stream(self) -> bytes:
        root = self.entries[0]
        must(root and root.name == "Root Entry" and root.kind == ROOT, "the root comes first")
        must(root.left == root.right == NONE, "the root has no siblings")
        data = self._chain(root.start, "small stream")
        must(root.size % 64 == 0 and 0 <= len(data) - root.size < 512, "size of the small stream")
        return data[: root.size]

    def _walk(self, number: int, path: str, low: object = (0, ""), high: object = (99, "")) -> int:
        """Read a branch of a directory's tree; return how many black lines lead down at most."""
        if number == NONE:
            return 0
        must(number < len(self.entries) and number not in self.seen, f"{path}: line {number} of the directory")
        self.seen.add(number)
        entry = self.entries[number]
        must(entry, "a link to an unused line")
        must(low < entry.order < high, f"{path}{entry.name}: not in order")
        for child in (entry.left, entry.right):
            must(entry.colour == BLACK or child == NONE or self.entries[child].colour == BLACK, "red below red")
        blacks = self._walk(entry.left, path, low, entry.order)
        others = self._walk(entry.right, path, entry.order, high)
        if abs(blacks - others) > 1:  # all black, they cannot be quite even
            self.leaning.append(path + entry.name)
        if entry.kind == STREAM:
            must(entry.child == NONE, f"{entry.name}: a stream with children")
            self.streams[path + entry.name] = self._content(entry)
        else:
            must(entry.kind == STORAGE, f"{entry.name}: a second root")
            self._walk(entry.child, f"{path}{entry.name}/")
        return max(blacks, others) + (entry.colour == BLACK)

    def _content(self, entry: Entry) -> bytes:
        if entry.size >= 4096:
            data = self._chain(entry.start, entry.name)
            must(0 <= len(data) - entry.size < 512, f"{entry.name}: size")
            return data[: entry.size]
        pieces, at = [], entry.start
        while at != END:
            must(at not in self.small_used and 64 * at < len(self.small), f"{entry.name}: piece {at}")
            self.small_used.add(at)
            pieces.append(self.small[64 * at : 64 * at + 64])
            at = self.small_fat[at]
        data = b"".join(pieces)
        must(0 <= len(data) - entry.size < 64, f"{entry.name}: size")
        return data[: entry.size]

    def _nothing_is_left_over(self) -> None:
        lines = {n for n, entry in enumerate(self.entries) if entry}
        must(self.seen == lines, f"lines of the directory that nothing leads to: {lines - self.seen}")
        taken = {n for n, value in enumerate(self.fat) if value != FREE}
        must(taken == {*self.used, *self.fat_sectors}, "sectors that belong to nobody")
        taken = {n for n, value in enumerate(self.small_fat) if value != FREE}
        must(taken == self.small_used, "pieces that belong to nobody")


def numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data))


def decompressed(data: bytes) -> bytes:
    """Return what a CompressedContainer holds, [MS-OVBA] 2.4.1.3."""
    must(data[:1] == b"\x01", "signature of a container")
    out, at = b"", 1
    while at < len(data):
        (head,) = struct.unpack_from("<H", data, at)
        must(head >> 12 & 7 == 3, "signature of a chunk")
        end = at + (head & 0xFFF) + 3
        must(end <= len(data), "a chunk ends behind the end")
        must(len(out) % 4096 == 0, "a chunk that is not the last is not full")
        chunk = unpacked(data[at + 2 : end]) if head >> 15 else data[at + 2 : end]
        must(0 < len(chunk) <= 4096 and (head >> 15 or len(chunk) == 4096), "size of a chunk")
        out, at = out + chunk, end
    return out


def unpacked(data: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(data):
        flags, at = data[at], at + 1
        must(at < len(data), "an empty group of tokens")
        for bit in range(8):
            if at == len(data):
                must(flags >> bit == 0, "flags without tokens")
                break
            if flags >> bit & 1:
                must(out and at + 2 <= len(data), "a copy of nothing")
                (token,) = struct.unpack_from("<H", data, at)
                width = max(4, (len(out) - 1).bit_length())
                back, length = (token >> 16 - width) + 1, (token & 0xFFFF >> width) + 3
                must(back <= len(out), "a copy from before the beginning")
                for _ in range(length):
                    out.append(out[-back])
                at += 2
            else:
                out.append(data[at])
                at += 1
    return bytes(out)


@dataclass(frozen=True)
class Project:
    """What a VBA project says of itself."""

    name: str
    guid: str
    references: Sequence[str]
    modules: Mapping[str, str]  # source by name
    kinds: Mapping[str, str]  # Document, Module or Class
    protection: bytes
    password: bytes
    visible: bytes


class Records:
    """The records of the stream dir, which come in one order only."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    @property
    def next(self) -> int:
        return int(struct.unpack_from("<H", self.data, self.at)[0])

    def take(self, kind: int, size: int | None = None) -> bytes:
        found, length = struct.unpack_from("<HI", self.data, self.at)
        must(found == kind, f"record {found:#x} where {kind:#x} belongs, at {self.at}")
        must(size is None or length == size, f"record {kind:#x} has {length} bytes")
        content = self.data[self.at + 6 : self.at + 6 + length]
        must(len(content) == length, f"record {kind:#x} ends behind the end")
        self.at += 6 + length
        return content

    def twice(self, kind: int, unicode_kind: int) -> str:
        """Return a text that stands there in the code page and in Unicode."""
        text = self.take(kind).decode("cp1252")
        must(self.take(unicode_kind).decode("utf-16-le") == text, f"{text}: not the same in Unicode")
        return text


def read_project(data: bytes) -> Project:
    """Return the project in a vbaProject.bin."""
    streams = CompoundFile(data).streams
    records = Records(decompressed(streams["VBA/dir"]))
    name = _about(records)
    references = _references(records)
    (count,) = struct.unpack("<H", records.take(0x0F, 2))
    records.take(0x13, 2)
    modules = dict(_module(records, streams) for _ in range(count))
    records.take(0x10, 0)
    must(records.at == len(records.data), "something behind the end of dir")
    must(len(modules) == count, "two modules of one name")
    expected = {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT", *(f"VBA/{n}" for n in modules)}
    must(set(streams) == expected, f"streams: {set(streams) ^ expected}")
    must(streams["VBA/_VBA_PROJECT"] == bytes.fromhex("CC61FFFF000100"), "compiled code is promised")
    must(_names(streams["PROJECTwm"]) == list(modules), "PROJECTwm")
    text = streams["PROJECT"].decode("cp1252")
    guid, kinds = _project(text, name, {n: procedural for n, (_, procedural) in modules.items()})
    values = [_decrypted(text, key, guid) for key in ("CMG", "DPB", "GC")]
    return Project(name, guid, references, {n: source for n, (source, _) in modules.items()}, kinds, *values)


def _about(records: Records) -> str:
    must(struct.unpack("<I", records.take(0x01, 4))[0] in (0, 1, 2, 3), "system")
    if records.next == 0x4A:
        records.take(0x4A, 4)
    must(records.take(0x02, 4) == struct.pack("<I", 0x409), "language")
    must(records.take(0x14, 4) == struct.pack("<I", 0x409), "language of callers")
    must(records.take(0x03, 2) == struct.pack("<H", 1252), "code page")
    name = records.take(0x04).decode("ascii")
    must(1 <= len(name) <= 128, "name of the project")
    records.twice(0x05, 0x40)
    must(records.take(0x06) == records.take(0x3D), "two help files")
    records.take(0x07, 4)
    must(records.take(0x08, 4) == bytes(4), "flags of the library")
    must(struct.unpack_from("<HI", records.data, records.at) == (0x09, 4), "version")
    records.at += 12
    records.twice(0x0C, 0x3C)
    return name


def _references(records: Records) -> list[str]:
    found = []
    while records.next == 0x16:
        found.append(records.twice(0x16, 0x3E))
        if records.next == 0x0E:  # another project
            records.take(0x0E)
            continue
        if records.next in (0x33, 0x2F):  # a control, which has a library of its own besides
            if records.next == 0x33:
                records.take(0x33)
            records.take(0x2F)
            if records.next == 0x16:
                records.twice(0x16, 0x3E)
            records.take(0x30)
            continue
        content = records.take(0x0D)
        (length,) = struct.unpack_from("<I", content)
        library = content[4 : 4 + length]
        must(content[4 + length :] == bytes(6), "end of a reference")
        pattern = rb"\*\\G\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}#[0-9a-f]+\.[0-9a-f]+#[0-9a-f]+#[^#]+#[^#]+"
        must(re.fullmatch(pattern, library), f"library {library!r}")
    return found


def _module(records: Records, streams: Mapping[str, bytes]) -> tuple[str, tuple[str, bool]]:
    """Return a module's name, and its source with whether it is a standard module."""
    name = records.twice(0x19, 0x47)
    must(records.twice(0x1A, 0x32) == name, f"{name}: name of its stream")
    records.twice(0x1C, 0x48)
    must(records.take(0x31, 4) == bytes(4), f"{name}: source does not begin at 0")
    records.take(0x1E, 4)
    records.take(0x2C, 2)
    procedural = records.next == 0x21
    records.take(0x21 if procedural else 0x22, 0)
    records.take(0x2B, 0)
    source = decompressed(streams[f"VBA/{name}"]).decode("ascii")
    must(source.startswith(f'Attribute VB_Name = "{name}"\r\n'), f"{name}: first line")
    must(source.endswith("\r\n") and not re.search(r"(?<!\r)\n|\r(?!\n)", source), f"{name}: ends of lines")
    must(all(len(line) <= 1023 for line in source.split("\r\n")), f"{name}: a line VBA does not take")
    must(not re.search(r"( _\r\n.*){25}", source), f"{name}: a statement over more lines than VBA takes")
    return name, (source, procedural)


def _names(data: bytes) -> list[str]:
    found, at = [], 0
    while data[at:] != b"\0\0":
        end = data.index(b"\0", at)
        name = data[at:end].decode("ascii")
        wide = name.encode("utf-16-le") + b"\0\0"
        must(data[end + 1 : end + 1 + len(wide)] == wide, f"{name}: PROJECTwm")
        found.append(name)
        at = end + 1 + len(wide)
    return found


def _project(text: str, name: str, procedural: Mapping[str, bool]) -> tuple[str, dict[str, str]]:
    """Return the project's id and the kinds of its modules, as the stream PROJECT has them, line by line."""
    line = r"\r\n"
    listed = r"(?:Document=\w+/&H[0-9A-F]{8}|(?:Module|Class)=\w+)"
    said = re.fullmatch(
        rf'ID="(?P<guid>{{[0-9A-F-]{{36}}}})"{line}(?P<modules>(?:{listed}{line})+)'
        rf'Name="{name}"{line}HelpContextID="0"{line}VersionCompatible32="393222000"{line}'
        rf'CMG="[0-9A-F]+"{line}DPB="[0-9A-F]+"{line}GC="[0-9A-F]+"{line}{line}\[Host Extender Info\]{line}'
        rf"&H00000001={{3832D640-CF90-11CF-8E43-00A0C911005A}};VBE;&H00000000{line}{line}\[Workspace\]{line}"
        rf"(?P<windows>(?:\w+=(?:-?\d+, ){{4}}[CZI]*{line})+)(?:{line})?",
        text,
    )
    must(said, "stream PROJECT")
    kinds = {n: kind for kind, n in re.findall(r"^(Document|Module|Class)=(\w+)", said["modules"], re.MULTILINE)}
    windows = re.findall(r"^(\w+)=", said["windows"], re.MULTILINE)
    must(kinds.keys() == procedural.keys() == set(windows), "modules in PROJECT")
    must(all((kinds[n] == "Module") == procedural[n] for n in kinds), "kinds of modules")
    return said["guid"], kinds


def _decrypted(text: str, key: str, guid: str) -> bytes:
    """Return a value of PROJECT, [MS-OVBA] 2.4.3.3."""
    found = re.search(rf'^{key}="([0-9A-F]+)"', text, re.MULTILINE)
    must(found, key)
    data = bytes.fromhex(found[1])
    seed, version, project = data[0], data[0] ^ data[1], data[0] ^ data[2]
    must((version, project) == (2, sum(guid.encode()) & 0xFF), f"{key}: version, key of the project")
    plain, previous, before, out = project, data[2], data[1], bytearray()
    for byte in data[3:]:
        plain = byte ^ (before + plain & 0xFF)
        before, previous = previous, byte
        out.append(plain)
    content = bytes(out[(seed & 6) // 2 :])
    must(struct.unpack_from("<I", content)[0] == len(content) - 4, f"{key}: length")
    return content[4:]
