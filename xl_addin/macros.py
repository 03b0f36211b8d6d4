"""What each button does, one function a button, by the same functions as the command line.

They are called without arguments by the ribbon in Excel and the toolbar in LibreOffice; `button` hands them what is in
front and turns every trouble into a sentence.
"""

from __future__ import annotations

import sys
from datetime import datetime

import xlwings as xw

from workbook.messages import say
from xl_addin.buttons import BUTTONS
from xl_addin.front import Front, Left, Refused, button
from xl_addin.own_folder import log_file, own_folder


@button
def check_form(front: Front) -> None:
    """Judge the open form: mark its cells, list what was found, ask for the reasons that are wanting."""
    from xl_addin.actions.checking import marked

    form = marked(front)
    from exporters.desk import verdict
    from xl_addin.actions.reasons import ask_reasons, to_explain
    from xl_addin.actions.result_sheet import counts_line, shown

    if (owed := to_explain(form)) and verdict(form.findings) == "confirm":
        question = say("macro.explain_now", counts=counts_line(shown(form)), n=len(owed))
        if front.program.agree(question) and ask_reasons(front, form):
            form = marked(front)
    front.program.tell(say(f"macro.{verdict(form.findings)}", counts=counts_line(shown(form))))


@button
def clear_marks(front: Front) -> None:
    """Take all marks off, and the list with them."""
    from xl_addin.actions.marks import take_marks_off

    cells = take_marks_off(front)
    front.program.tell(say("macro.cleared", n=cells) if cells else say("macro.nothing_marked"))


@button
def seal_form(front: Front) -> None:
    """Save a sealed copy of the open form under its standard name; tell what stands in the way otherwise."""
    from xl_addin.actions.checking import marked, sealed

    done = sealed(front)
    if done is None:
        marked(front)
        raise Refused(say("macro.not_sealed"))
    from workbook.check_code import code_of

    form, target = done
    front.program.tell(say("macro.sealed", path=target, code=code_of(form.submission, form.pack)))


@button
def new_round(front: Front) -> None:
    """Ask what a new round needs, set it up and write its forms."""
    from exporters.rounds import create_round, write_forms
    from workbook.lock import at_work
    from xl_addin.actions.rounds import ask_new_round, opened, refuse

    told = ask_new_round(front)
    refuse(create_round(told))
    round_ = opened(told.path)
    front.says(say("progress.forms", n=len(round_.units)))
    with at_work(round_.path):
        paths, defects = write_forms(round_)
    refuse(defects)
    front.settings.worked_on(round_.path)
    front.program.tell(say("cli.forms_written", n=len(paths), folder=paths[0].parent))
    front.program.show(paths[0].parent)


@button
def consolidate(front: Front) -> None:
    """Read what came in, judge, merge, write the results; show the workbook and offer the report."""
    from exporters.results import write_results
    from workbook.lock import at_work
    from xl_addin.actions.results import close_books, open_results, run_summary
    from xl_addin.actions.rounds import choose_round, collected, opened, refuse

    folder = choose_round(front, say("macro.which_round"))
    round_ = opened(folder)
    close_books(front, folder)
    with at_work(folder):
        collection = collected(front, round_)
        front.says(say("progress.results"))
        results = write_results(collection, datetime.now())
    if not collection.balance.balanced:
        raise Refused(say("book.unbalanced"))
    refuse(results.defects)
    open_results(front, results.outputs, run_summary(collection, results))


@button
def report(front: Front) -> None:
    """Write narrative reports: of the open form, or of a round."""
    from xl_addin.actions.open_form import is_form
    from xl_addin.actions.reporting import report_form, report_round

    (report_form if is_form(front) else report_round)(front)


@button
def reconcile(front: Front) -> None:
    """Hold edited reports against their data; list what was found and write copies with comments."""
    from xl_addin.actions.reporting import reconcile_reports

    reconcile_reports(front)


@button
def trace(front: Front) -> None:
    """Show where the selected figure comes from; of a cell of a form, what it feeds."""
    from xl_addin.actions.tracing import trace_selected

    trace_selected(front)


@button
def settings(front: Front) -> None:
    """Show what the buttons remember, and change it."""
    rounds = front.settings.rounds
    told = say("macro.settings", rounds="\n".join(map(str, rounds)) or say("macro.no_rounds"), folder=own_folder())
    chosen = front.program.choose(told, [say("macro.add_round"), say("macro.forget_rounds"), say("macro.show_folder")])
    if chosen is None:
        raise Left
    if chosen == 0:
        from xl_addin.actions.rounds import choose_other

        choose_other(front)
    elif chosen == 1:
        front.settings.forget()
    else:
        own_folder().mkdir(exist_ok=True)
        front.program.show(own_folder())


@button
def help(front: Front) -> None:  # macros are called as their buttons are
    """Tell what every button does."""
    lines = [say("macro.help_line", label=one.label, tip=one.tip) for one in BUTTONS]
    front.program.tell("\n".join([*lines, "", say("macro.help_more")]))


@button
def about(front: Front) -> None:
    """Tell which version this is, and by what it runs."""
    from importlib.metadata import version

    told = {"huibao": version("huibao"), "xlwings": xw.__version__, "python": sys.version.split()[0]}
    front.program.tell(say("macro.about", **told, interpreter=sys.executable, log=log_file()))
