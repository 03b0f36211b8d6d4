"""huibao.conf, as VBA reads it: lines `"KEY","value"` in the code page of the system.

VBA takes two items at a time, across the ends of lines; one odd line shifts all that follow. So our line is the first.
Lines of others are kept byte for byte.
"""

from __future__ import annotations

import codecs
import csv
import re

from workbook.messages import say
from xl_addin.install.places import System

_KEY = re.compile(rb'\s*"?([A-Za-z_ ]+?)"?\s*,')
_SAFE_ON_A_MAC = re.compile(r"[\w/.+@-]+", re.ASCII)  # xlwings puts it on a command line without quotes


class Refused(Exception):
    """Installing is not possible, or not safe; the sentence says why and what to do."""


def entry(system: System, key: str, interpreter: str, encoding: str) -> bytes:
    """Return the line that names the interpreter; Refused when VBA could not read it, or not run it."""
    if system == "darwin" and not _SAFE_ON_A_MAC.fullmatch(interpreter):
        raise Refused(say("install.path_on_a_mac", path=interpreter))
    if "%" in interpreter or '"' in interpreter:  # VBA and cmd.exe would put variables there
        raise Refused(say("install.path_with_signs", path=interpreter))
    end = "\r\n" if system == "win32" else "\n"
    try:
        value = interpreter.encode(encoding)
    except UnicodeEncodeError as error:
        letters = interpreter[error.start : error.end]
        raise Refused(say("install.path_not_ansi", path=interpreter, letters=letters)) from None
    return f'"{key}","'.encode() + value + f'"{end}'.encode()


def with_entry(content: bytes, key: str, line: bytes) -> bytes:
    """Return a file's content with this line for the key, first in it."""
    return line + without(content, key)


def without(content: bytes, key: str) -> bytes:
    """Return a file's content without a key. A mark of UTF-8 goes too: VBA would take it for part of a key."""
    lines = content.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
    return b"".join(line for line in lines if not _is(line, key))


def value_of(content: bytes, key: str, encoding: str) -> str:
    """Return the value of a key, as VBA would read it; "" when it is not there."""
    for line in content.splitlines():
        if _is(line, key):
            row = next(csv.reader([line.decode(encoding, "replace")]))
            return row[1] if len(row) > 1 else ""
    return ""


def _is(line: bytes, key: str) -> bool:
    found = _KEY.match(line)
    return found is not None and found[1].decode("ascii").upper() == key
