"""The buttons: one list for the ribbon in Excel, what is behind it, the toolbar in LibreOffice, and the tests."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.messages import say


@dataclass(frozen=True)
class Button:
    """A button. Its id is also the macro it calls, `xl_addin.macros.<id>`, and the key of its wording."""

    id: str
    group: str
    image: str  # one of Office's own pictures, imageMso
    on_workbook: bool = False  # it works on the workbook in front: without one there is nothing to do

    @property
    def label(self) -> str:
        """Return what stands on it."""
        return say(f"button.{self.id}")

    @property
    def tip(self) -> str:
        """Return what it does, in a sentence or two."""
        return say(f"tip.{self.id}")


BUTTONS = (
    Button("check_form", "form", "DataValidation", on_workbook=True),
    Button("clear_marks", "form", "ClearFormats", on_workbook=True),
    Button("seal_form", "form", "FileMarkAsFinal", on_workbook=True),
    Button("new_round", "round", "FileNew"),
    Button("consolidate", "round", "Consolidate"),
    Button("report", "round", "FileSaveAsWordDocx"),
    Button("reconcile", "round", "ViewSideBySide"),
    Button("trace", "round", "TracePrecedents", on_workbook=True),
    Button("settings", "more", "AdvancedFileProperties"),
    Button("help", "more", "Help"),
    Button("about", "more", "Info"),
)
GROUPS = tuple(dict.fromkeys(button.group for button in BUTTONS))


def group_label(group: str) -> str:
    """Return what stands under a group of buttons."""
    return say(f"ribbon.{group}")
