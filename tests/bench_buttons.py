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
        for what, took in (
            ("first click", first),
            ("a form that passes", median(passing)),
            ("one error", median(wrong)),
        ):
            print(f"审核本表, {what:30}{took:>8.2f} s")


if __name__ == "__main__":
    main()
