"""CSV files as people save them: UTF-8 with or without BOM, or the GBK that Excel writes on Chinese Windows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.messages import say
from workbook.model import Defect

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")  # how a field begins that Excel works out when it opens a CSV file
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file: its line number and its fields by heading, outer blanks cut."""

    line: int
    fields: Mapping[str, str]

    def __getitem__(self, heading: str) -> str:
        """Return the field under `heading`, "" where the line is too short."""
        return self.fields.get(heading, "")


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, UTF-16 (with BOM) or GB 18030; OSError from the disk.

    A UnicodeDecodeError says it is none of them.
    """
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def read_table(path: Path, columns: Sequence[str]) -> tuple[list[Row], list[Defect]]:
    """Return the lines of a CSV file that has at least `columns`, and its defects.

    Lines that are wholly blank are skipped; further columns are kept.
    """
    name = path.name
    try:
        text = read_text(path)
    except FileNotFoundError:
        return [], [Defect(name, 0, say("table.absent", file=name), say("table.absent_remedy"))]
    except (UnicodeDecodeError, OSError):
        return [], [Defect(name, 0, say("table.encoding", file=name), say("table.encoding_remedy"))]
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[Row] = []
    defects: list[Defect] = []
    try:
        heading = [h.strip() for h in next(reader, [])]
        absent = [c for c in columns if c not in heading]
        if absent:
            problem = say("table.columns", columns="、".join(absent))
            return [], [Defect(name, 1, problem, say("table.columns_remedy"))]
        for fields in reader:
            if len(fields) > len(heading) and any(f.strip() for f in fields[len(heading) :]):
                defects.append(Defect(name, reader.line_num, say("table.wide"), say("table.wide_remedy")))
            if any(f.strip() for f in fields):
                values = {h: _unquoted(f.strip()) for h, f in zip(heading, fields, strict=False)}
                rows.append(Row(reader.line_num, values))
    except csv.Error as error:
        defects.append(Defect(name, reader.line_num, say("table.broken", why=error), say("table.broken_remedy")))
    return rows, defects


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file that Excel and WPS open with the right characters (UTF-8 with BOM), every text as text."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_quoted(field) for field in row] for row in rows)


def _quoted(field: object) -> object:
    """Return a field that no spreadsheet takes for a formula: with the apostrophe by which it knows text."""
    if not isinstance(field, str):
        return field
    text = field.strip()
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _unquoted(field: str) -> str:
    """Return what was written, whoever put the apostrophe there."""
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field
