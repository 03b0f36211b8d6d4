"""Makes every picture of the documentation from a round of the demo: `python docs/pictures.py demo/2020H1`.

LibreOffice prints the files as PDF, poppler finds the page by what is written on it and draws it. Reports ask for
仿宋_GB2312, 楷体_GB2312, 黑体, 宋体 and 方正小标宋简体. Where they are not installed, Debian's `texlive-lang-chinese`
has stand-ins that give the official look (FandolFang, FandolKai, FandolHei, FandolSong): name them as aliases in a
fontconfig file and set FONTCONFIG_FILE to it; the variable reaches LibreOffice and poppler alike.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from PIL import Image, ImageChops

TARGET = Path(__file__).parent / "user"
MARGIN = 12  # pixels of white left around a cropped picture
MOST_BYTES = 250_000
COLOURS = 128

FORM = "收件/X01_*.xlsx"
RETURNED = "收件/X04_*.xlsx"  # the unit whose form has an error
EXPLAINED = "收件/Q02_*.xlsx"  # the unit that gave a reason
SENT_BACK = "成果/退回/X04_*.xlsx"  # what it gets back
BOOK = "成果/汇总表.xlsx"
REPORT = "成果/全市汇总报告.docx"
TRACKED = "*_更新.docx"  # made here of the county's report
CORRECTED = "收件/X02_*.xlsx"
FIGURES = 5  # column of this period's figures
LEFT_OUT = "成果/报告/略去内容.xlsx"
DEPT = "成果/报告/部门半年党建总结及下半年计划/S09_*.docx"
PARTY_GROUP = "../2020/成果/报告/党组年度党建工作总结/S12_*.docx"
COUNTY = "成果/报告/县委半年党建工作总结/X02_*.docx"
SPEECH = "成果/报告/区委党建工作会议讲话/Q03_*.docx"
ORGANS = "../2020/成果/报告/机关党建工作会议工作报告/S00_*.docx"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the first page of a file that has all the words, so many dots per inch, top part only or whole."""

    name: str
    source: str  # pattern inside the round's folder; the last match counts
    words: tuple[str, ...]
    dpi: int = 80
    part: float = 1.0  # how much of the page, from the top
    whole: bool = False  # keep the white margins, as for a page of a report


PICTURES = (
    Picture("form-guide", FORM, ("填报说明", "浅黄色：请填写"), dpi=90),
    Picture("form-cover", FORM, ("情况报表", "单位代码"), dpi=90),
    Picture("form-live", RETURNED, ("校验结果", "去修改", "必须改正"), dpi=120, part=0.3),
    Picture("form-section", FORM, ("思想理论武装", "填报单位", "理论学习中心组学习次数"), dpi=110, part=0.72),
    Picture("form-texts", FORM, ("文字材料", "政治建设典型做法"), dpi=130, part=0.75),
    Picture("form-notes", EXPLAINED, ("增减变动说明",), dpi=120, part=0.3),
    Picture("form-marked", RETURNED, ("作风建设与纪律监督", "调研重点数", "怎么填"), dpi=110, part=0.72),
    Picture("returned", SENT_BACK, ("审核意见", "必须改正", "哪里"), dpi=120, part=0.5),
    Picture("book-overview", BOOK, ("总览", "主要指标", "需要关注"), dpi=110),
    Picture("book-cover", BOOK, ("党建工作汇总表", "账目平衡"), dpi=100),
    Picture("book-tiers", BOOK, ("分级汇总", "基层党委数"), dpi=110, part=0.6),
    Picture("book-receipts", BOOK, ("报送情况", "单位代码", "应报"), dpi=100, part=0.75),
    Picture("book-findings", BOOK, ("审核情况", "运行规则", "单位的说明"), dpi=150, part=0.34),
    Picture("book-outliers", BOOK, ("离群值", "只供核实"), dpi=110, part=0.5),
    Picture("book-rules", BOOK, ("规则运行", "规则依据"), dpi=110, part=0.5),
    Picture("book-standing", BOOK, ("进展比较", "中位数", "学习强国注册率"), dpi=110, part=0.5),
    Picture("book-targets", BOOK, ("目标对账", "目标值"), dpi=110, part=0.5),
    Picture("book-picks", BOOK, ("选材", "浅黄色各列由本室填写"), dpi=100, part=0.55),
    Picture("book-audit", BOOK, ("汇总审核", "对象"), dpi=100, part=0.6),
    Picture("book-trace", BOOK, ("溯源", "读出的数"), dpi=100, part=0.5),
    Picture("book-units", BOOK, ("思想理论武装", "合计取自本表"), dpi=90),
    Picture("left-out", LEFT_OUT, ("略去内容", "所在标题"), dpi=100, part=0.45),
    Picture("dept-half-1", DEPT, ("党建工作总结及",), dpi=60, whole=True),
    Picture("dept-half-2", DEPT, ("二、下半年工作安排",), dpi=60, whole=True),
    Picture("party-group-year-1", PARTY_GROUP, ("年度党建工作总结",), dpi=60, whole=True),
    Picture("party-group-year-2", PARTY_GROUP, ("五、存在的问题和下一步打算",), dpi=60, whole=True),
    Picture("county-half-1", COUNTY, ("年上半年党建工作总结", "市委："), dpi=60, whole=True),
    Picture("county-half-2", COUNTY, ("附件", "主要指标情况表", "计量单位"), dpi=60, whole=True),
    Picture("district-speech-1", SPEECH, ("上的讲话", "同志们："), dpi=60, whole=True),
    Picture("district-speech-2", SPEECH, ("二、下半年工作部署",), dpi=60, whole=True),
    Picture("organs-report-1", ORGANS, ("上的工作报告",), dpi=60, whole=True),
    Picture("organs-report-2", ORGANS, ("二、2021年重点工作",), dpi=60, whole=True),
    Picture("report-tracked", TRACKED, ("（二）思想建设",), dpi=60, whole=True),
    Picture("report-chart", REPORT, ("图2", "可比单位"), dpi=75, whole=True),
    Picture("report-annex", REPORT, ("附件1", "分级汇总表"), dpi=75, whole=True),
    Picture("report-first", REPORT, ("全市党建工作情况汇总报告",), dpi=75, whole=True),
    Picture("report-table", REPORT, ("表1主要指标",), dpi=75, whole=True),
    Picture("report-standing", REPORT, ("表2县区进展比较",), dpi=75, whole=True),
)


def main() -> int:
    """Write all pictures; 0 when each was found, 1 when a page is not there, 2 when it cannot start."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python docs/pictures.py DEMO_FOLDER/2020H1", file=sys.stderr)
        return 2
    absent = [tool for tool in ("soffice", "pdftotext", "pdftoppm") if shutil.which(tool) is None]
    if absent:
        print(f"not installed: {', '.join(absent)} (LibreOffice and poppler-utils)", file=sys.stderr)
        return 2
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        refresh(Path(sys.argv[1]), Path(folder))
        return draw(Path(sys.argv[1]), Path(folder))


def refresh(round_folder: Path, folder: Path) -> None:
    """Write a county's report brought up to date from a corrected form, with tracked changes."""
    report = Path(shutil.copy(sorted(round_folder.glob(COUNTY))[-1], folder / "县委总结.docx"))
    form = corrected(sorted(round_folder.glob(CORRECTED))[-1], folder)
    command = [sys.executable, "-m", "huibao", "refresh", str(report), "--data", str(form), "--tracked"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode > 1:  # 1 says that there is something to look at
        raise SystemExit(done.stderr)


def corrected(form: Path, folder: Path) -> Path:
    """Return a form with some figures corrected."""
    book = openpyxl.load_workbook(form)
    sheet = book["思想理论武装"]
    for row in range(5, 20):
        cell = sheet.cell(row, FIGURES)
        if isinstance(cell.value, int) and not cell.protection.locked:
            cell.value += 2
    book.save(folder / form.name)
    return folder / form.name


def draw(round_folder: Path, folder: Path) -> int:
    """Draw every picture of a round; `folder` is for what comes in between."""
    printed: dict[str, Path] = {}
    missing = []
    for picture in PICTURES:
        found = sorted([*round_folder.glob(picture.source), *folder.glob(picture.source)])
        if picture.source not in printed and found:
            printed[picture.source] = as_pdf(found[-1], folder / str(len(printed)))
        page = page_with(printed[picture.source], picture.words) if picture.source in printed else None
        if page is None:
            missing.append(picture.name)
            continue
        target = TARGET / f"{picture.name}.png"
        save(page_image(printed[picture.source], page, picture, folder), target)
        print(f"{target.name}: {target.stat().st_size // 1000} kB")
    for name in missing:
        print(f"no page for {name}", file=sys.stderr)
    return 1 if missing else 0


def as_pdf(source: Path, folder: Path) -> Path:
    """Print a file with a LibreOffice of its own, so that an open one is not disturbed."""
    folder.mkdir()
    copy = Path(shutil.copyfile(source, folder / f"source{source.suffix}"))
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    convert = ["soffice", profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(copy)], check=True, capture_output=True, timeout=600)
    return copy.with_suffix(".pdf")


def page_with(pdf: Path, words: Iterable[str]) -> int | None:
    """Return the first page (from 1) on which all the words stand, however they are spaced or broken."""
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=300)
    for number, text in enumerate(done.stdout.decode("utf-8", "replace").split("\f"), 1):
        if all(word in "".join(text.split()) for word in words):
            return number
    return None


def page_image(pdf: Path, page: int, picture: Picture, folder: Path) -> Image.Image:
    """Return one page as a picture, without its white margins unless it is to stay whole."""
    stem = folder / picture.name
    draw_page = ["pdftoppm", "-png", "-r", str(picture.dpi), "-f", str(page), "-singlefile", str(pdf), str(stem)]
    subprocess.run(draw_page, check=True, capture_output=True, timeout=300)
    image = Image.open(stem.with_suffix(".png")).convert("RGB")
    if picture.whole:
        return framed(image)
    image = image.crop((0, 0, image.width, round(image.height * picture.part)))
    return trimmed(image)


def trimmed(image: Image.Image) -> Image.Image:
    """Return the picture without the white around it, but for a small margin."""
    blank = Image.new("RGB", image.size, "white")
    box = ImageChops.difference(image, blank).getbbox()
    if box is None:
        return image
    left, top, right, bottom = box
    return image.crop(
        (
            max(0, left - MARGIN),
            max(0, top - MARGIN),
            min(image.width, right + MARGIN),
            min(image.height, bottom + MARGIN),
        )
    )


def framed(image: Image.Image) -> Image.Image:
    """Return a page with a thin grey edge, so that white paper shows on a white screen."""
    sheet = Image.new("RGB", (image.width + 2, image.height + 2), "#C4CAD3")
    sheet.paste(image, (1, 1))
    return sheet


def save(image: Image.Image, target: Path) -> None:
    """Save as a palette PNG; RuntimeError when it is still too large to keep in the repository."""
    image.quantize(COLOURS).save(target, optimize=True)
    if target.stat().st_size > MOST_BYTES:
        raise RuntimeError(f"{target.name} has {target.stat().st_size} bytes; draw it with fewer dots per inch")


if __name__ == "__main__":
    sys.exit(main())
