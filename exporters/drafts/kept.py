"""Where templates are kept: in an office's own folder of a pack, never in the packs that come with Huibao."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from exporters.drafts.origin import Origin
from exporters.drafts.taken_back import Taken, read_view, taken_back
from exporters.drafts.view import edited
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect, Genre, Pack
from workbook.pack import find_pack, load_pack, packs_folder
from workbook.tables import read_text

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Source:
    """A genre's template as it is kept: its text with plain line ends, and how its file writes it."""

    text: str
    line_end: str = "\n"
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A Word view that was taken back: the pack it went to, whether that folder is new, and what became of it."""

    taken: Taken
    genre: Genre
    path: Path
    root: Path
    copied: bool = False
    written: bool = False


def stored(pack: Pack, genre: Genre) -> Source:
    """Return a genre's template; OSError where there is none."""
    path = pack.root / genre.template
    text = read_text(path).removeprefix(_BOM)
    line_end = "\r\n" if "\r\n" in text else "\n"
    return Source(text.replace("\r\n", "\n"), line_end, path.read_bytes().startswith(_BOM.encode()))


def open_view(pack: Pack, genre: Genre) -> bytes:
    """Return the Word view of a genre's template, which remembers the folder of an office's own pack."""
    return edited(stored(pack, genre).text, pack, genre, place="" if shipped(pack.root) else str(pack.root.resolve()))


def shipped(root: Path) -> bool:
    """Return whether a pack is one of those that come with Huibao."""
    return root.resolve().parent == packs_folder().resolve()


def save_view(
    path: Path, *, pack_name: str = "", genre_id: str = "", drop_lost: bool = False
) -> tuple[Saved | None, tuple[Defect, ...]]:
    """Take a Word view back and write its text into the pack it belongs to.

    Nothing is written where there are defects, or blanks were lost and `drop_lost` does not say that they may go.
    """
    came, defects = read_view(path.read_bytes(), path.name)
    if came is None:
        return None, defects
    pack, defects = _pack(pack_name, came.origin, path)
    if pack is None:
        return None, defects
    genre = pack.genres.get(genre_id or came.origin.genre)
    if genre is None:
        known = "、".join(pack.genres)
        remedy = say("taken.no_genre_remedy", known=known)
        return None, (Defect(path.name, 0, say("taken.no_genre", genre=genre_id or came.origin.genre), remedy),)
    source = stored(pack, genre)
    taken, defects = taken_back(came, pack, genre, source.text, name=path.name)
    root = own_folder(path, pack.root.name) if shipped(pack.root) and not _in_place(pack_name) else pack.root
    saved = Saved(taken, genre, root / genre.template, root, copied=not root.is_dir())
    if defects or (taken.changes.lost and not drop_lost):
        return saved, defects
    if saved.copied:
        shutil.copytree(pack.root, root)
    _write(saved.path, taken.text, source)
    return Saved(taken, genre, saved.path, root, saved.copied, written=True), ()


def own_folder(beside: Path, pack_id: str) -> Path:
    """Return where an office keeps its own copy of a pack that comes with Huibao: beside the Word view."""
    return beside.resolve().parent / say("folder.own_pack", pack=pack_id)


def _pack(name: str, origin: Origin, view: Path) -> tuple[Pack | None, tuple[Defect, ...]]:
    """Return the pack a view belongs to: the one named or else the one it came from, as the office keeps it."""
    wanted = name or origin.place or origin.pack
    folder = find_pack(wanted) if wanted else None
    if folder is None:
        problem = say("taken.no_pack", pack=wanted) if wanted else say("taken.not_a_view")
        return None, (Defect(view.name, 0, problem, say("taken.no_pack_remedy")),)
    own = own_folder(view, folder.name)
    if shipped(folder) and not _in_place(name) and (own / "pack.toml").is_file():
        folder = own
    pack, defects = load_pack(folder)
    return (None, defects) if defects else (pack, ())


def _in_place(name: str) -> bool:
    """Return whether somebody who works on Huibao itself named the folder of a pack in a checkout."""
    return Path(name).is_dir() and bool(name) and packs_folder().name != "_packs"


def _write(path: Path, text: str, source: Source) -> None:
    """Write a template as its file was written before, and keep what was there beside it."""
    if path.is_file():
        with replacing(path.with_name(path.name + ".bak")) as temporary:
            temporary.write_bytes(path.read_bytes())
    content = (_BOM if source.bom else "") + text.replace("\n", source.line_end)
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode())
