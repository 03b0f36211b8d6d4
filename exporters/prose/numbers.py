"""Numbers in Chinese report prose: figures, changes, round words, shares. Exact arithmetic, standard library only.

Numbers follow GB/T 15835: Arabic figures for measured values, 万 as the only unit word.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

Scale = Literal["", "万"]
Roundness = Literal["over", "more", "near", "about"]

_WAN = 10_000
_WAN_DECIMALS = 2
_TIMES_FROM = 200
_LEAST_ROUND = 10
_NEAR = 3


def digits(value: Fraction, decimals: int, *, trim: bool = True) -> str:
    """Give `value` with `decimals` places, halves rounded away from zero, trailing zeros cut if `trim`.

    A value that is not zero is never printed as zero: a small positive one reads 不足0.01, a small
    negative one keeps as many places as its first figure needs.
    """
    rounded = _rounded(value, decimals)
    if value and not rounded:
        if value > 0:
            return f"不足{_plain(1, decimals)}"
        while not rounded:
            decimals += 1
            rounded = _rounded(value, decimals)
    text = _plain(abs(rounded), decimals)
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if rounded < 0 else text


def scaled(value: Fraction, scale: Scale, decimals: int) -> tuple[str, str]:
    """Give (digits, "万" or ""): 万 with two places from 10,000 upwards, plain with `decimals` below.

    What rounds to 10,000 counts as 10,000, so that a text never says 10000 in one place and 1万 in another.
    """
    if scale == "万" and abs(_rounded(value, decimals)) >= _WAN * 10**decimals:
        return digits(value / _WAN, _WAN_DECIMALS), "万"
    return digits(value, decimals), ""


def change(current: Fraction | None, prior: Fraction | None, *, percent_points: bool) -> tuple[str, str, str] | None:
    """Give direction, digits and unit, such as ("增长", "3.2", "%"); None where no comparison makes sense.

    With `percent_points` both values are percentages and their difference is 提高/降低 … 个百分点. From
    nothing to something is ("新增", the current value, ""): the unit is the caller's. Growth of 200 % and
    more is told in 倍. A change too small to print is 基本持平, none at all is 持平. Negative values have no
    percentage.
    """
    if current is None or prior is None or (not percent_points and (current.numerator < 0 or prior.numerator < 0)):
        return None
    if current == prior:
        return "持平", "", ""
    if percent_points:
        return _told(current - prior, ("提高", "降低"), "个百分点")
    if prior == 0:
        return "新增", digits(current, 2), ""
    percent = 100 * (current / prior - 1)
    if _rounded(percent, 1) >= _TIMES_FROM * 10:
        return "增长", digits(percent / 100, 1), "倍"
    return _told(percent, ("增长", "下降"), "%")


def roundly(value: Fraction, word: str, decimals: int, scale: Scale, how: Roundness) -> tuple[str, str, str]:
    """Give what stands before the digits, the digits, and what stands behind: ("近", "1300", "人次").

    Two leading figures stay: 2800余人次, 120多万元, 86万余元, 约1.3万人次. 余 and 多 never say more than there is, 近
    never less: what is not near the next round number (within three parts in a hundred) is told by 余. A number that is
    round already, or too small to be rounded, stays as it is. `word` is the measure word.
    """
    exact, told = scaled(value, scale, decimals)
    unit = told + word
    shown = value / _WAN if told else value
    step = _step(shown)
    below = shown // step * step
    if below == shown or (step < _LEAST_ROUND and not unit.startswith("万")):
        return "", exact, unit
    above = below + step
    if how == "about":
        return "约", digits(below if (shown - below) * 2 < step else above, 2), unit
    if how == "near" and (above - shown) * 100 <= above * _NEAR:
        return "近", digits(above, 2), unit
    after = "多" if how == "more" else "余"
    number = digits(below, 2)
    return "", number, after + unit if number.endswith("0") or not unit.startswith("万") else f"万{after}{unit[1:]}"


def shares(parts: Sequence[Fraction], decimals: int = 1) -> list[Fraction]:
    """Give the share of each part in their sum, in percent with `decimals` places, so that all add up to exactly 100.

    What rounding leaves over goes to the largest remainders, earlier parts first (Hare). Parts must not be negative
    and their sum must not be zero.
    """
    whole, units = sum(parts), 10**decimals
    exact = [part * 100 * units / whole for part in parts]
    floors = [share // 1 for share in exact]
    left = 100 * units - sum(floors)
    largest = sorted(range(len(parts)), key=lambda i: floors[i] - exact[i])
    more = set(largest[:left])
    return [Fraction(floor + (i in more), units) for i, floor in enumerate(floors)]


def _step(value: Fraction) -> Fraction:
    """Give the place of the second leading figure: 100 for 1234, 1/10 for 2.86."""
    step = Fraction(1)
    while value >= step * 100:
        step *= 10
    while value < step * 10:
        step /= 10
    return step


def _told(difference: Fraction, words: tuple[str, str], unit: str) -> tuple[str, str, str]:
    if not _rounded(difference, 1):
        return "基本持平", "", ""
    return words[0] if difference > 0 else words[1], digits(abs(difference), 1), unit


def _rounded(value: Fraction, decimals: int) -> int:
    """Give `value` in units of the last place, halves away from zero."""
    above, below = value.numerator, value.denominator
    whole: int = (2 * abs(above) * 10**decimals + below) // (2 * below)
    return whole if above > 0 else -whole


def _plain(units: int, decimals: int) -> str:
    """Write `units` of the last of `decimals` places."""
    if not decimals:
        return str(units)
    text = str(units).rjust(decimals + 1, "0")
    return f"{text[:-decimals]}.{text[-decimals:]}"
