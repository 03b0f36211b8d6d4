"""A unit and its office at their buttons, in a LibreOffice with a window: one story for the tests and the pictures.

The unit types a wrong figure, has the form checked, mends it, seals it; the office consolidates and writes reports.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from window import Window

ROOT = Path(__file__).parent.parent
SORTED_OUT = ("基层组织与党员队伍", "E6")  # 软弱涣散党组织整顿数 of X01, part of the 9 that were found
RESULT = "审核结果"
PATIENCE = 90  # seconds for a run over a round
Keep = Callable[[str], None]  # keeps what is on the screen under a name


def ready(window: Window, round_path: Path) -> None:
    """Have the buttons run with this checkout, and remember a round."""
    python = window.folder / "python"
    lines = ["#!/bin/sh", f"export PYTHONPATH='{ROOT}'", f'exec {sys.executable} "$@"']
    python.write_text("\n".join(lines) + "\n", encoding="utf-8")
    python.chmod(0o755)
    window.run_with(python)
    settings = window.home / ".huibao" / "settings.json"
    settings.write_text(json.dumps({"rounds": [str(round_path)]}), encoding="utf-8")


def said(window: Window, button: str, seconds: float = PATIENCE) -> str:
    """Click a button and return what the first box says."""
    window.click(button)
    return window.wait_for_dialog(seconds)


def answered(window: Window, name: str) -> str:
    """Press a button of the box and return what the next one says."""
    window.press_until_heard(name)
    return window.wait_for_dialog(PATIENCE)


def done(window: Window, name: str = "OK") -> None:
    """Press a button of the last box, and see the macro end."""
    window.press_until_heard(name)
    window.wait_until_idle()


def unit(window: Window, keep: Keep) -> list[str]:
    """Type a wrong figure, have it checked, mend it, seal the form; return what was said."""
    told = []
    was = window.shown(*SORTED_OUT)
    window.type_into(*SORTED_OUT, "99")
    told.append(said(window, "check_form"))
    keep("addin-checked")
    done(window)
    keep("addin-result")
    window.go_to(*SORTED_OUT)
    keep("addin-marked")
    window.type_into(*SORTED_OUT, was)
    told.append(said(window, "check_form"))
    done(window)
    told.append(said(window, "seal_form"))
    keep("addin-sealed")
    done(window)
    return told


def office(window: Window, keep: Keep) -> list[str]:
    """Consolidate the round that is offered first; return what was said."""
    told = [said(window, "consolidate")]
    keep("addin-round")
    told.append(answered(window, "确定"))
    keep("addin-consolidated")
    done(window, "No")
    window.alone()
    return told
