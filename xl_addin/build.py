"""huibao.xlam: what goes into the add-in for Excel. Written from texts alone, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from xl_addin.ribbon import MODULE, ribbon_code, ribbon_xml
from xl_addin.runtime import runtime_modules
from xl_addin.vba_project import Module, sheet_module, standard_module, vba_project, workbook_module

_PARTS = Path(__file__).parent / "parts"  # what never changes: an empty workbook that says it is an add-in
_GUID = "{1C7B7E0A-53D4-4F0D-9E35-2A6C9D2B8F41}"  # of the VBA project; any, but always the same
VBA_PART = "xl/vbaProject.bin"


def add_in() -> bytes:
    """Return the bytes of huibao.xlam; NoRuntime when the xlwings here is of no use."""
    return zipped(parts(modules()))


def modules() -> list[Module]:
    """Return the modules of the add-in's VBA project."""
    ribbon = standard_module(MODULE, ribbon_code())
    return [workbook_module(), sheet_module("Sheet1"), ribbon, *runtime_modules()]


def parts(modules: list[Module]) -> dict[str, bytes]:
    """Return the parts of the package by name, with these modules in it."""
    files = {p.relative_to(_PARTS).as_posix(): p for p in _PARTS.rglob("*") if p.is_file()}
    constant = {name: files[name].read_text(encoding="utf-8").encode() for name in sorted(files)}
    return constant | {"customUI/customUI.xml": ribbon_xml(), VBA_PART: vba_project("Huibao", _GUID, modules)}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return the package. Nothing in it tells when, where or by which zlib it was written, so it is not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)  # of 1980
            entry.create_system = 0
            package.writestr(entry, content)
    return buffer.getvalue()
