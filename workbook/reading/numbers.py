"""What people write where a number goes → the number and how it was understood, a state, or why it was not.

Only what can mean one thing is understood. A scale is never changed silently, and nothing but a zero becomes zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from workbook.expression.static import COUNT_LIKE
from workbook.messages import say
from workbook.model import Indicator, State
from workbook.reading.numerals import read_numeral
from workbook.reading.unclear import Unclear, why_unclear
from workbook.reading.values import read_figure

_LONGEST = 60  # characters; no number is written with more
_LARGE = 10_000  # from here on a multiple may be part of the unit
_MOST_DIGITS = 20  # more are more than a figure has, and than arithmetic here keeps
_SURELY_EXACT = 5  # digits; spreadsheets shorten longer numbers when they show them in scientific notation
_NARROW = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x2212: "-"}  # full-width characters, the minus sign
_QUOTES = ("'", "\u2018", "\u2019")
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+"
_DIGITS = re.compile(
    rf"(?P<number>(?:{_GROUPED}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>[eE][+-]?[0-9]{{1,2}})? *(?P<times>[^\s]*)"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A number in the unit its item is stored in, or a state; and what had to be understood, as under [understood]."""

    meaning: Decimal | State
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number as it is written: figures, and the word behind them that says how many times they count."""

    figures: Decimal
    times: Decimal
    large: bool  # speaks of ten thousands somewhere
    how: tuple[str, ...]

    @property
    def value(self) -> Decimal:
        """Return the number in full."""
        return self.figures * self.times


def read_number(text: str, item: Indicator) -> Understood | Unclear:
    """Return what a text, blanks around it cut, means where a figure of `item` goes."""
    if len(text) > _LONGEST:
        return Unclear()
    how: list[str] = []
    narrow = re.sub(r"\s", " ", _noted(how, "full_width", text, text.translate(_NARROW)))
    bare = _noted(how, "quote", narrow, narrow[1:].strip() if narrow.startswith(_QUOTES) else narrow)
    states = {say("word.not_applicable"): State.NOT_APPLICABLE, say("word.not_counted"): State.NOT_COUNTED}
    if state := states.get("".join(bare.split())):
        return Understood(state, (*how, *(["blanks"] if " " in bare else [])))
    return _read(bare, item, how) or why_unclear(bare, item)


def _noted(how: list[str], name: str, before: str, after: str) -> str:
    """Return `after`, and note its name if it differs."""
    if after != before:
        how.append(name)
    return after


def _read(text: str, item: Indicator, how: list[str]) -> Understood | Unclear | None:
    minus = say("written.minus")
    sign = text[:1] if text[:1] in ("+", "-", minus) else ""
    if sign and sign != "-":
        how.append("sign")
    body = text[1:].lstrip() if sign == minus else text[len(sign) :]
    if item.percent:
        body = _noted(how, "percent", body, _without_percent(body))
    body, in_base_unit = _without_word(body, item, how)
    amount = _amount(body)
    if amount is None:
        return None
    if len(amount.figures.as_tuple().digits) > _MOST_DIGITS:
        return Unclear("size")
    value = amount.value * (-1 if sign in ("-", minus) and amount.value else 1)
    if value and (in_base_unit or not _is_scale_certain(amount, item)):
        return _scales(value, amount, item)
    if "exponent" in amount.how and (_digits(amount.value) > _SURELY_EXACT or _places(value) > item.decimals):
        return Unclear("exponent")
    if not read_figure(plain(value), item.decimals, "", "").state.known:
        return Unclear("size")
    return Understood(value, (*how, *amount.how))


def plain(value: Decimal) -> str:
    """Return a number as it would be typed into the form."""
    return format(value.normalize() + 0, "f")


def _without_percent(body: str) -> str:
    part = say("written.percent")
    if not body.startswith(part):
        return body.removesuffix("%").rstrip()
    number = body.removeprefix(part).lstrip()
    return say("written.digits")[1] + number if number in list(say("written.marks")) else number  # a whole hundred


def _without_word(body: str, item: Indicator, how: list[str]) -> tuple[str, bool]:
    """Return what stands before the item's own measure word, and whether it is the word without its scale."""
    name = item.measure_word.translate(_NARROW)
    own = {name, item.scale.translate(_NARROW), *re.split(r"[()]", name)} - {"", "%"}
    for word in sorted(own, key=len, reverse=True):
        number = body.removesuffix(word).rstrip()
        if number != body and not (_scale(item) > 1 and _is_large(number)):
            how.append("word")
            return number, False
    base = name[1:] if _scale(item) > 1 else ""
    return (body.removesuffix(base).rstrip(), True) if base and body.endswith(base) else (body, False)


def _scale(item: Indicator) -> Decimal:
    """Return how many of its base unit make one of the unit an item is stored in: 10,000 where its word says so."""
    mark = item.measure_word[:1]
    return (mark in list(say("written.marks")[2:]) and _multiple(mark)) or Decimal(1)


def _is_large(text: str) -> bool:
    return not set(text).isdisjoint(say("written.marks")[-2:])


def _multiple(marks: str) -> Decimal | None:
    """Return how many times a number counts that has these marks behind it, None if something else is among them."""
    return read_numeral(say("written.digits")[1] + marks) if set(marks) <= set(say("written.marks")) else None


def _amount(body: str) -> _Amount | None:
    match = _DIGITS.fullmatch(body)
    if match is None:
        return _numeral(body)
    times = _multiple(match["times"])
    if times is None or (match["times"] and match["exponent"]):
        return None
    number = re.sub("[, ]", "", match["number"])
    figures = Decimal(number + (match["exponent"] or ""))
    how = ["grouped"] if number != match["number"] else []
    how += ["exponent"] if match["exponent"] else ["zeros"] if number != plain(figures) else []
    return _Amount(figures, times, _is_large(match["times"]), (*how, *(["times"] if match["times"] else [])))


def _numeral(body: str) -> _Amount | None:
    """Return a number written out; a last mark of ten thousand may be part of the number or of its unit."""
    text = "".join(body.split())
    value = read_numeral(text)
    if value is None:
        return None
    times = (_is_large(text[-1]) and _multiple(text[-1])) or Decimal(1)
    return _Amount(value / times, times, _is_large(text), ("numerals",))


def _is_scale_certain(amount: _Amount, item: Indicator) -> bool:
    """Return whether a multiple can only be part of the number: nothing of it is in the unit, nor usually said so."""
    if _scale(item) > 1:
        return not amount.large and amount.times < _scale(item)
    return item.dimension in COUNT_LIKE or amount.times < _LARGE


def _scales(value: Decimal, amount: _Amount, item: Indicator) -> Unclear:
    """Return that a multiple may be part of the number or of its unit, with both readings."""
    other = value / (_scale(item) if _scale(item) > 1 else amount.times)
    low, high = sorted((other, value), key=abs)
    return Unclear("scale", {"a": plain(low), "b": plain(high)})


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))
