"""Makes the style document of every genre of a pack that has none: `python docs/styles.py [PACK_FOLDER]`.

A style document is a Word file whose styles, numbering, pages and footers the genre's reports take; an office restyles
its reports by editing it in Word. One that is there is never written over.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from exporters.word.layout import STANDARD
from exporters.word.style_document import style_document
from workbook.pack import load_pack


def main() -> int:
    """Write what is missing; 1 when the pack cannot be loaded."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "templates" / "party-building"
    pack, defects = load_pack(folder)
    if pack is None or defects:
        print(*defects, sep="\n", file=sys.stderr)
        return 1
    for genre in pack.genres.values():
        path = folder / genre.style
        if not path.exists():
            path.write_bytes(style_document(STANDARD))
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
