"""What happens to a sentence when one of its figures is missing: its clause goes, the rest still reads."""

import re

from exporters.prose.marks import DROP, MASKED, Mask, readable
from exporters.prose.ordinals import ORDINAL, renumber

_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")
_QUOTES = re.compile("《[^《》]*》|“[^“”]*”|‘[^‘’]*’|「[^「」]*」")
_SENTENCE = re.compile("([^。！？]*)([。！？]?)")
_LINE_END = re.compile("[，、；：]*$")
_HEADING = re.compile(f"(?:.*(?<![0-9])：)?(?:{ORDINAL.pattern})?")
_OF_WHICH = re.compile("其中，?")
_OPENINGS = frozenset(("其中", "并", "并且", "同时", "此外", "另", "另外", "以及"))
_REMARK = re.compile(
    "其中|同比|环比|分别|占(?![地用领有据])|[较比](?:上[年月季期]|去年|年初|同期)|与(?:上[年月季期]|去年|同期)"
    "|为(?:上年|去年|年初|同期)|增幅|降幅"
    f"|(?:增长|上升|提高|增加|下降|降低|减少|共)了?(?:[0-9{DROP}]|{MASKED})"
    f"|(?:现?已|目前已)?(?:涉及|处理|惠及|覆盖|完成整改|完成整顿)了?(?:[0-9{DROP}]|{MASKED})"
)
"""A clause about the one before it, which means nothing, or something false, without it."""

_WHEN = re.compile(
    "截[至止].{1,12}|(?:今|去|上|本|当)年(?:以来|[上下]半年)?|[上下]半年|全年|年内|目前|其间|期间|近年来"
    "|.{0,6}年.{0,6}(?:以来|期间|底|末|[上下]半年)|年末|[从按就].{1,10}看|.{1,10}方面"
    "|.{1,40}的|在.{1,20}(?:[中时下后前内]|同时)|(?:围绕|按照|根据|针对|结合|配合|对照|通过|为了?).{1,30}|.{1,10}后"
)
"""A clause that only says when, why, of whom or from which side: no statement of its own."""

_CONJUNCTION = re.compile("(?:并且|以及|同时|此外|另外|并(?![轨行网列购]))，?(?=.)")
_MISPLACED = (
    (re.compile("[，、；：]+(?=[。！？；])"), ""),
    (re.compile("([，、：])[，、：]+"), r"\1"),
    (re.compile("([。；])[，、；：。]+"), r"\1"),
    (re.compile("^[，、；：。！？]+", re.MULTILINE), ""),
)
_LONGEST_MEASURE = 4
_VERB = re.compile(
    "获评|获得|获授|选树|建成|建立|新建|新设|新成立|新增|增设|创建|创办|打造|举办|组织|开展|安排|投入|下达|发放|拨付|兑现"
    "|开发|引进|培养|培训|表彰|查处|处理|整顿|制定|印发|出台|召开|派出|选派|帮扶|完成|采用|发表|推介|受理|办结|拿出|设立"
)
"""What an enumeration of 、 items may begin with for all of them: 新建儿童之家2家、家长学校3家."""


def prune(text: str) -> tuple[str, list[str]]:
    """Give `text` without the clauses whose figure is missing, and those clauses as a person reads them.

    A clause ends at ，；or 。; of 、 items, each with a noun and a figure of its own, only the item goes.
    A remark (其中, 占, 同比 …) goes with what it is about; a bracket loses its own clauses only; a heading
    before ：stays with what is left. Text without DROP comes back as it is.
    """
    if DROP not in text:
        return text, []
    mask, dropped = Mask(), list[str]()
    pruned = _lines(mask.hide_figures(text), mask, dropped)
    return mask.show(renumber(pruned)), dropped


def _lines(text: str, mask: Mask, dropped: list[str]) -> str:
    """Prune every line by itself; a line with nothing left goes, its full stop moves to the list before."""
    kept: list[str] = []
    for line in text.split("\n"):
        rest = _tidy(_Line(mask, dropped).prune(line)) if DROP in line else line
        if rest or not line:
            kept.append(rest)
        elif kept and kept[-1].endswith(("；", "，", "、")) and line.endswith("。"):
            kept[-1] = kept[-1][:-1] + "。"
    return "\n".join(kept)


def _tidy(text: str) -> str:
    """Take away the punctuation that a dropped clause left doubled or in front."""
    for pattern, instead in _MISPLACED:
        text = pattern.sub(instead, text)
    return text


class _Line:
    """One pass over one line, or over the inside of one bracket."""

    def __init__(self, mask: Mask, dropped: list[str]) -> None:
        self._mask = mask
        self._dropped = dropped
        self._subject_gone = False
        self._sentence_gone = False
        self._carried = ""

    def prune(self, line: str) -> str:
        """Give the masked line without the clauses that hold DROP."""
        line = self._quotations(self._brackets(line))
        end = _LINE_END.search(line)
        closing = end[0] if end else ""
        written = ""
        for found in _SENTENCE.finditer(line[: len(line) - len(closing)]):
            body, stop = found[1], found[2]
            rest = self._sentence(body)
            written += rest + stop if rest or not body else ""
        return written + closing if written else ""

    def _brackets(self, line: str) -> str:
        """Prune inside brackets, innermost first; an emptied bracket goes, the others become one mask."""
        while found := _BRACKETS.search(line):
            group = found[0]
            if DROP in group:
                inner = _tidy(_Line(self._mask, self._dropped).prune(group[1:-1]))
                group = f"{group[0]}{inner}{group[-1]}" if inner else ""
            line = line[: found.start()] + (self._mask.hide(group) if group else "") + line[found.end() :]
        return line

    def _quotations(self, line: str) -> str:
        """Mask quotations and titles; a missing figure inside one stays visible to the clause."""
        while found := _QUOTES.search(line):
            masked = DROP.join(self._mask.hide(part) for part in found[0].split(DROP))
            line = line[: found.start()] + masked + line[found.end() :]
        return line

    def _sentence(self, body: str) -> str:
        """Give what is left of a sentence without its full stop."""
        carried = self._carried if ORDINAL.match(body) else ""
        self._carried, self._sentence_gone = "", False
        if DROP not in body and not (self._subject_gone and _REMARK.match(body)):
            self._subject_gone = False
            return carried + body
        segments: list[str] = []
        for segment in body.split("；"):
            rest, carried = self._segment(segment, carried, first=not segments)
            if rest:
                segments.append(rest)
        self._carried = carried if not segments else ""
        return "；".join(segments)

    def _segment(self, segment: str, carried: str, *, first: bool) -> tuple[str, str]:
        """Give what is left between two ；, and the heading that still looks for its text."""
        kept: list[str] = []
        shortened = False
        for unit in _units(segment):
            rest = self._unit(unit)
            if not rest:
                shortened = True
                carried = _joined(carried, self._heading(unit))
                continue
            if shortened and first and all(map(_WHEN.fullmatch, kept)):
                rest = _CONJUNCTION.sub("", rest, count=1)
            kept.append(_joined(carried, rest))
            carried = ""
        if shortened and all(_WHEN.fullmatch(readable(self._mask.show(unit))) for unit in kept):
            self._dropped.extend(readable(self._mask.show(unit)) for unit in kept)
            kept = []
        return "，".join(kept), _without_ordinal(carried)

    def _unit(self, unit: str) -> str:
        """Give what is left of one clause, and remember whether remarks after it still have a subject."""
        remark = _REMARK.match(unit)
        orphan = self._sentence_gone or (self._subject_gone and remark is not None)
        is_subject = remark is None or _OF_WHICH.match(unit) is not None
        if DROP not in unit and not orphan:
            if is_subject and not _WHEN.fullmatch(unit):
                self._subject_gone = False
            return unit
        rest = "" if orphan else self._items(unit)
        if not rest:
            self._dropped.append(readable(self._mask.show(unit)))
        self._subject_gone = self._subject_gone or is_subject
        return rest

    def _items(self, unit: str) -> str:
        """Drop single 、 items, where every one has its own noun, figure and nothing long after it."""
        heading = self._heading(unit)
        of_which = _OF_WHICH.match(unit, len(heading))
        lead = heading + (of_which[0] if of_which else "")
        items = unit[len(lead) :].split("、")
        if self._sentence_gone or "分别" in unit or len(items) == 1:
            return ""
        if not all(map(self._stands_alone, items)):
            return ""
        kept = [item for item in items if DROP not in item]
        if not kept:
            return ""
        self._dropped.extend(readable(self._mask.show(item)) for item in items if DROP in item)
        shared = _VERB.match(items[0])
        if shared and DROP in items[0] and not any(map(_VERB.match, items[1:])):
            lead += shared[0]
        return lead + "、".join(kept)

    def _stands_alone(self, item: str) -> bool:
        number = self._mask.last_number(item)
        return bool(number) and "一" <= item[0] <= "龥" and len(item) - number <= _LONGEST_MEASURE

    def _heading(self, unit: str) -> str:
        """Give the heading before ：and the ordinal a clause begins with.

        A heading that misses its own figure takes the rest of the sentence with it.
        """
        found = _HEADING.match(unit)
        heading = found[0] if found else ""
        if DROP in heading:
            self._sentence_gone = True
            return ""
        return heading


def _units(segment: str) -> list[str]:
    """Split at ，; an opening word between commas (其中，) belongs to the clause after it."""
    units: list[str] = []
    opening = ""
    for clause in segment.split("，"):
        if clause in _OPENINGS:
            opening += f"{clause}，"
        elif clause:
            units.append(opening + clause)
            opening = ""
    return units


def _joined(carried: str, rest: str) -> str:
    """Put a heading before what is left, unless that has a heading or an ordinal itself."""
    if "：" in rest:
        return rest
    return (_without_ordinal(carried) if ORDINAL.match(rest) else carried) + rest


def _without_ordinal(heading: str) -> str:
    found = ORDINAL.search(heading)
    return heading[: found.start()] if found else heading
