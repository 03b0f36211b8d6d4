"""A LibreOffice for macros, made once, and a new workbook in it for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import xlwings
from office import running_office

from xl_addin.libreoffice.engine import attach


@pytest.fixture(scope="session")
def app() -> Iterator[xlwings.App]:
    with running_office() as context:
        yield attach(context)


@pytest.fixture
def book(app: xlwings.App) -> Iterator[xlwings.Book]:
    """Return a new workbook with the sheets 填报 and 一 组织, whose name needs quotes; nothing is open afterwards."""
    book = app.books.add()
    book.sheets[0].name = "填报"
    book.sheets.add("一 组织", after="填报")
    book.sheets["填报"].activate()
    yield book
    for opened in app.books:
        opened.close()


@pytest.fixture
def sheet(book: xlwings.Book) -> xlwings.Sheet:
    return book.sheets["填报"]
