"""Run pip as if on another machine: `python -P pip_elsewhere.py MARKERS download …`. A script, run by `pip.py`.

`pip download --platform` chooses wheels for the other machine but evaluates conditions of requirements (pywin32 only on
Windows) for the one it runs on. So they are evaluated by the markers given as JSON. Where pip keeps them is its own
affair; another pip than we know is refused, and `collect.py` looks whether what each system needs came.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main(arguments: list[str]) -> int:
    """Run pip with these markers."""
    environment: dict[str, str] = json.loads(arguments[0])
    markers = import_module("pip._vendor.packaging.markers")
    if not callable(getattr(markers, "default_environment", None)):
        print("ERROR: unknown pip", file=sys.stderr)
        return 1
    setattr(markers, "default_environment", lambda: dict(environment))  # noqa: B010
    return int(import_module("pip._internal.cli.main").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
