"""What an organisation's policies and the user's own settings let Excel load. Read from the registry, judged apart."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from workbook.messages import say
from xl_addin.install.findings import Finding

_VERSIONS = ("16.0", "15.0", "14.0")
_ROOTS = ("Software\\Policies\\Microsoft\\Office", "Software\\Microsoft\\Office")
_VALUES = {  # name -> key under Office\<version>
    "VBAOff": "Common",
    "DisableAllAddins": "Excel\\Security",
    "RequireAddinSig": "Excel\\Security",
    "VBAWarnings": "Excel\\Security",
    "AllLocationsDisabled": "Excel\\Security\\Trusted Locations",
    "BlockContentExecutionFromInternet": "Excel\\Security",
}
_SIGNED_ONLY, _NOTHING = 3, 4  # of VBAWarnings


def read_policies() -> dict[str, int]:
    """Return the values that are set, the strictest of all places; nothing where there is no registry."""
    if sys.platform != "win32":
        return {}
    import winreg

    found: dict[str, int] = {}
    for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        for path in (f"{root}\\{version}" for root in _ROOTS for version in _VERSIONS):
            for name, key in _VALUES.items():
                try:
                    with winreg.OpenKey(hive, f"{path}\\{key}") as opened:
                        value = winreg.QueryValueEx(opened, name)[0]
                except OSError:
                    continue
                if isinstance(value, int):
                    found[name] = max(value, found.get(name, 0))
    return found


def judge_policies(values: Mapping[str, int]) -> list[Finding]:
    """Return what stands against an unsigned add-in in the startup folder, or that nothing does.

    Excel trusts that folder, so that its settings on macros say nothing about it, unless trusted folders are off.
    """
    untrusted = bool(values.get("AllLocationsDisabled"))
    warnings = values.get("VBAWarnings", 0)
    found = []
    if values.get("VBAOff"):
        found.append(Finding("bad", say("install.policy_no_vba")))
    if values.get("DisableAllAddins"):
        found.append(Finding("bad", say("install.policy_no_add_ins")))
    if values.get("RequireAddinSig"):
        found.append(Finding("bad", say("install.policy_signed")))
    if untrusted and warnings in (_SIGNED_ONLY, _NOTHING):
        found.append(Finding("bad", say("install.policy_macros", value=warnings)))
    elif untrusted:
        found.append(Finding("note", say("install.policy_untrusted")))
    elif warnings in (_SIGNED_ONLY, _NOTHING):
        found.append(Finding("note", say("install.policy_macros_elsewhere", value=warnings)))
    return found or [Finding("good", say("install.policy_none"))]
