"""The verb `huibao addin bundle`: an offline bundle for other machines."""

from __future__ import annotations

from pathlib import Path

import click

from exporters.console import DONE, Stop, Verb, complain, progress
from workbook.messages import say


@click.command(cls=Verb, help=say("help.addin_bundle"))
@click.option(
    "--python",
    "python",
    default="3.11",
    show_default=True,
    metavar=say("meta.python"),
    help=say("help.addin_bundle_python"),
)
@click.option(
    "--platform",
    default="win_amd64",
    show_default=True,
    metavar=say("meta.platform"),
    help=say("help.addin_bundle_platform"),
)
@click.option(
    "--wheels", type=click.Path(path_type=Path), metavar=say("meta.folder"), help=say("help.addin_bundle_wheels")
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar=say("meta.folder"),
    help=say("help.addin_bundle_output"),
)
def bundle(python: str, platform: str, wheels: Path | None, output: Path) -> int:
    """Write an offline bundle."""
    from xl_addin.bundle.collect import make_bundle
    from xl_addin.bundle.targets import target
    from xl_addin.install.settings import Refused

    try:
        wanted = target(python, platform)
        with progress(say("progress.bundle")):
            n = make_bundle(wanted, output, wheels)
    except Refused as error:
        raise Stop(str(error)) from None
    complain(say("bundle.written", folder=output, n=n, python=python, platform=platform))
    return DONE
