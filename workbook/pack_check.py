"""What is wrong with a pack, all of it at once: each defect with file, line, what and what to do."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from workbook.blank import MEASURES, Blank, blanks_in
from workbook.computed import definition, formula
from workbook.expression.parse import ExpressionError, parse
from workbook.expression.static import mixed, possible
from workbook.expression.tree import Node, NodeKind, Ref, columns, mentioned, texts, walk
from workbook.layout import totals_of
from workbook.messages import say
from workbook.model import Criterion, Defect, Genre, Indicator, Pack, Rule, TextInput
from workbook.pack import ASSESSMENT, SYNONYM_COLUMNS, SYNONYMS, load_pack
from workbook.reading.kind import DAMAGED, unpacked
from workbook.tables import read_table, read_text

QUOTED = re.compile(r'"([A-Z]{2,}_[A-Z0-9_]+)"')  # a code in an expression of a template
CODE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")  # of an indicator inside a cue
MOST_HEADLINES = 15  # what a page of the consolidated workbook has room for
_MOST_BYTES = 64 * 1024 * 1024
PLACE = re.compile(r"\{([^{}]*)\}")


def check_pack(root: Path) -> tuple[Pack | None, tuple[Defect, ...]]:
    """Return the pack in `root` (None if unreadable) and all defects, by file and line."""
    pack, defects = load_pack(root)
    found = list(defects)
    if pack is not None:
        check = _Check(pack, sound=not any(d.file == "indicators.csv" for d in defects))
        check.run()
        found += check.defects
    order = sorted(set(found), key=lambda d: (d.file, d.line, d.problem))
    return (pack, tuple(order))


class _Check:
    """One pass over a loaded pack."""

    def __init__(self, pack: Pack, *, sound: bool) -> None:
        self.pack = pack
        self.sound = sound  # what rules may rest on: no indicator is at fault
        self.defects: list[Defect] = []
        self.tiers = {t.code for t in pack.tiers}
        self.totals = {t.code: totals_of(pack, t.code) for t in pack.tiers}

    def report(self, file: str, line: int, key: str, **values: object) -> None:
        self.defects.append(Defect(file, line, say(f"pack.{key}", **values), say(f"pack.{key}_remedy", **values)))

    def run(self) -> None:
        """Check every record against the others."""
        for indicator in self.pack.indicators.values():
            self._indicator(indicator)
        self.sound = self.sound and not self.defects
        for rule in self.pack.rules.values():
            self._rule(rule)
        for text in self.pack.texts.values():
            self._text(text)
        for section_text, section in self.pack.section_of.items():
            if section_text not in self.pack.texts or section not in self.pack.sections:
                self.report("pack.toml", 0, "section_of", code=section_text, section=section)
        for target, actual in self.pack.actual_of.items():
            pair = [self.pack.indicators.get(c) for c in (target, actual)]
            if None in pair or len({i.dimension for i in pair if i}) != 1:
                self.report("pack.toml", 0, "actual_of", code=target, actual=actual)
        for genre in self.pack.genres.values():
            self._template(genre)
        self._synonyms()
        self._headline()
        self._assessment()

    def _headline(self) -> None:
        """Report headline indicators that do not exist or must not be passed on, and more than a page shows."""
        for code in self.pack.headline:
            if code not in self.pack.indicators:
                self.report("pack.toml", 0, "unknown_code", name="headline", code=code, near=self._near(code))
            elif self.pack.indicators[code].sensitive == "restricted":
                self.report("pack.toml", 0, "headline_restricted", code=code)
        if len(self.pack.headline) > MOST_HEADLINES:
            self.report("pack.toml", 0, "headline_many", n=len(self.pack.headline), most=MOST_HEADLINES)

    def _synonyms(self) -> None:
        """Report words for indicators that do not exist, and cues that rest on such."""
        path = self.pack.root / SYNONYMS
        rows = read_table(path, SYNONYM_COLUMNS)[0] if path.is_file() else []
        for row in rows:
            code = row["code"]
            if code not in self.pack.indicators:
                self.report(SYNONYMS, row.line, "synonym_code", code=code, near=self._near(code))
            for part in CODE.findall(row["words"]):
                if part not in self.pack.indicators:
                    self.report(SYNONYMS, row.line, "synonym_part", code=code, part=part, near=self._near(part))

    def _assessment(self) -> None:
        """Report points for what does not exist or must not be scored, and weights that do not add up to 100."""
        self._known("pack.toml", 0, "unscored", self.pack.unscored, self.pack.sections)
        codes: dict[str, int] = {}
        for criterion in self.pack.assessment:
            self._known(ASSESSMENT, criterion.line, "groups", criterion.groups, self.pack.groups)
            if criterion.code in codes:
                self.report(ASSESSMENT, criterion.line, "twice", code=criterion.code, first=codes[criterion.code])
            codes[criterion.code] = criterion.line
            self._criterion(criterion)
        for group in self.pack.groups if self.pack.assessment else ():
            total = sum(c.weight for c in self.pack.assessment if not c.groups or group in c.groups)
            if total not in (0, 100):
                self.report(ASSESSMENT, 0, "weights", group=group, total=total)

    def _criterion(self, criterion: Criterion) -> None:
        line, item = criterion.line, self.pack.indicators.get(criterion.code)
        if item is None:
            code = criterion.code
            self.report(ASSESSMENT, line, "unknown_code", name=ASSESSMENT, code=code, near=self._near(code))
            return
        parts = [item, *(self.pack.indicators[c] for c in sorted(_codes(item, self.pack)))]
        for part in parts:
            if part.section in self.pack.unscored or part.sensitive != "none":
                self.report(ASSESSMENT, line, "unscored", code=item.code, part=part.name, section=part.section)
                break
        if criterion.weight <= 0 or (criterion.method == "linear" and criterion.floor == criterion.full):
            self.report(ASSESSMENT, line, "points", code=item.code)
        if item.direction == "neutral" or (
            criterion.method == "linear" and (criterion.full < criterion.floor) != (item.direction == "lower")
        ):
            self.report(ASSESSMENT, line, "points_direction", code=item.code)

    def _template(self, genre: Genre) -> None:
        """Report a template that is not there, and blanks bound to what does not exist or must not be printed."""
        path = self.pack.root / genre.template
        word = self.pack.root / genre.word_template
        if not path.is_file() and word.is_file():
            for blank in _blanks_in_word(word):
                self._blank(genre, genre.word_template, 0, blank)
            return
        if not path.is_file():
            self.report("pack.toml", 0, "template", genre=genre.id, path=genre.template)
            return
        for line, text in enumerate(read_text(path).splitlines(), 1):
            for blank in blanks_in(text):
                self._blank(genre, genre.template, line, blank)
            for code in QUOTED.findall(text):
                if code not in self.pack.indicators and code not in self.pack.texts:
                    self.report(genre.template, line, "unknown_code", name=genre.id, code=code, near=self._near(code))

    def _blank(self, genre: Genre, file: str, line: int, blank: Blank) -> None:
        known = self.pack.texts.get(blank.code) or self.pack.indicators.get(blank.code)
        if known is None:
            near = self._near(blank.code)
            self.report(file, line, "unknown_code", name=genre.id, code=blank.code, near=near)
        elif known.sensitive in genre.withheld:
            self.report(file, line, "withheld_blank", code=blank.code)
        elif blank.measure not in MEASURES:
            self.report(file, line, "measure", measure=blank.measure, known=" ".join(MEASURES))

    def _known(self, file: str, line: int, column: str, values: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for value in values:
            if value not in known:
                self.report(file, line, "choice", column=column, value=value, known=" ".join(known))

    def _tree(self, file: str, line: int, text: str, want: NodeKind, name: str) -> Node | None:
        """Parse an expression and look up its codes; defects go to the list."""
        try:
            node = parse(text, want)
        except ExpressionError as e:
            problem = say("pack.expression", name=name, column=e.column, problem=e.problem)
            self.defects.append(Defect(file, line, problem, e.remedy))
            return None
        unknown = [c for c in mentioned(node) if c not in self.pack.indicators]
        unknown += [c for c in texts(node) if c not in self.pack.texts]
        for code in unknown:
            self.report(file, line, "unknown_code", name=name, code=code, near=self._near(code))
        for ref in columns(node) if not unknown else ():
            numbers = [s.name for s in self.pack.texts[ref.code].subfields if s.kind in ("integer", "number")]
            if ref.column not in numbers:
                known = " ".join(numbers) or say("word.dash")
                self.report(file, line, "no_column", name=name, code=ref.code, part=ref.column, known=known)
        return None if unknown else node

    def _near(self, code: str) -> str:
        import difflib

        known = [*self.pack.indicators, *self.pack.texts]
        return "、".join(difflib.get_close_matches(code, known, n=2)) or say("pack.nothing_near")

    def _indicator(self, item: Indicator) -> None:
        file, line = "indicators.csv", item.line
        self._known(file, line, "section", [item.section], self.pack.sections)
        self._known(file, line, "module", [item.module], [m.code for m in self.pack.modules])
        self._known(file, line, "tiers", item.tiers, self.tiers)
        if not item.tiers:
            self.report(file, line, "no_tier", code=item.code)
        if not item.name or not item.measure_word:
            self.report(file, line, "no_name", code=item.code)
        if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
            self.report(file, line, "bounds", code=item.code, low=item.minimum, high=item.maximum)
        if item.since is not None and item.until is not None and item.since > item.until:
            self.report(file, line, "years", code=item.code, since=item.since, until=item.until)
        if bool(item.numerator) != bool(item.denominator):
            self.report(file, line, "half_ratio", code=item.code)
        for _, bound in item.standard:
            name = bound.lstrip("<>=")
            if not re.fullmatch(r"-?\d+(\.\d+)?", name) and name not in self.pack.indicators:
                self.report(file, line, "unknown_code", name=item.code, code=name, near=self._near(name))
        if item.aggregation == "mean_weighted" and item.weight not in self.pack.indicators:
            self.report(file, line, "unknown_code", name=item.code, code=item.weight, near=self._near(item.weight))
        elif item.weight:
            self._part_tiers(item, item.weight, self._reach(self.pack.indicators[item.weight]))
        self._computed(item)

    def _computed(self, item: Indicator) -> None:
        file, line = "indicators.csv", item.line
        sources = [s for s in (item.calc, item.numerator, item.denominator) if s]
        trees = [self._tree(file, line, s, "number", item.code) for s in sources]
        if not sources or any(t is None for t in trees):
            return
        node = formula(item)
        if node is None:
            return
        for code in mentioned(node):
            part = self.pack.indicators[code]
            if code == item.code or (part.computed and item.code in _codes(part, self.pack)):
                self.report(file, line, "circular", code=item.code, part=code)
                return
            if part.sensitive == "restricted" and item.sensitive != "restricted":
                self.report(file, line, "leak", code=item.code, part=code)
            self._part_tiers(item, code, self._reach(part))
        for code in texts(node):
            self._part_tiers(item, code, set(self.pack.texts[code].tiers))
        if item.prior_year and definition(item, "prior", self.pack.indicators) is None:
            self.report(file, line, "prior_parts", code=item.code)

    def _part_tiers(self, item: Indicator, part: str, known: set[str]) -> None:
        """Report the tiers that have an item but not what it is computed from or weighed by."""
        for tier in sorted(self._reach(item) - known):
            self.report("indicators.csv", item.line, "part_tier", code=item.code, part=part, tier=tier)

    def _reach(self, item: Indicator) -> set[str]:
        """Return the tiers that report an item: its own, and those above where it can be added up."""
        return {*item.tiers, *(t for t, totals in self.totals.items() if item.code in totals)}

    def _rule(self, rule: Rule) -> None:
        file, line = "rules.csv", rule.line
        self._known(file, line, "tiers", rule.tiers, self.tiers)
        self._known(file, line, "period", [rule.period], ("all", "half", "year", "quarter", "month"))
        if not rule.message or not rule.remedy:
            self.report(file, line, "no_message", rule=rule.id)
        node = self._tree(file, line, rule.expression, "condition", rule.id)
        for place in PLACE.findall(rule.message):
            self._place(rule, place)
        if node is None:
            return
        self._rule_operands(rule, node)
        if self.sound:
            self._rule_sense(rule, node)

    def _rule_sense(self, rule: Rule, node: Node) -> None:
        """Report what no data could mend: money compared with people, a verdict that bounds alone decide."""
        file, line = "rules.csv", rule.line
        for left, right in mixed(node, self.pack.indicators):
            self.report(file, line, "mixed", rule=rule.id, left=left, right=right)
        verdicts = possible(node, self.pack.indicators)
        if len(verdicts) == 1:
            self.report(file, line, "never_fails" if True in verdicts else "never_passes", rule=rule.id)

    def _rule_operands(self, rule: Rule, node: Node) -> None:
        """Report operands the rule's tiers don't report, and earlier figures nobody keeps."""
        file, line = "rules.csv", rule.line
        tiers = {code: self._reach(self.pack.indicators[code]) for code in mentioned(node)}
        tiers |= {code: set(self.pack.texts[code].tiers) for code in texts(node)}
        for code, known in tiers.items():
            for tier in sorted(set(rule.tiers) - known):
                self.report(file, line, "operand_tier", rule=rule.id, code=code, tier=tier)
        for ref in (n for n in walk(node) if isinstance(n, Ref)):
            item = self.pack.indicators[ref.code]
            if (ref.measure == "prior" and not item.prior_year) or (ref.measure == "half" and not item.half):
                self.report(file, line, "not_carried", rule=rule.id, code=ref.code, measure=ref.measure)
            if ref.measure == "opening" and item.nature != "stock":
                self.report(file, line, "not_stock", rule=rule.id, code=ref.code)

    def _place(self, rule: Rule, place: str) -> None:
        try:
            node = parse(place, "number")
        except ExpressionError:
            self.report("rules.csv", rule.line, "place", rule=rule.id, place=place)
            return
        for code in (*mentioned(node), *texts(node)):
            if code not in self.pack.indicators and code not in self.pack.texts:
                self.report("rules.csv", rule.line, "unknown_code", name=rule.id, code=code, near=self._near(code))

    def _text(self, text: TextInput) -> None:
        file, line = "texts.csv", text.line
        self._known(file, line, "tiers", text.tiers, self.tiers)
        limits = [s.limit for s in text.subfields if s.limit]
        if any(limit > text.max_length for limit in limits):
            self.report(file, line, "limit", code=text.code, total=text.max_length)


def _blanks_in_word(path: Path) -> list[Blank]:
    """Return every blank in the text of a Word file; none of one that cannot be read, which says so when written."""
    try:
        with zipfile.ZipFile(path) as archive:
            text = unpacked(archive, archive.getinfo("word/document.xml"), _MOST_BYTES).decode()
    except DAMAGED:
        return []
    return blanks_in(re.sub(r"<[^>]*>", "", text))


def _codes(item: Indicator, pack: Pack) -> set[str]:
    """Return every code a computed item rests on, however deep; unparsable parts are reported elsewhere."""
    found: set[str] = set()
    queue = [item]
    while queue:
        try:
            node = formula(queue.pop())
        except ExpressionError:
            continue
        for code in mentioned(node) if node is not None else ():
            if code not in found and code in pack.indicators:
                found.add(code)
                queue.append(pack.indicators[code])
    return found
