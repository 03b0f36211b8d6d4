"""huibao.oxt: its parts, and its buttons in a real LibreOffice, clicked with a mouse. The macros are stood in for."""

from __future__ import annotations

import ast
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import Workbook
from stand_in import StandIn
from window import Window

from workbook.messages import say
from xl_addin.buttons import BUTTONS
from xl_addin.libreoffice import host
from xl_addin.libreoffice.extension.build import COMPONENT, PROTOCOL, extension_file
from xl_addin.libreoffice.settings import conf_file, forget_interpreter
from xl_addin.own_folder import log_file

OOR = "{http://openoffice.org/2001/registry}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "xl_addin" / "libreoffice" / "extension" / COMPONENT
LABELS = [button.label for button in BUTTONS]
A_MOMENT = 1.1  # after it a second click is one of its own


def grouped() -> list[str]:
    """Return the labels as menu and toolbar show them, "" for a line between two groups."""
    shown: list[str] = []
    for before, button in zip((BUTTONS[0], *BUTTONS), BUTTONS, strict=False):
        shown += [button.label] if before.group == button.group else ["", button.label]
    return shown


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(extension_file())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def entries(parts: dict[str, bytes], under: str) -> list[dict[str, dict[str | None, str]]]:
    """Return the entries under a node of Addons.xcu, in LibreOffice's order, each as property -> language -> text."""
    root = ElementTree.fromstring(parts["Addons.xcu"])
    parent = next(node for node in root.iter("node") if node.get(f"{OOR}name") == under)
    nodes = sorted(parent.findall("node"), key=lambda node: node.get(f"{OOR}name", ""))
    return [
        {p.get(f"{OOR}name", ""): {v.get(LANG): v.text or "" for v in p.iter("value")} for p in node.iter("prop")}
        for node in nodes
    ]


def test_the_extension_is_the_same_bytes_every_time() -> None:
    assert extension_file() == extension_file()


def test_the_manifest_names_every_part_that_libreoffice_reads(parts: dict[str, bytes]) -> None:
    manifest = ElementTree.fromstring(parts["META-INF/manifest.xml"])
    space = "{http://openoffice.org/2001/manifest}"
    named = {entry.get(f"{space}full-path"): entry.get(f"{space}media-type", "") for entry in manifest}
    assert {*named} | {"META-INF/manifest.xml", "description.xml", "words.json"} == {*parts}
    assert named[COMPONENT].endswith("type=Python")


def test_every_xml_part_is_well_formed(parts: dict[str, bytes]) -> None:
    for name, content in parts.items():
        if name.endswith((".xml", ".xcu")):
            ElementTree.fromstring(content)


def test_the_extension_has_the_programs_version(parts: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(parts["description.xml"])
    space = "{http://openoffice.org/extensions/description/2006}"
    told = root.find(f"{space}version")
    assert told is not None
    assert told.get("value") == version("huibao")


@pytest.mark.parametrize("where", ["Submenu", "org.huibao.toolbar"])
def test_every_button_is_there_in_order_with_its_label(parts: dict[str, bytes], where: str) -> None:
    found = [entry for entry in entries(parts, where) if entry["URL"][None] != "private:separator"]
    assert [entry["URL"][None] for entry in found] == [PROTOCOL + button.id for button in BUTTONS]
    for language in ("en-US", "zh-CN"):
        assert [entry["Title"][language] for entry in found] == LABELS
    assert [entry.get("Title", {}).get("zh-CN", "") for entry in entries(parts, where)] == grouped()


def test_every_url_is_handled(parts: dict[str, bytes]) -> None:
    assert b"<value>org.huibao:*</value>" in parts["ProtocolHandler.xcu"]
    told = json.loads(parts["words.json"])
    assert told["buttons"] == {button.id: button.on_workbook for button in BUTTONS}


def test_the_component_runs_in_an_old_python_and_needs_nothing_of_ours() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not {name for name in imported if name.split(".")[0] in ("workbook", "exporters", "xl_addin", "xlwings")}


def test_component_and_host_agree() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    named = {
        n.targets[0].id: n.value.value
        for n in tree.body
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and isinstance(n.value, ast.Constant)
    }
    assert named["SENTENCE"] == host.SENTENCE
    assert named["HOST"] == host.__name__


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> StandIn:
    return StandIn(tmp_path_factory.mktemp("stand_in"))


@pytest.fixture(scope="module")
def opened() -> Iterator[Window]:
    with Window() as window:
        yield window


@pytest.fixture
def window(opened: Window, stand_in: StandIn) -> Window:
    """Return the window with nothing going on in it."""
    stand_in.behave()
    opened.run_with(stand_in.path)
    assert opened.dialogs() == []
    return opened


def test_toolbar_and_menu_show_every_button(window: Window, tmp_path: Path) -> None:
    toolbar = window.toolbar()
    assert [name for name, _ in toolbar] == grouped()
    assert all(width > 10 * len(name) and height > 10 for name, (_, _, width, height) in toolbar if name)
    rights = [left + width for _, (left, _, width, _) in toolbar]
    assert all(left >= right for right, (_, (left, _, _, _)) in zip(rights, toolbar[1:], strict=False))
    window.screenshot(tmp_path / "toolbar.png")
    assert (tmp_path / "toolbar.png").stat().st_size > 10_000


def test_every_button_runs_its_own_macro_once(window: Window, stand_in: StandIn) -> None:
    for number, button in enumerate(BUTTONS, 1):
        window.click(button.id)
        window.wait(lambda n=number: len(stand_in.runs()) == n)  # type: ignore[misc]
        window.wait_until_idle()
    runs = stand_in.runs()
    assert [run["macro"] for run in runs] == [button.id for button in BUTTONS]
    assert {run["caller"] for run in runs} == {True}
    assert len({run["argv"][1] for run in runs}) == 1  # one pipe for all
    assert window.dialogs() == []


def test_an_entry_of_the_menu_does_the_same(window: Window, stand_in: StandIn) -> None:
    window.choose("consolidate")
    window.wait(lambda: [run["macro"] for run in stand_in.runs()] == ["consolidate"])
    window.wait_until_idle()


def test_what_runs_is_told_nothing_by_where_libreoffice_was_started(window: Window, stand_in: StandIn) -> None:
    window.click("about")
    window.wait(lambda: bool(stand_in.runs()))
    window.wait_until_idle()
    assert [(run["cwd"], run["PYTHONPATH"]) for run in stand_in.runs()] == [(str(window.home), "")]


def test_a_double_click_starts_one_run_and_says_nothing(window: Window, stand_in: StandIn) -> None:
    time.sleep(A_MOMENT)
    window.double_click("check_form")
    time.sleep(A_MOMENT)
    window.wait_until_idle()
    assert [run["macro"] for run in stand_in.runs()] == ["check_form"]
    assert window.dialogs() == []


def test_two_clicks_in_a_row_are_two_runs(window: Window, stand_in: StandIn) -> None:
    for number in (1, 2):
        time.sleep(A_MOMENT)
        window.click("trace")
        window.wait(lambda n=number: len(stand_in.runs()) == n)  # type: ignore[misc]
        window.wait_until_idle()
    assert window.dialogs() == []


def test_a_click_while_one_runs_is_told_to_wait(window: Window, stand_in: StandIn) -> None:
    stand_in.behave("wait")
    window.click("report")
    window.wait(lambda: bool(stand_in.runs()))
    window.click("settings")
    assert window.wait_for_dialog() == say("extension.busy")
    window.close_dialog()
    os.kill(stand_in.runs()[0]["pid"], 9)
    assert say("extension.failed").partition("{")[0] in window.wait_for_dialog()
    window.close_dialog()
    assert len(stand_in.runs()) == 1


def test_a_macro_that_breaks_is_told_in_words_and_kept_in_the_log(window: Window, stand_in: StandIn) -> None:
    stand_in.behave("fail")
    log = log_file(window.home)
    window.click("seal_form")
    assert window.wait_for_dialog() == say("extension.broke", button=say("button.seal_form"), log=log)
    window.close_dialog()
    assert "ValueError: something in the macro" in log.read_text(encoding="utf-8")


def test_a_python_without_the_program_is_told_with_its_last_line(window: Window, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho first >&2\necho No module named xl_addin >&2\nexit 1\n", encoding="ascii")
    python.chmod(0o755)
    window.run_with(python)
    window.click("consolidate")
    told = say("extension.failed", what="No module named xl_addin", log=log_file(window.home))
    assert window.wait_for_dialog() == told
    window.close_dialog()
    assert "first" in log_file(window.home).read_text(encoding="utf-8")


@pytest.mark.parametrize("python", ["/no/such/python", "python3"])  # a bare name could be found anywhere
def test_an_interpreter_that_is_not_there_is_told(window: Window, python: str) -> None:
    window.run_with(python)
    window.click("new_round")
    assert window.wait_for_dialog() == say("extension.gone", path=python)
    window.close_dialog()


def test_no_interpreter_is_told(window: Window) -> None:
    forget_interpreter(window.home)
    window.click("help")
    assert window.wait_for_dialog() == say("ribbon.not_installed")
    window.close_dialog()
    assert not conf_file(window.home).exists()


def test_typing_goes_into_the_workbook(window: Window) -> None:
    window.type_into("", "B2", "12")
    window.wait(lambda: window.shown("", "B2") == "12")


def workbook(folder: Path) -> Path:
    """Return a workbook that came with settings and modules of its own."""
    received = folder / "上报表.xlsx"
    Workbook().save(received)
    (folder / "huibao.conf").write_text('"INTERPRETER_LINUX","/bin/false"\n', encoding="ascii")
    (folder / "xl_addin").mkdir()
    (folder / "xl_addin" / "__init__.py").write_text("raise SystemExit(7)\n", encoding="ascii")
    return received


def pipes(stand_in: StandIn) -> list[Path]:
    """Return where LibreOffice listens to the macro that runs."""
    name = stand_in.runs()[0]["argv"][1]
    return [*Path("/tmp").glob(f"OSL_PIPE_*_{name}")]


def test_libreoffice_leaves_nothing_behind_even_while_a_macro_runs(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.behave("wait")
    with Window(workbook(tmp_path)) as window:
        window.run_with(stand_in.path)
        window.click("consolidate")
        window.wait(lambda: bool(stand_in.runs()))
        assert len(pipes(stand_in)) == len(window.locks()) == 1
        window.quit()
        window.wait_until_ended()
        assert window.locks() == pipes(stand_in) == []
    assert {p.name for p in tmp_path.rglob("*")} == {"上报表.xlsx", "huibao.conf", "xl_addin", "__init__.py"}


def test_a_libreoffice_that_crashes_takes_the_macro_with_it(stand_in: StandIn) -> None:
    stand_in.behave("wait")
    with Window() as window:
        window.run_with(stand_in.path)
        window.click("consolidate")
        window.wait(lambda: bool(stand_in.runs()))
        window.crash()
        window.wait_until_ended()
    for left in pipes(stand_in):  # nobody listens there any more
        left.unlink()
