"""How does xlwings find LibreOffice? The engine it asks, and the one office this process works in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import xlwings
from xlwings import base_classes
from xlwings.main import Engine as PublicEngine

from workbook.messages import say
from xl_addin.libreoffice.engine.app import App
from xl_addin.libreoffice.engine.values import cleaned, prepared

NAME = "libreoffice"


class Apps(base_classes.Apps):
    """The offices: the one attached last, or none."""

    def __init__(self) -> None:
        self.attached: App | None = None

    def keys(self) -> list[int]:
        """Return the numbers of the offices."""
        return [app.pid for app in self]

    def add(self, *_: object, **__: object) -> App:
        """Refuse to start an office: whoever starts it attaches it."""
        raise xlwings.XlwingsError(say("engine.not_started_here"))

    def __iter__(self) -> Iterator[App]:
        return iter([] if self.attached is None else [self.attached])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, pid: int) -> App:
        return {app.pid: app for app in self}[pid]


class Engine:
    """What xlwings calls an implementation."""

    name = NAME
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps()

    @staticmethod
    def prepare_xl_data_element(value: object, _options: object) -> object:
        """Return a value the way `raw_value` takes it."""
        return prepared(value)

    @staticmethod
    def clean_value_data(
        rows: list[list[Any]],
        make_date: Callable[..., Any],
        empty: object,
        make_number: Callable[[float], Any] | None,
        errors_as_text: bool,
    ) -> list[list[Any]]:
        """Return rows of `raw_value` the way the options of a range ask for them."""
        return [[cleaned(v, make_date, empty, make_number, errors_as_text) for v in row] for row in rows]


def attach(context: Any) -> xlwings.App:
    """Return the app for an office's component context. From now on it is the one `xlwings.apps` tells of."""
    if NAME not in xlwings.engines.engines_by_name:
        xlwings.engines.add(PublicEngine(impl=Engine()))
    engine = xlwings.engines[NAME]
    engine.activate()
    apps = engine.impl.apps
    if apps.attached is None or apps.attached.context != context:
        apps.attached = App(engine.impl, context)
    return xlwings.App(impl=apps.attached)


def book_with(app: xlwings.App, runtime_uid: str) -> xlwings.Book | None:
    """Return the open workbook with UNO's RuntimeUID; None when it is closed, or no workbook."""
    found = next((book for book in app.impl.books if book.api.RuntimeUID == runtime_uid), None)
    return None if found is None else xlwings.Book(impl=found)
