"""What is found when an installation is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbook.messages import say


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: it is as it should be, worth knowing, or stands in the way."""

    level: Literal["good", "note", "bad"]
    what: str

    @property
    def line(self) -> str:
        """Return it as the user reads it."""
        return say(f"install.{self.level}", what=self.what)


def is_bad(line: str) -> bool:
    """Whether a line tells of something that stands in the way."""
    return line.startswith(say("install.bad", what=""))
