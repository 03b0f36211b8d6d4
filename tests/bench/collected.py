"""Collect a round as the command line does, up to the collection, in a process that has loaded nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from exporters.console import few_pauses, load_ahead


def collected(path: Path) -> None:
    """Collect a round; the books must balance."""
    few_pauses()
    load_ahead()
    from workbook.collect import collect
    from workbook.round import load_round

    round_, _ = load_round(path)
    assert round_ is not None
    collection, defects = collect(round_)
    assert collection is not None, defects
    assert collection.balance.balanced
    assert len(collection.receipts) >= len(round_.units)


if __name__ == "__main__":
    collected(Path(sys.argv[1]))
