"""A LibreOffice of one's own, for tests that drive it from this very process through the engine for xlwings.

It has a profile and a pipe of its own and is gone afterwards, whatever happened in between. The desk (desk.py) is
driven from another process and works under every Python; this one needs `uno` in the Python the tests run under.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xl_addin.libreoffice.engine.bridge import connect, failure, options, service

START, END = 120, 20  # seconds to come up, and to leave


@contextmanager
def running_office() -> Iterator[Any]:
    """Give the component context of a throw-away office."""
    folder = Path(tempfile.mkdtemp(prefix="office"))
    pipe = f"office{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [
            *"soffice --headless --norestore --nologo --nodefault --nofirststartwizard".split(),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ],
        # Without traces of this Python: the office starts one of its own. With one heap: what is free in many of them
        # is not given back, and a closed form seems to have left as much as 80 MB behind in ten.
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"MALLOC_ARENA_MAX": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a process group of its own: what it starts ends with it, and nothing else does
    )
    try:
        context = connect(pipe, START)
        _leave_no_locks(context)
        yield context
        with suppress(failure()):  # it may be gone before it has answered
            service(context, "frame.Desktop").terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _leave_no_locks(context: Any) -> None:
    """Let several offices open one file, as the desk does."""
    provider = service(context, "configuration.ConfigurationProvider")
    misc = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess",
        options(nodepath="/org.openoffice.Office.Common/Misc"),
    )
    misc.UseDocumentOOoLockFile = misc.UseDocumentSystemFileLocking = False
    misc.commitChanges()
