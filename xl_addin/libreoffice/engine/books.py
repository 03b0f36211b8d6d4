"""What are Books? The open spreadsheet documents: opening, finding, saving and closing them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import XlwingsError, base_classes

from workbook.messages import say
from xl_addin.libreoffice.engine.bridge import options, service, uno
from xl_addin.libreoffice.engine.formulas import Formulas
from xl_addin.libreoffice.engine.names import Names
from xl_addin.libreoffice.engine.number_formats import NumberFormats
from xl_addin.libreoffice.engine.ranges import Range
from xl_addin.libreoffice.engine.sheets import Sheet, Sheets

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.app import App

_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
}
_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"


class Books(base_classes.Books):
    """The open workbooks; other documents do not count."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        """The components of the desktop."""
        return self.app.api.getComponents()

    @property
    def active(self) -> Book:
        """The workbook in front, or the first one where something else is."""
        current = self.app.api.getCurrentComponent()
        if _is_workbook(current):
            return Book(self.app, current)
        for book in self:
            return book
        raise XlwingsError(say("engine.no_workbook"))

    def __iter__(self) -> Iterator[Book]:
        components = self.api.createEnumeration()
        while components.hasMoreElements():
            document = components.nextElement()
            if _is_workbook(document):
                yield Book(self.app, document)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, key: int | str) -> Book:
        """Return a workbook by number, name or path; KeyError tells xlwings that it is not open."""
        for number, book in enumerate(self, 1):
            if key == number if isinstance(key, int) else key.lower() in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return any(key in (book.name, book.fullname) for book in self)

    def add(self) -> Book:
        """Return a new, empty workbook."""
        return self._load("private:factory/scalc")

    def open(
        self,
        fullname: str,
        update_links: bool | None = None,
        read_only: bool | None = None,
        file_format: object = None,
        password: str | None = None,
        *_: object,
    ) -> Book:
        """Open a file that is not open; xlwings has looked before. What Excel alone knows is passed over."""
        settings: dict[str, object] = {"ReadOnly": True} if read_only else {}
        if password:
            settings["Password"] = password
        return self._load(Path(fullname).resolve().as_uri(), **settings)

    def _load(self, url: str, **settings: object) -> Book:
        """Return a workbook in a window of its own: "_default" would take the place of an untouched new one.

        Macros in it do not run (MacroExecutionMode 0, NEVER_EXECUTE): it may come from anybody.
        """
        document = self.app.api.loadComponentFromURL(url, "_blank", 0, options(MacroExecutionMode=0, **settings))
        if not _is_workbook(document):
            if document is not None:
                document.close(True)
            raise XlwingsError(say("engine.not_opened", path=url))
        book = Book(self.app, document)
        book.activate()
        return book


class Book(base_classes.Book):
    """An open workbook."""

    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self._document = document

    @property
    def api(self) -> Any:
        """The document."""
        return self._document

    @property
    def app(self) -> App:
        """The office it is open in."""
        return self._app

    @property
    def fullname(self) -> str:
        """The path of its file; of a workbook that was never saved, its name."""
        url = str(self._document.getURL())
        return str(uno().fileUrlToSystemPath(url)) if url.startswith("file:") else self.name

    @property
    def name(self) -> str:
        """The name of its file, or its title when it was never saved."""
        url = str(self._document.getURL())
        return Path(uno().fileUrlToSystemPath(url)).name if url.startswith("file:") else str(self._document.getTitle())

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """Its names, those that belong to single sheets too."""
        return Names(self)

    @cached_property
    def formats(self) -> NumberFormats:
        """Its number formats."""
        return NumberFormats(self._document)

    @cached_property
    def formulas(self) -> Formulas:
        """Its formulas in Excel's syntax."""
        return Formulas(self._document)

    @cached_property
    def epoch(self) -> datetime:
        """The day 0 of its dates."""
        day = self._document.NullDate
        return datetime(day.Year, day.Month, day.Day)

    def range_at(self, address: Any) -> Range:
        """Return the cells a UNO CellRangeAddress tells of."""
        row, column = address.StartRow + 1, address.StartColumn + 1
        shape = (address.EndRow - address.StartRow + 1, address.EndColumn - address.StartColumn + 1)
        return Range(Sheet(self, self._document.getSheets().getByIndex(address.Sheet)), row, column, shape)

    def activate(self) -> None:
        """Bring it in front of the other workbooks, also of one whose new window is about to come in front."""
        service(self._app.context, "awt.Toolkit").processEventsToIdle()
        self._document.getCurrentController().getFrame().activate()

    def close(self) -> None:
        """Close it without saving."""
        self._document.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it where it is, or at `path` in the format of its ending; new ones go into the working directory."""
        if path is None and password is None and self._document.hasLocation():
            self._document.store()
            return
        target = Path(path or self.fullname)
        if not target.suffix:
            target = target.with_name(target.name + ".xlsx")
        if target.suffix.lower() not in _FILTERS:
            raise XlwingsError(say("engine.other_format", path=target))
        settings: dict[str, object] = {"FilterName": _FILTERS[target.suffix.lower()], "Overwrite": True}
        if password:
            settings["Password"] = password
        self._document.storeAsURL(target.absolute().as_uri(), options(**settings))

    def to_pdf(self, path: str, quality: str) -> None:
        """Write the sheets that are visible as PDF; "minimum" packs its pictures harder."""
        data = uno().Any("[]com.sun.star.beans.PropertyValue", options(Quality=90 if quality == "standard" else 50))
        self._document.storeToURL(
            Path(path).absolute().as_uri(), options(FilterName="calc_pdf_Export", FilterData=data)
        )


def _is_workbook(component: Any) -> bool:
    """Return whether it is a spreadsheet: the editor of Basic, say, is a component that supports nothing."""
    return component is not None and hasattr(component, "supportsService") and component.supportsService(_SPREADSHEET)
