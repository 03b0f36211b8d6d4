"""What is skimmed comes to the same as what is looked through element by element: marks, sizes, forms, refusals."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from corpus import done, forms_in, small_round
from desk import Desk
from fuzz import changed
from helpers import office
from hostile import HARMLESS, MADE_OF_XLSX, with_part
from incoming import filled
from mangle import ALONE

from workbook.messages import say
from workbook.model import Round
from workbook.reading import safety
from workbook.reading.extent import Extent
from workbook.reading.grid import open_book
from workbook.reading.kind import Unreadable
from workbook.reading.marks import Marks
from workbook.reading.skim import Skim
from workbook.reading.submission import read_form
from workbook.reading.xml import Sheets, look

SEEDS = range(60)
LIVE_PART = "xl/worksheets/sheet3.xml"  # of the sheet that shows what our rules give
LENGTHS = [3, 1, 4, 1, 5]  # of shared strings, for sheets that stand alone
Seen = tuple[object, ...]
_FORMULA = re.compile(rb"(<f(?: [^<>]*)?>)[^<]*(?=</f>)")  # what a formula says is taken out unseen


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filled(tmp_path_factory.mktemp("skim"), BASE_BRANCHES=12, POL_TOPICS="约三十", BASE_MEMBERS="不适用")


def seen(content: bytes, *, skimmed: bool) -> Seen:
    """Return all that is known after a part, or why it is refused; None where it is not skimmed."""
    extent, marks, percents = Extent(), Marks(), {"3"}
    extent.sheet("表")
    looking = Sheets(extent, marks, percents)
    looking.lengths += LENGTHS
    try:
        if not skimmed:
            look(content, looking)
        elif Skim(extent, marks, percents, looking.lengths).part(content) is None:
            return ()
    except (Unreadable, LookupError, ValueError) as refused:
        return ("refused", getattr(refused, "reason", "other"))
    extent.sheet("next")
    return vars(extent), vars(marks), looking.lengths


def is_skimmed(content: bytes) -> bool:
    """Return whether a part is skimmed, having held what that comes to against what looking does."""
    skimmed = seen(content, skimmed=True)
    if skimmed:
        assert skimmed == seen(_FORMULA.sub(rb"\1", content), skimmed=False)
    return bool(skimmed)


def sheet(rows: str, tail: str = "") -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="m"><cols><col min="1"/></cols>'
    return f"{head}<sheetData>{rows}</sheetData>{tail}</worksheet>".encode()


def strings(items: str) -> bytes:
    return f'<?xml version="1.0"?>\n<sst xmlns="m" count="3">{items}</sst>'.encode()


COMMON = '<rule><cell ref="A1:B1"/></rule><checks n="1"><check><formula1>A1&lt;1</formula1></check></checks>'
MARGINS = '<pageMargins left="1"/><footer>a</footer>'
PLAIN = {
    "known entities": sheet(
        '<row r="1" ht="9.5"><c r="A1" t="str"><f>"&amp;"&amp;A2</f><v>&amp;&#10;&lt;</v></c></row>'
    ),
    "nothing": sheet(""),
    "blanks": sheet('<row r="1" spans="1:2"><c r="A1" s="1"/><c r="B1"/><c r="C1" s="3" /></row><row r="2"/>'),
    "numbers": sheet('<row r="2"><c r="B2"><v>1</v></c><c r="AA2" s="3"><v>0.5</v></c><c r="C2" s="3" t="n"/></row>'),
    "percents": sheet('<row r="2"><c r="B2" s="3"><f>A1</f><v/></c><c r="C2" s="3" t="n"><v>1</v></c></row>'),
    "no percent": sheet('<row r="2"><c r="B2" s="3" t="str"><v>x</v></c><c r="C2" s="13"><v>1</v></c></row>'),
    "shared": sheet('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="2" t="s"><v>4</v></c></row>'),
    "formulas": sheet(
        '<row r="9"><c r="A9"><f>IF(A1&lt;2,"]",B1&gt;3)</f><v>1</v></c><c r="B9" t="str"><f ca="1">x</f><v>a&amp;b</v>'
        '</c><c r="C9" t="e"><f t="shared" si="0"/><v>#N/A</v></c><c r="E9"><f>1</f></c></row>'
    ),
    "blanks between what is filled": sheet(
        '<row r="1"><c r="A1" s="1"/><c r="B1"><v>1</v></c><c r="C1" s="2" t="s"/></row><row r="3"><c r="B3"></c></row>'
        '<row r="9"><c r="A9"><f>1</f></c><c r="XA9" s="3"><f t="shared" ref="A1"/><v>2</v></c><c r="XFD9" /></row>'
    ),
    "a formula of Excel behind the rows": sheet('<row r="1"><c r="A1"><v>1</v></c></row>', "<x:f>A1</x:f><v>2</v>"),
    "rows out of order": sheet('<row r="7"><c r="B7"><v>1</v></c></row><row r="2"><c r="A9"><v>1</v></c></row>'),
    "strings": strings("<si><t>甲</t></si><si><t xml:space='preserve'> </t></si>".replace("'", '"')),
    "strings and blanks": strings('<si><t xml:space="preserve"> </t></si><si><t>b</t></si><si><t></t></si>'),
    "strings with entities": strings("<si><t>a&amp;b&#10;c</t></si>"),
    "strings as read aloud": strings('<si><t>甲乙</t><phoneticPr fontId="1" type="noConversion"/></si>'),
    "runs": strings('<si><r><rPr><b/><sz val="1"/></rPr><t>甲</t></r><r><t>乙 丙</t></r></si><si><t></t></si>'),
    "anything else": b'<?xml version="1.0"?><styleSheet><f>x</f><cx>1</cx></styleSheet>',
    "broken": sheet("") + b"<",
    "what forms have in common": sheet('<row r="1"/>', COMMON + MARGINS),
    "in common, but broken": sheet("", COMMON + "<a></b>" + MARGINS),
    "in common, but more than one thing": sheet("", COMMON + "</worksheet><worksheet>" + MARGINS),
    "in common, but the end of all": sheet("", COMMON).replace(b"</worksheet>", MARGINS.encode()),
    "in common, but words": sheet("", "words" + MARGINS),
    "nothing in common": sheet("", MARGINS),
}
UNUSUAL = {
    "a place that is left out": sheet('<row r="1"><c><v>1</v></c></row>'),
    "an odd place": sheet('<row r="1"><c r="A0"><v>1</v></c></row>'),
    "a text in the cell": sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'),
    "a string that is not there": sheet('<row r="1"><c r="A1" t="s"><v>5</v></c></row>'),
    "a string before the first": sheet('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'),
    "a remark": sheet('<row r="1"><!-- <c r="A1"/> --></row>'),
    "raw text": sheet('<row r="1"><c r="A1" t="str"><v><![CDATA[<c r="B9">]]></v></c></row>'),
    "a prefix": sheet('<row r="1"><x:c r="XFD1048576"><v>1</v></x:c></row>'),
    "a cell behind the rows": sheet("", '<c r="XFD1048576"><v>1</v></c>'),
    "a cell behind the rows, with a prefix": sheet("", '<a:b:c r="XFD1048576"><v>1</v></a:b:c>'),
    "a cell before the rows": sheet("").replace(b"<cols>", b'<cols><c r="B2"/>'),
    "a cell in what forms have in common": sheet("", f'{COMMON}<c r="XFD1048576"><v>1</v></c>{MARGINS}'),
    "a remark in what forms have in common": sheet("", f"{COMMON}<!-- -->{MARGINS}"),
    "two tables of rows": sheet('</sheetData><c r="A1"/><sheetData>'),
    "an instruction": sheet("").replace(b"<cols>", b'<?x <c r="B2"/>?><cols>'),
    "a stray cell": sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a long text": sheet(f'<row r="1"><c r="A1" t="str"><v>{"x" * 100_001}</v></c></row>'),
    "a long string": strings(f"<si><t>{'x' * 100_001}</t></si>"),
    "strings with rare entities": strings("<si><t>a&amp;b&#20013;&#x1F600;</t></si>"),
    "strings with a remark": strings("<si><t>a<!-- b --></t></si>"),
    "strings of another prefix": strings("<si><t>a</t></si><x:si><t>b</t></x:si>"),
    "an entity nobody declared": sheet('<row r="1"><c r="A1" t="str"><v>&nbsp;</v></c></row>'),
    "no UTF-8 in a formula": sheet('<row r="1"><c r="A1"><f>x</f></c></row>').replace(b">x<", b">\xff<"),
    "a formula without a cell": sheet('<row r="1"><f>1</f></row>'),
    "a formula for a value": sheet('<row r="1"><c r="A1"><v><f>1</f></v></c></row>'),
    "a formula in a formula": sheet('<row r="1"><c r="A1"><f>1<f>2</f></f><v>1</v></c></row>'),
    "a formula in an attribute": sheet('<row r="1"><c r="A1" s="<f>1</f>"><v>1</v></c></row>'),
    "two formulas in a cell": sheet('<row r="1"><c r="A1"><f>1</f><f>2</f><v>1</v></c></row>'),
    "a formula behind its value": sheet('<row r="1"><c r="A1"><v>1</v><f>1</f></c></row>'),
    "a long formula": sheet(f'<row r="1"><c r="A1"><f>{"1" * 100_001}</f><v>1</v></c></row>'),
    "no UTF-8 in a sheet": sheet('<row r="1"><c r="A1" t="str"><v>x</v></c></row>').replace(b">x<", b">\xff<"),
    "the end of what never began": sheet('<row r="1"><c r="A1" t="str"><v>]]></v></c></row>'),
    "a row that is two": sheet('<row r="1" ht="9" r="2"><c r="A1"><v>1</v></c></row>'),
    "a document type": b"<!DOCTYPE a><a/>",
    "no UTF-8 in strings": strings("<si><t>x</t></si>").replace(b">x<", b">\xff<"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_skimmed_and_comes_to_the_same(name: str) -> None:
    assert is_skimmed(PLAIN[name])


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_left_to_looking(name: str) -> None:
    assert not is_skimmed(UNUSUAL[name])


@pytest.mark.parametrize("name", [*PLAIN, *UNUSUAL])
def test_whatever_is_changed_in_a_part_comes_to_the_same(name: str) -> None:
    chance, source = random.Random(name), {**PLAIN, **UNUSUAL}[name]
    pieces = [p for part in (*PLAIN.values(), *UNUSUAL.values()) for p in re.findall(rb"<[^<>]*>|[^<>]+", part[:3_000])]
    for _ in range(200):
        tokens = re.findall(rb"<[^<>]*>|[^<>]+|.", source[:3_000], re.DOTALL)
        for _ in range(chance.choice([1, 1, 2])):
            place = chance.randrange(len(tokens) or 1)
            tokens[place : place + chance.choice([0, 1, 2])] = chance.choices(pieces, k=chance.choice([0, 1, 1]))
        is_skimmed(b"".join(tokens))


def outcome(data: bytes, round_: Round | None = None) -> object:
    try:
        return read_form(data, "a", datetime(2020, 7, 1), round_.pack if round_ else None, round_)
    except Unreadable as refused:
        return refused.reason, refused.values


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Return what holds the two ways of reading a file against each other."""

    def held(data: bytes, round_: Round | None = None) -> object:
        read = outcome(data, round_)
        with monkeypatch.context() as patched:
            patched.setattr(safety.Skim, "part", lambda *_: None)
            assert outcome(data, round_) == read
        return read

    return held


def test_our_own_form_is_skimmed_whole(good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sheets, "start", lambda *_: pytest.fail("looked at element by element"))
    assert not isinstance(outcome(good), tuple)


def test_a_form_other_programs_saved_is_the_same_both_ways(
    good: bytes, both: Callable[..., object], tmp_path: Path
) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(good)
    openpyxl.load_workbook(path).save(tmp_path / "again.xlsx")
    for saved in (tmp_path / "again.xlsx", office(path, "xlsx", tmp_path / "office")):
        assert not isinstance(both(saved.read_bytes()), tuple)


def test_a_chart_in_a_form_does_no_harm(good: bytes, both: Callable[..., object]) -> None:
    chart = b'<c:chart xmlns:c="c"><c:f>x!$A$1</c:f><c:v>0.5</c:v></c:chart>'
    drawn = with_part(good, "xl/charts/chart1.xml", lambda _: chart)
    read, plain = both(drawn), both(good)
    assert getattr(read, "cells", read) == getattr(plain, "cells", plain)


@pytest.mark.parametrize("kind", [*MADE_OF_XLSX, *HARMLESS])
def test_a_hostile_file_is_the_same_both_ways(kind: str, good: bytes, both: Callable[..., object]) -> None:
    made = HARMLESS.get(kind) or MADE_OF_XLSX[kind][1]
    both(made(good))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_changed_at_random_is_the_same_both_ways(seed: int, good: bytes, both: Callable[..., object]) -> None:
    both(changed(good, "xlsx", seed))


def test_a_form_mangled_by_hand_is_the_same_both_ways(desk: Desk, tmp_path: Path, both: Callable[..., object]) -> None:
    forms = forms_in(tmp_path)
    for deed in ALONE:
        both(done(desk, tmp_path, forms, (deed,), ".xlsx").read_bytes(), small_round(tmp_path))


def test_damage_in_the_sheet_nobody_reads_does_no_harm(good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    place = largest.header_offset + largest.compress_size // 2
    damaged = good[:place] + bytes(20) + good[place + 20 :]
    read, whole = outcome(damaged), outcome(good)
    assert getattr(read, "cells", read) == getattr(whole, "cells", whole)


def test_what_stands_on_the_sheet_of_live_results_is_nobodys_concern(good: bytes) -> None:
    stray = sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    for content in (stray, b"<rubbish", sheet("")):
        other = with_part(good, LIVE_PART, lambda _, content=content: content)
        read, whole = outcome(other), outcome(good)
        assert getattr(read, "cells", read) == getattr(whole, "cells", whole)


def test_a_parser_gets_neither_formulas_nor_blank_cells_and_reads_the_same(good: bytes) -> None:
    safe, marks = safety.judged(good, "workbook")
    with zipfile.ZipFile(io.BytesIO(safe)) as archive:
        rows = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
    assert marks.formulas
    assert b"<f>" not in rows
    assert not re.search(rb"<c [^>]*(/>|></c>)", rows)
    read = {s.name: s for s in open_book(safe, "workbook")}
    assert all(read[s.name] == s for s in open_book(good, "workbook") if s.name != say("form.live_sheet"))
