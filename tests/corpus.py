"""Damaged forms, read: what became of every value, and the table of it in docs/reference/damaged-forms.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import mangle
from desk import Desk
from helpers import NOTHING, a_round, party_building, plan
from mangle import Deed, Forms

from workbook.checks.builtin import rule_name
from workbook.checks.check import check
from workbook.computed import definition
from workbook.form.book import write_form
from workbook.form.content import Content, blank_contents
from workbook.messages import say
from workbook.model import Finding, Pack, Repair, Round, State, Subfield, Submission, Unit
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "damaged-forms.md"
UNIT, OTHER = Unit("X01", "青禾县", "county"), Unit("X02", "云坪县", "county")
TEXTS = "UNIT_INFO OPENING PROBLEMS PLANS DOCS_ISSUED CHANGE_NOTES CALIBER_NOTES".split()
HEAD = """<!-- 由 docs/damaged_forms.py 生成，请勿手改 · generated, do not edit -->
# 改乱的报表读成什么样

每一种都在真的 LibreOffice 里对一份填好的报表（{figures} 个数，{texts} 条文字）动手，再读。“读对”是与填的一字不差；
没有读对的，都在审核发现、修复记录或收件登记里说明，没有一个读错而不说的。加号是两种一起出现，带格式名的是另存成
那种格式再读。

"""
COLUMNS = ("损坏", "数字读对", "文字读对", "审核发现", "修复记录（每种举一条）或收件登记")


@dataclass(frozen=True)
class Outcome:
    """A damaged form as read, beside what was filled in: the form, or the receipt of one that is none."""

    whole: Submission
    read: Submission | None
    receipt: str
    findings: tuple[Finding, ...] = ()  # those the whole form does not have

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return self.read.repairs if self.read is not None else ()

    def figures(self) -> tuple[list[object], list[str], list[str]]:
        """Return the figures that read as filled in, those not read, by code, and those read wrong."""
        right, open_, wrong = [], [], []
        for key, cell in typed(self.whole).items():
            now = self.read.cells[key] if self.read is not None else cell
            if (now.state, now.scaled) == (cell.state, cell.scaled):
                right.append(key)
            elif now.state in (State.BLANK, State.UNREADABLE):
                open_.append(key[0])
            else:
                wrong.append(f"{key} {cell.raw} → {now.raw} ({now.sheet} {now.address})")
        return right, open_, wrong

    def texts(self) -> tuple[int, list[str]]:
        """Return how many items read as filled in, and the text inputs of which some do not."""
        right, open_ = 0, []
        for code, rows in self.whole.texts.items():
            now = [r.values for r in (self.read.texts.get(code, ()) if self.read is not None else ())]
            kept = sum(row.values in now for row in rows)
            right += kept
            if kept < len(rows):
                open_.append(code)
        return right, open_

    def told(self, code: str) -> bool:
        """Return whether a finding or repair names the item, or the sheet it stands or stood on."""
        sheets = {c.sheet for s in (self.whole, self.read) if s for (k, _), c in s.cells.items() if k == code}
        sheets |= {r.sheet for s in (self.whole, self.read) if s for r in s.texts.get(code, ())}
        return any(n.indicator == code or n.sheet in sheets for n in (*self.findings, *self.repairs))


def typed(submission: Submission) -> dict[tuple[str, str], object]:
    """Return the figures people fill in; computed ones are never believed."""
    items = party_building().indicators
    return {k: c for k, c in submission.cells.items() if definition(items[k[0]], k[1], items) is None}


@cache
def small_pack() -> Pack:
    """Return a small part of the first pack: four sections, seven text inputs, no rules."""
    pack = party_building()
    items = {c: i for c, i in pack.indicators.items() if i.section in mangle.FIGURES}
    texts = {f"TXT_{name}": pack.texts[f"TXT_{name}"] for name in TEXTS}
    texts = {code: replace(t, max_items=min(6, t.max_items)) for code, t in texts.items()}
    return replace(pack, sections=mangle.FIGURES, indicators=items, texts=texts, rules={})


def small_round(folder: Path, units: Sequence[Unit] = (UNIT, OTHER), period: str = "2020H1") -> Round:
    return replace(a_round(folder, units, period), pack=small_pack())


def filled(folder: Path, unit: Unit, period: str, start: int) -> Path:
    """Write a form in which every figure is another number, and most lists hold something."""
    round_ = small_round(folder, [unit], period)
    layout = plan(round_, unit).layout
    cells = [(c, m) for s in layout.sections for c in s.rows for m in layout.measures(layout.indicators[c])]
    entries = {key: start + number for number, key in enumerate(cells)}
    entries[cells[4]] = "不适用"
    texts = {code: items(code, start) for code in layout.blocks}
    content: Content = replace(blank_contents(round_, NOTHING)[unit.code], entries=entries, texts=texts)
    path = folder / f"{unit.code}_{period}.xlsx"
    write_form(path, round_, plan(round_, unit), content)
    return path


def items(code: str, start: int) -> list[list[str]]:
    """Return three items of a list, one of a single text."""
    text = small_pack().texts[code]
    samples = {
        "date": "2020-05-0{n}",
        "number": "{n}5",
        "code": "BASE_MEMBERS",
        "section": "基本情况",
        "rule": "R10{n}",
    }
    samples |= {s.name: s.choices[0] for s in text.subfields if s.choices}

    def sample(s: Subfield, n: int) -> str:
        plain = f"{s.label}{start}之{n}（{text.name}）"
        return samples.get(s.name) or samples.get(s.kind, plain).format(n=n)

    return [[sample(s, n) for s in text.subfields] for n in range(1, min(3, text.max_items) + 1)]


def forms_in(folder: Path) -> Forms:
    return Forms(
        filled(folder, UNIT, "2020H1", 100), filled(folder, OTHER, "2020H1", 500), filled(folder, UNIT, "2019H1", 900)
    )


def read(path: Path, whole: Submission | None = None) -> Outcome:
    """Return what becomes of a file in a round of two units."""
    round_ = small_round(path.parent)
    try:
        form = read_form(path.read_bytes(), path.name, datetime(2020, 7, 1), round_.pack, round_)
    except Unreadable as error:
        assert whole is not None
        return Outcome(whole, None, error.reason)
    known = {(f.rule, f.indicator, f.cell) for f in found(whole)} if whole else set()
    new = tuple(
        f
        for f in found(form)
        if (f.rule, f.indicator, f.cell) not in known and (f.rule, f.indicator) not in {k[:2] for k in known}
    )
    return Outcome(whole or form, form, "", new)


def found(form: Submission) -> tuple[Finding, ...]:
    return check(small_pack(), {"": form}, NOTHING, period=form.period, modules=form.modules).findings[""]


def damaged(desk: Desk, folder: Path, forms: Forms) -> Iterator[tuple[str, Outcome]]:
    """Yield what is done to the form and what becomes of it: each deed, each pair, some in other formats."""
    whole = read(forms.own).whole
    for deeds in (*((d,) for d in mangle.ALONE), *mangle.PAIRS):
        yield " + ".join(d.__doc__ or "" for d in deeds), read(done(desk, folder, forms, deeds, ".xlsx"), whole)
    for deed in mangle.AGAIN:
        for ending in (".xls", ".ods"):
            yield f"{deed.__doc__}（{ending}）", read(done(desk, folder, forms, (deed,), ending), whole)


def done(desk: Desk, folder: Path, forms: Forms, deeds: Sequence[Deed], ending: str) -> Path:
    """Return the form after the deeds, saved by LibreOffice."""
    desk.open(forms.own)
    for deed in deeds:
        mangle.open_up(desk)
        deed(desk, forms)
    path = folder / ("-".join(d.__name__ for d in deeds) + ending)
    desk.save_as(path)
    return path


def page(outcomes: Sequence[tuple[str, Outcome]]) -> str:
    """Return the table of damages and outcomes."""
    whole = outcomes[0][1].whole
    figures, texts = len(typed(whole)), sum(map(len, whole.texts.values()))
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    for name, outcome in outcomes:
        if outcome.read is None:
            names = {"names": f"{UNIT.name}、{OTHER.name}"}
            lines.append((name, "—", "—", "", "收件登记：" + say(f"receipt.{outcome.receipt}", **names)))
            continue
        rules = Counter(rule_name(f.rule) for f in outcome.findings)
        repairs = {r.kind: r.message for r in reversed(outcome.repairs)}
        lines.append(
            (
                *(name, f"{len(outcome.figures()[0])}/{figures}", f"{outcome.texts()[0]}/{texts}"),
                "、".join(f"{rule} {n} 处" for rule, n in sorted(rules.items())),
                " ".join(repairs[k] for k in sorted(repairs)),
            )
        )
    return HEAD.format(figures=figures, texts=texts) + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
