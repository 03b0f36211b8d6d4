"""Results remembered for the very same object: records that hold tables have no hash, and are never changed."""

from __future__ import annotations

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Same(Generic[Thing]):
    """A thing as a key of a cache: equal to itself only, and kept alive as long as the cache keeps the key."""

    __slots__ = ("it",)

    def __init__(self, it: Thing) -> None:
        self.it = it

    def __hash__(self) -> int:
        """Return what tells things apart."""
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same thing."""
        return isinstance(other, Same) and self.it is other.it
