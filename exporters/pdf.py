"""Word files → PDF, by whatever office program the machine has: LibreOffice, or on Windows Word."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect

_USUAL_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
)
_FILTER = 'pdf:writer_pdf_Export:{"ExportFormFields":{"type":"boolean","value":"false"}}'  # controls are no form
_FILES_PER_START = 40
_START_SECONDS, _FILE_SECONDS = 120, 20
_WORD = """
$word = New-Object -ComObject Word.Application
try {
  $word.Visible = $false; $word.DisplayAlerts = 0; $word.AutomationSecurity = 3
  foreach ($file in Get-ChildItem -LiteralPath $env:HUIBAO_PDF -Filter *.docx) {
    try {
      $document = $word.Documents.Open($file.FullName, $false, $true, $false)
      $document.ExportAsFixedFormat([IO.Path]::ChangeExtension($file.FullName, 'pdf'), 17)
      $document.Close($false)
    } catch { }
  }
} finally { $word.Quit() }
"""


@dataclass(frozen=True, slots=True)
class PdfMaker:
    """An office program that makes a PDF of a Word file; `program` is what to start."""

    kind: Literal["libreoffice", "word"]
    program: str

    def convert(self, folder: Path, names: Sequence[str]) -> None:
        """Make a PDF beside each of the named files in `folder`, as far as it can; one start for all."""
        limit = _START_SECONDS + _FILE_SECONDS * len(names)
        if self.kind == "word":
            command = [self.program, "-NoProfile", "-NonInteractive", "-Command", _WORD]
        else:
            profile = (
                f"-env:UserInstallation={(folder / 'profile').as_uri()}"  # its own: an open LibreOffice has no say
            )
            command = [self.program, profile, "--headless", "--norestore", "--convert-to", _FILTER, *names]
        environment = {**os.environ, "HUIBAO_PDF": str(folder)}
        try:
            subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=limit, check=False)
        except (subprocess.TimeoutExpired, OSError):
            return  # the files it did not reach are told one by one


def pdf_maker() -> PdfMaker | None:
    """Return the program that makes PDFs here, LibreOffice before Word; None when there is none.

    The way over Word (PowerShell and COM, Windows only) has never run where this was written.
    """
    for place in (shutil.which("soffice"), shutil.which("libreoffice"), *_USUAL_PLACES):
        if place and Path(place).is_file():
            return PdfMaker("libreoffice", place)
    shell = shutil.which("powershell") if _word_is_installed() else None
    return PdfMaker("word", shell) if shell else None


def _word_is_installed() -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "Word.Application"))
    except OSError:
        return False
    return True


def to_pdf(paths: Sequence[Path], folder: Path | None = None) -> tuple[list[Path], list[Defect]]:
    """Write a PDF of every Word file, beside it or in `folder`; return what was written and what was not, and why.

    Works on copies in a folder of its own, so that no lock file stands beside the reports and their names may
    be anything. A PDF already there is replaced whole, or stays.
    """
    maker = pdf_maker()
    if maker is None:
        return [], [Defect("PDF", 0, say("pdf.no_maker"), say("pdf.no_maker_remedy"))] if paths else []
    written: list[Path] = []
    defects: list[Defect] = []
    for start in range(0, len(paths), _FILES_PER_START):
        for result in _some_to_pdf(maker, paths[start : start + _FILES_PER_START], folder):
            if isinstance(result, Path):
                written.append(result)
            else:
                defects.append(result)
    return written, defects


def _some_to_pdf(maker: PdfMaker, paths: Sequence[Path], folder: Path | None) -> Iterator[Path | Defect]:
    """Yield the PDF of every file, or why there is none; where one start failed, each file has its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        here = Path(temporary)
        copies: dict[str, Path] = {}
        for number, path in enumerate(paths):
            name = f"{number:04d}.docx"
            try:
                shutil.copyfile(path, here / name)
                copies[name] = path
            except OSError:
                yield Defect(path.name, 0, say("pdf.unread"), say("pdf.unread_remedy"))
        maker.convert(here, list(copies))
        for name, path in copies.items():
            made = (here / name).with_suffix(".pdf")
            if not made.is_file() and len(copies) > 1:
                maker.convert(here, [name])
            yield _kept(made, path, (folder or path.parent) / f"{path.stem}.pdf")


def _kept(made: Path, path: Path, target: Path) -> Path | Defect:
    """Put a finished PDF in its place; return that, or why it could not be."""
    if not made.is_file():
        return Defect(path.name, 0, say("pdf.failed"), say("pdf.failed_remedy"))
    try:
        with replacing(target) as temporary:
            shutil.copyfile(made, temporary)
    except OSError:
        return Defect(target.name, 0, say("pdf.held"), say("pdf.held_remedy"))
    return target
