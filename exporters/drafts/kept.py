"""Where templates are kept: in an office's own folder of a pack, never in the packs that come with Huibao."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

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
    pack, defects = _pack(pack_name, came.origin.place, came.origin.pack, path)
    if pack is None:
        return None, defects
    genre = pack.genres.get(genre_id or came.origin.genre)
    if genre is None:
        known = "、".join(pack.genres)
        remedy = say("draft.no_genre_remedy", known=known)
        return None, (Defect(path.name, 0, say("draft.no_genre", genre=genre_id or came.origin.genre), remedy),)
    source = stored(pack, genre)
    taken, defects = taken_back(came, pack, genre, source.text, name=path.name)
    root = _own(pack, path, named=bool(pack_name and Path(pack_name).is_dir()))
    saved = Saved(taken, genre, root / genre.template, root, copied=not root.is_dir())
    if defects or (taken.changes.lost and not drop_lost):
        return saved, defects
    if saved.copied:
        shutil.copytree(pack.root, root)
    _write(saved.path, taken.text, source)
    return Saved(taken, genre, saved.path, root, saved.copied, written=True), ()


def _pack(name: str, place: str, pack_id: str, view: Path) -> tuple[Pack | None, tuple[Defect, ...]]:
    """Return the pack a view belongs to: the one named, the one it came from, the office's own, the one shipped."""
    own = _own_folder(view, pack_id)
    wanted = name or place or (str(own) if pack_id and own is not None else pack_id)
    folder = find_pack(wanted) if wanted else None
    if folder is None:
        problem = say("draft.no_pack", pack=wanted) if wanted else say("draft.not_a_view")
        return None, (Defect(view.name, 0, problem, say("draft.no_pack_remedy")),)
    pack, defects = load_pack(folder)
    return (None, defects) if defects else (pack, ())


def _own(pack: Pack, view: Path, *, named: bool) -> Path:
    """Return the folder a template goes to; beside its view for a pack that comes with Huibao."""
    if not shipped(pack.root) or (named and packs_folder().name != "_packs"):
        return pack.root
    return view.resolve().parent / say("folder.own_pack", pack=pack.id)


def _own_folder(view: Path, pack_id: str) -> Path | None:
    """Return the office's own folder of a pack beside a view, None where there is none yet."""
    folder = view.resolve().parent / say("folder.own_pack", pack=pack_id)
    return folder if (folder / "pack.toml").is_file() else None


def _write(path: Path, text: str, source: Source) -> None:
    """Write a template as its file was written before, and keep what was there beside it."""
    if path.is_file():
        with replacing(path.with_name(path.name + ".bak")) as temporary:
            temporary.write_bytes(path.read_bytes())
    content = (_BOM if source.bom else "") + text.replace("\n", source.line_end)
    with replacing(path) as temporary:
        temporary.write_bytes(content.encode())
