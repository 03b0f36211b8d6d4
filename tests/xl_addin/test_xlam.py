"""huibao.xlam: read back by others and by a strict reader of our own, its callbacks run in LibreOffice.

That Excel opens it no machine without Excel can say; docs/decisions/0027 says what was done instead.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import olefile
import ovba
import pytest
from desk import Desk
from test_cli import huibao

from workbook.messages import say
from xl_addin import runtime
from xl_addin.build import VBA_PART, add_in, modules, parts, zipped
from xl_addin.buttons import BUTTONS, GROUPS, Button
from xl_addin.ribbon import MODULE, callback, ribbon_code, ribbon_xml
from xl_addin.runtime import NoRuntime, guarded
from xl_addin.vba_project import standard_module

ROOT = Path(__file__).parent.parent.parent
TEXTS = sorted((ROOT / "xl_addin" / "vba").glob("*.bas"))
CUSTOM_UI = "{http://schemas.microsoft.com/office/2006/01/customui}"
# What [MS-CUSTOMUI] allows of what we use: what stands in what, and the attributes of each.
INSIDE = {"customUI": {"ribbon"}, "ribbon": {"tabs"}, "tabs": {"tab"}, "tab": {"group"}, "group": {"button"}}
SHOWN = {"id", "label", "visible", "getVisible", "keytip", "insertAfterMso", "insertBeforeMso", "tag"}
ATTRIBUTES = {
    "customUI": {"onLoad", "loadImage"},
    "ribbon": {"startFromScratch"},
    "tabs": set[str](),
    "tab": SHOWN,
    "group": SHOWN | {"screentip", "supertip", "image", "imageMso"},
    "button": SHOWN | {"screentip", "supertip", "image", "imageMso", "onAction", "size", "description", "enabled"},
}


@pytest.fixture(scope="module")
def package() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(add_in())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def project(package: dict[str, bytes]) -> ovba.Project:
    return ovba.read_project(package[VBA_PART])


@pytest.fixture(scope="module")
def olevba() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries it is made with
        from oletools import olevba
    return olevba


def code(project: ovba.Project, module: str) -> str:
    """Return a module's code as an editor shows it."""
    lines = project.modules[module].split("\r\n")
    return "\n".join(line for line in lines if not line.startswith("Attribute VB_"))


def function(source: str, name: str) -> str:
    """Return a function or Sub from its first line to its last."""
    found = re.search(rf"^[^'\n]*\b(Function|Sub) {name}\(.*?^End \1$", source, re.DOTALL | re.MULTILINE)
    assert found, name
    return found[0]


def test_two_builds_are_equal_in_every_byte() -> None:
    script = "import hashlib, xl_addin.build as b; print(hashlib.sha256(b.add_in()).hexdigest())"
    other = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(add_in()).hexdigest()


def test_the_command_writes_it(tmp_path: Path) -> None:
    done = huibao("addin", "build", "-o", tmp_path / "out" / "huibao.xlam", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "huibao.xlam").read_bytes() == add_in()
    assert "huibao.xlam" in done.stderr


def test_without_xlwings_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "find_spec", lambda _: None)
    with pytest.raises(NoRuntime, match=re.escape(say("addin.no_xlwings"))):
        add_in()


def test_an_xlwings_that_nobody_looked_at_is_refused() -> None:
    with pytest.raises(NoRuntime, match="myaddin"):
        guarded("Public Function RunPython(PythonCommand As String)\n")


# The package


def test_the_package_is_an_add_in_whose_parts_are_all_there(package: dict[str, bytes]) -> None:
    assert next(iter(package)) == "[Content_Types].xml"
    assert b"application/vnd.ms-excel.addin.macroEnabled.main+xml" in package["[Content_Types].xml"]
    for name, content in package.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
    for name in [n for n in package if n.endswith(".rels")]:
        folder = name.split("_rels/")[0]
        for relation in ElementTree.fromstring(package[name]):
            assert folder + relation.attrib["Target"] in package
    overrides = ElementTree.fromstring(package["[Content_Types].xml"]).findall("{*}Override")
    assert overrides
    assert {o.attrib["PartName"][1:] for o in overrides} <= package.keys()


def test_it_has_no_settings_of_its_own(package: dict[str, bytes]) -> None:
    names = [s.attrib["name"] for s in ElementTree.fromstring(package["xl/workbook.xml"]).findall(".//{*}sheet")]
    assert names == ["Sheet1"]


# The ribbon


def test_the_ribbon_has_what_the_schema_knows_and_nothing_else(package: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(package["customUI/customUI.xml"])
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        name = element.tag.removeprefix(CUSTOM_UI)
        assert set(element.attrib) <= ATTRIBUTES[name]
        assert {child.tag.removeprefix(CUSTOM_UI) for child in element} <= INSIDE.get(name, set())
        assert all(0 < len(value) <= 1024 for value in element.attrib.values())
        assert re.fullmatch(r"[a-z_]+", element.attrib.get("id", "none"))
        assert element.attrib.get("size", "large") in ("large", "normal")


def test_the_ribbon_shows_the_list_of_buttons_in_its_order(package: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(package["customUI/customUI.xml"])
    shown = [
        (group.attrib["id"], button.attrib["id"], button.attrib["label"])
        for group in root.iter(f"{CUSTOM_UI}group")
        for button in group
    ]
    assert shown == [(f"huibao_{b.group}", b.id, b.label) for b in BUTTONS]
    assert [
        b.label for b in BUTTONS
    ] == "审核本表 清除标记 封存上报 新建一期 汇总 生成报告 核对报告 溯源 设置 帮助 关于".split()
    assert [len([b for b in BUTTONS if b.group == g]) for g in GROUPS] == [3, 5, 3]


def test_every_button_has_a_callback_and_every_callback_a_button(project: ovba.Project) -> None:
    root = ElementTree.fromstring(ribbon_xml())
    named = [b.attrib["onAction"] for b in root.iter(f"{CUSTOM_UI}button")]
    found = re.findall(r"^Public Sub (\w+)\(control As IRibbonControl\)", code(project, MODULE), re.MULTILINE)
    assert named == [f"{MODULE}.{name}" for name in found]
    assert found == [callback(b.id) for b in BUTTONS]


# The VBA project


def test_the_project_is_read_back_by_a_strict_reader(project: ovba.Project) -> None:
    assert project.name == "Huibao"
    assert project.references == ["stdole", "Office"]
    assert project.kinds == {
        "ThisWorkbook": "Document",
        "Sheet1": "Document",
        MODULE: "Module",
        "Dictionary": "Class",
        "xlwings": "Module",
    }
    assert (project.protection, project.password, project.visible) == (bytes(4), bytes(1), b"\xff")


def test_the_sources_in_it_are_the_texts(project: ovba.Project) -> None:
    assert code(project, MODULE).startswith(TEXTS[0].read_text(encoding="ascii"))
    assert [t.stem for t in TEXTS] == [MODULE]
    assert code(project, MODULE) == ribbon_code()
    for module in modules():
        assert project.modules[module.name].splitlines() == module.source.splitlines()


def test_olevba_reads_the_same(package: dict[str, bytes], project: ovba.Project, olevba: ModuleType) -> None:
    parser = olevba.VBA_Parser("huibao.xlam", data=zipped(package))
    found = {path.removeprefix("VBA/"): text for _, path, _, text in parser.extract_all_macros()}
    assert {name: text.replace("\r\n", "\n") for name, text in found.items()} == {
        name: text.replace("\r\n", "\n") for name, text in project.modules.items()
    }
    with olefile.OleFileIO(package[VBA_PART], raise_defects=olefile.DEFECT_UNSURE) as container:
        assert container.parsing_issues == []


def test_vba_is_ascii(package: dict[str, bytes]) -> None:
    streams = ovba.CompoundFile(package[VBA_PART]).streams
    for module in modules():
        assert module.source.isascii()
        assert ovba.decompressed(streams[f"VBA/{module.name}"]).isascii()


def test_notices_say_what_the_catalogue_says(project: ovba.Project) -> None:
    said = {
        name: "".join(chr(int(n)) for n in numbers.split())
        for name, numbers in re.findall(r'Say_(\w+) = Han\("([\d ]+)"\)', code(project, MODULE))
    }
    assert said == {name: say(f"ribbon.{name}") for name in ("title", "no_workbook", "odd_name", "not_installed")}


# What a received workbook could try


def test_settings_come_from_the_users_own_file_alone(project: ovba.Project) -> None:
    read = function(code(project, "xlwings"), "GetConfig")
    asked = re.findall(r"^ *If (source = .*) Then$", read, re.MULTILINE)
    assert asked == ['source = "sheet"', 'source = "directory"', 'source = "" Or source = "user"']
    called = re.findall(r"(?<!Function )GetConfig\(([^()]*)\)", code(project, "xlwings"))
    assert called
    assert not [c for c in called if "source" in c or c.count(",") > 1]  # nobody asks for those two
    path = function(code(project, "xlwings"), "GetConfigFilePath")
    assert 'Environ("USERPROFILE") & "\\." & PROJECT_NAME' in path
    assert 'PROJECT_NAME As String = "huibao"' in code(project, "xlwings")


def test_neither_code_in_a_workbook_nor_modules_beside_it_are_looked_at(project: ovba.Project) -> None:
    run = function(code(project, "xlwings"), "RunPython")
    assert "ADD_WORKBOOK_TO_PYTHONPATH" not in code(project, "xlwings")
    assert 'AddExcelDir = "false"' in run
    assert '".py"' not in run
    assert "OPTIMIZED_CONNECTION = False" in run
    for line in re.findall(r"^ *PYTHONPATH = .*", run, re.MULTILINE):
        assert line.strip().startswith('PYTHONPATH = AddExcelDir & ";" & ";" & ";" & GetConfig(')
        assert "FullName" not in line


def test_without_an_interpreter_set_nothing_runs(project: ovba.Project) -> None:
    run = function(code(project, "xlwings"), "RunPython")
    assert re.search(r'If interpreter = "" Then\n.*\n *HuibaoRibbon\.TellNotInstalled\n *Exit Function\n', run)
    assert '"python")' not in run


def test_no_formula_can_call_into_the_add_in(project: ovba.Project) -> None:
    """Excel lets a formula of any workbook call the public Functions of an add-in, =RunPython("…") among them."""
    public = [
        name
        for module in ("xlwings", MODULE)
        for start, name in re.findall(r"^( *[A-Za-z ]*)\bFunction (\w+)", code(project, module), re.MULTILINE)
        if "Private" not in start and "End" not in start and "Exit" not in start
    ]
    assert public == ["RunPython"]
    first = function(code(project, "xlwings"), "RunPython").split("\n")[1]
    assert first.strip() == (
        'If TypeName(Application.Caller) = "Range" Or TypeName(Application.Caller) = "String" Then Exit Function'
    )


def test_macros_of_the_runtime_are_not_to_be_called_from_outside(project: ovba.Project) -> None:
    public = re.findall(r"^(?:Public )?(?:Sub|Declare.*) (\w+)\(", code(project, "xlwings"), re.MULTILINE)
    assert public == []


# In LibreOffice, with RunPython replaced by one that writes down what it is asked for. (LibreOffice's Basic cannot
# compile xlwings' runtime, and then runs nothing of the whole project.)

STUB = """
Public Function RunPython(PythonCommand As String)
    ThisWorkbook.Worksheets(1).Range("A1").Value = PythonCommand
End Function
"""


NOTHING_OPEN = """
Private Asked As Boolean

Public Function ActiveWorkbook() As Object
    If Asked Then Set ActiveWorkbook = ThisWorkbook
    Asked = True
End Function
"""


def book_with_stub(path: Path, stub: str = STUB) -> Path:
    tries = "".join(f"Public Sub Try_{b.id}()\n    {callback(b.id)} Nothing\nEnd Sub\n" for b in BUTTONS)
    ours = [m for m in modules() if m.name not in ("xlwings", "Dictionary")]
    found = parts([*ours, standard_module("xlwings", stub + tries)])
    kind = found["[Content_Types].xml"].replace(b"ms-excel.addin", b"ms-excel.sheet")
    path.write_bytes(zipped(found | {"[Content_Types].xml": kind}))
    return path


def test_each_button_calls_its_macro(desk: Desk, tmp_path: Path) -> None:
    desk.open_with_macros(book_with_stub(tmp_path / "填报表.xlsm"))
    for button in BUTTONS:
        desk.put("Sheet1", "A1", None)
        desk.run_macro(f"Huibao.xlwings.Try_{button.id}")
        [asked] = desk.get("Sheet1", ["A1"])
        assert asked == f"import xl_addin.macros; xl_addin.macros.{button.id}()"


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("青禾县 (1) & 'A'，更正.xlsm", True),
        ("完成率100%.xlsm", False),
        ("%CMDCMDLINE%&calc&.xlsm", False),
        ("$(calc).xlsm", False),
        ("`calc`.xlsm", False),
        ('a"b.xlsm', False),
        ("a|b.xlsm", False),
        ("a=b.xlsm", False),
    ],
)
def test_a_name_that_would_act_on_a_command_line_is_not_passed_on(
    desk: Desk, tmp_path: Path, name: str, *, passed: bool
) -> None:
    desk.open_with_macros(book_with_stub(tmp_path / name))
    desk.run_macro("Huibao.xlwings.Try_about")
    [asked] = desk.get("Sheet1", ["A1"])
    assert bool(asked) == passed


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.id)
def test_a_button_for_the_workbook_in_front_needs_one(desk: Desk, tmp_path: Path, button: Button) -> None:
    """Others get a new one, since RunPython must be called from some workbook."""
    desk.open_with_macros(book_with_stub(tmp_path / "book.xlsm", NOTHING_OPEN + STUB))
    desk.run_macro(f"Huibao.xlwings.Try_{button.id}")
    [asked] = desk.get("Sheet1", ["A1"])
    assert bool(asked) != button.on_workbook
