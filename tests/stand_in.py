"""An interpreter for the buttons whose macros only write down that they ran: see stand_in/sitecustomize.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desk import interpreter

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "tests" / "xl_addin" / "stand_in"


class StandIn:
    """A script that is a Python, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "解释器 python"  # a space and Chinese, as paths have them
        lines = [
            "#!/bin/sh",
            'export HUIBAO_CAME_WITH="$PYTHONPATH"',
            f"export HUIBAO_STAND_IN='{folder}'",
            f"export PYTHONPATH='{MODULES}:{ROOT}' PYTHONDONTWRITEBYTECODE=1",
            f'exec {interpreter()} "$@"',
        ]
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.path.chmod(0o755)

    def behave(self, how: str = "") -> None:
        """Forget all runs, and say how the next ones go: "" well, "fail", "wait" half a minute."""
        (self._folder / "how").write_text(how, encoding="utf-8")
        (self._folder / "runs").unlink(missing_ok=True)

    def runs(self) -> list[dict[str, Any]]:
        """Return what ran."""
        file = self._folder / "runs"
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
