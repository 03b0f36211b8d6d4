"""Everything a clerk reads that is not in a pack: one catalogue, `messages.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return the whole catalogue: section -> key -> text."""
    data: dict[str, dict[str, str]] = tomllib.loads(
        Path(__file__).with_name("messages.toml").read_text(encoding="utf-8")
    )
    return data


def say(key: str, /, **values: Any) -> str:
    """Return the text under `section.key` with `{name}` places filled; KeyError is our bug."""
    section, _, name = key.partition(".")
    text = catalogue()[section][name]
    return text.format(**values) if values else text
