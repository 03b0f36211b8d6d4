"""What was judged is kept: a run reads and judges only what it has never seen in this way.

Lots lie under .huibao/judged, in a folder called by all that a verdict rests on but the files themselves: our code, the
pack, the round's settings and units, the figures of earlier rounds. When one of these is another, so is the folder,
and the old one goes. A lot is called by the digest of its bytes: one that is damaged is none, and its files are judged
again. Nothing in it is run when it is opened.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from workbook.files import replacing
from workbook.history import earlier_files
from workbook.lots.crew import MOST, Crew, worked
from workbook.lots.judge import judge, judged, read_back, written
from workbook.lots.lot import columns_of, only
from workbook.lots.lots import Lots
from workbook.model import Round
from workbook.pack import SYNONYMS
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.round import MEMORY

_FOLDER, _SUFFIX = "judged", ".lot"
_MANY = 24  # lots of less than that many files; then they are put together
_LIBRARIES = ("python-calamine", "numpy", "pandas", "pyarrow", "msgspec")


def lots_of(round_: Round, digests: Iterable[str], crew: Crew = contained) -> Lots:
    """Return the lots of some originals of a round, judged now as far as they are not kept; OSError from the disk.

    `crew` is who judges. The digests are taken as fast as they are worked on.
    """
    folder = round_.path / MEMORY / _FOLDER / rests_on(round_)
    kept = {path: _digests(columns_of(path, "digest")) for path in _whole(folder)}
    there = {digest for lot in kept.values() for digest in lot}
    wanted: set[str] = set()

    def new() -> Iterator[str]:
        for digest in digests:
            if digest not in wanted:
                wanted.add(digest)
                if digest not in there:
                    yield digest

    passing: list[pa.Table] = []
    for lot, lasting in _judged(round_, new(), crew):
        if lasting:
            kept[_keep(folder, lot)] = _digests(lot)
        else:
            passing.append(lot)
    _tidy(folder, kept, wanted)
    return Lots(round_.pack, [*kept, *passing])


def _judged(round_: Round, digests: Iterable[str], crew: Crew) -> Iterator[tuple[pa.Table, bool]]:
    """Yield the lots of some originals, and whether they may be kept: what kills is tried anew by the next run."""
    here = replace(round_, path=round_.path.resolve())  # workers may stand elsewhere
    for batch, lot in worked(crew, partial(judge, here), digests, MOST):
        if isinstance(lot, Unreadable):
            yield judged(round_, dict.fromkeys(batch, lot)), False
        else:
            yield read_back(lot), True


def _whole(folder: Path) -> Iterator[Path]:
    """Yield the lots of a folder that are whole; the others go."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with path.open("rb") as source:
            whole = hashlib.file_digest(source, "sha256").hexdigest() == path.stem
        if whole:
            yield path
        else:
            path.unlink(missing_ok=True)


def _keep(folder: Path, lot: pa.Table) -> Path:
    content = written(lot)
    path = folder / f"{hashlib.sha256(content).hexdigest()}{_SUFFIX}"
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def _digests(lot: pa.Table) -> Sequence[str]:
    digests: list[str] = lot["digest"].to_pylist()
    return digests


def _tidy(folder: Path, kept: dict[Path, Sequence[str]], wanted: Container[str]) -> None:
    """Take away what rests on something else than now; put many small lots together, without what came and went."""
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    small = [path for path, digests in kept.items() if len(digests) < MOST]
    if len(small) < _MANY:
        return
    together = only(pa.concat_tables([columns_of(path) for path in small]), wanted)
    for old in small:
        del kept[old]
    kept[_keep(folder, together)] = _digests(together)
    for old in small:
        old.unlink(missing_ok=True)


def rests_on(round_: Round) -> str:
    """Return a name for everything a verdict rests on but the file."""
    digest = hashlib.sha256(code_digest().encode())
    told = (round_.pack.id, round_.pack.hash, round_.period, round_.modules, round_.switches, round_.parameters)
    digest.update(repr((told, round_.units, round_.others)).encode())
    for path in (round_.pack.root / SYNONYMS, *earlier_files(round_)):
        digest.update(path.read_bytes() if path.is_file() else b"-")
    return digest.hexdigest()[:16]


@cache
def code_digest() -> str:
    """Return a digest of the code and words that read and judge, and the versions of what they stand on."""
    here = Path(__file__).parent.parent
    digest = hashlib.sha256(repr([(name, version(name)) for name in _LIBRARIES]).encode())
    for path in sorted([*here.rglob("*.py"), *here.glob("*.toml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
