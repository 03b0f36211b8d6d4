"""Writes docs/reference/damaged-forms.md: damages forms in LibreOffice, reads them, says what became of every value.

Takes a minute; tests/workbook/test_damaged_forms.py holds the page up to date.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus import PAGE, damaged, forms_in, page
from desk import Desk


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder, Desk() as desk:
        outcomes = list(damaged(desk, Path(folder), forms_in(Path(folder))))
    PAGE.write_text(page(outcomes), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
