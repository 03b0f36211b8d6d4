"""The house rules a machine can hold: sizes, wording in its places, no traces of a developer's machine."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from workbook.messages import catalogue

ROOT = Path(__file__).parent.parent
CODE = [ROOT / "huibao.py", *(p for d in ("workbook", "exporters", "xl_addin") for p in (ROOT / d).rglob("*.py"))]
CODE = [p for p in CODE if "_packs" not in p.parts]
GRAMMAR = {ROOT / "exporters" / "prose", ROOT / "exporters" / "word"}  # words of the language and names of styles
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_fit_in_a_head(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


SAYING = [p for p in CODE if not GRAMMAR & {*p.parents}]


@pytest.mark.parametrize("path", SAYING, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_clerks_read_stands_in_the_catalogue_not_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n not in docs and isinstance(n.value, str)
    ]
    assert not [f for f in found if len(HAN.findall(f)) > 1]


def test_every_message_is_used_and_every_key_exists() -> None:
    keys = {f"{section}.{name}" for section, names in catalogue().items() for name in names}
    sections = {k.split(".")[0] for k in keys}
    literal: set[str] = set()
    prefixes: set[str] = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefixes.add(str(node.values[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                literal.add(node.value)
    dotted = {w for w in literal - prefixes if re.fullmatch(r"[a-z]+\.[a-z_0-9]+", w) and w.split(".")[0] in sections}
    assert {w for w in dotted if not w.endswith((".csv", ".json", ".toml", ".xlsx", ".xml", ".parquet"))} <= keys
    prefixes = {p for p in prefixes if re.fullmatch(r"[a-z]+\.[a-z_]*", p)}
    built = {
        k
        for k in keys - dotted
        for p in prefixes
        if k.startswith(p) and (k[len(p) :].removesuffix("_remedy") in literal or k.split(".")[0] in COUNTED)
    }
    listed = {k for k in keys if k.split(".")[0] in ("guide", "sheets")}  # written out in their own order
    assert keys - dotted - built - listed == set()


COUNTED = (
    "period",
    "state",
    "file",
    "word",
    "verdict",
    "label",
)  # said by a value: a state, a severity, a kind, a name


def test_nothing_of_a_developers_machine_is_committed() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    private = re.compile("/" + "work/|/" + "root/|/" + "home/|/" + "farm/")
    for name in files:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".csv", ".txt", "") and path.is_file():
            assert not private.search(path.read_text(encoding="utf-8", errors="replace")), name
