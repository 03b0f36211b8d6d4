"""One filled form → as many as wanted: what differs is put into its parts, the rest is copied as it was compressed.

The results of formulas that nobody reads back (growth, verdicts, 校验结果) stay those of the form it is made from.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, unescape

Place = tuple[str, str]  # sheet, address
Value = float | int | str | None
Member = tuple[str, int, int, bytes]  # name, crc, bytes unpacked, bytes packed
STRINGS, _CORE = "xl/sharedStrings.xml", "docProps/core.xml"
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CELL = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")?(?: t="\w+")?(?:/>|>(<f>[^<]*</f>)?<v>[^<]*</v></c>)')
_STRING = re.compile(r"<si>.*?</si>", re.DOTALL)
_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="\d+"[^>]*r:id="rId(\d+)"')


@dataclass(frozen=True)
class Slot:
    """A cell: where it stands, its format, its formula."""

    place: Place
    style: str
    formula: str

    def holding(self, value: Value, words: Mapping[str, int]) -> str:
        """Return the cell with a value in it, or with a value as its formula's result."""
        head = f'<c r="{self.place[1]}"{self.style}'
        if self.formula:
            kind = ' t="str"' if isinstance(value, str) and value else ""
            return f"{head}{kind}>{self.formula}<v>{'' if value is None else value}</v></c>"
        if value in (None, ""):
            return f"{head}/>"
        if isinstance(value, str):
            return f'{head} t="s"><v>{words[value]}</v></c>'
        return f"{head}><v>{value}</v></c>"


class Form:
    """A form as a stencil: `cells` can be given other values, `names` other names, `texts` a word before them."""

    def __init__(self, package: bytes, cells: frozenset[Place], names: Sequence[str], texts: frozenset[str]) -> None:
        self.names = names
        self._kept: dict[str, Member] = {}
        self._cut: dict[str, list[str | Slot]] = {}
        with zipfile.ZipFile(BytesIO(package)) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
            parts[_CORE] = _WRITTEN.sub("2020-12-31T08:00:00Z", parts[_CORE])  # the same whenever it is made
            sheet_of = {f"xl/worksheets/sheet{n}.xml": name for name, n in _SHEET.findall(parts["xl/workbook.xml"])}
            wanted = {sheet for sheet, _ in cells}
            for info in archive.infolist():
                text, sheet = parts[info.filename], sheet_of.get(info.filename, "")
                if sheet in wanted:
                    self._cut[info.filename] = [*_cut(text, sheet, cells)]
                elif info.filename == STRINGS:
                    continue
                elif info.compress_type != zipfile.ZIP_DEFLATED or any(_mentions(text, name) for name in names):
                    self._cut[info.filename] = [text]
                else:
                    raw = package[_start(package, info.header_offset) :][: info.compress_size]
                    self._kept[info.filename] = (info.filename, info.CRC, info.file_size, raw)
            self.order = archive.namelist()
        strings = parts[STRINGS]
        self._strings = _STRING.findall(strings)
        self._head = strings[: strings.index(self._strings[0])]
        self._prose = [n for n, si in enumerate(self._strings) if unescape(re.sub("<[^>]+>", "", si)) in texts]

    def filled(self, values: Mapping[Place, Value], names: Sequence[str], before: str) -> bytes:
        """Return the form with these values in its cells, these names for its own, `before` put before its prose."""
        words: dict[str, int] = {}
        for value in values.values():
            if isinstance(value, str) and value:
                words.setdefault(value, len(self._strings) + len(words))
        parts = {name: self._with(pieces, values, words) for name, pieces in self._cut.items()}
        parts = {name: _renamed(text, self.names, names) for name, text in parts.items()}
        strings = _renamed("\0".join(self._strings), self.names, names).split("\0")  # at once: they are many
        for n in self._prose:
            strings[n] = re.sub(r"(<t[^>]*>)", rf"\g<1>{before}", strings[n], count=1)
        parts[STRINGS] = "".join([self._head, *strings, *(f"<si><t>{escape(w)}</t></si>" for w in words), "</sst>"])
        made = {name: _member(name, text) for name, text in parts.items()}
        return _package([made.get(name) or self._kept[name] for name in self.order])

    def _with(self, pieces: list[str | Slot], values: Mapping[Place, Value], words: Mapping[str, int]) -> str:
        return "".join(p if isinstance(p, str) else p.holding(values.get(p.place), words) for p in pieces)


def _cut(text: str, sheet: str, cells: frozenset[Place]) -> Iterator[str | Slot]:
    """Yield a sheet's XML, the cells that are given values on their own."""
    end = 0
    for found in _CELL.finditer(text):
        place = (sheet, found[1])
        if place in cells:
            yield text[end : found.start()]
            yield Slot(place, found[2] or "", found[3] or "")
            end = found.end()
    yield text[end:]


def _mentions(text: str, name: str) -> bool:
    return (f">{name}<" if name.isascii() else name) in text


def _renamed(text: str, old: Sequence[str], new: Sequence[str]) -> str:
    """Return the text with other names; a code counts only where it is all there is."""
    for was, now in zip(old, new, strict=True):
        text = text.replace(f">{was}<", f">{now}<") if was.isascii() else text.replace(was, now)
    return text


def _start(package: bytes, header: int) -> int:
    name, extra = struct.unpack_from("<HH", package, header + 26)
    return header + 30 + name + extra


def _member(name: str, text: str) -> Member:
    data = text.encode()
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return name, zlib.crc32(data), len(data), packer.compress(data) + packer.flush()


def _package(members: Sequence[Member]) -> bytes:
    """Return a zip of members that are compressed already, which zipfile cannot write."""
    written, listed = bytearray(), bytearray()
    for name, crc, size, raw in members:
        head = struct.pack("<HHHHHLLLHH", 20, 0x800, 8, 0, 33, crc, len(raw), size, len(name.encode()), 0)
        listed += b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHLL", 0, 0, 0, 0, len(written))
        listed += name.encode()
        written += b"PK\3\4" + head + name.encode() + raw
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(listed), len(written), 0)
    return bytes(written + listed) + b"PK\5\6" + end
