"""How long 审核本表 takes on a county's form in LibreOffice, from the click to the answer."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import story
from sealing import PERIOD, a_small_round, filled, received
from window import Window

from bench.measure import Section, told

TIMES = 7


def clicked(window: Window, button: str = "check_form") -> float:
    """Return the seconds from a click to what is said; then close it."""
    start = perf_counter()
    story.said(window, button)
    took = perf_counter() - start
    story.done(window)
    return took


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure clicks on a form that passes, on one with an error, and on a button that does nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        forms = filled(a_small_round(folder))
        received(folder / "round" / PERIOD, forms)
        with Window(forms[0]) as window:
            story.ready(window, folder / "round" / PERIOD)
            first, *passing = (clicked(window) for _ in range(TIMES))
            window.type_into(*story.SORTED_OUT, "99")
            wrong = [clicked(window) for _ in range(TIMES)]
            nothing = [clicked(window, "about") for _ in range(TIMES)]
    took = {"审核本表, first click": first, "审核本表, a form that passes": median(passing)}
    took |= {"审核本表, one error": median(wrong), "关于, which does nothing": median(nothing)}
    rows = [(what, told(span)) for what, span in took.items()]
    said = f"On the clock, from the click to the answer in LibreOffice's window, median of {TIMES}."
    return [Section("Buttons", said, ("button", "took"), rows)]
