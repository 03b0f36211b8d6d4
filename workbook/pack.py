"""A pack's files → records. What is wrong in them comes back as defects, all at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from workbook.messages import say
from workbook.model import Criterion, Defect, Genre, Indicator, Module, Pack, Rule, Severity, Subfield, TextInput, Tier
from workbook.tables import Row, read_table, read_text

FILES = ("pack.toml", "indicators.csv", "rules.csv", "texts.csv")
SYNONYMS = "synonyms.csv"  # serves recognition alone: no part of what forms are made of, nor of their hash

INDICATOR_COLUMNS = (
    "code name_zh definition section module dimension measure_word value_type decimals scale display_scale "
    "aggregation numerator denominator calc tiers genres required prior_year half min max nature direction "
    "rankable standard zero_phrase sensitive approx since until successor definition_version notes"
).split()
RULE_COLUMNS = (
    "id severity status scope missing period tiers category expression message_zh remedy_zh rationale owner"
).split()
TEXT_COLUMNS = (
    "code name kind subfields max_length repeated max_items tiers genres required merge order sensitive editor "
    "place notes"
).split()
SYNONYM_COLUMNS = ("code", "words")
ASSESSMENT = "assessment.csv"  # of no concern to forms either; a pack without it gives no points
ASSESSMENT_COLUMNS = ("code", "weight", "method", "floor", "full", "groups")

CHOICES: dict[str, tuple[str, ...]] = {
    "dimension": (
        *("count", "times", "persons", "person_times", "cases", "documents"),
        *("money", "money_per_unit", "area", "percent", "score", "rank"),
    ),
    "value_type": ("integer", "decimal", "percent"),
    "nature": ("stock", "flow", "ratio", "param", "target", "derived_list"),
    "direction": ("higher", "lower", "neutral"),
    "sensitive": ("none", "internal", "restricted"),
    "severity": ("error", "confirm", "warning"),
    "status": ("in_force", "trial", "off"),
    "scope": ("unit", "total", "both"),
    "missing": ("any", "all", "zero"),
    "kind": ("text", "list", "table", "record"),
    "method": ("linear", "threshold"),
    "place": ("texts", "cover", "notes", "definitions", "office"),
}
SUBFIELD_KINDS = "text section level date datetime year integer number code rule yn enum unit tier period".split()


def packs_folder() -> Path:
    """Return the folder that holds the packs shipped with Huibao, in a checkout or an installed wheel."""
    here = Path(__file__).resolve().parent
    shipped = here / "_packs"
    return shipped if shipped.is_dir() else here.parent / "templates"


def find_pack(name: str) -> Path | None:
    """Return the folder of a pack given by name (shipped packs) or by path, None if there is none."""
    for folder in (packs_folder() / name, Path(name)):
        if (folder / "pack.toml").is_file():
            return folder
    return None


def pack_named_in_file(name: str) -> Path | None:
    """Return the folder of the pack that a form or a report names: by its name alone, never by a way somewhere else."""
    return find_pack(Path(name).name or "-")


class Loader:
    """Reads one pack folder, gathering defects as it goes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.defects: list[Defect] = []

    def report(self, file: str, line: int, key: str, **values: object) -> None:
        """Add a defect worded by the catalogue under pack.<key> and pack.<key>_remedy."""
        self.defects.append(Defect(file, line, say(f"pack.{key}", **values), say(f"pack.{key}_remedy", **values)))

    def load(self) -> Pack | None:
        """Return the pack, or None when it cannot be put together at all."""
        head = self._head()
        tables = {}
        for name, columns in (
            ("indicators.csv", INDICATOR_COLUMNS),
            ("rules.csv", RULE_COLUMNS),
            ("texts.csv", TEXT_COLUMNS),
        ):
            rows, defects = read_table(self.root / name, columns)
            self.defects += defects
            tables[name] = rows
        if head is None:
            return None
        labels = {str(k): str(v) for k, v in head.get("labels", {}).items()}
        return Pack(
            id=str(head.get("id", self.root.name)),
            title=str(head.get("title", "")),
            whole=str(head.get("whole", head.get("title", ""))),
            version=str(head.get("version", "")),
            form_version=str(head.get("form_version", "1")),
            accepted_forms=tuple(str(v) for v in head.get("accepted_forms", [head.get("form_version", "1")])),
            root=self.root,
            hash=content_hash(self.root),
            tiers=tuple(map(_tier, head.get("tier", []))),
            modules=tuple(Module(str(m["code"]), str(m["name"])) for m in head.get("module", [])),
            sections=tuple(head.get("sections", [])),
            levels=tuple(head.get("levels", [])),
            labels=labels,
            section_of=dict(dict(head.get("section_of", {}))),
            indicators=self._unique("indicators.csv", tables["indicators.csv"], "code", self._indicator),
            texts=self._unique("texts.csv", tables["texts.csv"], "code", lambda r: self._text(r, labels)),
            rules=self._unique("rules.csv", tables["rules.csv"], "id", self._rule),
            genres={g.id: g for g in map(_genre, head.get("genre", []))},
            synonyms=self._synonyms(),
            headline=tuple(map(str, head.get("headline", []))),
            assessment=self._assessment(),
            actual_of=dict(dict(head.get("actual_of", {}))),
            unscored=tuple(map(str, head.get("unscored", []))),
        )

    def _synonyms(self) -> Mapping[str, tuple[str, ...]]:
        """Return the cues of every indicator; a pack need not have any."""
        if not (self.root / SYNONYMS).is_file():
            return {}
        rows, defects = read_table(self.root / SYNONYMS, SYNONYM_COLUMNS)
        self.defects += defects
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            cues = re.split("[；;]", row["words"])
            found[row["code"]] = (*found.get(row["code"], ()), *(cue.strip() for cue in cues if cue.strip()))
        return found

    def _assessment(self) -> tuple[Criterion, ...]:
        """Return what the pack gives points for; most give none."""
        if not (self.root / ASSESSMENT).is_file():
            return ()
        rows, defects = read_table(self.root / ASSESSMENT, ASSESSMENT_COLUMNS)
        self.defects += defects
        return tuple(map(self._criterion, rows))

    def _criterion(self, row: Row) -> Criterion:
        needed = ("weight", "full") if row["method"] == "threshold" else ("weight", "floor", "full")
        for column in needed:
            if not row[column]:
                self.report(ASSESSMENT, row.line, "number", column=column, value="")
        numbers = {c: self._number(ASSESSMENT, row, c) or Decimal(0) for c in ("weight", "floor", "full")}
        method = self._choice(ASSESSMENT, row, "method")
        return Criterion(code=row["code"], method=method, groups=_list(row["groups"]), line=row.line, **numbers)

    def _head(self) -> dict[str, Any] | None:
        try:
            head = tomllib.loads(read_text(self.root / "pack.toml"))
            for table, keys in (("tier", ("code", "name", "group")), ("module", ("code", "name"))):
                for entry in head.get(table, []):
                    if any(k not in entry for k in keys):
                        self.report("pack.toml", 0, "head_entry", table=table, keys="、".join(keys))
                        return None
            return head if self._tiers_stack(head.get("tier", [])) else None
        except FileNotFoundError:
            self.report("pack.toml", 0, "no_head")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found = re.search(r"line (\d+)", str(error))
            self.report("pack.toml", int(found[1]) if found else 0, "bad_head")
        return None

    def _tiers_stack(self, tiers: Iterable[Mapping[str, Any]]) -> bool:
        """Report a tier that consolidates others than those before it: so there are no circles either."""
        before: list[str] = []
        for tier in tiers:
            for lower in tier.get("of", []):
                if lower not in before:
                    self.report("pack.toml", 0, "tier_of", tier=tier["code"], of=lower, known=" ".join(before))
                    return False
            before.append(str(tier["code"]))
        return True

    def _unique(self, file: str, rows: Iterable[Row], key: str, make: Any) -> Mapping[str, Any]:
        records: dict[str, Any] = {}
        for row in rows:
            if not row[key]:
                self.report(file, row.line, "no_code", column=key)
            elif row[key] in records:
                self.report(file, row.line, "twice", code=row[key], first=records[row[key]].line)
            else:
                records[row[key]] = make(row)
        return records

    def _choice(self, file: str, row: Row, column: str) -> str:
        if row[column] not in CHOICES[column]:
            self.report(file, row.line, "choice", column=column, value=row[column], known=" ".join(CHOICES[column]))
        return row[column]

    def _yes(self, file: str, row: Row, column: str) -> bool:
        if row[column] not in ("y", "n", ""):
            self.report(file, row.line, "choice", column=column, value=row[column], known="y n")
        return row[column] == "y"

    def _number(self, file: str, row: Row, column: str) -> Decimal | None:
        try:
            return Decimal(row[column]) if row[column] else None
        except InvalidOperation:
            self.report(file, row.line, "number", column=column, value=row[column])
            return None

    def _integer(self, file: str, row: Row, column: str) -> int | None:
        number = self._number(file, row, column)
        if number is not None and number != int(number):
            self.report(file, row.line, "number", column=column, value=row[column])
        return None if number is None else int(number)

    def _indicator(self, row: Row) -> Indicator:
        file = "indicators.csv"
        aggregation, _, rest = row["aggregation"].partition(":")
        if aggregation not in ("sum", "ratio", "mean_weighted", "min", "none"):
            known = "sum ratio:A/B mean_weighted:W min none"
            self.report(file, row.line, "choice", column="aggregation", value=row["aggregation"], known=known)
        return Indicator(
            code=row["code"],
            name=row["name_zh"],
            definition=row["definition"],
            section=row["section"],
            module=row["module"],
            dimension=self._choice(file, row, "dimension"),
            measure_word=row["measure_word"],
            value_type=self._choice(file, row, "value_type"),
            decimals=self._integer(file, row, "decimals") or 0,
            scale=row["scale"],
            display_scale=row["display_scale"],
            aggregation=aggregation,
            weight=rest if aggregation == "mean_weighted" else "",
            numerator=row["numerator"],
            denominator=row["denominator"],
            calc=row["calc"],
            tiers=_list(row["tiers"]),
            genres=_list(row["genres"]),
            required=self._yes(file, row, "required"),
            prior_year=self._yes(file, row, "prior_year"),
            half=self._yes(file, row, "half"),
            minimum=self._number(file, row, "min"),
            maximum=self._number(file, row, "max"),
            nature=self._choice(file, row, "nature"),
            direction=self._choice(file, row, "direction"),
            rankable=self._yes(file, row, "rankable"),
            standard=self._standard(row),
            zero_phrase=row["zero_phrase"],
            sensitive=self._choice(file, row, "sensitive"),
            approx=self._yes(file, row, "approx"),
            since=self._integer(file, row, "since"),
            until=self._integer(file, row, "until"),
            successor=row["successor"],
            definition_version=row["definition_version"] or "1",
            notes=row["notes"],
            line=row.line,
        )

    def _standard(self, row: Row) -> tuple[tuple[str, str], ...]:
        pairs = []
        for part in _list(row["standard"]):
            kind, colon, bound = part.partition(":")
            if not colon or not re.fullmatch(r"[<>]=?[\w.]+", bound):
                self.report("indicators.csv", row.line, "standard", value=part)
            else:
                pairs.append((kind, bound))
        return tuple(pairs)

    def _rule(self, row: Row) -> Rule:
        file = "rules.csv"
        return Rule(
            id=row["id"],
            severity=cast("Severity", self._choice(file, row, "severity")),
            status=self._choice(file, row, "status"),
            scope=self._choice(file, row, "scope"),
            missing=self._choice(file, row, "missing"),
            period=row["period"],
            tiers=_list(row["tiers"]),
            category=row["category"],
            expression=row["expression"],
            message=row["message_zh"],
            remedy=row["remedy_zh"],
            rationale=row["rationale"],
            owner=row["owner"],
            line=row.line,
        )

    def _text(self, row: Row, labels: Mapping[str, str]) -> TextInput:
        file = "texts.csv"
        kind = self._choice(file, row, "kind")
        limit = self._integer(file, row, "max_length") or 0
        subfields = tuple(self._subfield(row, part, labels) for part in _list(row["subfields"]))
        if kind == "text":
            subfields = (Subfield("text", labels.get("text", row["name"]), "text", limit),)
        return TextInput(
            code=row["code"],
            name=row["name"],
            kind=kind,
            subfields=subfields,
            max_length=limit,
            max_items=self._integer(file, row, "max_items") or 1,
            tiers=_list(row["tiers"]),
            genres=_list(row["genres"]),
            required=self._yes(file, row, "required"),
            merge=row["merge"],
            order=row["order"],
            sensitive=self._choice(file, row, "sensitive"),
            editor=self._yes(file, row, "editor"),
            place=self._choice(file, row, "place"),
            notes=row["notes"],
            line=row.line,
        )

    def _subfield(self, row: Row, part: str, labels: Mapping[str, str]) -> Subfield:
        name, _, limit = part.partition("<=")
        name, _, kind = name.partition(":")
        kind, _, choices = kind.partition("(")
        kind = kind or "text"
        if kind not in SUBFIELD_KINDS or (limit and not limit.isdigit()):
            self.report("texts.csv", row.line, "subfield", part=part, known=" ".join(SUBFIELD_KINDS))
        if name not in labels:
            self.report("texts.csv", row.line, "label", name=name)
        options = tuple(c for c in choices.rstrip(")").split("/") if c)
        return Subfield(name, labels.get(name, name), kind, int(limit) if limit.isdigit() else None, options)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _tier(entry: Mapping[str, Any]) -> Tier:
    return Tier(str(entry["code"]), str(entry["name"]), str(entry["group"]), tuple(map(str, entry.get("of", []))))


def _genre(entry: Mapping[str, Any]) -> Genre:
    return Genre(
        id=str(entry.get("id", "")),
        name=str(entry.get("name", "")),
        tiers=tuple(entry.get("tiers", [])),
        umbrella=bool(entry.get("umbrella", False)),
        periods=tuple(entry.get("periods", ["half", "year"])),
        withheld=tuple(entry.get("withheld", [])),
        folder=str(entry.get("folder", "")),
        output=str(entry.get("output", entry.get("name", ""))),
        layout=dict(entry.get("layout", {})),
    )


def content_hash(root: Path) -> str:
    """Return the first 12 hex digits of the sha256 over the content files, line ends and encoding evened out."""
    digest = hashlib.sha256()
    for name in FILES:
        path = root / name
        if path.is_file():
            try:
                text = read_text(path)
            except UnicodeDecodeError:
                text = path.read_bytes().hex()
            digest.update(name.encode() + b"\0" + "\n".join(text.splitlines()).encode() + b"\0")
    return digest.hexdigest()[:12]


def load_pack(root: Path) -> tuple[Pack | None, tuple[Defect, ...]]:
    """Return the pack in folder `root` and every defect of its files that shows on reading."""
    loader = Loader(root)
    pack = loader.load()
    return pack, tuple(loader.defects)
