"""What are Names? Names for cells, constants and formulas, of the workbook or of single sheets ("Sheet1!total")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import NoSuchObjectError, base_classes

from workbook.messages import say
from xl_addin.libreoffice.engine.addresses import quoted
from xl_addin.libreoffice.engine.formulas import corner

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.books import Book
    from xl_addin.libreoffice.engine.ranges import Range
    from xl_addin.libreoffice.engine.sheets import Sheet


class Names(base_classes.Names):
    """The names of a workbook, or of one of its sheets alone."""

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self._book = book
        self._sheet = sheet

    @property
    def api(self) -> Any:
        """The named ranges of the document or the sheet."""
        return (self._sheet or self._book).api.NamedRanges

    def __iter__(self) -> Iterator[Name]:
        for key in self.api.getElementNames():
            yield Name(self._book, self._sheet, key)
        if self._sheet is None:
            for sheet in self._book.sheets:
                yield from sheet.names

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def snapshot(self) -> list[tuple[str, Name]]:
        """Return all names with what they are called."""
        return [(name.name, name) for name in self]

    def __call__(self, key: int | str) -> Name:
        """Return a name by number or by what it is called."""
        if isinstance(key, int):
            return list(self)[key - 1]
        name = self.find(key)
        if name is None:
            raise KeyError(key)
        return name

    def contains(self, key: str) -> bool:
        """Return whether there is such a name."""
        return self.find(key) is not None

    def find(self, key: str) -> Name | None:
        """Return the name that is called so, in capitals or not; None when there is none."""
        names, key = self._placed(key)
        return Name(self._book, names._sheet, key) if names.api.hasByName(key) else None

    def add(self, key: str, refers_to: str) -> Name:
        """Define a name. One that is there refers to something else then, as in Excel: formulas keep it."""
        names, key = self._placed(key)
        if not names.api.hasByName(key):
            names.api.addNewByName(key, "", corner(), 0)
        name = Name(self._book, names._sheet, key)
        name.refers_to = refers_to
        return name

    def _placed(self, key: str) -> tuple[Names, str]:
        """Return the names that "Sheet1!total" belongs to, and what it is called there."""
        sheet, _, name = key.rpartition("!")
        return (self._book.sheets(sheet.strip("'").replace("''", "'")).names if sheet else self), name


class Name(base_classes.Name):
    """A name."""

    def __init__(self, book: Book, sheet: Sheet | None, key: str) -> None:
        self._book = book
        self._sheet = sheet
        self._key = key

    @property
    def api(self) -> Any:
        """The named range."""
        return (self._sheet or self._book).api.NamedRanges.getByName(self._key)

    @property
    def name(self) -> str:
        """What it is called, with its sheet when it belongs to one."""
        return self._key if self._sheet is None else f"{quoted('', self._sheet.name)}!{self._key}"

    @name.setter
    def name(self, name: str) -> None:
        self.api.setName(name)
        self._key = name

    @property
    def refers_to(self) -> str:
        """What it stands for, a formula in Excel's syntax."""
        return self._book.formulas.said(self.api.getTokens(), corner())

    @refers_to.setter
    def refers_to(self, formula: str) -> None:
        self.api.setTokens(self._book.formulas.tokens(formula, corner()))

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for."""
        cells = self.cells()
        if cells is None:
            raise NoSuchObjectError(say("engine.no_range", name=self.name))
        return self._book.range_at(cells)

    def cells(self) -> Any:
        """Return the UNO CellRangeAddress of the cells it stands for; None when it stands for something else."""
        referred = self.api.getReferredCells()
        return None if referred is None else referred.getRangeAddress()

    def delete(self) -> None:
        """Take it away."""
        (self._sheet or self._book).api.NamedRanges.removeByName(self._key)
