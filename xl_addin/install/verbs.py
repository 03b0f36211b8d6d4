"""Verbs that install the buttons: `huibao addin install`, `doctor`, `remove`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from exporters.console import DONE, FOUND, Stop, Verb, complain
from workbook.messages import say

_WITH_EXCEL = ("win32", "darwin")


@click.command(cls=Verb, help=say("help.addin_install"))
def install() -> int:
    """Put the add-in in place."""
    return _told("install")


@click.command(cls=Verb, help=say("help.addin_doctor"))
def doctor() -> int:
    """Look at the installation."""
    return _told("doctor")


@click.command(cls=Verb, help=say("help.addin_remove"))
def remove() -> int:
    """Take it away."""
    return _told("remove")


def _told(what: str) -> int:
    """Do it in the office program of this system, tell every line; FOUND when one of them tells of a problem."""
    from xl_addin.install.findings import is_bad
    from xl_addin.install.settings import Refused

    office = _office()
    try:
        told = getattr(office, what)()
    except (Refused, getattr(office, "NotInstalled", Refused)) as error:
        raise Stop(str(error)) from None
    # Lines, or lines and whether all is well: a doctor may say so himself.
    lines, well = told if isinstance(told, tuple) else (told, not any(is_bad(line) for line in told))
    for line in lines:
        complain(line)
    return DONE if well else FOUND


def _office() -> Any:
    """Return the module with install(), doctor(), remove() for this system: Excel's, or LibreOffice's."""
    return import_module("xl_addin.install.office" if sys.platform in _WITH_EXCEL else "xl_addin.libreoffice.install")
