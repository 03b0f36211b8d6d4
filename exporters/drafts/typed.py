"""What people type in Word, as a template means it: straight quotes and half-width braces, codes for names."""

from __future__ import annotations

import re
from collections.abc import Callable

_BRACES = re.compile(r"[{｛]([{｛%％])(.*?)([}｝%％])[}｝]")
_PAIRS = {"{": "}", "%": "%"}
_FULL_WIDTH = str.maketrans("｛｝％", "{}%")
_IN_BLANKS = str.maketrans({"｜": "|", "＠": "@", "．": ".", "\xa0": " "})
_INSIDE = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "，": ",",
        "（": "(",
        "）": ")",
        "｜": "|",
        "＠": "@",
        "．": ".",
        "\xa0": " ",
    }
)
_QUOTED = re.compile(r"([\"'])(.*?)\1")
_LOOSE = re.compile(r"(?<![A-Za-z0-9])[XxＸｘ]{1,3}(?![A-Za-z0-9])")


def straightened(text: str, before: str, named: Callable[[str], str]) -> str:
    """Return a text whose braces are spelled as the template language has them.

    What stood so in the text `before` stays; `named` gives a {{…}} with codes for names.
    """

    def one(found: re.Match[str]) -> str:
        opening, closing = (found[n].translate(_FULL_WIDTH) for n in (1, 3))
        if found[0] in before or _PAIRS[opening] != closing:
            return found[0]
        if opening == "{":
            name = f"{{{{{found[2].translate(_IN_BLANKS)}}}}}"
            if (told := named(name)) != name:
                return told
        return f"{{{opening}{_inside(found[2])}{closing}}}"

    return _BRACES.sub(one, text)


def _inside(text: str) -> str:
    """Return what stands between braces with the quotes and signs Jinja knows; words in quotes as they are."""
    quotes = str.maketrans({c: _INSIDE[c] for c in map(ord, "“”‘’")})
    text, position, out = text.translate(quotes), 0, ""
    for quoted in _QUOTED.finditer(text):
        out += text[position : quoted.start()].translate(_INSIDE) + quoted[0]
        position = quoted.end()
    return out + text[position:].translate(_INSIDE)


def loose(text: str, before: str) -> list[str]:
    """Return every X that is mere text, with what stands around it, where it did not stand so `before`."""
    found = (text[max(0, m.start() - 6) : m.end() + 4] for m in _LOOSE.finditer(text))
    return [around for around in found if around not in before]
