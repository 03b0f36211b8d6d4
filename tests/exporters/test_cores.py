"""How many forms a core is given at a time."""

from __future__ import annotations

import pytest

from exporters.cores import share


@pytest.mark.parametrize("forms", [0, 1, 99, 300, 2999, 3000, 3001, 10_000])
@pytest.mark.parametrize("cores", [1, 2, 3, 64, None])
def test_cores_share_forms_alike_and_none_has_too_many_in_memory(
    forms: int, cores: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    size = share(forms, 100, 1500)
    assert 100 <= size <= 1500
    batches = [len(range(forms)[i : i + size]) for i in range(0, forms, size)]
    turns = -(-len(batches) // (cores or 1))
    assert turns <= -(-forms // ((cores or 1) * 1500)) or size == 100
    assert sum(batches) == forms


def test_a_few_forms_are_not_spread_over_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert share(150, 100, 1500) == 100
