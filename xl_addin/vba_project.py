"""A VBA project as Office keeps it: module sources and what is said of them, after [MS-OVBA].

Sources only: no compiled code is written, and Office is told that there is none, so it compiles when it opens the file.
xlwings ships its own add-ins in the same shape.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from xl_addin.compound_file import compound_file

Kind = Literal["Document", "Module", "Class"]  # as the stream PROJECT calls them
_WORKBOOK, _SHEET, _CLASS = (
    f"0{{{guid}}}"
    for guid in (
        "00020819-0000-0000-C000-000000000046",
        "00020820-0000-0000-C000-000000000046",
        "FCFB3D2A-A0FA-1068-A738-08002B3371B5",
    )
)
_REFERENCES = (  # what the code may name beyond VBA and Excel: OLE's types and IRibbonControl
    (
        "stdole",
        r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    ),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0"
        r"#C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
)
_NO_COMPILED_CODE = bytes.fromhex("CC61FFFF000100")  # stream _VBA_PROJECT, [MS-OVBA] 2.3.4.1
_CODE_PAGE, _ENCODING = 1252, "ascii"  # all we write is ASCII: the same under every code page
_CHUNK = 4096


@dataclass(frozen=True)
class Module:
    """A module: its name, its kind, its source with its Attribute lines."""

    name: str
    kind: Kind
    source: str


def workbook_module() -> Module:
    """Return the module of the workbook itself, without code."""
    return Module("ThisWorkbook", "Document", _attributes("ThisWorkbook", "Document", _WORKBOOK))


def sheet_module(name: str) -> Module:
    """Return the module of a sheet, without code."""
    return Module(name, "Document", _attributes(name, "Document", _SHEET))


def standard_module(name: str, code: str) -> Module:
    """Return a module of functions."""
    return Module(name, "Module", f'Attribute VB_Name = "{name}"\n{code}')


def class_module(name: str, code: str) -> Module:
    """Return a class that other modules may use."""
    return Module(name, "Class", _attributes(name, "Class", _CLASS) + code)


def _attributes(name: str, kind: Kind, base: str) -> str:
    """Return what stands hidden at the top of an object's module, [MS-VBAL] 4.2."""
    document = kind == "Document"
    said = {
        "Name": f'"{name}"',
        "Base": f'"{base}"',
        "GlobalNameSpace": False,
        "Creatable": False,
        "PredeclaredId": document,
        "Exposed": True,
        "TemplateDerived": False,
        "Customizable": document,
    }
    return "".join(f"Attribute VB_{key} = {value}\n" for key, value in said.items())


def vba_project(name: str, guid: str, modules: Sequence[Module]) -> bytes:
    """Return the bytes of vbaProject.bin, [MS-OVBA] 2.2; UnicodeEncodeError where a source is not ASCII."""
    streams = {
        "PROJECT": _project(name, guid, modules),
        "PROJECTwm": _names(modules),
        "VBA/_VBA_PROJECT": _NO_COMPILED_CODE,
        "VBA/dir": compressed(_dir(name, modules)),
    }
    for module in modules:
        lines = "".join(f"{line}\r\n" for line in module.source.splitlines())
        streams[f"VBA/{module.name}"] = compressed(lines.encode(_ENCODING))
    return compound_file(streams)


def _project(name: str, guid: str, modules: Sequence[Module]) -> bytes:
    """Return the stream PROJECT, [MS-OVBA] 2.3.1: no password, nothing hidden."""
    lines = [f'ID="{guid}"']
    lines += [f"{m.kind}={m.name}{'/&H00000000' if m.kind == 'Document' else ''}" for m in modules]
    lines += [f'Name="{name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"']
    for key, value in (("CMG", bytes(4)), ("DPB", bytes(1)), ("GC", b"\xff")):  # not protected, no password, visible
        lines.append(f'{key}="{_encrypted(guid, value)}"')
    lines += ["", "[Host Extender Info]", "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"]
    lines += ["", "[Workspace]", *(f"{m.name}=0, 0, 0, 0, C" for m in modules)]
    return "".join(f"{line}\r\n" for line in lines).encode(_ENCODING)


def _encrypted(guid: str, value: bytes) -> str:
    """Return a value of PROJECT as [MS-OVBA] 2.4.3.2 hides it; any seed will do, this one is xlwings'."""
    seed, version = 0x5D, 2
    key = sum(guid.encode(_ENCODING)) & 0xFF
    out = [seed, seed ^ version, seed ^ key]
    plain = key
    filler = [7] * ((seed & 6) // 2)
    for byte in (*filler, *struct.pack("<I", len(value)), *value):
        out.append(byte ^ ((out[-2] + plain) & 0xFF))
        plain = byte
    return bytes(out).hex().upper()


def _names(modules: Sequence[Module]) -> bytes:
    """Return the stream PROJECTwm, [MS-OVBA] 2.3.3: each name in the code page and in Unicode."""
    pairs = (m.name.encode(_ENCODING) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(pairs) + b"\0\0"


def _dir(name: str, modules: Sequence[Module]) -> bytes:
    """Return the stream dir before compression, [MS-OVBA] 2.3.4.2: about the project, its references, its modules."""
    about = [
        _record(0x01, struct.pack("<I", 1)),  # 32-bit Windows, which says nothing of where it may run
        _record(0x02, struct.pack("<I", 0x409)),
        _record(0x14, struct.pack("<I", 0x409)),
        _record(0x03, struct.pack("<H", _CODE_PAGE)),
        _record(0x04, name.encode(_ENCODING)),
        _twice(0x05, 0x40, ""),
        _record(0x06) + _record(0x3D),  # no help file
        _record(0x07, bytes(4)),
        _record(0x08, bytes(4)),
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # version; its size does not count the minor one
        _twice(0x0C, 0x3C, ""),
    ]
    for reference, library in _REFERENCES:
        text = library.encode(_ENCODING)
        about += [_twice(0x16, 0x3E, reference), _record(0x0D, struct.pack("<I", len(text)) + text + bytes(6))]
    about += [_record(0x0F, struct.pack("<H", len(modules))), _record(0x13, b"\xff\xff")]
    return b"".join([*about, *(_about(module) for module in modules), _record(0x10)])


def _about(module: Module) -> bytes:
    """Return what the stream dir says of a module, [MS-OVBA] 2.3.4.2.3.2; its source begins at offset 0."""
    return b"".join(
        [
            _twice(0x19, 0x47, module.name),
            _twice(0x1A, 0x32, module.name),
            _twice(0x1C, 0x48, ""),
            _record(0x31, bytes(4)),
            _record(0x1E, bytes(4)),
            _record(0x2C, b"\xff\xff"),
            _record(0x21 if module.kind == "Module" else 0x22),
            _record(0x2B),
        ]
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", kind, len(data)) + data


def _twice(kind: int, unicode_kind: int, text: str) -> bytes:
    return _record(kind, text.encode(_ENCODING)) + _record(unicode_kind, text.encode("utf-16-le"))


def compressed(data: bytes) -> bytes:
    """Return a CompressedContainer, [MS-OVBA] 2.4.1: chunks of 4096 bytes, each packed by itself.

    ValueError for a short last chunk that packing makes longer than 4096 bytes; no text is like that.
    """
    out = bytearray(b"\x01")
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        packed = _packed(chunk)
        if len(packed) <= _CHUNK:
            out += struct.pack("<H", 0xB000 | len(packed) - 1) + packed
        elif len(chunk) == _CHUNK:
            out += struct.pack("<H", 0x3000 | _CHUNK - 1) + chunk
        else:
            raise ValueError("a short last chunk does not pack")
    return bytes(out)


def _packed(chunk: bytes) -> bytes:
    """Return a chunk as tokens, [MS-OVBA] 2.4.1.1.7: groups of eight, led by a byte that says which are copies."""
    out, at = bytearray(), 0
    seen: dict[bytes, list[int]] = {}  # where each three bytes stood before
    while at < len(chunk):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at == len(chunk):
                break
            width = max((at - 1).bit_length(), 4)  # bits of a token that say how far back: 2.4.1.3.19.1
            length, back = _copy(chunk, at, seen, 3 + (0xFFFF >> width))
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", (back - 1) << (16 - width) | length - 3)
            else:
                group.append(chunk[at])
            for passed in range(at, at + max(length, 1)):
                seen.setdefault(chunk[passed : passed + 3], []).append(passed)
            at += max(length, 1)
        out.append(flags)
        out += group
    return bytes(out)


def _copy(chunk: bytes, at: int, seen: dict[bytes, list[int]], limit: int) -> tuple[int, int]:
    """Return how many bytes from `at` on stood before, and how far back: most, then nearest; 0, 0 for less than 3."""
    longest = found = 0
    limit = min(limit, len(chunk) - at)
    if limit >= 3:
        for start in reversed(seen.get(chunk[at : at + 3], [])):
            length = 3
            while length < limit and chunk[start + length] == chunk[at + length]:
                length += 1
            if length > longest:
                longest, found = length, at - start
            if longest == limit:
                break
    return longest, found
