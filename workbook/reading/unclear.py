"""Why a text is not taken for a number, so that its writer is told what to do instead of only that it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook.messages import say
from workbook.model import Indicator
from workbook.reading.numerals import read_numeral

_NUMBER = r"[+-]?[0-9][0-9,. ]*"
_DASHES = "-/\\_.*\u2013\u2014\u2015\u2500"
_LOOKALIKES = re.compile(r"(?=.*[0-9])[0-9OoIl|\u25cb\u3007.,]+")


@dataclass(frozen=True, slots=True)
class Unclear:
    """`reason` names the words under [unreadable], "" where no more is known than that it is no number."""

    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def why_unclear(text: str, item: Indicator) -> Unclear:
    """Return why a text in half-width characters is no number that can be understood for sure."""
    for reason, applies in _CHECKS.items():
        if applies(text) and not (reason == "percent" and item.percent):
            return Unclear(reason)
    if match := re.fullmatch(r"\((" + _NUMBER + r")\)", text):
        return Unclear("brackets", {"a": re.sub("[, +-]", "", match[1])})
    other = _word(text)
    return Unclear("word", {"other": other}) if other and other != item.measure_word else Unclear()


def _words(key: str) -> list[str]:
    return say(f"written.{key}").split()


def _is_error(text: str) -> bool:
    return re.match("#[A-Z]|ERR:[0-9]", text.upper()) is not None


def _is_nothing(text: str) -> bool:
    return set(text) <= set(_DASHES) or text in _words("nothing")


def _is_yes_or_no(text: str) -> bool:
    return text.upper() in _words("yes_no")


def _is_date(text: str) -> bool:
    year, month, day = _words("date")
    between = rf"[-/.{year}{month}]"
    dated = re.match(rf"[0-9]{{4}}{between}[0-9]{{1,2}}({between}|$)|[0-9]{{1,2}}{month}([0-9]{{1,2}}{day}?)?$", text)
    return dated is not None or re.search(r"[0-9]:[0-9]{2}", text) is not None


def _is_about(text: str) -> bool:
    """Two digits of a numeral side by side are "seven or eight"."""
    digits, marks = say("written.digits"), say("written.marks")
    side_by_side = re.search(f"[{digits[1:]}{say('written.pair')}]{{2}}", text) is not None
    hedged = any(word in text for word in _words("about")) or text[:1] in _words("about_first") or text[-1:] == "+"
    return side_by_side or (hedged and any(c.isdigit() or c in digits + marks for c in text))


def _is_span(text: str) -> bool:
    between = "".join(_words("span"))
    return re.match(rf"{_NUMBER}[^0-9]?[-~\u2013\u2014{between}]+{_NUMBER}", text) is not None


def _is_slash(text: str) -> bool:
    return re.match(rf"{_NUMBER}[/\\:]+{_NUMBER}", text) is not None


def _is_percent(text: str) -> bool:
    return text.endswith(("%", "\u2030")) or text.startswith(say("written.percent"))


def _is_badly_grouped(text: str) -> bool:
    return re.fullmatch(_NUMBER, text) is not None


def _has_letters(text: str) -> bool:
    return _LOOKALIKES.fullmatch(text) is not None


_CHECKS = {
    "error": _is_error,
    "none": _is_nothing,
    "yes_no": _is_yes_or_no,
    "date": _is_date,
    "about": _is_about,
    "span": _is_span,
    "slash": _is_slash,
    "percent": _is_percent,
    "grouping": _is_badly_grouped,
    "letters": _has_letters,
}


def _word(text: str) -> str:
    """Return the word behind a number, "" if there is none."""
    match = re.fullmatch(rf"{_NUMBER} *([^0-9\s()]+)", text)
    if match is not None:
        return match[1]
    numerals = say("written.digits") + say("written.marks")
    start = next((i for i, c in enumerate(text) if c not in numerals), 0)
    return text[start:] if read_numeral(text[:start]) is not None else ""
