"""A person at LibreOffice without a window: presses buttons, answers what they ask, remembers what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

import xl_addin.front
from xl_addin import macros
from xl_addin.program import Kinds
from xl_addin.programs.libreoffice import LibreOffice

Answer = tuple[str, Any]  # words of the question, and what is answered


class Person:
    """Presses buttons; every question has to be the next one that was foreseen."""

    def __init__(self, app: xw.App, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.told: list[str] = []
        self.shown: list[Path] = []
        self._ready: list[Answer] = []
        monkeypatch.setattr(xl_addin.front, "program_of", lambda app: _Answering(app, self))

    def press(self, button: str, book: xw.Book, *answers: Answer) -> str:
        """Press a button while a workbook is in front; return what was said at the end."""
        book.activate()
        book.set_mock_caller()
        self.told, self.shown, self._ready = [], [], list(answers)
        getattr(macros, button)()
        assert self._ready == [], f"never asked; but said: {self.told}"
        return self.told[-1] if self.told else ""

    def answer(self, question: str) -> Any:
        """Return the answer to a question."""
        assert self._ready, f"nobody foresaw: {question}"
        words, answer = self._ready.pop(0)
        assert words in question, f"{words} was to be asked, not: {question}"
        return answer


class _Answering(LibreOffice):
    """LibreOffice, with a person before it who never sees a window."""

    def __init__(self, app: xw.App, person: Person) -> None:
        super().__init__(app)
        self.person = person

    def tell(self, text: str) -> None:
        self.person.told.append(text)

    def warn(self, text: str) -> None:
        self.person.told.append(text)

    def agree(self, text: str) -> bool:
        return bool(self.person.answer(text))

    def ask(self, text: str, given: str = "") -> str | None:
        answer: str | None = self.person.answer(text)
        return given if answer == "as given" else answer

    def choose(self, text: str, options: Sequence[str]) -> int | None:
        answer = self.person.answer(text)
        return next(n for n, o in enumerate(options) if answer in o) if isinstance(answer, str) else answer

    def folder(self, title: str, start: Path | None) -> Path | None:
        return self.person.answer(title)  # type: ignore[no-any-return]

    def files(self, title: str, start: Path | None, kinds: Kinds, *, many: bool = False) -> list[Path]:
        return self.person.answer(title)  # type: ignore[no-any-return]

    def show(self, path: Path) -> None:
        self.person.shown.append(path)
