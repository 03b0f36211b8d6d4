"""What is made once for all tests: the demo city, and a LibreOffice to work in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from helpers import party_building

from exporters.demo.run import DemoRound, run_demo

# The Python inside LibreOffice takes the first python3 on the path for its own home: an active environment breaks it.
_PROGRAMS = os.path.join(sys.prefix, "bin")
os.environ["PATH"] = os.pathsep.join(f for f in os.environ["PATH"].split(os.pathsep) if f != _PROGRAMS)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "city"


@pytest.fixture(scope="session")
def demo(demo_folder: Path) -> dict[str, DemoRound]:
    """Return the demo's rounds by period."""
    rounds = run_demo(party_building(), demo_folder, lambda _: None)
    return {r.collection.round.period: r for r in rounds}


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """Return a LibreOffice; whoever opens a file begins anew."""
    with Desk() as opened:
        yield opened
