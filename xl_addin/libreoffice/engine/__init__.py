"""An xlwings engine over LibreOffice: macros written with the public xlwings API run in it as they run in Excel.

    app = attach(connect(pipe))
    book = book_with(app, uid)

Built on the BSD part of xlwings only, never on xlwings.pro. Where LibreOffice does not do what Excel does, the module
concerned says how it is made up for: what a protected sheet forbids raises instead of being lost, say.
"""

from xl_addin.libreoffice.engine.bridge import NoOffice, connect
from xl_addin.libreoffice.engine.engine import attach, book_with

__all__ = ["NoOffice", "attach", "book_with", "connect"]
