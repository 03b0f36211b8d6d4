"""Verbs on templates: `huibao template …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporters.console import DONE, FOUND, Stop, Verb, Verbs, complain, defects_text, pack_named
from workbook.messages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporters.drafts.kept import Saved

_USUAL = "party-building"


@click.group(cls=Verbs, help=say("help.template"))
def template() -> None:
    """Verbs on the templates of reports."""


@template.command("edit", cls=Verb, help=say("help.template_edit"))
@click.argument("genre", metavar=say("meta.genre"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.template_output")
)
@click.option("--pack", "pack_name", default="", metavar=say("meta.pack"), help=say("help.template_edit_pack"))
def template_edit(genre: str, output: Path | None, pack_name: str) -> int:
    """Write a genre's template as a Word file to edit."""
    from exporters.drafts.kept import open_view, own_folder
    from workbook.files import replacing

    own = own_folder(output or Path(genre), _USUAL)
    pack = pack_named(pack_name or (str(own) if own.is_dir() else _USUAL))
    found = pack.genres.get(genre)
    if found is None:
        raise Stop(say("cli.no_genre", genre=genre, known="、".join(pack.genres)))
    if not (pack.root / found.template).is_file():
        word = pack.root / found.word_template
        key = "cli.word_template" if word.is_file() else "cli.no_file"
        raise Stop(say(key, file=word if word.is_file() else pack.root / found.template))
    path = output or Path(say("folder.view", genre=found.name))
    if path.exists():
        raise Stop(say("cli.view_exists", path=path))
    content = open_view(pack, found)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    complain(say("cli.view_written", path=path, pack=pack.root))
    return DONE


@template.command("save", cls=Verb, help=say("help.template_save"))
@click.argument("file", metavar=say("meta.view"), type=click.Path(path_type=Path))
@click.option("--genre", default="", metavar=say("meta.genre"), help=say("help.template_genre"))
@click.option("--pack", "pack_name", default="", metavar=say("meta.pack"), help=say("help.template_pack"))
@click.option("--drop-lost", is_flag=True, help=say("help.template_drop_lost"))
def template_save(file: Path, genre: str, pack_name: str, drop_lost: bool) -> int:
    """Take an edited Word file back into the pack."""
    from exporters.drafts.kept import save_view

    if not file.is_file():
        raise Stop(say("cli.no_file", file=file))
    saved, defects = save_view(file, pack_name=pack_name, genre_id=genre, drop_lost=drop_lost)
    if saved is None:
        raise Stop(defects_text(defects))
    _tell(saved)
    if defects:
        complain(defects_text(defects))
    if not saved.written:
        complain(say("cli.view_not_saved", n=len(defects) + len(saved.taken.changes.lost)))
        return FOUND
    complain(say("cli.view_saved", path=saved.path))
    if saved.copied:
        complain(say("cli.pack_copied", folder=saved.root))
    return DONE


@template.command("import", cls=Verb, help=say("help.template_import"))
@click.argument("file", metavar=say("meta.old_report"), type=click.Path(path_type=Path))
@click.option("--genre", default="", metavar=say("meta.genre"), help=say("help.template_import_genre"))
@click.option("--pack", "pack_name", default=_USUAL, metavar=say("meta.pack"), help=say("help.template_import_pack"))
@click.option("--confirmed", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.confirmed"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.template_import_output")
)
def template_import(file: Path, genre: str, pack_name: str, confirmed: Path | None, output: Path | None) -> int:
    """Propose a template from an old report; write it once the office has confirmed the indicators."""
    from exporters.old_reports.imported import import_report

    for path in (file, confirmed):
        if path is not None and not path.is_file():
            raise Stop(say("cli.no_file", file=path))
    pack = pack_named(pack_name)
    if genre and genre not in pack.genres:
        raise Stop(say("cli.no_genre", genre=genre, known="、".join(pack.genres)))
    imported, defects = import_report(file, pack, pack.genres.get(genre), confirmed=confirmed, output=output)
    if imported is None:
        raise Stop(defects_text(defects))
    if defects:
        complain(defects_text(defects))
    complain(say("cli.imported", numbers=imported.numbers, bound=imported.bound, text=imported.text))
    if imported.table is not None:
        complain(say("cli.to_confirm", table=imported.table, file=file))
    return DONE


def _tell(saved: Saved) -> None:
    """Say what became of the blanks, and what else the editor should know."""
    changed = saved.taken.changes
    _list(say("cli.blanks_lost", n=len(changed.lost)), changed.lost)
    _list(say("cli.blanks_rebound", n=len(changed.rebound)), changed.rebound)
    _list(say("cli.blanks_added", n=len(changed.added)), changed.added)
    _list(say("cli.blanks_moved", n=len(changed.moved)), changed.moved)
    _list(say("cli.notes", n=len(saved.taken.notes)), saved.taken.notes)


def _list(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        complain("\n".join([title, *(f"  {sentence}" for sentence in sentences)]))
