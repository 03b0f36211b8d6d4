"""Files changed at random, by seed: reading them ends in a form or in its receipt, never in a crash or a wait.

`python tests/fuzz.py SECONDS [FIRST_SEED]` goes on for so long, tells what it found, and leaves each find in fuzz/.
"""

from __future__ import annotations

import io
import itertools
import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from helpers import office
from incoming import form, package
from xlsb import grids_of, write_xlsb

from workbook.reading.archive import Member, content_of, members
from workbook.reading.contained import Limits, contained
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.submission import read_form

LIMITS = Limits(seconds=20)
FAULTS = ("crashed", "too_slow")
FINDS = Path(__file__).parents[1] / "fuzz"
# What makes readers stumble where a number, a place, a name or a text is expected: in XML that stays whole, and not.
VALID = [
    *(b"0", b"-1", b"1", b"255", b"65536", b"1048577", b"2147483647", b"2147483648", b"4294967295", b"4294967296"),
    *(b"9223372036854775807", b"18446744073709551615", b"99999999999999999999999", b"1e308", b"1e999", b"-0", b"NaN"),
    *(b"", b" ", b"A0", b"XFD1048576", b"XFE1", b"A1:XFD1048576", b"ZZZZZZZZ9", b"A-1", b"s", b"inlineStr", b"e", b"d"),
    *(b"&#10;", b"&#x1F600;", b"&amp;", b"&lt;", b"]]>", "汉".encode(), "\u202e".encode(), b"x" * 5_000, b"_x0000_"),
    *(
        b"../../x",
        b"/etc/passwd",
        b"file:///etc/passwd",
        b"xl/workbook.xml",
        b"true",
        b"rId1",
        b"worksheets/sheet1.xml",
    ),
]
ODD = [b"&#0;", b"&nbsp;", b"<a>" * 500, b"<a/>", b"\xff", b"\x00", b"<!--", b"<![CDATA[", b'" x="', b"<!DOCTYPE a>"]
VALUES = re.compile(rb'="(?P<attribute>[^"<]*)"|>(?P<text>[^<]+)<|(?P<element><[a-z:A-Z]+[^<>]*/>)')


@cache
def sources() -> Mapping[str, bytes]:
    """Return a form as Excel files, as LibreOffice saves it in other formats, and an archive of them."""
    with tempfile.TemporaryDirectory() as name:
        path = form(Path(name))
        made = {"xlsx": path.read_bytes()}
        made["xlsb"] = write_xlsb(Path(name) / "a.xlsb", grids_of(path)).read_bytes()
        made |= {to: office(path, to, Path(name) / to).read_bytes() for to in ("ods", "xls")}
    return {**made, "zip": package({f"青禾县/报表.{k}": content for k, content in made.items()})}


def changed(source: bytes, kind: str, seed: int) -> bytes:
    """Return `source`, a file of a kind, changed in some places; the same seed changes it in the same way."""
    chance = random.Random(seed)
    if kind == "xls":
        return _bytes(source, chance, moving=0.1)  # where anything moves, hardly anything is found any more
    raw = chance.random() < (0.5 if kind == "zip" else 0.1)
    return _bytes(source, chance) if raw else _package(source, chance)


def _bytes(data: bytes, chance: random.Random, moving: float = 0.5) -> bytes:
    result = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at, size = chance.randrange(len(result) or 1), chance.choice([1, 2, 4, 8, 100, 4_000])
        if chance.random() < moving:
            there = chance.randrange(len(result) or 1)
            result[at : at + chance.choice([0, size, len(result)])] = result[there : there + chance.choice([0, size])]
        elif chance.random() < 0.5:
            put = chance.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, chance.getrandbits(32)])
            result[at : at + min(size, 4)] = put.to_bytes(4, "little")[:size]
        else:
            result[at : at + size] = chance.choice([b"\0", b"\xff", b"\x7f"]) * size
    return bytes(result)


def _package(data: bytes, chance: random.Random) -> bytes:
    """Change what is packed, and pack it again, so that the change is reached."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    for _ in range(chance.choice([1, 1, 2, 4])):
        name, other = chance.choice(names), chance.choice(names)
        match chance.randrange(12):
            case 0:
                parts.pop(name, None)
            case 1:
                parts[name] = parts.get(other, b"")
            case 2:
                parts[name] = _bytes(parts.get(name, b""), chance)
            case _:
                content = parts.get(name, b"")
                parts[name] = _bytes(content, chance, moving=0.1) if name.endswith(".bin") else _markup(content, chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # unpacked within: time is for reading
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of no time: the same seed gives the same file
    return buffer.getvalue()


def _markup(content: bytes, chance: random.Random) -> bytes:
    """Change values, or whole elements, of a part, mostly so that it stays XML; what it is for need not be known."""
    for _ in range(chance.choice([1, 1, 3, 10])):
        at = chance.randrange(len(content) or 1)
        near = list(VALUES.finditer(content, at, at + 3_000))
        if not near:
            continue
        one, other = chance.choice(near), chance.choice(near)
        start, end = one.span(one.lastgroup)
        if chance.random() < 0.05:
            put = chance.choice(ODD)
        elif one.lastgroup == "element":
            put = one[0] * chance.choice([0, 2, 50, 5_000])
        elif one.lastgroup == other.lastgroup and chance.random() < 0.3:
            put = other[other.lastgroup]
        else:
            put = chance.choice(VALID)
        content = content[:start] + put + content[end:]
    return content


def read(given: Mapping[str, bytes], case: tuple[str, int]) -> str:
    """Return what became of a case, a unit or the sizes of an archive's files; Unreadable as reading raises it."""
    kind, seed = case
    data = changed(given[kind], kind, seed)
    if kind_of(data) == "zip":
        return ",".join(_size(data, member) for member in members(data))
    return read_form(data, "a", datetime(2020, 7, 1)).unit.code


def _size(data: bytes, member: Member) -> str:
    try:
        return str(len(content_of(data, member)))
    except Unreadable as refused:
        return refused.reason


def outcomes(
    given: Mapping[str, bytes], seeds: Iterable[int], limits: Limits = LIMITS
) -> Iterator[tuple[str, int, str, str]]:
    """Yield kind, seed, outcome and traceback: "read", or why it was refused."""
    cases = ((kind, seed) for seed in seeds for kind in given)
    for (kind, seed), result in contained(partial(read, given), cases, limits):
        refused = isinstance(result, Unreadable)
        yield kind, seed, result.reason if refused else "read", "".join(getattr(result, "__notes__", []))


def main(seconds: float, first: int) -> int:
    """Go on for so long; return how many finds there were."""
    given, until = sources(), time.monotonic() + seconds
    tally: Counter[tuple[str, str]] = Counter()
    finds = 0
    seeds = itertools.takewhile(lambda _: time.monotonic() < until, itertools.count(first))
    for kind, seed, outcome, trace in outcomes(given, seeds):
        tally[kind, outcome] += 1
        if outcome in FAULTS:
            finds += 1
            target = FINDS / f"{outcome}-{seed}.{kind}"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(changed(given[kind], kind, seed))
            print(f"{target}\n{trace or 'no traceback: the process died or was ended'}", flush=True)
    for (kind, outcome), n in sorted(tally.items()):
        print(f"{kind:5} {outcome:14} {n}")
    print(f"{sum(tally.values())} cases, seeds from {first}, {finds} finds")
    return finds


if __name__ == "__main__":
    sys.exit(min(1, main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)))
