"""The folder of the person who presses: what the buttons remember, and where troubles nobody foresaw are noted."""

from __future__ import annotations

import sys
import traceback
from datetime import datetime
from pathlib import Path

REMEMBERED = "settings.json"


def own_folder(home: Path | None = None) -> Path:
    """Return the folder of everything that is kept for this person."""
    return (home or Path.home()) / ".huibao"


def log_file(home: Path | None = None) -> Path:
    """Return the log."""
    return own_folder(home) / "log" / "huibao.log"


def settings_file(home: Path | None = None) -> Path:
    """Return what the buttons remember."""
    return own_folder(home) / REMEMBERED


def note_trouble(what: str) -> None:
    """Add the exception that is being handled to the log; `what` says which button was pressed."""
    told = f"{datetime.now().isoformat(' ', 'seconds')} {what}\n{traceback.format_exc()}\n"
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        with log_file().open("a", encoding="utf-8") as log:
            log.write(told)
    except OSError:  # a full disk must not hide what went wrong
        sys.stderr.write(told)
