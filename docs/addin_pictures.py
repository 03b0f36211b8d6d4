"""Makes the pictures of the buttons from a round of the demo: `python docs/addin_pictures.py demo/2020H1`.

A unit and its office work in a LibreOffice with a window, as the tests have them do (tests/story.py); what is on the
screen is kept.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import story
from window import Window

TARGET = Path(__file__).parent / "user"
WINDOW = (10, 8, 1310, 812)  # on the screen
COLOURS = 160


def main(round_path: Path) -> None:
    """Draw all of them."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        round_here = Path(shutil.copytree(round_path.parent, place / "各期")) / round_path.name
        form = Path(shutil.copy(next((round_here / "收件").glob("X01_*.xlsx")), place))
        with Window(form) as window:
            story.ready(window, round_here)

            def keep(picture: str) -> None:
                taken = place / f"{picture}.png"
                window.screenshot(taken)
                with Image.open(taken) as image:
                    image.convert("RGB").crop(WINDOW).quantize(COLOURS).save(TARGET / taken.name, optimize=True)

            story.unit(window, keep)
            story.office(window, keep)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
