"""The tab in Excel's ribbon and the VBA behind its buttons, both written from the list of buttons."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from workbook.messages import say
from xl_addin.buttons import BUTTONS, GROUPS, group_label

MODULE = "HuibaoRibbon"
_TEXT = Path(__file__).parent / "vba" / f"{MODULE}.bas"
_NOTICES = ("title", "no_workbook", "odd_name", "not_installed")
_SCHEMA = "http://schemas.microsoft.com/office/2006/01/customui"  # Excel 2007 and later, WPS


def ribbon_xml() -> bytes:
    """Return customUI.xml: one tab, its groups, their buttons."""
    root = ElementTree.Element("customUI", xmlns=_SCHEMA)
    tabs = ElementTree.SubElement(ElementTree.SubElement(root, "ribbon"), "tabs")
    tab = ElementTree.SubElement(tabs, "tab", id="huibao", label=say("ribbon.title"))
    groups = {
        name: ElementTree.SubElement(tab, "group", id=f"huibao_{name}", label=group_label(name)) for name in GROUPS
    }
    for button in BUTTONS:
        ElementTree.SubElement(
            groups[button.group],
            "button",
            id=button.id,
            label=button.label,
            screentip=button.label,
            supertip=button.tip,
            size="large",
            imageMso=button.image,
            onAction=f"{MODULE}.{callback(button.id)}",
        )
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def callback(button_id: str) -> str:
    """Return the name of the Sub that a button calls."""
    return f"Press_{button_id}"


def ribbon_code() -> str:
    """Return the code of the module behind the ribbon: its text file, a callback per button, the notices."""
    parts = [_TEXT.read_text(encoding="ascii")]
    for button in BUTTONS:
        parts += [
            f"Public Sub {callback(button.id)}(control As IRibbonControl)\n"
            f'    Press "{button.id}", {button.on_workbook}\n'
            "End Sub\n"
        ]
    for name in _NOTICES:
        numbers = " ".join(str(ord(c)) for c in say(f"ribbon.{name}"))
        parts += [f'Private Function Say_{name}() As String\n    Say_{name} = Han("{numbers}")\nEnd Function\n']
    return "\n".join(parts)
