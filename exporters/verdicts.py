"""What a person sees on the screen of verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exporters.console import complain, table
from workbook.checks.builtin import rule_name
from workbook.messages import say


def tell_verdicts(results: Sequence[Mapping[str, Any]], said: Mapping[str, Sequence[str]]) -> None:
    """Show the verdict on each form, what else there is to say of it, and what was found."""
    for result in results:
        rows = [
            (
                rule_name(f["rule"]),
                say(f"word.{f['severity']}") + (say("book.trial") if f["trial"] else ""),
                f"{f['sheet']} {f['cell']}",
                f["message"],
                f["remedy"] + (say("cli.explained") if f["reason"] else ""),
            )
            for f in result["findings"]
        ]
        complain(say(f"verdict.{result['verdict']}", file=result["file"], unit=result["unit"], period=result["period"]))
        for sentence in said[result["file"]]:
            complain(sentence)
        if rows:
            table("", [say(f"book.{k}") for k in ("rule", "severity", "cell", "message", "what_to_do")], rows)
        if repairs := [(f"{r['sheet']} {r['cell']}", r["message"]) for r in result["repairs"]]:
            table(say("cli.repairs"), [say("book.cell"), say("cli.understood")], repairs)
