"""Writes docs/reference from the code: commands, expressions, built-in checks, columns of pack files.

`python docs/reference.py` writes the pages; `--check` writes nothing and exits 1 when one is stale.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import huibao
from exporters.narrative import template
from workbook import pack
from workbook.blank import MEASURES
from workbook.checks import builtin, carried, sealed
from workbook.checks.doubts import DOUBTS
from workbook.expression.functions import CONTEXT, FUNCTIONS
from workbook.messages import catalogue, say

FOLDER = ROOT / "docs" / "reference"
HEAD = "<!-- 由 docs/reference.py 生成，请勿手改 · generated, do not edit -->\n"
Meanings = dict[str, dict[str, str]]


class Incomplete(Exception):
    """meanings.toml and the code do not name the same things."""


def meanings() -> Meanings:
    """Return what the pages say beyond the code."""
    data: Meanings = tomllib.loads((FOLDER / "meanings.toml").read_text(encoding="utf-8"))
    return data


def words_for(section: str, names: Sequence[str], about: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (name, meaning) in the order of the code; Incomplete when one is missing or left over."""
    differ = set(names) ^ set(about)
    if differ:
        raise Incomplete(f"meanings.toml [{section}]: {', '.join(sorted(differ))}")
    return [(name, about[name]) for name in names]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def commands(_: Meanings) -> str:
    """Return every command with its help; laid out here, so that another release of click changes nothing."""
    parts = [
        "# 命令",
        "",
        "在终端里看同样的说明：命令后加 `--help`。进度和提示写到标准错误，`--json` 的对象写到标准输出。",
        "",
        "退出码：0 完成；1 `check`、`seal`、`template save`、`pack check` 查出要改或要说明的；2 命令或输入不能用；"
        "3 账目不平。",
    ]
    for name, command in each_command("huibao", huibao.cli):
        arguments = " ".join(str(p.metavar) for p in command.params if isinstance(p, click.Argument))
        options = [p for p in command.params if isinstance(p, click.Option)]
        if isinstance(command, click.Group):
            arguments = say("cli.command_mark")
        parts += ["", f"## {name}", "", f"`{name} {arguments}`".replace(" `", "`"), "", str(command.help)]
        if options:
            parts += ["", table(("选项", "意思"), [(", ".join(f"`{n}`" for n in o.opts), told(o)) for o in options])]
    return "\n".join(parts).replace("\n\n\n", "\n\n")


def each_command(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and everything below it, by its full name."""
    yield name, command
    if isinstance(command, click.Group):
        for part, below in command.commands.items():
            yield from each_command(f"{name} {part}", below)


def told(option: click.Option) -> str:
    """Return an option's help with what it is when nothing is given."""
    return f"{option.help}（不写为 {option.default}）" if option.show_default else str(option.help)


def expressions(about: Meanings) -> str:
    """Return the rule language: what may be written, functions, missing policies."""
    known = dict(words_for("functions", list(FUNCTIONS), about["functions"]))
    kinds = {"indicator": "指标代码", "text": "文字项代码", "column": "栏目", "number": "数字", "condition": "条件"}
    rows = [
        (f"`{f.name}({', '.join(kinds[a] for a in f.arguments)})`", kinds[f.result], known[f.name], f.doc)
        for f in FUNCTIONS.values()
    ]
    names = [(f"`{n}`", m) for n, m in words_for("context", list(CONTEXT), about["context"])]
    policies = [(f"`{n}`", m) for n, m in words_for("missing", pack.CHOICES["missing"], about["missing"])]
    return "\n".join(
        [
            "# 算式",
            "",
            "规则的 `expression`、指标的 `calc` `numerator` `denominator` 用同一种算式。可以写：指标代码、数字、",
            "`+ - * /`、括号、`<= >= < > == !=`（可以连写，如 `0 <= A <= B`）、`and or not`、下面的函数。别的不认。",
            "分母为 0 的算式没有结果，按缺数处理。比较是精确的：0.1 + 0.2 等于 0.3。",
            "",
            "## 函数",
            "",
            table(("写法", "结果", "意思", "In English"), rows),
            "## 名字",
            "",
            table(("写法", "意思"), names),
            "## 缺数时怎么办（规则的 missing 列）",
            "",
            "“不适用”“未统计”、空白和看不懂的内容都是缺数，缺数从不等于 0。判不出来的叫“未判断”，不算不通过。",
            "",
            table(("写法", "意思"), policies),
            "`present`、`rows`、`filled` 括号里的不算操作数，不受此影响。自动计算的指标按同样的办法由各部分重新算出。",
            "",
        ]
    )


def checks(_: Meanings) -> str:
    """Return the built-in checks and what may become of a received file."""
    severities = builtin_severities()
    said = catalogue()["check"]
    named = {key for key in said if not key.endswith("_remedy") and key != "broken"}
    if named != set(severities):
        raise Incomplete(f"messages.toml [check] and builtin.py: {', '.join(sorted(named ^ set(severities)))}")
    rows = [
        (f"`{key.upper().replace('_', '-')}`", say(f"word.{severities[key]}"), said[key], said[f"{key}_remedy"])
        for key in said
        if key in severities
    ]
    cases = catalogue()["unreadable"]
    unreadable = [(v, cases[f"{k}_remedy"]) for k, v in cases.items() if f"{k}_remedy" in cases]
    receipts = catalogue()["receipt"]
    fates = [(f"`{k}`", v, receipts[f"{k}_remedy"]) for k, v in receipts.items() if f"{k}_remedy" in receipts]
    return "\n".join(
        [
            "# 内置检查",
            "",
            "不用写规则，每份报表都查。花括号处填入实际内容。上下限不用于汇总单位，因为它是合计数；",
            "自动计算的指标，若它的构成项已有规则不通过，就不再报上下限。内容包自己的规则见它的 `rules.csv`。",
            "",
            table(("代码", "程度", "问题", "怎么办"), rows),
            f"规则本身出了故障时，`outcome` 是 `broken`：{said['broken'].format(rule='R001')}",
            "",
            "## 不是数字的",
            "",
            "填的不是单纯的数字时，只有一种意思的（如 `1，234`、`12人`、`三十`、百分比指标里的 `12%`）按数字读取，",
            "并说明怎样认出；拿不准的是 `UNREADABLE`，能看出缘由的换成下面的话。",
            "填报表自己只认单纯的数字，一律说“不是数字”。",
            "",
            table(("问题", "怎么办"), unreadable),
            "## 收到的文件",
            "",
            table(("代码", "情况", "怎么办"), fates),
        ]
    )


def builtin_severities() -> dict[str, str]:
    """Return check -> severity, read from the calls of finding() in the files of built-in checks, and of doubts."""
    trees = [ast.parse(Path(str(m.__file__)).read_text(encoding="utf-8")) for m in (builtin, carried, sealed)]
    found = {}
    for node in (n for tree in trees for n in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "finding":
            kind, severity = (a.value for a in node.args[:2] if isinstance(a, ast.Constant))
            found[str(kind)] = str(severity)
    return found | DOUBTS


def pack_files(about: Meanings) -> str:
    """Return the columns of a pack's files, its head and the language of its templates."""
    parts = [
        "# 内容包的文件",
        "",
        "CSV 用 Excel、WPS 或记事本改，存成“CSV UTF-8”（GBK 也能读）。列的次序随意，列名一字不差。",
        "改完运行 `huibao pack check 文件夹`，一次列出全部毛病。",
        "",
        "## pack.toml",
        "",
        table(("写法", "意思"), [(f"`{k}`", v) for k, v in about["head"].items()]),
    ]
    for key, columns in (
        ("indicators", pack.INDICATOR_COLUMNS),
        ("rules", pack.RULE_COLUMNS),
        ("texts", pack.TEXT_COLUMNS),
    ):
        rows = [
            (f"`{c}`", m, " ".join(f"`{v}`" for v in pack.CHOICES.get(c, ())))
            for c, m in words_for(key, columns, about[key])
        ]
        parts += [f"## {key}.csv", "", table(("列", "意思", "可选"), rows)]
    kinds = words_for("subfields", pack.SUBFIELD_KINDS, about["subfields"])
    parts += ["### 栏目的类型", "", table(("类型", "意思"), [(f"`{k}`", m) for k, m in kinds])]
    about_synonyms = words_for("synonyms", pack.SYNONYM_COLUMNS, about["synonyms"])
    cues = [(f"`{k}`", m) for k, m in about["cues"].items()]
    parts += [
        "## synonyms.csv",
        "",
        "可有可无。旧报告里怎样说到一个指标；把旧报告变成模板时用来认出数字，不进报表，不影响表样。",
        "",
        table(("列", "意思"), [(f"`{k}`", m) for k, m in about_synonyms]),
        table(("写法", "意思"), cues),
    ]
    about_assessment = words_for("assessment", pack.ASSESSMENT_COLUMNS, about["assessment"])
    parts += [
        "## assessment.csv",
        "",
        "可有可无，没有就不评分。有了它，汇总表多一张“考核得分”：各单位在比较组内按指标得多少分，每一分怎样得来。"
        "没有数的项目不评，不计入满分；位次不用于评分。",
        "",
        table(
            ("列", "意思", "可选"),
            [(f"`{k}`", m, " ".join(f"`{v}`" for v in pack.CHOICES.get(k, ()))) for k, m in about_assessment],
        ),
    ]
    return "\n".join(parts)


def report_templates(about: Meanings) -> str:
    """Return the page on the text of a report: lines, blanks, measures, names it may use."""
    marks: dict[str, str] = {kind: start for start, kind in template.MARKS}
    lines = [(f"`{marks[k].strip()}`", m) for k, m in words_for("marks", list(marks), about["marks"])]
    measures = [(f"`{k}`", m) for k, m in words_for("measures", MEASURES, about["measures"])]
    parts = [
        "# 报告模板",
        "",
        "每个体裁一个文件夹：`report.txt` 是文字，`style.docx` 是样式。",
        "空格写 `{{代码}}`、`{{代码@范围}}`、`{{代码@范围.量}}`；",
        "范围写比较组、层级，不写是本单位（全部单位的报告是全部）。",
        "空格连计量单位一起印，自己写计量单位的在后面加 `|bare`。",
        "缺数的空格连同所在分句一起略去，为零的印指标表里的零值用语或略去。",
        "其余花括号是 Jinja，在沙箱里运行。行首符号说明这一行是什么，没有的是正文：",
        "",
        table(("行首", "意思"), lines),
        "## 量",
        "",
        table(("量", "意思"), measures),
    ]
    for key, title, files in (
        ("common", "所有报告都能用的词", (("own.py", ("asked_of", "when")),)),
        ("own", "单位报告里还能用的", (("own.py", ("context",)),)),
        ("merged", "全部单位的报告里还能用的", (("merge.py", ("context",)), ("annexes.py", ("context",)))),
    ):
        names = [name for file, functions in files for name in names_given(file, functions)]
        rows = [(f"`{k}`", m) for k, m in words_for(key, names, about[key])]
        parts += [f"## {title}", "", table(("名称", "意思"), rows)]
    return "\n".join(parts)


def names_given(file: str, functions: Sequence[str]) -> list[str]:
    """Return the names that functions of a file of exporters/narrative give to templates, in order."""
    tree = ast.parse((ROOT / "exporters" / "narrative" / file).read_text(encoding="utf-8"))
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in functions]
    given = [n.value for f in found for n in ast.walk(f) if isinstance(n, ast.Return) and isinstance(n.value, ast.Dict)]
    keys = [k.value for d in given for k in d.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    return [key for key in keys if key not in ("blank", "fig")]


PAGES: dict[str, Callable[[Meanings], str]] = {
    "commands.md": commands,
    "expressions.md": expressions,
    "checks.md": checks,
    "pack-files.md": pack_files,
    "report-templates.md": report_templates,
}


def main() -> int:
    """Write the pages, or with --check compare them; 1 when stale or incomplete."""
    about = meanings()
    try:
        texts = {name: HEAD + "\n" + page(about).rstrip() + "\n" for name, page in PAGES.items()}
    except Incomplete as error:
        print(error, file=sys.stderr)
        return 1
    stale = [n for n, t in texts.items() if not (FOLDER / n).is_file() or (FOLDER / n).read_text("utf-8") != t]
    if "--check" in sys.argv[1:]:
        if stale:
            print(f"stale: {', '.join(stale)}; run: python docs/reference.py", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (FOLDER / name).write_text(texts[name], encoding="utf-8", newline="\n")
        print(f"wrote docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
