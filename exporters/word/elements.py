"""Runs and figures as elements, put into a Word file that another program has written; `pieces` writes them as text."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from exporters.word.pieces import LONGEST_TAG, bookmark_name, clean_text

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PROPERTIES = f"{W}rPr"


def run_with(words: str, like: Any) -> Any:
    """Return a run with these words and the looks of another run."""
    run = etree.Element(f"{W}r")
    _look(run, like)
    if words:
        text = etree.SubElement(run, f"{W}t")
        text.text = clean_text(words)
        text.set(SPACE, "preserve")
    return run


def figure_with(number: int, tag: str, alias: str, run: Any) -> list[Any]:
    """Return a figure: the run that shows it in a control, between the ends of its bookmark."""
    start, end = (etree.Element(f"{W}bookmark{which}") for which in ("Start", "End"))
    start.set(f"{W}id", str(number))
    start.set(f"{W}name", bookmark_name(tag, number))
    end.set(f"{W}id", str(number))
    control = etree.Element(f"{W}sdt")
    about = etree.SubElement(control, f"{W}sdtPr")
    _look(about, run)
    for name, value in (("alias", clean_text(alias)), ("tag", tag), ("id", str(number))):
        etree.SubElement(about, f"{W}{name}").set(f"{W}val", value[:LONGEST_TAG])
    etree.SubElement(control, f"{W}sdtContent").append(run)
    return [start, control, end]


def _look(element: Any, like: Any) -> None:
    """Give an element the looks of a run."""
    if like is not None and (properties := like.find(_PROPERTIES)) is not None:
        element.append(copy.deepcopy(properties))
