"""The machines a bundle is for: their system, and what pip has to know of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from workbook.messages import say
from xl_addin.install.settings import Refused

_PYTHON = re.compile(r"3\.(1[1-9]|[2-9]\d)")
_WINDOWS = {"win_amd64": "AMD64", "win32": "x86", "win_arm64": "ARM64"}
_LINUX = re.compile(r"(many|musl)linux_(\d+)_(\d+)_(\w+)")
_MAC = re.compile(r"macosx_\d+_\d+_(arm64|x86_64)")
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_FIRST = {"many": 5, "musl": 1}


@dataclass(frozen=True)
class Target:
    """Machines of one kind."""

    system: Literal["windows", "linux", "macos"]
    python: str
    platform: str
    machine: str
    platforms: tuple[str, ...]  # for which a wheel may be made to run there

    @property
    def markers(self) -> dict[str, str]:
        """Return what conditions in a wheel's requirements mean there (PEP 508)."""
        names = {"windows": ("nt", "win32", "Windows"), "linux": ("posix", "linux", "Linux")}
        os_name, sys_platform, system = names.get(self.system, ("posix", "darwin", "Darwin"))
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": os_name,
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": sys_platform,
        }

    @property
    def fitting(self) -> str:
        """Return an expression of Python: whether the Python that evaluates it is not of use there."""
        wrong = [f"sys.version_info[:2] != {tuple(map(int, self.python.split('.')))}"]
        if self.system == "windows":
            wrong += ["'WindowsApps' in sys.base_prefix"]  # see install/interpreter.py
            wrong += [f"sys.maxsize {'>' if self.platform == 'win32' else '<'} 2**32"]
        return " or ".join(wrong)


def target(python: str, platform: str) -> Target:
    """Return the target with this version of Python and pip's name of the platform; Refused for what is neither."""
    if not _PYTHON.fullmatch(python):
        raise Refused(say("bundle.odd_python", python=python))
    if platform in _WINDOWS:
        return Target("windows", python, platform, _WINDOWS[platform], (platform,))
    if found := _LINUX.fullmatch(platform):
        kind, major, minor, machine = found.groups()
        names = []
        for n in range(int(minor), _FIRST[kind] - 1, -1):  # pip takes a name as it is, without what runs there too
            names.append(f"{kind}linux_{major}_{n}_{machine}")
            if kind == "many" and n in _OLD_NAMES:
                names.append(f"{_OLD_NAMES[n]}_{machine}")
        return Target("linux", python, platform, machine, tuple(names) or (platform,))
    if found := _MAC.fullmatch(platform):
        return Target("macos", python, platform, found[1], (platform,))
    raise Refused(say("bundle.odd_platform", platform=platform))
