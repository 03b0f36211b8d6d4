"""How long 审核本表 takes on a county's form in LibreOffice, from the click to the answer. Part of `make bench`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import story
from sealing import PERIOD, a_small_round, filled, received
from window import Window

TIMES = 7


def clicked(window: Window, button: str = "check_form") -> float:
    """Return the seconds from a click to what is said; then close it."""
    start = perf_counter()
    story.said(window, button)
    took = perf_counter() - start
    story.done(window)
    return took


def main() -> None:
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
        told = {"审核本表, first click": first, "审核本表, a form that passes": median(passing)}
        told |= {"审核本表, one error": median(wrong), "关于, which does nothing": median(nothing)}
        for what, took in told.items():
            print(f"{what:40}{took:>8.2f} s")


if __name__ == "__main__":
    main()
