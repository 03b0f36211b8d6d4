"""Numbers that are no figures, told by their surface: dates, ordinals, names, numbers of documents, titles."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.old_reports.language import language
from exporters.old_reports.numbers_in_text import Number

PATTERNS = (  # of language.toml; the messages under draft.no_… say them
    *("dates", "lengths", "ordinals", "documents", "titles", "quotations", "marks", "phones", "names"),
    *("enumeration", "slogans", "fractions", "about_standing"),
)


def no_figures(text: str, numbers: Sequence[Number]) -> dict[Number, str]:
    """Return the numbers that are no figures and the pattern that tells, by its name in language.toml."""
    told: dict[Number, str] = {}
    for name in PATTERNS:
        for match in language().not_figures[name].finditer(text):
            for number in numbers:
                if match.start() <= number.start and number.end <= match.end():
                    told.setdefault(number, name)
    return told
