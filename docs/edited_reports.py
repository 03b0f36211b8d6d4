"""Writes docs/reference/edited-reports.md: what people do to reports, and what reconciling finds of it.

tests/exporters/test_reconcile.py does all of it and holds the page up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from edits import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
