"""Verbs on the add-in: `huibao addin …`."""

from __future__ import annotations

from pathlib import Path

import click

from exporters.console import DONE, Stop, Verb, Verbs, complain
from workbook.messages import say
from xl_addin.bundle.verb import bundle
from xl_addin.install.verbs import doctor, install, remove


@click.group(cls=Verbs, help=say("help.addin"))
def addin() -> None:
    """Verbs on the add-in for Excel."""


@addin.command("build", cls=Verb, help=say("help.addin_build"))
@click.option(
    "-o",
    "--output",
    default="huibao.xlam",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=say("meta.file"),
    help=say("help.addin_output"),
)
def addin_build(output: Path) -> int:
    """Write huibao.xlam."""
    from workbook.files import replacing
    from xl_addin.build import add_in
    from xl_addin.runtime import NoRuntime

    try:
        content = add_in()
    except NoRuntime as error:
        raise Stop(str(error)) from None
    with replacing(output) as temporary:
        temporary.write_bytes(content)
    complain(say("addin.built", path=output))
    return DONE


for _verb in (install, doctor, remove, bundle):
    addin.add_command(_verb)
