"""What is a hyperlink? In LibreOffice a field in the text of a cell."""

from __future__ import annotations

from typing import Any

_FIELD = "com.sun.star.text.TextField.URL"


def target(cell: Any) -> str | None:
    """Return where the first link in a cell leads; None when there is none."""
    fields = cell.getTextFields().createEnumeration()
    while fields.hasMoreElements():
        field = fields.nextElement()
        if field.getPropertySetInfo().hasPropertyByName("URL"):
            return str(field.URL)
    return None


def put(document: Any, cell: Any, address: str, text: str) -> None:
    """Make a link of a cell, instead of what stands in it."""
    field = document.createInstance(_FIELD)
    field.URL, field.Representation = address, text
    cell.setString("")
    cell.insertTextContent(cell.createTextCursor(), field, False)
