"""The documentation names what there is: commands, pictures, links, generated pages, reasons for dependencies."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import huibao

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
PAGES = [ROOT / name for name in (*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
HAN = re.compile("[\u4e00-\u9fff]")


def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    for part, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name}{part} ")
        else:
            yield name + part, command


COMMANDS = dict(commands(huibao.cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_readme_names_the_command(name: str) -> None:
    assert f"huibao {name} " in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_command_and_its_options_have_chinese_help(name: str) -> None:
    command = COMMANDS[name]
    assert HAN.search(command.help or "")
    for option in (p for p in command.params if isinstance(p, click.Option)):
        assert HAN.search(option.help or ""), option.opts


def test_generated_pages_are_up_to_date() -> None:
    script = [sys.executable, str(ROOT / "docs" / "reference.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_pictures_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    absent = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert absent == []


@pytest.mark.parametrize("name", READMES)
def test_readme_shows_pictures(name: str) -> None:
    assert "docs/user/" in (ROOT / name).read_text(encoding="utf-8")


def test_every_picture_is_shown_and_small() -> None:
    shown = "".join((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    pages = list((ROOT / "docs" / "user").glob("*.md"))
    assert all(f"docs/user/{page.name}" in shown for page in pages)
    samples = "".join(page.read_text(encoding="utf-8") for page in pages)
    for picture in (ROOT / "docs" / "user").glob("*.png"):
        assert f"docs/user/{picture.name}" in shown or f"({picture.name})" in samples or f'"{picture.name}"' in samples
        assert picture.stat().st_size < 250_000


def test_code_map_names_every_folder_and_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for top in ("workbook", "exporters", "xl_addin"):
        for path in (ROOT / top).iterdir():
            if path.is_dir() and any(path.glob("*.py")):
                assert f"`{top}/{path.name}/`" in text
            elif path.suffix == ".py" and path.stem not in ("__init__", "messages"):
                assert path.name in text, path


def test_every_dependency_says_what_it_is_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    required = [line for line in lines if re.match(r'\s+"[\w.\-]+>=', line)]
    assert len(required) > 10
    assert [line for line in required if not re.search(r",\s+# \w", line)] == []
