"""Lists in Chinese report prose: 甲、乙和丙; 一是…二是…; 《》 and “” around names, balanced."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exporters.prose.ordinals import chinese_number

_PAIRS = (("《", "》"), ("“", "”"), ("（", "）"), ("‘", "’"), ("〔", "〕"))
_STRAIGHT = re.compile(r'"([^"]*)"')
_END = "。！？"


def join(items: Sequence[str], last: str = "和") -> str:
    """Give 甲、乙和丙; empty items are left out."""
    present = [item for item in items if item]
    if len(present) < 2:
        return "".join(present)
    return "、".join(present[:-1]) + (last or "、") + present[-1]


def names(items: Sequence[str], around: str, most: int, *, counted: bool = False) -> str:
    """Give at most `most` names, each inside its pair of marks (《》 or “”, "" for none), 等 where there are more.

    With `counted` a number follows, so that 等 stands there in any case. A name that a clerk already put inside such
    marks gets no second pair; inside “” other quotation marks become ‘’.
    """
    opening, closing = around[:1], around[1:]
    told = [f"{opening}{_inside(item, opening, closing)}{closing}" for item in items[:most]]
    between = "" if around else "、"
    return between.join(told) + ("等" if told and (counted or len(items) > most) else "")


def ordered(sentences: Sequence[str]) -> str:
    """Give 一是……。二是……。; a sentence alone has no ordinal."""
    if len(sentences) < 2:
        return "".join(sentences)
    return "".join(f"{chinese_number(n)}是{text}" for n, text in enumerate(sentences, start=1))


def sentence(text: str) -> str:
    """Give words that end like a sentence."""
    return text if not text or text[-1] in _END else text.rstrip("，；、：.．,;:") + "。"


def phrase(text: str) -> str:
    """Give words without the mark they end with, to stand inside a sentence."""
    return text.rstrip("。！？，；、：.．,;:")


def balanced(text: str) -> str:
    """Give text whose 《》 “” （） are all closed: straight quotes are paired, what has no partner goes."""
    text = _STRAIGHT.sub(r"“\1”", text).replace('"', "")
    for opening, closing in _PAIRS:
        text = _paired(text, opening, closing)
    return text


def _paired(text: str, opening: str, closing: str) -> str:
    if opening not in text and closing not in text:
        return text
    open_at: list[int] = []
    alone: set[int] = set()
    for at, character in enumerate(text):
        if character == opening:
            open_at.append(at)
        elif character == closing:
            if open_at:
                open_at.pop()
            else:
                alone.add(at)
    alone |= set(open_at)
    return "".join(c for at, c in enumerate(text) if at not in alone) if alone else text


def _inside(item: str, opening: str, closing: str) -> str:
    text = item.strip()
    if opening and text.startswith(opening) and text.endswith(closing) and text.count(opening) == 1:
        text = text[1:-1]
    return text.replace("“", "‘").replace("”", "’") if opening == "“" else text
