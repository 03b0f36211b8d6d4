"""The offline bundle: which wheels, which scripts, and what the scripts do. No network: pip takes made-up wheels."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_cli import huibao as in_process

import huibao
from exporters.console import Stop
from workbook.messages import catalogue, say
from xl_addin.bundle.collect import make_bundle
from xl_addin.bundle.own_wheel import own_wheel, repacked
from xl_addin.bundle.pip import last_word, run_python
from xl_addin.bundle.scripts import texts
from xl_addin.bundle.targets import target
from xl_addin.install.settings import Refused

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
WINDOWS = target("3.11", "win_amd64")
LINUX = target(HERE, "manylinux_2_28_x86_64")
OWN = """
import os, sys
def main():
    print("huibao", *sys.argv[1:])
    sys.exit("NO_BUTTONS" in os.environ)
if __name__ == "__main__":
    main()
"""


def wheel(folder: Path, name: str, requires: Sequence[str] = (), files: dict[str, str] | None = None) -> Path:
    """Write a wheel with these requirements and files; return its path."""
    package, version = name.split("-")[:2]
    info = f"{package}-{version}.dist-info"
    tag = "-".join(name.removesuffix(".whl").split("-")[2:])
    meta = [f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}", *(f"Requires-Dist: {r}" for r in requires)]
    if package == "huibao":
        meta.append("Provides-Extra: addin")
    content = dict(files or {})
    content[f"{info}/METADATA"] = "\n".join(meta) + "\n"
    content[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"
    if package == "huibao":
        content[f"{info}/entry_points.txt"] = "[console_scripts]\nhuibao = huibao:main\n"
    lines = []
    for at, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        lines.append(f"{at},sha256={digest},{len(text.encode())}")
    content[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for at, text in content.items():
            archive.writestr(at, text)
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Return a folder with wheels for several systems, of which each needs some."""
    folder = tmp_path / "收来的 wheels"
    folder.mkdir()
    wheel(folder, "huibao-9.9-py3-none-any.whl", ["xlwings; extra == 'addin'"], {"huibao.py": OWN})
    conditions = ["pywin32; platform_system == 'Windows'", "appscript; platform_system == 'Darwin'"]
    wheel(folder, "xlwings-0.37.8-py3-none-any.whl", [*conditions, "future; python_version < '3.12'"])
    for name in ("pywin32-1-cp311-cp311-win_amd64.whl", "appscript-1-cp312-cp312-macosx_10_9_universal2.whl"):
        wheel(folder, name)
    wheel(folder, "future-1-py3-none-any.whl")
    wheel(folder, "pip-99-py3-none-any.whl")
    return folder


def names(folder: Path) -> set[str]:
    return {p.name.split("-")[0] for p in (folder / "wheels").iterdir()}


# Which wheels


@pytest.mark.parametrize(
    ("python", "platform", "brought"),
    [
        ("3.11", "win_amd64", {"pywin32", "future"}),
        ("3.12", "macosx_14_0_arm64", {"appscript"}),
        ("3.11", "manylinux_2_28_x86_64", {"future"}),
        ("3.13", "manylinux_2_17_aarch64", set[str]()),
    ],
)
def test_what_the_other_system_needs_is_brought_and_nothing_else(
    wheels: Path, tmp_path: Path, python: str, platform: str, brought: set[str]
) -> None:
    out = tmp_path / "安装包"
    n = make_bundle(target(python, platform), out, wheels)
    assert names(out) == {"huibao", "xlwings", "pip"} | brought
    assert n == len(names(out))
    assert [p.name for p in tmp_path.glob(".huibao-*")] == []


def test_a_wheel_that_lacks_is_one_sentence_and_no_bundle(wheels: Path, tmp_path: Path) -> None:
    (wheels / "pywin32-1-cp311-cp311-win_amd64.whl").unlink()
    with pytest.raises(Refused, match="No matching distribution found for pywin32"):
        make_bundle(WINDOWS, tmp_path / "out", wheels)
    assert not (tmp_path / "out").exists()
    assert [p.name for p in tmp_path.iterdir()] == [wheels.name]


def test_a_pip_that_goes_by_the_machine_it_runs_on_is_noticed(wheels: Path, tmp_path: Path) -> None:
    def of_here(arguments: Sequence[str]) -> tuple[int, str]:
        into = Path(arguments[arguments.index("--dest") + 1])
        wheel(into, "huibao-9.9-py3-none-any.whl")
        return 0, ""

    with pytest.raises(Refused) as told:
        make_bundle(WINDOWS, tmp_path / "out", wheels, of_here)
    assert str(told.value) == say("bundle.not_complete", what="pywin32")


def test_a_folder_with_something_in_it_is_left_alone(wheels: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="不是空的"):
        make_bundle(WINDOWS, wheels, wheels)
    (tmp_path / "empty").mkdir()
    assert make_bundle(WINDOWS, tmp_path / "empty", wheels)
    with pytest.raises(Refused, match="找不到文件夹"):
        make_bundle(WINDOWS, tmp_path / "other", tmp_path / "none")


@pytest.mark.parametrize(
    ("python", "platform"),
    [
        ("3.10", "win_amd64"),
        ("2.7", "win_amd64"),
        ("latest", "win_amd64"),
        ("3.11", "windows"),
        ("3.11", "win_amd64;x"),
    ],
)
def test_targets_that_are_none_are_one_sentence(python: str, platform: str) -> None:
    with pytest.raises(Refused, match="不认识"):
        target(python, platform)


def test_older_linux_names_are_told_to_pip_too() -> None:
    assert target("3.11", "manylinux_2_17_x86_64").platforms[:2] == ("manylinux_2_17_x86_64", "manylinux2014_x86_64")
    assert target("3.11", "manylinux_2_28_x86_64").platforms[-1] == "manylinux1_x86_64"
    assert target("3.11", "musllinux_1_2_x86_64").platforms == ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (
            "Looking\nERROR: Could not find\nERROR: No matching distribution found for x\n[notice] new pip",
            "No matching",
        ),
        ("/usr/bin/python: No module named pip\n", "No module named pip"),
        ("", ""),
    ],
)
def test_the_last_word_of_pip_is_told(said: str, word: str) -> None:
    assert word in last_word(said)


@pytest.mark.parametrize("said", ["/venv/bin/python: No module named pip\n", "No module named 'pip'\n"])
def test_without_pip_the_sentence_says_where_to_make_it(wheels: Path, tmp_path: Path, said: str) -> None:
    with pytest.raises(Refused) as told:
        make_bundle(WINDOWS, tmp_path / "out", wheels, lambda _: (1, said))
    assert str(told.value) == say("bundle.no_pip")


# Our own wheel


def installed(folder: Path, files: dict[str, str]) -> PathDistribution:
    info = folder / "huibao-9.9.dist-info"
    info.mkdir(parents=True)
    files = {"huibao-9.9.dist-info/METADATA": "Name: huibao\nVersion: 9.9\n", **files}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    listed = [*files, "huibao-9.9.dist-info/RECORD", "huibao-9.9.dist-info/INSTALLER", "../../bin/huibao", "x/y.pyc"]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in listed), encoding="utf-8")
    return PathDistribution(info)


NEEDED = {"huibao.py": "1", "workbook/messages.toml": "", "workbook/_packs/party-building/pack.toml": ""}


def test_without_sources_the_wheel_is_put_together_from_what_is_installed(tmp_path: Path) -> None:
    made = repacked(installed(tmp_path / "site", NEEDED), tmp_path)
    assert made.name == "huibao-9.9-py3-none-any.whl"
    with zipfile.ZipFile(made) as archive:
        listed = archive.read("huibao-9.9.dist-info/RECORD").decode().splitlines()
        assert [line.split(",")[0] for line in listed] == archive.namelist()
        assert set(archive.namelist()) == {
            *NEEDED,
            "huibao-9.9.dist-info/METADATA",
            "huibao-9.9.dist-info/RECORD",
        }


def test_an_installation_without_its_files_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--wheels"):
        repacked(installed(tmp_path / "site", {"_editable.pth": "/gone"}), tmp_path)
    broken = installed(tmp_path / "other", NEEDED)
    (tmp_path / "other" / "huibao.py").unlink()
    with pytest.raises(Refused, match="--wheels"):
        repacked(broken, tmp_path)


def test_from_sources_pip_builds_it_and_its_failure_is_told(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []

    def fails(arguments: Sequence[str]) -> tuple[int, str]:
        asked.append(arguments)
        return 1, "ERROR: Could not find a version that satisfies the requirement hatchling\n"

    with pytest.raises(Refused, match="hatchling"):
        own_wheel(fails, tmp_path / "own", None)
    assert asked[0][:4] == ["-m", "pip", "wheel", "--no-deps"]


# The scripts


def script(name: str) -> str:
    return texts(WINDOWS, "9.9")[say(f"bundle.{name}")].decode("gb2312").replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["install_cmd", "remove_cmd"])
def test_a_script_of_windows_reads_right_in_chinese_and_does_the_same_in_any_code_page(name: str) -> None:
    content = texts(WINDOWS, "9.9")[say(f"bundle.{name}")]
    assert content.count(b"\n") == content.count(b"\r\n")
    assert content.startswith(b"@echo off\r\n")
    assert content.decode("cp936") == content.decode("gb2312")
    text = content.decode("gb2312")
    chinese = "".join(c for c in text if ord(c) > 127).encode("gb2312")
    assert min(chinese) >= 0xA1  # no byte that another code page would take for & or |
    told = [line for line in text.splitlines() if line.startswith("echo ")]
    assert not [line for line in told if set("&|<>^%!\"'`") & set(line)]
    assert not re.search(r"@\w+@", text)


@pytest.mark.parametrize("name", ["install_cmd", "remove_cmd"])
def test_every_label_is_there_and_every_end_has_an_exit_code(name: str) -> None:
    text = script(name)
    labels = set(re.findall(r"^:(\w+)$", text, re.MULTILINE))
    assert set(re.findall(r"\b(?:goto |call :)(\w+)", text)) == labels
    assert text.rstrip().endswith("exit /b 1")


def test_the_script_needs_no_administrator_and_no_internet_and_stays_in_its_folder() -> None:
    text = script("install_cmd")
    code = "\n".join(line for line in text.splitlines() if not line.startswith(("rem", "echo")))
    assert "--no-index" in code
    assert "--isolated" in code
    assert not re.search(r"\b(reg|setx|runas|powershell|curl|bitsadmin|chcp)\b", code, re.IGNORECASE)
    written = re.findall(r"(?:mkdir|rmdir /s /q|>>?) *\"([^\"]+)", code)
    assert written
    assert all(path.startswith(("%TO%", "%%F")) for path in written)
    assert '"huibao[addin]==9.9"' in code
    assert "-m huibao addin install" in code


def test_a_python_is_taken_only_when_the_wheels_fit_it() -> None:
    fits = "import sys; sys.exit({})"
    here = target(HERE, "manylinux_2_28_x86_64").fitting
    other = target("3.99", "manylinux_2_28_x86_64").fitting
    assert run_python(["-c", fits.format(here)])[0] == 0
    assert run_python(["-c", fits.format(other)])[0] == 1
    narrow, wide = target(HERE, "win32").fitting, target(HERE, "win_amd64").fitting
    assert run_python(["-c", fits.format(narrow)])[0] != run_python(["-c", fits.format(wide)])[0]
    assert '"' not in narrow + wide


def test_sentences_in_scripts_hold_nothing_that_a_shell_would_act_on() -> None:
    for name in (m for t in texts(LINUX, "9.9").values() for m in re.findall(r'echo "(.*)"', t.decode())):
        assert not set('$`"\\') & set(name)
    assert all(catalogue()["bundle"][name] for name in ("done", "failed", "removed"))


def test_what_to_read_first_opens_in_notepad() -> None:
    content = texts(WINDOWS, "9.9")[say("bundle.read_me")]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "安装.cmd" in content.decode("utf-8-sig")
    assert "3.11" in content.decode("utf-8-sig")
    assert b"\r\n" in content


# The script for Linux, run


@pytest.fixture
def real_pip() -> Path:
    """Return the wheel of a pip that works: the one Python carries for new environments."""
    import ensurepip

    found = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not found:
        pytest.skip("this Python carries no pip")
    return found[0]


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_the_bundle_installs_and_removes_itself_without_leaving_a_trace(
    wheels: Path, tmp_path: Path, real_pip: Path
) -> None:
    (wheels / "pip-99-py3-none-any.whl").unlink()
    (wheels / real_pip.name).write_bytes(real_pip.read_bytes())
    out, home = tmp_path / "安装 包", tmp_path / "张三 的家"
    make_bundle(LINUX, out, wheels)
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "share").mkdir()
    before = sorted(home.rglob("*"))
    environment = {**os.environ, "HOME": str(home), "PYTHON": sys.executable, "LANG": "C.UTF-8"}
    environment["PATH"] = "/usr/bin:/bin"  # pip asks a rustc in PATH for its version, which may then write to the home
    for name in ("XDG_DATA_HOME", "PYTHONPATH"):
        environment.pop(name, None)

    def sh(name: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(out / name)]
        env = environment | more
        return subprocess.run(command, capture_output=True, text=True, env=env, check=False, cwd="/")

    for _ in range(2):
        done = sh("install.sh")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "huibao addin install" in done.stdout
        assert say("bundle.done") in done.stdout
    command = home / ".local" / "bin" / "huibao"
    said = subprocess.run([command, "x"], capture_output=True, text=True, env=environment, check=True)
    assert "huibao x" in said.stdout
    assert say("bundle.no_buttons") in sh("install.sh", NO_BUTTONS="1").stderr
    held = sh("uninstall.sh", NO_BUTTONS="1")  # a huibao that could not take its buttons away is not taken away
    assert held.returncode == 1
    assert say("bundle.not_removed") in held.stderr
    assert command.exists()
    done = sh("uninstall.sh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "huibao addin remove" in done.stdout
    assert sorted(home.rglob("*")) == before
    assert say("bundle.nothing") in sh("uninstall.sh").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_without_a_fitting_python_the_script_says_which(wheels: Path, tmp_path: Path) -> None:
    make_bundle(target("3.99", "manylinux_2_28_x86_64"), tmp_path / "out", wheels)
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "PYTHON": sys.executable}
    done = subprocess.run(
        ["sh", str(tmp_path / "out" / "install.sh")], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert "3.99" in done.stderr
    assert not (tmp_path / "home").exists()


# The command


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(huibao.cli, ["addin", "bundle", *map(str, args)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.output


def test_the_command_says_where_the_bundle_is_and_for_what(wheels: Path, tmp_path: Path) -> None:
    code, said = run("--wheels", wheels, "-o", tmp_path / "out")
    assert code == 0
    assert say("bundle.written", folder=tmp_path / "out", n=5, python="3.11", platform="win_amd64") in said
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"安装.cmd", "卸载.cmd", "先读我.txt", "wheels"}
    with pytest.raises(Stop, match="不是空的"):
        run("--wheels", wheels, "-o", tmp_path / "out")


def test_a_platform_that_is_none_stops_the_command_with_exit_code_2(tmp_path: Path) -> None:
    done = in_process("addin", "bundle", "--platform", "windows", "-o", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [say("bundle.odd_platform", platform="windows")]
    assert list(tmp_path.iterdir()) == []
