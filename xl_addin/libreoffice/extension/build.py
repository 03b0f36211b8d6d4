"""huibao.oxt: what goes into the extension for LibreOffice. Written from the list of buttons, the same bytes always."""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from workbook.messages import say
from xl_addin.build import zipped
from xl_addin.buttons import BUTTONS, Button

IDENTIFIER = "org.huibao.addin"
PROTOCOL = "org.huibao:"
TOOLBAR = "org.huibao.toolbar"
COMPONENT = "huibao_component.py"
_HANDLER = "org.huibao.ProtocolHandler"
_CALC = "com.sun.star.sheet.SpreadsheetDocument"
_MANIFEST = "http://openoffice.org/2001/manifest"
_DESCRIPTION = "http://openoffice.org/extensions/description/2006"
_SETTINGS = "application/vnd.sun.star.configuration-data"
_PYTHON = "application/vnd.sun.star.uno-component;type=Python"
_OOR, _XS = "http://openoffice.org/2001/registry", "http://www.w3.org/2001/XMLSchema"
_LANGUAGES = ("en-US", "zh-CN")  # en-US is what every other language falls back on; the words are the same
_SEPARATOR = "private:separator"


def extension_file() -> bytes:
    """Return the bytes of huibao.oxt."""
    return zipped(extension_parts())


def extension_parts() -> dict[str, bytes]:
    """Return the parts of the extension by name."""
    settings = {"Addons.xcu": _addons(), "CalcWindowState.xcu": _window(), "ProtocolHandler.xcu": _protocol()}
    component = Path(__file__).with_name(COMPONENT).read_text(encoding="utf-8")
    return {
        "META-INF/manifest.xml": _written(_manifest([*settings])),
        "description.xml": _written(_description()),
        **{name: _written(root) for name, root in settings.items()},
        "words.json": _words(),
        COMPONENT: component.encode(),
    }


def _words() -> bytes:
    """Return what the component is told: which buttons there are, whether one needs a workbook, what it may say."""
    words = {
        "title": say("ribbon.title"),
        "busy": say("extension.busy"),
        "no_workbook": say("extension.no_workbook"),
        "not_installed": say("ribbon.not_installed"),
        "gone": say("extension.gone"),
        "failed": say("extension.failed"),
        "silent": say("extension.silent"),
    }
    told = {"buttons": {button.id: button.on_workbook for button in BUTTONS}, "words": words}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _addons() -> Element:
    """Return the menu and the toolbar. There is no place for tips in them."""
    root = _settings("Addons", "org.openoffice.Office")
    surface = _node(root, "AddonUI")
    menu = _node(_node(surface, "OfficeMenuBar"), "org.huibao.menu", new=True)
    _text(menu, "Title", say("ribbon.title"))
    _value(menu, "Context", "string", _CALC)
    _items(_node(menu, "Submenu"))
    toolbar = _node(_node(surface, "OfficeToolBar"), TOOLBAR, new=True)
    _text(toolbar, "Title", say("ribbon.title"))
    _items(toolbar)
    return root


def _items(parent: Element) -> None:
    """Put the buttons in, and a line between two groups. LibreOffice orders them by the names of their nodes."""
    following: list[Button | None] = [BUTTONS[0]]
    for before, button in pairwise(BUTTONS):
        following += [button] if button.group == before.group else [None, button]
    for number, item in enumerate(following):
        node = _node(parent, f"m{number:02}", new=True)
        _value(node, "URL", "string", PROTOCOL + item.id if item else _SEPARATOR)
        if item:
            _value(node, "Context", "string", _CALC)
            _text(node, "Title", item.label)
            _value(node, "Target", "string", "_self")


def _window() -> Element:
    """Return where the toolbar is in Calc when it is first seen: below the others, in a row of its own."""
    root = _settings("CalcWindowState", "org.openoffice.Office.UI")
    states = _node(_node(root, "UIElements"), "States")
    state = _node(states, f"private:resource/toolbar/addon_{TOOLBAR}", new=True)
    _text(state, "UIName", say("ribbon.title"))
    _value(state, "Docked", "boolean", "true")
    _value(state, "DockingArea", "int", "0")  # the top
    _value(state, "DockPos", "string", "0,3")
    _value(state, "Visible", "boolean", "true")
    _value(state, "Style", "int", "1")  # words, no pictures
    return root


def _protocol() -> Element:
    root = _settings("ProtocolHandler", "org.openoffice.Office")
    handler = _node(_node(root, "HandlerSet"), _HANDLER, new=True)
    _value(handler, "Protocols", "string-list", f"{PROTOCOL}*", kind_of="oor")
    return root


def _manifest(settings: list[str]) -> Element:
    root = Element("manifest:manifest", {"xmlns:manifest": _MANIFEST})
    for path, kind in [(COMPONENT, _PYTHON), *((name, _SETTINGS) for name in settings)]:
        SubElement(root, "manifest:file-entry", {"manifest:media-type": kind, "manifest:full-path": path})
    return root


def _description() -> Element:
    root = Element("description", xmlns=_DESCRIPTION)
    SubElement(root, "identifier", value=IDENTIFIER)
    SubElement(root, "version", value=version("huibao"))
    names = SubElement(root, "display-name")
    for language in _LANGUAGES:
        SubElement(names, "name", lang=language).text = say("ribbon.title")
    return root


def _settings(name: str, package: str) -> Element:
    """Return the root of a file of settings."""
    names = {"xmlns:oor": _OOR, "xmlns:xs": _XS, "oor:name": name, "oor:package": package}
    return Element("oor:component-data", names)


def _node(parent: Element, name: str, *, new: bool = False) -> Element:
    """Return a node of settings: one of LibreOffice's own, or a new one of ours."""
    return SubElement(parent, "node", {"oor:name": name} | ({"oor:op": "replace"} if new else {}))


def _value(parent: Element, name: str, kind: str, value: str, kind_of: str = "xs") -> None:
    prop = SubElement(parent, "prop", {"oor:name": name, "oor:type": f"{kind_of}:{kind}"})
    SubElement(prop, "value").text = value


def _text(parent: Element, name: str, text: str) -> None:
    """Set words, which LibreOffice keeps by language."""
    prop = SubElement(parent, "prop", {"oor:name": name, "oor:type": "xs:string"})
    for language in _LANGUAGES:
        SubElement(prop, "value", {"xml:lang": language}).text = text


def _written(root: Element) -> bytes:
    """Return a part's text. It is not indented: white space in a value is part of it."""
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"
