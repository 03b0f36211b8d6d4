"""Tables over units that are too long to print: what a report says in their place.

A template prints rows as it likes, so the sentence comes to it as the only row, marked; the table or the line that it
is printed in becomes a paragraph of this sentence, and is told among what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from exporters.narrative.counts import LEDGER, Count
from exporters.prose.marks import mark, readable
from workbook.blank import tag
from workbook.collection import ALL
from workbook.messages import say

MOST_UNITS = 200  # with as many indicators this is 40,000 controls: beyond that it is no document any more
MOST_ROWS = 1_000  # of a list of what units wrote: some forty pages
_BEGINS, _ENDS = "elsewhere:", "elsewhere."  # tags around the sentence; what the table is follows the first
_SENTENCE = re.compile(f"{mark(f'{_BEGINS}(.*?)', '')}(.*?){mark(re.escape(_ENDS), '')}")


def units_elsewhere(what: str, units: int, scope: str, sheets: Sequence[str]) -> str:
    """Return the marked sentence that says on which sheets of 汇总表 the units of a scope are; `what` is left out."""
    return _marked("units_elsewhere", what, Count(units, tag(LEDGER, scope, "expected")), sheets)


def items_elsewhere(what: str, code: str, items: int) -> str:
    """Return the marked sentence that says where in 汇总表 the items of a text input are."""
    return _marked("items_elsewhere", what, Count(items, tag(code, ALL, "rows")), [say("form.texts_sheet")])


def _marked(key: str, what: str, number: Count, sheets: Sequence[str]) -> str:
    named = "".join(say("report.sheet", sheet=sheet) for sheet in sheets)
    told = say(f"report.{key}", what=what, n=number, book=say("folder.consolidated"), sheets=named)
    return mark(_BEGINS + what, "") + told + mark(_ENDS, "")


def sentence_in(text: str) -> str:
    """Return the sentence that stands in marked text in place of a table, "" for none."""
    found = _SENTENCE.search(text)
    return found[2] if found else ""


def left_out_in(text: str) -> list[tuple[str, str]]:
    """Return what is left out in marked text, each with why."""
    return [(what, readable(told)) for what, told in _SENTENCE.findall(text)]
