"""A Word view that staff worked on → the template's text again, with everything that became of its blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from exporters.drafts.compare import Changes, changes
from exporters.drafts.controls import held
from exporters.drafts.lines import SIDES, Kind, ViewLine, ViewRow, ViewTable, braces_in, text_of, view_of
from exporters.drafts.origin import Origin, text_hash
from exporters.drafts.received import Atom, Control, Grid, Paragraph, Received, received
from exporters.drafts.typed import loose, straightened
from exporters.drafts.wording import Wording
from exporters.narrative.template import MARKS, TemplateFault, check_source
from exporters.word.drafts import NAME_OF
from exporters.word.pieces import clean_text
from workbook.blank import MEASURES, blanks_in, source_of
from workbook.messages import say
from workbook.model import Defect, Genre, Pack
from workbook.pack_check import QUOTED
from workbook.reading.kind import Unreadable

_ENTER = ("body", "directive")  # a line break in them is a further line
_PLAIN = ("normal", "list paragraph", "plain text", "no spacing", "normal (web)", "body text", "default")
_KIND_OF: dict[str, str] = {name.lower(): kind for kind, name in NAME_OF.items()}
_MOST_WORDS = 20
_BOUND, _BOUND_END = "\ufdd0", "\ufdd1"  # around the number of a blank that was bound anew
_REBOUND = re.compile(f"{_BOUND}([0-9]+){_BOUND_END}")


@dataclass(frozen=True, slots=True)
class Taken:
    """The text a Word view stands for, what became of its blanks, and what its editor should know."""

    text: str
    changes: Changes
    notes: tuple[str, ...]
    origin: Origin


def read_view(data: bytes, name: str) -> tuple[Received | None, tuple[Defect, ...]]:
    """Return what is in a Word file that came back, or why it cannot be taken; `name` is what it is called."""
    try:
        return received(data), ()
    except Unreadable as problem:
        reason = problem.reason if problem.reason in ("huge", "encrypted", "xls", "empty") else "other"
        return None, (Defect(name, 0, say(f"taken.unreadable_{reason}"), say("taken.unreadable_remedy")),)


def taken_back(
    came: Received, pack: Pack, genre: Genre, stored: str, *, name: str = ""
) -> tuple[Taken, tuple[Defect, ...]]:
    """Return the text of a view that came back, and all that is wrong with it; `stored` is the text in the pack."""
    before = came.origin.text if came.origin.text is not None else stored
    wording = Wording(pack, genre)
    taking = _Taking(wording, before, name, blanks=_blanks_of(before))
    if came.origin.text is None and came.origin.hash != text_hash(stored):
        taking.defect("no_origin")
    marked = text_of(list(taking.view(came.blocks)))
    was, text = (_REBOUND.sub(partial(taking.spelled, at), marked) for at in (0, 1))
    taking.judge(text)
    if came.origin.text is not None and stored not in (before, text):
        taking.notes.append(say("taken.changed_meanwhile"))
    changed = replace(changes(before, was, wording), rebound=taking.bound_anew())
    return Taken(text, changed, tuple(taking.notes), came.origin), tuple(taking.defects)


def _blanks_of(text: str) -> list[str]:
    """Return every {{…}} that has a control in the view of a text, in order."""
    found: list[str] = []
    for part in view_of(text):
        if isinstance(part, ViewTable):
            found += [s for row in part.rows if row.kind == "row" for cell in row.cells for s in held(cell)]
        elif part.kind != "directive":
            found += held(part.parts[0])
    return found


@dataclass
class _Taking:
    """Goes through what came back; gathers defects, which keep it from being saved, and notes."""

    wording: Wording
    before: str
    name: str
    blanks: Sequence[str]
    defects: list[Defect] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rebound: list[tuple[str, str]] = field(default_factory=list)
    where: str = ""  # how the paragraph begins that is looked at

    def defect(self, key: str, **values: object) -> None:
        """Add a defect, which says where."""
        problem, remedy = say(f"taken.{key}", **values), say(f"taken.{key}_remedy", **values)
        self.defects.append(Defect(self.name, 0, self._at(problem), remedy))

    def note(self, key: str, **values: object) -> None:
        """Add a note, which says where."""
        self.notes.append(self._at(say(f"taken.{key}", **values)))

    def _at(self, sentence: str) -> str:
        return say("taken.at", where=self.where, what=sentence) if self.where else sentence

    def view(self, blocks: Sequence[Paragraph | Grid]) -> Iterator[ViewLine | ViewTable]:
        """Yield the lines and tables of the template."""
        for block in blocks:
            if isinstance(block, Grid):
                if rows := tuple(self._row(row, block.widths) for row in block.rows if row):
                    yield ViewTable(rows)
            else:
                yield from self._lines(block)
        self.where = ""

    def _lines(self, paragraph: Paragraph) -> Iterator[ViewLine]:
        kind = self._kind(paragraph)
        text = self._text(paragraph)
        if kind == "separator":
            if not text.strip():
                return
            kind = "body"
        parts = text.split("\n") if kind in _ENTER else [text]
        for part in parts:
            yield self._line(kind, part)  # type: ignore[arg-type]

    def _line(self, kind: Kind, text: str) -> ViewLine:
        if kind not in ("signature", "imprint"):
            text = text.replace("\n", "")
        mark = next((m for m, _ in MARKS if text.strip().startswith(m)), "")
        if kind == "body" and mark:
            self.note("reads_as_mark", mark=mark.strip())
        return ViewLine(kind, text)

    def _kind(self, paragraph: Paragraph) -> str:
        """Return what a paragraph is by the names of its styles; of an unknown style it is body text."""
        for style in paragraph.styles:
            kind = _KIND_OF.get(style, "")
            if kind.startswith("run_in"):
                return f"h{kind[-1]}"
            if kind in ("cell", "widths", "lead", "blank", "code"):
                break
            if kind:
                return kind
        style = next(iter(paragraph.styles), "")
        self.where = self._beginning(paragraph)
        if style not in _PLAIN and self.where:
            self.note("unknown_style", style=style)
        return "body"

    def _row(self, cells: Sequence[Sequence[Paragraph]], widths: Sequence[float]) -> ViewRow:
        first = next((p for cell in cells for p in cell), None)
        kind = _KIND_OF.get(first.styles[0], "") if first is not None and first.styles else ""
        written = [[self._text(p).replace("\n", " ") for p in cell] for cell in cells]
        if kind == "directive" and not any(map("".join, written[1:])):
            return ViewRow("directive", (" ".join(written[0]),))
        texts = [" ".join(filter(None, map(str.strip, cell))) for cell in written]
        if kind == "widths":
            return ViewRow("widths", tuple(self._width(t, n, widths) for n, t in enumerate(texts)))
        return ViewRow("row", tuple(texts))

    def _width(self, text: str, column: int, widths: Sequence[float]) -> str:
        """Return a column's width and side; one that is not written is as wide as the column is drawn."""
        side = text[-1:] if text[-1:] in SIDES.values() else SIDES["l"]
        number = text.removesuffix(side).strip()
        if not number.replace(".", "", 1).isdigit():
            if number:
                self.defect("width", text=text)
            drawn = widths[column] if column < len(widths) else 0
            number = f"{drawn or 20:.0f}"
        return number + side

    def _text(self, paragraph: Paragraph) -> str:
        """Return a paragraph's text with its blanks spelled again."""
        self.where = self._beginning(paragraph)
        if paragraph.objects:
            self.defect("objects")
        atoms = _together(paragraph.atoms)
        out = ""
        for n, atom in enumerate(atoms):
            if isinstance(atom, str):
                for around in loose(atom, self.before):
                    self.note("loose", around=around.strip())
                out += straightened(clean_text(atom), self.before, self._named)
                continue
            source, plain, after = self._blank(atom, atoms[n + 1] if n + 1 < len(atoms) else "")
            if source and isinstance(after, str) and n + 1 < len(atoms):
                atoms[n + 1] = after
            out += source or plain
        return out

    def _blank(self, control: Control, after: Atom) -> tuple[str, str, Atom]:
        """Return a control as a {{…}}, or as the words it shows, and what then follows it."""
        was = source_of(control.tag)
        if not was and 0 < control.number <= len(self.blanks):
            was = self.blanks[control.number - 1]
        shown = control.shown.strip()
        chosen = self.wording.codes.get(shown, "")
        untagged = not control.tag and not control.listed
        if not was or (untagged and not chosen and not self._untouched(was, shown)):
            return self._unknown(control, chosen, after)
        blank = self.wording.blank(was)
        now = was
        if blank is not None and chosen and chosen != blank.code:
            now = str(replace(blank, code=chosen))
        elif not chosen and shown and not self._untouched(was, shown):
            self.note("typed_over", shown=shown, name=self.wording.called(was))
        source, plain, after = self._measured(was, now, after)
        if now != was:
            self.rebound.append((was, source))
            source = f"{_BOUND}{len(self.rebound) - 1}{_BOUND_END}"
        return source, plain, after

    def spelled(self, at: int, found: re.Match[str]) -> str:
        """Return a blank that was bound anew as it was (0) or is (1) spelled."""
        return self.rebound[int(found[1])][at]

    def bound_anew(self) -> tuple[str, ...]:
        """Return a sentence about every blank that was bound to something else."""
        called = self.wording.called
        return tuple(say("taken.rebound", was=called(was), now=called(now)) for was, now in self.rebound)

    def _untouched(self, source: str, shown: str) -> bool:
        """Return whether a control shows what it was given, by whatever edition of the words."""
        given = self.wording.shown(source)
        return shown == given or (shown[:1] + shown[-1:] == "〔〕" == given[:1] + given[-1:])

    def _unknown(self, control: Control, chosen: str, after: Atom) -> tuple[str, str, Atom]:
        if chosen:
            source = f"{{{{{chosen}}}}}"
            return self._measured(source, source, after)
        if control.listed:
            self.defect("unknown_control", shown=control.shown)
        return "", clean_text(control.shown), after

    def _measured(self, was: str, now: str, after: Atom) -> tuple[str, str, Atom]:
        """Take the measure word from behind a figure, which prints it itself; where there is none it prints none."""
        blank, before = self.wording.blank(now), self.wording.blank(was)
        if blank is None or before is None or not self.wording.word(blank):
            return now, "", after
        behind = after.replace("％", "%", 1) if isinstance(after, str) and after.startswith("％") else after
        for word in (self.wording.word(blank), self.wording.word(before)):
            if word and isinstance(behind, str) and behind.startswith(word):
                return now, "", behind[len(word) :]
        self.note("bare", name=self.wording.called(now), word=self.wording.word(blank))
        return str(replace(blank, bare=True)), "", after

    def _named(self, source: str) -> str:
        told, unknown = self.wording.typed(source)
        if unknown:
            self.defect("unknown_name", name=unknown, near="、".join(self.wording.near(unknown)) or say("word.dash"))
        return told

    def _beginning(self, paragraph: Paragraph) -> str:
        words = "".join(a if isinstance(a, str) else a.shown for a in paragraph.atoms).strip()
        return words[:_MOST_WORDS]

    def judge(self, text: str) -> None:
        """Look at the whole text: Jinja that does not compile, codes and measures there are not."""
        pack, known = self.wording.pack, {str(b) for b in blanks_in(self.before)}
        try:
            check_source(text)
        except TemplateFault as fault:
            self.where = text.split("\n")[fault.line - 1].strip()[:_MOST_WORDS] if fault.line else ""
            self.defect("jinja", why=fault)
            self.where = ""
        sources = [token.source for token in braces_in(text)]
        quoted = {code for source in sources for code in QUOTED.findall(source) if code not in self.before}
        for code in sorted(quoted - {*pack.indicators, *pack.texts}):
            self._unknown_code(code)
        for blank in dict.fromkeys(b for source in sources for b in blanks_in(source)):
            if str(blank) in known:
                continue
            item = pack.indicators.get(blank.code) or pack.texts.get(blank.code)
            if item is None:
                self._unknown_code(blank.code)
            elif item.sensitive in self.wording.genre.withheld:
                self.defect("withheld", name=item.name)
            elif blank.measure not in MEASURES:
                self.defect("measure", measure=blank.measure, known=" ".join(MEASURES))

    def _unknown_code(self, code: str) -> None:
        self.defect("unknown_code", code=code, near="、".join(self.wording.near(code)) or say("word.dash"))


def _together(atoms: Sequence[Atom]) -> list[Atom]:
    """Return atoms with words that stand side by side as one."""
    out: list[Atom] = []
    for atom in atoms:
        if isinstance(atom, str) and out and isinstance(out[-1], str):
            out[-1] += atom
        else:
            out.append(atom)
    return out
