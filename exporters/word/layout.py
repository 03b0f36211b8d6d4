"""Where an office's own habits leave the standard: the few switches of a report's layout."""

from dataclasses import dataclass
from typing import Literal

Grid = Literal["portable", "word"]
"""How 28 characters fit a line: see `page.section_xml`."""


@dataclass(frozen=True)
class Layout:
    """What an office decides once; a call whose switch is off adds nothing, so that texts need no conditions.

    `latin` is the face of digits and letters in running text (the Chinese face if None). `head` prints the red
    head and the document number, `seal` leaves the signature the room of a seal, `annex_note` lists the annexes
    before the signature, `imprint` prints 版记 at the foot of the last page.
    """

    latin: str | None = None
    grid: Grid = "portable"
    head: bool = True
    seal: bool = False
    annex_note: bool = True
    imprint: bool = True


STANDARD = Layout()
"""The standard's own layout, every part printed."""
