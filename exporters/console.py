"""The screen: Chinese help and errors for click, tables and progress on stderr, JSON on stdout."""

from __future__ import annotations

import atexit
import gc
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from workbook.lock import Busy
from workbook.messages import say

if TYPE_CHECKING:
    from workbook.model import Defect, Pack, Round

# Names of files and sheets come from anybody; none of their characters steers the screen.
_STEERING = dict.fromkeys({*range(32), *range(127, 160)} - {ord("\n"), ord("\t")})

DONE, FOUND, UNUSABLE, UNBALANCED = 0, 1, 2, 3


class Stop(Exception):
    """The command cannot go on: one sentence for the user and the exit code."""

    def __init__(self, message: str, code: int = UNUSABLE) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class Verb(click.Command):
    """A command whose help is Chinese throughout."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write 用法."""
        formatter.write(say("cli.usage", command=" ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])) + "\n")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the arguments as they are written, then 选项."""
        pieces = [p for param in self.get_params(ctx) for p in param.get_usage_pieces(ctx)]
        return [*pieces, say("cli.options_mark")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write 选项."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        rows = [r for p in options if (r := p.get_help_record(ctx)) is not None]
        with formatter.section(say("cli.options")):
            formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return --help with a Chinese line."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli.help_option")
        return option


class Verbs(Verb, click.Group):
    """A group of verbs whose help is Chinese throughout."""

    command_class = Verb

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return 命令."""
        return [say("cli.command_mark")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write 命令, then 选项."""
        rows = [
            (name, command.get_short_help_str(limit=80))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section(say("cli.commands")):
            formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order they are used."""
        return list(self.commands)


Verbs.group_class = Verbs


def load_ahead(*module: str) -> None:
    """Have the processes that will read files load what they need, or just one module, while this one does."""
    from workbook.reading.contained import begin

    begin(*module)


def few_pauses() -> None:
    """Let Python look for circular garbage rarely: hardly any is made, and the looking costs a tenth of every run."""
    gc.set_threshold(200_000, 1_000, 1_000)
    atexit.register(gc.freeze)  # nor at the end, where all goes anyway


def run(group: click.Group) -> NoReturn:
    """Run the command line: one clear sentence instead of a traceback for what users and disks do."""
    few_pauses()
    try:
        code = group.main(standalone_mode=False, prog_name="huibao")
        sys.exit(code if isinstance(code, int) else DONE)
    except Stop as stop:
        complain(stop.message)
        sys.exit(stop.code)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        complain(usage_error(error))
        sys.exit(UNUSABLE)
    except (click.Abort, KeyboardInterrupt):
        complain(say("cli.interrupted"))
        sys.exit(UNUSABLE)
    except (Busy, OSError) as error:
        complain(in_words(error))
        sys.exit(UNUSABLE)
    finally:
        gc.freeze()  # or Python looks through everything once more before it ends


def in_words(error: Busy | OSError) -> str:
    """Return what users and disks do, as a sentence."""
    from workbook.store import Unreachable

    if isinstance(error, Busy):
        return say("cli.busy", who=error.who)
    if isinstance(error, Unreachable):
        return str(error)
    if isinstance(error, PermissionError):
        return say("cli.permission", file=error.filename or "")
    return say("cli.disk", file=error.filename or "", why=error.strerror or error)


def usage_error(error: click.ClickException) -> str:
    """Return what is wrong with a command line, in Chinese."""
    match error:
        case click.NoSuchOption(option_name=name):
            return say("cli.no_option", name=name)
        case click.MissingParameter(param=param):
            name = (param.metavar or param.opts[0]) if param is not None else ""
            return say("cli.missing", name=name)
        case click.BadParameter(param=param):
            name = (param.metavar or param.opts[0]) if param is not None else ""
            return say("cli.bad_value", name=name)
        case click.BadOptionUsage(option_name=name):
            return say("cli.option_value", name=name)
    found = error.message.split("'")
    if error.message.startswith("No such command"):
        return say("cli.no_command", name=found[1] if len(found) > 1 else "")
    return say("cli.usage_error")


def pack_named(name: str) -> Pack:
    """Return a pack by name or folder; Stop where there is none or something is wrong with it."""
    from workbook.pack import find_pack, load_pack

    folder = find_pack(name)
    if folder is None:
        raise Stop(say("cli.no_pack", name=name))
    pack, defects = load_pack(folder)
    if pack is None or defects:
        raise Stop(defects_text(defects))
    return pack


def round_at(path: Path) -> Round:
    """Return the round in a folder; Stop with what is wrong where there is none."""
    from workbook.round import load_round

    if not path.is_dir():
        raise Stop(say("cli.no_folder", folder=path))
    round_, defects = load_round(path)
    if round_ is None:
        raise Stop(defects_text(defects))
    return round_


def complain(message: str) -> None:
    """Write one sentence to stderr."""
    click.echo(message.translate(_STEERING), err=True)


def defects_text(defects: Sequence[Defect]) -> str:
    """Return defects one per line: file, line, what is wrong, what to do."""
    return "\n".join(
        say("cli.defect" if d.line else "cli.defect_file", file=d.file, line=d.line, problem=d.problem, remedy=d.remedy)
        for d in defects
    )


def print_json(data: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Write one JSON object, or a list of them, to stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to stderr."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(escape(v.translate(_STEERING)) for v in row))
    Console(stderr=True, highlight=False).print(grid)


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Show what is being done on stderr while the block runs."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with console.status(message):
            yield
    else:
        console.print(message)
        yield
