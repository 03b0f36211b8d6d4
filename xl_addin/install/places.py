"""Where everything belongs that installing writes: computed from the system, the home folder, the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xl_addin.own_folder import REMEMBERED

ADD_IN = "huibao.xlam"
SETTINGS = "huibao.conf"
System = Literal["win32", "darwin"]


@dataclass(frozen=True)
class Places:
    """The places on one machine."""

    system: System
    add_in: Path  # in the folder whose files Excel opens when it starts, and trusts
    settings: Path  # the one file that the add-in's VBA reads
    key: str  # in that file: the Python which runs what is behind the buttons
    own: Path  # our folder in the user's home
    scripts: Path | None = None  # macOS: the folder of AppleScripts that Excel may run

    @property
    def record(self) -> Path:
        """Return the file that tells what installing made, so that removing takes away that and nothing else."""
        return self.own / "installed.json"

    @property
    def remembered(self) -> Path:
        """Return the file of what the buttons remember."""
        return self.own / REMEMBERED

    @property
    def log(self) -> Path:
        """Return the folder in which the buttons write down what went wrong."""
        return self.own / "log"

    @property
    def mark(self) -> Path:
        """Return the stream by which Windows remembers that a file came from the internet."""
        return self.add_in.with_name(f"{self.add_in.name}:Zone.Identifier")


def places(system: System, home: Path, environment: Mapping[str, str]) -> Places:
    """Return the places of a user."""
    own = home / ".huibao"
    if system == "win32":
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        add_in = roaming / "Microsoft" / "Excel" / "XLSTART" / ADD_IN
        return Places(system, add_in, own / SETTINGS, "INTERPRETER_WIN", own)
    library = home / "Library"
    startup = library / "Group Containers" / "UBF8T346G9.Office" / "User Content.localized" / "Startup.localized"
    return Places(
        system,
        startup / "Excel" / ADD_IN,
        library / "Containers" / "com.microsoft.Excel" / "Data" / SETTINGS,
        "INTERPRETER_MAC",
        own,
        library / "Application Scripts" / "com.microsoft.Excel",
    )
