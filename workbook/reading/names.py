"""Names of received files, as they can be shown and written anywhere. They are labels: nothing is opened by them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Container

from workbook.reading.values import clean

_MOST = 200  # characters
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # half a character that stands for no byte of a name either
_UNSEEN = ("Cf", "Zl", "Zp")  # what turns the reading around, has no width or begins a line


def label(path: str) -> str:
    """Return a path as people can read it, its end if it is very long; never "", absolute or leading upwards.

    Bytes that are no UTF-8 are what old Chinese programs write.
    """
    if not path.isascii() and any("\ud800" <= c <= "\udfff" for c in path):
        path = os.fsencode(_NO_BYTE.sub("\ufffd", path)).decode("gb18030", "replace")
    if not path.isprintable():  # else every character of it can be seen
        path = "".join(map(_seen, path))
    steps = [clean(step) for step in path.split("/")]
    return "/".join(s for s in steps if s.strip(".")).rstrip()[-_MOST:].lstrip("/ ") or "_"


def _seen(character: str) -> str:
    if character in "\n\t":
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


def unlike(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: with a number behind it if it is."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
