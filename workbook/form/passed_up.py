"""Computed figures of a form that holds totals: what lower units make of them, while nobody alters the totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbook.computed import stored_refs
from workbook.expression.excel import PassedUp
from workbook.expression.tree import Ref
from workbook.form.content import Content
from workbook.form.parts import in_form
from workbook.layout import Layout
from workbook.reading.values import show


def passed_up(layout: Layout, content: Content, at: Callable[[Ref], str]) -> dict[str, PassedUp]:
    """Return the figures by code; `at` gives the Excel expression for what stands in a cell."""
    return {
        code: PassedUp(value, f"AND({','.join(_unaltered(layout, content, at, code))})")
        for code, value in content.passed_up.items()
    }


def _unaltered(layout: Layout, content: Content, at: Callable[[Ref], str], code: str) -> Iterator[str]:
    for ref in stored_refs(Ref(code), layout.pack.indicators):
        cell = in_form(ref, layout)
        assert isinstance(cell, Ref)
        total = content.prefilled.get((cell.code, cell.measure), "")
        yield f'{at(cell)}&""="{show(total)}"'
