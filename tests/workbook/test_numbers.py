"""What clerks write where a number goes: read where it can mean one thing only, asked back where not, never guessed."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from helpers import findings_of, party_building, submission
from hypothesis import example, given
from hypothesis import strategies as st

from workbook.messages import catalogue
from workbook.model import Indicator, State
from workbook.reading.cells import read_cell
from workbook.reading.marks import Marks, is_percent
from workbook.reading.numbers import Understood, plain, read_number
from workbook.reading.unclear import Unclear

PACK = party_building()


def item(word: str) -> Indicator:
    """Return an item with this measure word: of the pack, or one of the pack's made so."""
    found = [i for i in PACK.indicators.values() if i.measure_word == word]
    return found[0] if found else replace(item("万元"), measure_word=word, scale=word)


CERTAIN = {
    "人": [
        *(("1,234", 1234), ("1，234", 1234), ("12,345,678", 12345678), ("1 234", 1234), ("１２３", 123)),
        *(("12人", 12), ("12 人", 12), ("１２人", 12), ("1,234人", 1234), ("'12", 12), ("’12", 12), ("＇12", 12)),
        *(("三十", 30), ("三十人", 30), ("一百二十", 120), ("一百一十二", 112), ("一百十二", 112), ("十", 10)),
        *(("两万三千", 23000), ("壹佰", 100), ("壹佰贰拾叁", 123), ("一千零五", 1005), ("一千零五十", 1050)),
        *(("一万零五百", 10500), ("二十万五千", 205000), ("一亿零三万", 100030000), ("两千三百万", 23000000)),
        *(("一亿二千万", 120000000), ("一亿零二千", 100002000), ("二十万零五千", 205000)),
        *(
            ("两", 2),
            ("二〇", 20),
            ("一〇八", 108),
            ("萬", None),
            ("壹萬", 10000),
            ("1.2万", 12000),
            ("1.2万人", 12000),
        ),
        *(("3千", 3000), ("3百人", 300), ("3千万", 30000000), ("1.2亿", 120000000), ("12万", 120000)),
        *(("+12", 12), ("-1,234", -1234), ("－12", -12), ("−12", -12), ("负十二", -12), ("负12", -12)),
        *(("1.2e4", 12000), ("1E+05", 100000), ("007", 7), ("12.0", 12), ("12.", 12)),
        *(("零", 0), ("〇", 0), ("0人", 0), ("0.00", 0), ("00", 0), ("０", 0), ("零人", 0), ("-0", 0)),
    ],
    "万元": [
        *(("12．5", "12.5"), ("12.50", "12.5"), (".5", "0.5"), ("十二点五", "12.5"), ("零点零五", "0.05")),
        *(("2000万元", 2000), ("2,000.5万元", "2000.5"), ("两千万元", 2000), ("3千万元", 3000), ("二十", 20)),
        *(("一百五十万元", 150), ("二千三百万元", 2300), ("5百万元", 500), ("0元", 0), ("零万元", 0)),
    ],
    "元": [("20000000元", 20000000), ("一万二千五百元", 12500)],
    "%": [
        *(("12%", 12), ("１２％", 12), ("12.5 %", "12.5"), ("百分之十二", 12), ("百分之12", 12), ("百分之百", 100)),
        *(("百分之十二点五", "12.5"), ("-3%", -3), ("0%", 0)),
    ],
    "万人次": [("1.2万人次", "1.2"), ("十二万人次", 12)],
    "篇（条）": [("3篇", 3), ("3条", 3), ("3篇（条）", 3), ("3篇(条)", 3)],
    "万元/村": [("5万元/村", 5)],
    "平方米": [("1,200平方米", 1200)],
}
DOUBTFUL = {
    "about": [
        *(("人", t) for t in ("约100", "约三十", "100余", "近百", "上百", "100多", "100多人", "三十多", "100左右")),
        *(("人", t) for t in (">100", "100+", "七八", "七八人", "三四十", "两三百", "一二", "几十", "数百", "不到100")),
        ("%", "约12%"),
    ],
    "span": [("人", "100-120"), ("人", "100—120人"), ("人", "100～120"), ("人", "100至120"), ("人", "3到5")],
    "slash": [("人", "12/15"), ("人", "12／15")],
    "none": [("人", t) for t in ("—", "——", "/", "／", "-", "－", "无", "没有", "N/A", "--")],
    "grouping": [("人", t) for t in ("1,23", "1.234,5", "1，2345", "1 23", "12,34,567", "0,123", "1,234,56", "1.2.3")],
    "date": [("人", t) for t in ("2020-03-12", "2020-03-12 10:30", "2020/3/12", "2020年3月", "3月12日", "12:30:00")],
    "yes_no": [("人", t) for t in ("是", "否", "有", "√", "TRUE")],
    "error": [("人", t) for t in ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "Err:502")],
    "letters": [("人", t) for t in ("1O", "l2", "1〇", "2○", "I00")],
    "percent": [("人", "12%"), ("人", "百分之十二"), ("万元", "１２％"), ("人", "5‰")],
    "brackets": [("人", "(12)"), ("人", "（1,200）")],
    "exponent": [("人", "1.23457E+11"), ("人", "1.2e-3")],
    "size": [("人", "123456789012345678"), ("人", "1e30"), ("人", "999999亿"), ("人", "9" * 40)],
    "word": [
        *(("人", "12户"), ("人次", "12人"), ("个", "12个月"), ("名", "十二人"), ("%", "12个百分点"), ("%", "5‰")),
        *(("万元/村", "5万元"), ("人", "12人。"), ("人", "12°")),
    ],
    "": [
        ("人", t)
        for t in (
            "XX",
            "待报",
            "一百二",
            "一万五",
            "一万五百",
            "一亿二千",
            "一千二十",
            "百",
            "12人(含借调2人)",
            "=1+2",
            "٣",
            "½",
            "①",
            "x" * 200,
        )
    ],
}
SCALES = [  # text, measure word, both readings
    *(("2000万", "万元", "2000", "20000000"), ("20000000元", "万元", "2000", "20000000")),
    *(
        ("2000万", "元", "2000", "20000000"),
        ("2000万元", "元", "2000", "20000000"),
        ("1.2亿", "万元", "12000", "120000000"),
    ),
    *(
        ("三十万", "万元", "30", "300000"),
        ("三十万元", "元", "30", "300000"),
        ("1.2亿元", "万元", "12000", "120000000"),
    ),
    *(
        ("1.2万", "万人次", "1.2", "12000"),
        ("12000人次", "万人次", "1.2", "12000"),
        ("1.2万", "平方米", "1.2", "12000"),
    ),
    *(("5万", "万元/村", "5", "50000"), ("-20000元", "万元", "-2", "-20000"), ("1.2万", "千元", "12", "12000")),
    *(
        ("一亿二千万元", "万元", "12000", "120000000"),
        ("3千", "千元", "3", "3000"),
        ("两万三千元", "万元", "2.3", "23000"),
    ),
]


@pytest.mark.parametrize(("word", "text", "number"), [(w, t, n) for w, all_ in CERTAIN.items() for t, n in all_])
def test_what_can_mean_one_number_only_is_read(word: str, text: str, number: object) -> None:
    found = read_number(text, item(word))
    if number is None:
        assert found == Unclear()
    else:
        assert isinstance(found, Understood)
        assert found.meaning == Decimal(str(number))


@pytest.mark.parametrize(("reason", "word", "text"), [(r, w, t) for r, all_ in DOUBTFUL.items() for w, t in all_])
def test_what_could_mean_something_else_is_asked_back_for_its_own_reason(reason: str, word: str, text: str) -> None:
    found = read_number(text, item(word))
    assert isinstance(found, Unclear)
    assert found.reason == reason


@pytest.mark.parametrize(("text", "word", "a", "b"), SCALES)
def test_a_scale_is_asked_back_with_both_readings(text: str, word: str, a: str, b: str) -> None:
    assert read_number(text, item(word)) == Unclear("scale", {"a": a, "b": b})


@pytest.mark.parametrize("text", ["不 适 用", "不　适用", "'不适用", "未 统计", "＇未统计"])
def test_the_two_words_are_states_whatever_blanks_are_in_them(text: str) -> None:
    found = read_number(text, item("人"))
    assert isinstance(found, Understood)
    assert found.meaning == (State.NOT_APPLICABLE if "不" in text else State.NOT_COUNTED)


@pytest.mark.parametrize("text", ["不适", "不适用。", "未统", "未统计完", "无法统计", "不适用/未统计"])
def test_nothing_else_becomes_a_state(text: str) -> None:
    assert isinstance(read_number(text, item("人")), Unclear)


def test_every_reason_has_words_and_a_case() -> None:
    worded = {name for name in catalogue()["unreadable"] if not name.endswith("_remedy")}
    assert worded == set(DOUBTFUL) - {""} | {"scale"}


# What is rendered is read back.

DIGITS, FORMAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
numbers = st.builds(lambda n, places: Decimal(n).scaleb(-places), st.integers(0, 10**12 - 1), st.integers(0, 4))
signs = st.sampled_from(["", "-"])


def numeral(value: Decimal, digits: str = DIGITS, units: str = "十百千") -> str:
    """Return a number as it is written out by hand, section by section of four places."""
    whole, _, rest = plain(value).partition(".")
    sections = []
    for end in range(len(whole), 0, -4):
        places = whole[max(0, end - 4) : end]
        marks = ["", *units][: len(places)][::-1]
        text = "".join(digits[int(d)] + (m if d != "0" else "") for d, m in zip(places, marks, strict=True))
        sections.append(re.sub(f"{digits[0]}+", digits[0], text).rstrip(digits[0]))
    text = ""
    for section, mark in zip(sections, ("", "万", "亿"), strict=False):
        text = (section + mark if section else digits[0]) + text
    text = re.sub(f"{digits[0]}+", digits[0], text).strip(digits[0]) or digits[0]
    return text + ("点" + "".join(digits[int(d)] for d in rest) if rest else "")


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def meaning(text: str, word: str) -> Decimal | None:
    found = read_number(text, item(word))
    return found.meaning if isinstance(found, Understood) and isinstance(found.meaning, Decimal) else None


@given(numbers, signs)
@example(Decimal("0.0001"), "-")
@example(Decimal(10**12 - 1), "")
def test_digits_are_read_back_however_they_are_set(number: Decimal, sign: str) -> None:
    expected = -number if sign else number
    text, grouped = sign + plain(number), sign + f"{number:,f}"
    for written in (text, grouped, wide(text), wide(grouped), grouped.replace(",", " "), f"'{text}", f"{text} 人"):
        assert meaning(written, "人") == expected
    assert meaning(f"{grouped}万元", "万元") == expected
    assert meaning(f"{text}%", "%") == meaning(f"{wide(text)}％", "%") == expected


@given(numbers, st.sampled_from(["万", "亿"]))
def test_ten_thousands_are_read_back_where_people_are_counted(number: Decimal, mark: str) -> None:
    scale = Decimal(10) ** (4 if mark == "万" else 8)
    written = plain(number / scale) + mark
    if len(plain(number / scale).partition(".")[2]) <= 12:
        assert meaning(written, "人") == meaning(f"{written}人", "人") == number
        assert meaning(written, "万元") == (None if number else 0)


@given(numbers)
@example(Decimal(10))
@example(Decimal("100000005"))
@example(Decimal("10100.05"))
def test_numerals_are_read_back_in_both_scripts(number: Decimal) -> None:
    small, formal = numeral(number), numeral(number, FORMAL, "拾佰仟")
    assert meaning(small, "人") == meaning(formal, "人") == meaning(f"{small}人", "人") == number
    assert meaning(f"负{small}", "人") == (-number if number else 0)
    assert meaning(f"百分之{small}", "%") in (number, None)
    if number < 10_000:
        assert meaning(f"百分之{small}", "%") == meaning(f"{formal}万元", "万元") == number
    shorter = re.sub("^一十", "十", small).replace("二千", "两千").replace("零", "〇")
    assert meaning(shorter, "人") == number


ZERO = re.compile("[0０零〇]")


@given(
    st.text()
    | st.text(st.sampled_from("0123456789１２零一二十百千万亿两点负+-－.,，%％ 　'()人元约余/eEO〇不适用未统计"))
)
def test_no_text_is_read_as_zero_that_has_none_and_none_stops_the_reader(text: str) -> None:
    for word in ("人", "万元", "%", "万人次"):
        found = read_number(text, item(word))
        if isinstance(found, Understood) and found.meaning == 0:
            assert ZERO.search(text)
            assert not re.search("[1-9１-９一二三四五六七八九壹两]", re.sub("[eEｅＥ].*", "", text))
        if isinstance(found, Unclear) and found.reason:
            assert f"{found.reason}_remedy" in catalogue()["unreadable"]


@given(numbers, st.sampled_from(["约{}", "{}余", "{}左右", "近{}", "{}多人", "大概{}", ">{}", "{}以上"]))
def test_a_hedged_number_is_never_a_number(number: Decimal, hedge: str) -> None:
    for text in (plain(number), numeral(number)):
        assert read_number(hedge.format(text), item("人")) == Unclear("about")


# From the cell to the finding.


def test_an_understood_text_counts_as_its_number_and_is_told() -> None:
    cell, (repair,) = read_cell("１，２３４人", item("人"), ("基本情况", 6, 4), Marks())
    assert (cell.state, cell.scaled, cell.raw, cell.typed, cell.understood) == (1, 1234, "1234", "１，２３４人", True)
    assert (repair.kind, repair.sheet, repair.cell, repair.indicator) == ("written", "基本情况", "E7", item("人").code)
    assert "“１，２３４人”" in repair.message
    assert "按 1234 读取" in repair.message
    assert "全角字符、计量单位、千位分隔" in repair.message


def test_a_number_as_the_form_asks_for_it_needs_no_repair() -> None:
    for raw in (12, 12.5, "12", " 12 ", "未统计", " 不适用", "", None, 0):
        cell, repairs = read_cell(raw, item("人"), ("基本情况", 6, 4), Marks())
        assert repairs == ()
        assert not cell.understood


def test_a_finding_says_what_is_wrong_in_the_case_at_hand() -> None:
    code = next(i.code for i in PACK.indicators.values() if i.measure_word == "万元" and "county" in i.tiers)
    (found,) = [f for f in findings_of({code: "2000万"}) if f.rule == "UNREADABLE"]
    assert "“2000万”" in found.message
    assert found.remedy == "是 2000万元的填 2000，是 20000000万元的填 20000000；只填数字，不写单位。"
    (found,) = [f for f in findings_of({code: "乱写"}) if f.rule == "UNREADABLE"]
    assert found.message == f"{PACK.indicators[code].name}填的是“乱写”，不是数字"


def test_the_form_itself_takes_plain_numbers_only() -> None:
    code = item("个").code
    assert submission({code: "12个"}).cells[code, "value"].state == State.UNREADABLE


@pytest.mark.parametrize(
    ("number", "code", "percent"),
    [
        *((9, "", True), (10, "", True), (0, "", False), (14, "", False), (164, "0.00%", True), (164, "0%;-0%", True)),
        *((164, '0.0"%"', False), (164, r"0.0\%", False), (164, r"[Red]\-0.0%;0.0%", True), (10, "0.00", False)),
    ],
)
def test_a_percent_sign_that_is_only_shown_multiplies_nothing(number: int, code: str, percent: bool) -> None:
    assert is_percent(number, code) == percent
