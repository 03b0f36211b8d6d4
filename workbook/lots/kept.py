"""What was judged is kept: a run reads and judges only what it has never seen in this way.

Lots lie under .huibao/judged, in a folder called by all that a verdict rests on but the files themselves: our code, the
pack, the round's settings and units, the figures of earlier rounds. When one of these is another, so is the folder,
and the old one goes. A lot is called by the digest of its bytes: one that is damaged is none, and its files are judged
again. Nothing in it is run when it is opened.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa

from workbook.files import replacing
from workbook.history import earlier_files
from workbook.lots.judge import judge, judged, read_back, written
from workbook.lots.lot import only
from workbook.lots.lots import Lots
from workbook.model import Round
from workbook.pack import SYNONYMS
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.round import MEMORY

_FOLDER, _SUFFIX = "judged", ".lot"
_MOST = 48  # files of a lot: some seconds of work, so that no process waits long for the others
_MANY = 24  # lots of less than that many files; then they are put together
Batch = Sequence[str]  # digests
_LIBRARIES = ("python-calamine", "numpy", "pandas", "pyarrow", "msgspec")
Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Protocol):
    """Who works: processes here, or a cluster's."""

    def __call__(
        self, work: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Iterator[tuple[Task, Result | Unreadable]]:
        """Give every task with what `work` makes of it; Unreadable where processes died over it."""


def lots_of(round_: Round, digests: Iterable[str], crew: Crew = contained) -> Lots:
    """Return the lots of some originals of a round, judged now as far as they are not kept; OSError from the disk.

    `crew` is who judges. The digests are taken as fast as they are worked on.
    """
    folder = round_.path / MEMORY / _FOLDER / rests_on(round_)
    kept = dict(_kept(folder))
    there = {digest for lot in kept.values() for digest in lot["digest"].to_pylist()}
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
            path = _keep(folder, lot)
            kept[path] = _mapped(path)
        else:
            passing.append(lot)
    _tidy(folder, kept, wanted)
    return Lots(round_.pack, [*kept.values(), *passing])


def _judged(round_: Round, digests: Iterable[str], crew: Crew) -> Iterator[tuple[pa.Table, bool]]:
    """Yield the lots of some originals, and whether they may be kept.

    Where a process died over a lot, each of its files is judged alone: what dies again is the one, and is tried anew
    by the next run.
    """
    here = replace(round_, path=round_.path.resolve())  # workers may stand elsewhere
    alone: list[list[str]] = []
    for batch, lot in crew(partial(judge, here), _batches(digests)):
        if isinstance(lot, Unreadable):
            alone += [[digest] for digest in batch]
        else:
            yield read_back(lot), True
    for (digest,), lot in crew(partial(judge, here), alone):
        if isinstance(lot, Unreadable):
            yield judged(round_, {digest: lot}), False
        else:
            yield read_back(lot), True


def _batches(digests: Iterable[str]) -> Iterator[Batch]:
    remaining = iter(digests)
    while batch := list(islice(remaining, _MOST)):
        yield batch


def _kept(folder: Path) -> Iterator[tuple[Path, pa.Table]]:
    """Yield the lots of a folder that are whole; the others go."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with path.open("rb") as source:
            whole = hashlib.file_digest(source, "sha256").hexdigest() == path.stem
        if whole:
            yield path, _mapped(path)
        else:
            path.unlink(missing_ok=True)


def _mapped(path: Path) -> pa.Table:
    """Return a lot that stays on the disk but for what somebody looks at; Windows lets nobody delete such a file."""
    with pa.OSFile(str(path)) if sys.platform == "win32" else pa.memory_map(str(path)) as source:
        return read_back(source.read_buffer())


def _keep(folder: Path, lot: pa.Table) -> Path:
    content = written(lot)
    path = folder / f"{hashlib.sha256(content).hexdigest()}{_SUFFIX}"
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def _tidy(folder: Path, kept: dict[Path, pa.Table], wanted: set[str]) -> None:
    """Take away what rests on something else than now; put many small lots together, without what came and went."""
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    small = [path for path, lot in kept.items() if lot.num_rows < _MOST]
    if len(small) < _MANY:
        return
    together = only(pa.concat_tables([kept.pop(path) for path in small]), wanted)
    path = _keep(folder, together)
    kept[path] = _mapped(path)
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
