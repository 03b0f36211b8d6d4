"""Templates written for docxtpl: a Word file with {{ }}, {%p %} and {%tr %} in it, filled in where it stands.

docxtpl makes Jinja of the file's XML, once; the sandbox runs it, and what a unit wrote is only ever a value in it.
Blanks are spelled as in a text template; paragraphs are told the same way, and every figure becomes a control.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from exporters.narrative.figures import Figures
from exporters.narrative.filled import Filled
from exporters.narrative.template import TemplateFault, call_of
from exporters.narrative.told import Dropped
from exporters.package import as_bytes, tree
from exporters.word.package import Part, archive
from workbook.blank import SPELLING
from workbook.messages import say
from workbook.reading.kind import DAMAGED, locked, unpacked

_MOST_PARTS, _MOST_BYTES = 2_000, 64 * 1024 * 1024
_WITH_TEXT = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_SPLIT = re.compile(r"(?<=\{)(?:<[^>]*>)+(?=[{%#])")
_RICH = re.compile(r"\{\{(?:<[^>]*>)*r(?=[\s<])")
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WordTemplate:
    """A compiled file: parts that stay as they are, and those that Jinja writes."""

    same: tuple[Part, ...]
    written: tuple[tuple[str, Template], ...]


def fill(
    path: Path,
    context: Mapping[str, Any],
    figures: Figures,
    lost: Mapping[str, str],
    names: Mapping[str, str],
) -> tuple[bytes, list[Dropped]]:
    """Return the finished Word file and what was left out; TemplateFault when the template cannot be used."""
    stat = path.stat()
    template = _compiled(path, stat.st_mtime_ns, stat.st_size)
    filled = Filled(figures, lost, names)
    parts = list(template.same)
    for name, source in template.written:
        try:
            root = tree(source.render(context).encode())
        except (TemplateError, etree.XMLSyntaxError, KeyError) as error:  # KeyError: a code the pack does not have
            raise TemplateFault(0, str(error), path.name) from error
        filled.finish(root)
        parts.append(Part(name, as_bytes(root)))
    return archive(parts), filled.dropped


@lru_cache(maxsize=16)
def _compiled(path: Path, changed: int, size: int) -> WordTemplate:
    try:
        from docxtpl import DocxTemplate
    except ImportError as error:
        raise TemplateFault(0, say("report.no_docxtpl"), path.name) from error
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    docxtpl = DocxTemplate(str(path))
    same: list[Part] = []
    written: list[tuple[str, Template]] = []
    for part in _parts(path):
        source = part.content.decode("utf-8") if _WITH_TEXT.fullmatch(part.name) else ""
        joined = _SPLIT.sub("", source)
        if "{{" not in joined and "{%" not in joined:
            same.append(part)
            continue
        try:
            jinja = _VALUE.sub(_calls, docxtpl.patch_xml(_RICH.sub("{{", joined)))
            written.append((part.name, environment.from_string(jinja)))
        except TemplateError as error:
            raise TemplateFault(0, str(error), path.name) from error
    return WordTemplate(tuple(same), tuple(written))


def _calls(value: re.Match[str]) -> str:
    return SPELLING.sub(call_of, value[0])


def _parts(path: Path) -> Sequence[Part]:
    """Return the parts of the file in their order; TemplateFault if it is damaged or could exhaust the machine."""
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as opened:
            listed = [part for part in opened.infolist() if not part.is_dir()]
            if len(listed) > _MOST_PARTS or sum(p.file_size for p in listed) > _MOST_BYTES or any(map(locked, listed)):
                raise TemplateFault(0, say("report.word_template_large"), path.name)
            return list(_read(opened, listed))
    except DAMAGED as error:
        if isinstance(error, TemplateFault):
            raise
        raise TemplateFault(0, say("report.word_template_damaged"), path.name) from error


def _read(opened: zipfile.ZipFile, listed: Sequence[zipfile.ZipInfo]) -> Iterator[Part]:
    for part in listed:
        yield Part(part.filename, unpacked(opened, part, _MOST_BYTES))
