"""LibreOffice at the other end of a pipe: one JSON command per line comes in, one JSON answer goes out.

Run by the interpreter that knows `uno`, which need not be the one the tests run under; desk.py starts and ends it.
A command is [name, arguments…], an answer {"ok": result} or {"error": text}. Cells and ranges are "E8", "D8:G9".
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import uno

FILTERS = {".docx": "MS Word 2007 XML", ".xlsx": "Calc MS Excel 2007 XML", ".xls": "MS Excel 97", ".ods": "calc8"}
# com.sun.star.sheet.CellFlags
CONTENTS = 1 | 2 | 4 | 16  # values, dates, strings, formulas; not the formats
FORMATS = 32 | 64  # hard attributes (conditional formats among them) and styles
CONTEXT = "StarOffice.ComponentContext"


def struct(kind: str, *values: object) -> Any:
    return uno.createUnoStruct(f"com.sun.star.{kind}", *values)


def options(**settings: object) -> tuple[Any, ...]:
    return tuple(struct("beans.PropertyValue", name, 0, value, 0) for name, value in settings.items())


def plain(value: object) -> object:
    """Return what a cell shows: a number, a text ("" when empty), "#ERR" for an error."""
    return "#ERR" if value is None else value


class Office:
    """A soffice nobody else talks to: its own profile in `folder`, its own pipe."""

    def __init__(self, folder: Path) -> None:
        pipe = f"desk{uuid.uuid4().hex}"
        arguments = "--headless --norestore --nologo --nodefault --nofirststartwizard".split()
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        accept = f"--accept=pipe,name={pipe};urp;{CONTEXT}"
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}  # our own stdout carries the answers
        self.process = subprocess.Popen(["soffice", *arguments, profile, accept], **quiet)
        self.context = context = self._connect(f"uno:pipe,name={pipe};urp;{CONTEXT}")
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self._leave_no_locks(context)

    def _leave_no_locks(self, context: Any) -> None:
        """Let two desks open one file: LibreOffice would refuse the second, and leave lock files behind."""
        name = "com.sun.star.configuration.ConfigurationProvider"
        settings = context.ServiceManager.createInstanceWithContext(name, context)
        misc = settings.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationUpdateAccess",
            options(nodepath="/org.openoffice.Office.Common/Misc"),
        )
        misc.UseDocumentOOoLockFile = misc.UseDocumentSystemFileLocking = False
        misc.commitChanges()

    def _connect(self, url: str) -> Any:
        """Return the office's context once it listens; desk.py ends the wait when it takes too long."""
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
        while self.process.poll() is None:
            try:
                return resolver.resolve(url)
            except uno.getClass("com.sun.star.connection.NoConnectException"):
                time.sleep(0.05)
        raise RuntimeError(f"soffice ended at once with code {self.process.returncode}")

    def stop(self) -> None:
        try:
            self.desktop.terminate()
        except uno.getClass("com.sun.star.uno.Exception"):
            pass  # it is gone already
        self.process.wait(20)


class Book:
    """The open workbook. Every method without an underscore is a command, described in desk.py."""

    def __init__(self, context: Any, desktop: Any) -> None:
        self._context, self._desktop, self._document = context, desktop, None

    def open(self, path: str) -> None:
        self.close()
        self._document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, options(Hidden=True))
        if self._document is None or not self._document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            self.close()
            raise ValueError(f"LibreOffice does not open {path} as a workbook")

    def open_with_macros(self, path: str) -> None:
        self.close()
        always = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN
        settings = options(Hidden=True, FilterName="Calc MS Excel 2007 VBA XML", MacroExecutionMode=always)
        self._document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, settings)

    def run_macro(self, name: str) -> None:
        url = f"vnd.sun.star.script:{name}?language=Basic&location=document"
        self._open().getScriptProvider().getScript(url).invoke((), (), ())

    def open_text(self, path: str) -> None:
        self.close()
        self._document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, options(Hidden=True))

    def type_over(self, words: str, instead: str, nth: int) -> None:
        self._found(words, nth).setString(instead)

    def type_behind(self, words: str, more: str, nth: int) -> None:
        place = self._found(words, nth)
        place.Text.insertString(place.getEnd(), more, False)

    def set_bold(self, words: str, nth: int) -> None:
        self._found(words, nth).CharWeight = 150.0

    def delete_paragraph(self, words: str, nth: int) -> None:
        place = self._found(words, nth)
        cursor = place.Text.createTextCursorByRange(place)
        cursor.gotoStartOfParagraph(False)
        cursor.gotoEndOfParagraph(True)
        cursor.setString("")

    def track(self, on: bool) -> None:
        self._open().RecordChanges = on

    def _found(self, words: str, nth: int) -> Any:
        document = self._open()
        search = document.createSearchDescriptor()
        search.SearchString = words
        every = document.findAll(search)
        if nth >= every.Count:
            raise ValueError(f"{words} stands there {every.Count} times")
        return every.getByIndex(nth)

    def close(self) -> None:
        if self._document is not None:
            self._document.close(True)
        self._document = None

    def follow(self, link: str) -> list[str]:
        """Jump as a click does: a link into the workbook jumps in its window, one to a file opens the file."""
        inside = link.startswith("#")
        document = self._open() if inside else self._desktop.loadComponentFromURL(link, "_blank", 0, ())
        controller = document.CurrentController
        if inside:
            name = "com.sun.star.frame.DispatchHelper"
            dispatcher = self._context.ServiceManager.createInstanceWithContext(name, self._context)
            mark = options(Bookmark=link[1:])
            dispatcher.executeDispatch(controller.Frame, ".uno:JumpToMark", "", 0, mark)
        place = controller.Model.CurrentSelection.AbsoluteName
        if not inside:
            document.close(True)
        sheet, _, cell = place.rpartition(".")
        return [sheet.lstrip("$").strip("'"), cell.replace("$", "")]

    def save_as(self, path: str) -> None:
        self._open().storeToURL(Path(path).as_uri(), options(FilterName=FILTERS[Path(path).suffix]))

    def recalculate(self) -> None:
        self._open().calculateAll()  # the hard one: what has a cached value as well; calculate() would skip that

    def sheets(self) -> list[str]:
        return list(self._open().Sheets.ElementNames)

    def get(self, sheet: str, cells: list[str]) -> list[object]:
        return [plain(self._range(sheet, cell).getDataArray()[0][0]) for cell in cells]

    def read(self, sheet: str, cells: str) -> list[list[object]]:
        return [[plain(value) for value in row] for row in self._range(sheet, cells).getDataArray()]

    def formula(self, sheet: str, cell: str) -> str:
        return str(self._range(sheet, cell).getCellByPosition(0, 0).Formula)

    def put_formula(self, sheet: str, cell: str, formula: str) -> None:
        self._unlocked(sheet, cell).getCellByPosition(0, 0).setFormula(formula)

    def put(self, sheet: str, cell: str, value: float | str | None) -> None:
        place = self._unlocked(sheet, cell).getCellByPosition(0, 0)
        if value is None:
            place.clearContents(CONTENTS)
        elif isinstance(value, str):
            place.setString(value)
        else:
            place.setValue(value)

    def insert_rows(self, sheet: str, row: int, n: int) -> None:
        self._sheet(sheet).Rows.insertByIndex(row - 1, n)

    def delete_rows(self, sheet: str, row: int, n: int) -> None:
        self._sheet(sheet).Rows.removeByIndex(row - 1, n)

    def insert_columns(self, sheet: str, column: str, n: int) -> None:
        before = self._range(sheet, f"{column}1").RangeAddress.StartColumn
        self._sheet(sheet).Columns.insertByIndex(before, n)

    def delete_columns(self, sheet: str, column: str, n: int) -> None:
        first = self._range(sheet, f"{column}1").RangeAddress.StartColumn
        self._sheet(sheet).Columns.removeByIndex(first, n)

    def hide(self, sheet: str, cells: str, what: str) -> None:
        getattr(self._range(sheet, cells), what).IsVisible = False

    def merge(self, sheet: str, cells: str) -> None:
        self._range(sheet, cells).merge(True)

    def sort(self, sheet: str, cells: str, column: int) -> None:
        field = uno.createUnoStruct("com.sun.star.table.TableSortField")
        field.Field, field.IsAscending = column, False
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        self._range(sheet, cells).sort(options(SortFields=fields, ContainsHeader=False, IsSortColumns=False))

    def move_sheet(self, name: str, position: int) -> None:
        self._open().Sheets.moveByName(name, position)

    def take_sheets(self, path: str, names: list[str]) -> None:
        other = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, options(Hidden=True))
        sheets = self._open().Sheets
        for name in names:
            sheets.importSheet(other, name, sheets.Count)
        other.close(True)

    def new(self) -> None:
        self.close()
        self._document = self._desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, options(Hidden=True))

    def cut(self, sheet: str, source: str, target: str) -> None:
        taken = self._unlocked(sheet, source).RangeAddress
        place = self._unlocked(sheet, target, taken)
        self._sheet(sheet).moveRange(place.getCellByPosition(0, 0).CellAddress, taken)

    def copy(self, sheet: str, source: str, target_sheet: str, target: str) -> None:
        taken = self._range(sheet, source).RangeAddress
        place = self._unlocked(target_sheet, target, taken)
        self._sheet(target_sheet).copyRange(place.getCellByPosition(0, 0).CellAddress, taken)

    def paste_values(self, sheet: str, source: str, target: str) -> None:
        taken = self._range(sheet, source)
        self._unlocked(sheet, target, taken.RangeAddress).setDataArray(taken.getDataArray())

    def paste_over(self, sheet: str, cells: str, rows: list[list[object]]) -> None:
        self._unlocked(sheet, cells).setDataArray(tuple(tuple(row) for row in rows))

    def clear_formats(self, sheet: str, cells: str) -> None:
        if self.protected(sheet):
            raise PermissionError(f"{sheet} is protected")
        self._range(sheet, cells).clearContents(FORMATS)

    def rename(self, sheet: str, new: str) -> None:
        self._sheet(sheet).setName(new)
        self._sheet(new)  # LibreOffice says nothing when it does not like a name
        if sheet != new and sheet in self.sheets():
            raise ValueError(f"there is a sheet {new} already")

    def copy_sheet(self, name: str, new: str, position: int) -> None:
        if new in self.sheets():
            raise ValueError(f"there is a sheet {new} already")
        self._open().Sheets.copyByName(name, new, position)

    def delete_sheet(self, name: str) -> None:
        self._open().Sheets.removeByName(name)

    def unprotect(self, sheet: str) -> None:
        self._sheet(sheet).unprotect("")

    def protected(self, sheet: str) -> bool:
        return bool(self._sheet(sheet).isProtected())

    def _open(self) -> Any:
        if self._document is None:
            raise ValueError("no workbook is open")
        return self._document

    def _sheet(self, name: str) -> Any:
        if name not in self._open().Sheets.ElementNames:
            raise ValueError(f"no sheet {name}")
        return self._open().Sheets.getByName(name)

    def _range(self, sheet: str, cells: str) -> Any:
        return self._sheet(sheet).getCellRangeByName(cells)

    def _unlocked(self, sheet: str, cells: str, size: Any = None) -> Any:
        """Return cells, or as many as `size` from them on, that people may change; UNO alone would not mind."""
        place = self._range(sheet, cells)
        if size is not None:
            start = place.RangeAddress
            right = start.StartColumn + size.EndColumn - size.StartColumn
            bottom = start.StartRow + size.EndRow - size.StartRow
            place = self._sheet(sheet).getCellRangeByPosition(start.StartColumn, start.StartRow, right, bottom)
        if self.protected(sheet) and place.CellProtection.IsLocked:
            raise PermissionError(f"{sheet} is protected and {place.AbsoluteName} not open")
        return place


def answer(book: Book, line: str) -> dict[str, object]:
    """Carry out one command; whatever goes wrong becomes the answer, and the next command may come."""
    try:
        name, *arguments = json.loads(line)
        return {"ok": getattr(book, name)(*arguments)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    office = Office(Path(sys.argv[1]))
    try:
        book = Book(office.context, office.desktop)
        print(json.dumps({"ok": "ready"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(book, line)), flush=True)
        book.close()
    finally:
        office.stop()


if __name__ == "__main__":
    main()
