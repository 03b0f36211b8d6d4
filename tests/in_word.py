"""What staff do to a Word file, done to its XML as Word would."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from lxml import etree

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"


def made(xml: str) -> Any:
    return etree.fromstring(f'<x xmlns:w="{NAMESPACE}">{xml}</x>')[0]


class WordFile:
    """An opened .docx; its body may be changed before it is saved."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.root = etree.fromstring(self.parts["word/document.xml"])
        self.body = self.root.find(f"{W}body")

    def saved(self) -> bytes:
        self.parts["word/document.xml"] = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    @property
    def paragraphs(self) -> list[Any]:
        return list(self.body.iter(f"{W}p"))

    def paragraph(self, words: str) -> Any:
        """Return the paragraph that has these words, as they are shown."""
        return next(p for p in self.paragraphs if words in shown(p))

    def control(self, tag: str) -> Any:
        """Return the control of a blank, with the bookmark around it."""
        return next(s for s in self.body.iter(f"{W}sdt") if s.find(f"{W}sdtPr/{W}tag").get(f"{W}val") == f"hb:{tag}")

    def controls(self) -> list[Any]:
        return list(self.body.iter(f"{W}sdt"))

    def choose(self, tag: str, item: str) -> None:
        """Choose from a control's list the item that begins so."""
        control = self.control(tag)
        found = next(i.get(f"{W}displayText") for i in control.iter(f"{W}listItem") if item in i.get(f"{W}displayText"))
        next(control.iter(f"{W}t")).text = found

    def type(self, words: str, instead: str) -> None:
        """Type over words that stand in one run."""
        for text in self.body.iter(f"{W}t"):
            if words in (text.text or ""):
                text.text = text.text.replace(words, instead, 1)
                return
        raise AssertionError(words)

    def split(self) -> None:
        """Break every run in two and put in what Word puts in: proof marks, bookmarks, comments, smart tags."""
        for run in list(self.body.iter(f"{W}r")):
            text = run.find(f"{W}t")
            if text is None or len(text.text or "") < 2 or len(run.findall(f"{W}t")) > 1:
                continue
            second = copy.deepcopy(run)
            text.text, second.find(f"{W}t").text = text.text[:1], text.text[1:]
            for other in [c for c in second if c.tag not in (f"{W}rPr", f"{W}t")]:
                second.remove(other)
            run.addnext(second)
            run.addnext(made('<w:proofErr w:type="spellStart"/>'))
            run.addnext(made('<w:bookmarkStart w:id="90000" w:name="_GoBack"/>'))
            second.addnext(made('<w:bookmarkEnd w:id="90000"/>'))
            second.addnext(made('<w:commentRangeEnd w:id="1"/>'))
        for run in list(self.body.iter(f"{W}r"))[::5]:
            wrapped = made('<w:hyperlink w:anchor="x"><w:smartTag w:element="place"/></w:hyperlink>')
            run.addprevious(wrapped)
            wrapped[0].append(run)

    def styled(self, name: str, words: str) -> Any:
        """Return a new paragraph in a style, after the paragraph it is asked of by `addnext`."""
        styles = self.parts["word/styles.xml"].decode()
        found = re.search(rf'w:styleId="(\w+)"[^>]*><w:name w:val="{name}"', styles)
        style = found[1] if found else name
        return made(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>')


def shown(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def delete(element: Any) -> None:
    """Delete runs with changes tracked."""
    for run in [element] if element.tag == f"{W}r" else list(element.iter(f"{W}r")):
        for text in list(run.iter(f"{W}t")):
            text.tag = f"{W}delText"
        wrapper = made('<w:del w:id="9" w:author="科长" w:date="2020-07-01T00:00:00Z"/>')
        run.addprevious(wrapper)
        wrapper.append(run)


def insert(after: Any, words: str) -> None:
    """Insert words with changes tracked."""
    after.addnext(made(f'<w:ins w:id="8" w:author="科长"><w:r><w:t>{words}</w:t></w:r></w:ins>'))


def changed(data: bytes, what: Callable[[WordFile], None]) -> bytes:
    word = WordFile(data)
    what(word)
    return word.saved()
