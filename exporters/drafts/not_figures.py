"""Numbers that are no figures, told by their surface: dates, ordinals, names, numbers of documents, titles."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.drafts.language import language
from exporters.drafts.numbers_in_text import Number


def no_figures(text: str, numbers: Sequence[Number]) -> dict[Number, str]:
    """Return the numbers that are no figures and the pattern that tells, by its name in language.toml."""
    told: dict[Number, str] = {}
    for name, pattern in language().not_figures.items():
        for match in pattern.finditer(text):
            for number in numbers:
                if match.start() <= number.start and number.end <= match.end():
                    told.setdefault(number, name)
    return told
