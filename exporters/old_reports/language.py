"""What Chinese itself says about numbers in running text, read from language.toml once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """The patterns of language.toml, compiled."""

    number: re.Pattern[str]  # groups digits, blank, numeral
    about: str
    scales: Mapping[str, int]
    article: re.Pattern[str]
    scale: re.Pattern[str]  # between a number and its measure word
    measure: re.Pattern[str]
    kinds: Mapping[str, frozenset[str]]  # measure word -> dimensions it counts
    fits: Mapping[str, float]  # "dimension:dimension of the word" -> how well
    not_figures: Mapping[str, re.Pattern[str]]
    said: Mapping[str, re.Pattern[str]]
    empty: frozenset[str]
    layout: Mapping[str, re.Pattern[str]]


@cache
def language() -> Language:
    """Return the language of reports."""
    data: dict[str, Any] = tomllib.loads(Path(__file__).with_name("language.toml").read_text(encoding="utf-8"))
    number, measures = data["number"], data["measures"]
    either = f"(?:{number['digits']}|{number['blank']})"
    marks = {"n": either, "d": "[0-9０-９]+", "x": f"(?:{number['blank']})"}
    scales = "|".join(sorted(number["scales"], key=len, reverse=True))
    words = sorted({w for text in measures.values() for w in text.split()}, key=_length, reverse=True)
    kinds: dict[str, set[str]] = {}
    for kind, text in measures.items():
        for word in text.split():
            kinds.setdefault(_bare(word), set()).add(kind)
    return Language(
        number=re.compile("|".join(f"(?P<{name}>{number[name]})" for name in ("digits", "blank", "numeral"))),
        about=number["about"],
        scales=number["scales"],
        article=re.compile(number["article"]),
        scale=re.compile(rf"\s*{number['about']}?\s*(?P<scale>{scales})?\s*{number['about']}?\s*"),
        measure=re.compile("|".join(words)),
        kinds={word: frozenset(of) for word, of in kinds.items()},
        fits=data["fits"],
        not_figures={name: re.compile(_filled(p, marks)) for name, p in data["not_figures"].items()},
        said={name: re.compile(p) for name, p in data["said"].items()},
        empty=frozenset(data["around"]["empty"].split()),
        layout={name: re.compile(p) for name, p in data["layout"].items()},
    )


def _filled(pattern: str, marks: Mapping[str, str]) -> str:
    for name, instead in marks.items():
        pattern = pattern.replace(f"{{{name}}}", instead)
    return pattern


def _bare(word: str) -> str:
    """Return a measure word without what may not follow it."""
    return word.partition("(?!")[0]


def _length(word: str) -> int:
    return len(_bare(word))
