"""Files → a lot: read, held against the round, judged. Runs in processes of its own, here or on a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from workbook.checks.check import check
from workbook.checks.table import outline_of
from workbook.history import by_unit, stored_figures
from workbook.lots.lot import lot_of
from workbook.messages import say
from workbook.misfit import misfit
from workbook.model import Round, Submission
from workbook.originals import original
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form
from workbook.store import Unreachable


def judge(round_: Round, digests: Sequence[str]) -> pa.Buffer:
    """Return the lot of some originals of a round as bytes to be sent or kept; OSError from the disk."""
    read = {digest: _read(round_, original(round_, digest)) for digest in digests}
    return written(judged(round_, read))


def judged(round_: Round, read: Mapping[str, Submission | Unreadable]) -> pa.Table:
    """Return the lot of what was read, by digest; what is none of the round's forms is not judged."""
    units = {u.code: u for u in round_.units}
    forms = {
        d: replace(s, unit=units[s.unit.code])
        for d, s in read.items()
        if isinstance(s, Submission) and not misfit(round_, units, outline_of(round_.pack, s))[0]
    }
    senders = {s.unit.code for s in forms.values()}
    stored, defects = stored_figures(round_, senders)
    if defects:  # the office's machine has them: this one stands elsewhere
        raise Unreachable(say("cluster.no_earlier", why=defects[0].problem))
    earlier = by_unit(stored, senders)
    checked = check(round_.pack, forms, earlier, period=round_.period, modules=round_.modules, switches=round_.switches)
    return lot_of(read, checked, round_.pack)


def _read(round_: Round, data: bytes) -> Submission | Unreadable:
    try:
        return read_form(data, "", datetime.min, round_.pack, round_)
    except Unreadable as problem:
        return problem


def written(lot: pa.Table) -> pa.Buffer:
    """Return a lot as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, lot.schema) as writer:
        writer.write_table(lot)
    return sink.getvalue()


def read_back(content: pa.Buffer) -> pa.Table:
    """Return the lot in some bytes; nothing of it is copied."""
    return pa.ipc.open_file(content).read_all()
