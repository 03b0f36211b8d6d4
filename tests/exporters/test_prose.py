"""Chinese prose: numbers, changes, lists, and sentences that lose a figure."""

import re
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.prose.clauses import prune
from exporters.prose.lists import join
from exporters.prose.marks import DROP, mark, readable, stretches
from exporters.prose.numbers import change, digits, scaled
from exporters.prose.ordinals import chinese_number, renumber

PUNCTUATION = "，。；：、！？"


def pruned(text: str) -> str:
    """Prune `text`, in which ▢ is a missing figure and every number a marked one; give it as read."""
    marked = re.sub(r"\d+", lambda found: mark("f", found[0]), text).replace("▢", DROP)
    return readable(prune(marked)[0])


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        pytest.param(Fraction(5, 2), 0, "3", id="half goes up"),
        pytest.param(Fraction(-5, 2), 0, "-3", id="negative half goes away from zero"),
        pytest.param(Fraction(1, 3), 2, "0.33", id="two places"),
        pytest.param(Fraction(3), 2, "3", id="trailing zeros are cut"),
        pytest.param(Fraction(1005, 1000), 2, "1.01", id="exact where binary floats are not"),
        pytest.param(Fraction(0), 1, "0", id="zero is zero"),
        pytest.param(Fraction(1, 1000), 2, "不足0.01", id="too small to print"),
        pytest.param(Fraction(1, 3), 0, "不足1", id="too small for a whole number"),
        pytest.param(Fraction(-1, 1000), 2, "-0.001", id="small and negative"),
    ],
)
def test_number_is_rounded_half_up_and_never_a_false_zero(value: Fraction, decimals: int, expected: str) -> None:
    assert digits(value, decimals) == expected


def test_trailing_zeros_stay_where_asked() -> None:
    assert digits(Fraction(3), 2, trim=False) == "3.00"


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        pytest.param(Fraction(9999), "万", ("9999", ""), id="below"),
        pytest.param(Fraction(10000), "万", ("1", "万"), id="from ten thousand"),
        pytest.param(Fraction(99996, 10), "万", ("1", "万"), id="rounds to ten thousand"),
        pytest.param(Fraction(12345), "万", ("1.23", "万"), id="two places"),
        pytest.param(Fraction(12345), "", ("12345", ""), id="unscaled"),
        pytest.param(Fraction(-12000), "万", ("-1.2", "万"), id="negative"),
    ],
)
def test_wan_begins_at_ten_thousand(value: Fraction, scale: Literal["", "万"], expected: tuple[str, str]) -> None:
    assert scaled(value, scale, 0) == expected


@pytest.mark.parametrize(
    ("current", "prior", "expected"),
    [
        pytest.param("103.2", "100", ("增长", "3.2", "%"), id="growth"),
        pytest.param("98.5", "100", ("下降", "1.5", "%"), id="decline"),
        pytest.param("7", "7", ("持平", "", ""), id="no change"),
        pytest.param("100.01", "100", ("基本持平", "", ""), id="change too small to print"),
        pytest.param("0", "0", ("持平", "", ""), id="nothing both times"),
        pytest.param("3", "0", ("新增", "3", ""), id="from nothing"),
        pytest.param("0", "3", ("下降", "100", "%"), id="to nothing"),
        pytest.param("250", "100", ("增长", "150", "%"), id="below twofold growth"),
        pytest.param("320", "100", ("增长", "2.2", "倍"), id="from twofold growth"),
        pytest.param("5", "-5", None, id="negative base"),
    ],
)
def test_change_is_told_in_percent(current: str, prior: str, expected: tuple[str, str, str] | None) -> None:
    assert change(Fraction(current), Fraction(prior), percent_points=False) == expected


@pytest.mark.parametrize(
    ("current", "prior", "expected"),
    [
        pytest.param("45.5", "45", ("提高", "0.5", "个百分点"), id="up"),
        pytest.param("45", "46.3", ("降低", "1.3", "个百分点"), id="down"),
        pytest.param("45", "45", ("持平", "", ""), id="no change"),
    ],
)
def test_ratios_differ_in_percentage_points(current: str, prior: str, expected: tuple[str, str, str] | None) -> None:
    assert change(Fraction(current), Fraction(prior), percent_points=True) == expected


def test_missing_value_has_no_change() -> None:
    assert change(None, Fraction(1), percent_points=False) is None
    assert change(Fraction(1), None, percent_points=True) is None


def test_list_ends_with_its_conjunction() -> None:
    assert join(["甲", "", "乙", "丙"]) == "甲、乙和丙"
    assert join(["甲", "乙"], last="及") == "甲及乙"
    assert join(["甲", "乙"], last="") == "甲、乙"
    assert join(["", "甲"]) == "甲"
    assert join([]) == ""


def test_chinese_numbers_run_from_one_to_ninety_nine() -> None:
    written = [chinese_number(number) for number in range(1, 100)]
    assert len(set(written)) == 99
    assert [written[index] for index in (0, 9, 10, 19, 20, 98)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
    ]
    with pytest.raises(ValueError, match="1 to 99"):
        chinese_number(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("一是甲；三是乙。", "一是甲；二是乙。", id="gap closes"),
        pytest.param("一是甲。", "甲。", id="lone item loses its ordinal"),
        pytest.param("一是甲；二是乙。二是丙；三是丁。", "一是甲；二是乙。一是丙；二是丁。", id="second list"),
        pytest.param("唯一是他。", "唯一是他。", id="not an ordinal"),
        pytest.param("是否一是", "是否一是", id="not at the head of a clause"),
    ],
)
def test_ordinals_count_from_one_again(text: str, expected: str) -> None:
    assert renumber(text) == expected


def test_ordinal_inside_a_figure_stays() -> None:
    text = f"二是甲；{mark('t', '；三是')}。"
    assert renumber(text) == text.replace("二是", "", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("会议3次，培训▢期。", "会议3次。", id="last clause"),
        pytest.param("会议▢次，培训3期。", "培训3期。", id="first clause"),
        pytest.param("会议3次，培训▢期，办班5个。", "会议3次，办班5个。", id="middle clause"),
        pytest.param("会议3次；培训▢期。", "会议3次。", id="after a semicolon"),
    ],
)
def test_missing_clause_takes_its_comma_with_it(text: str, expected: str) -> None:
    assert pruned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("来信3件、来电▢件、来访5件，办结8件。", "来信3件、来访5件，办结8件。", id="own noun and figure"),
        pytest.param("来信、来电、来访▢件，办结8件。", "办结8件。", id="one figure for all"),
        pytest.param("党员3名、群众▢名参加了活动，办班8个。", "办班8个。", id="predicate after the list"),
        pytest.param("分别为3人、▢人、5人，办班8个。", "办班8个。", id="figures matched by position"),
    ],
)
def test_item_goes_alone_only_where_it_stands_alone(text: str, expected: str) -> None:
    assert pruned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("党员▢名，其中女3名，办班5个。", "办班5个。", id="whole is missing"),
        pytest.param("党员▢名，其中，女3名，办班5个。", "办班5个。", id="set off by a comma"),
        pytest.param("党员▢名；其中女3名。办班5个。", "办班5个。", id="after a semicolon"),
        pytest.param("党员▢名。其中，女3名。办班5个。", "办班5个。", id="in the next sentence"),
        pytest.param("党员9名，其中女▢名。", "党员9名。", id="part is missing"),
        pytest.param("党员9名，其中，女▢名。", "党员9名。", id="其中 does not remain alone"),
        pytest.param("党员9名，其中女▢名、工人3名。", "党员9名，其中工人3名。", id="first part is missing"),
        pytest.param("党员9名，同比增长▢%，其中女3名。", "党员9名，其中女3名。", id="whole is there"),
    ],
)
def test_of_which_needs_its_whole(text: str, expected: str) -> None:
    assert pruned(text) == expected


def test_remark_goes_with_what_it_is_about() -> None:
    assert pruned("会议3次，党员▢名，占30%，同比增长5%。") == "会议3次。"
    assert pruned("会议3次，党员▢名。同比增长5%。") == "会议3次。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("主要做法：一是会议▢次；二是培训3期。", "主要做法：培训3期。", id="lone item"),
        pytest.param("一是会议▢次，办班2个；二是培训3期。", "一是办班2个；二是培训3期。", id="rest of the item"),
        pytest.param("一是会议▢次。二是培训3期。三是办班2个。", "一是培训3期。二是办班2个。", id="sentences"),
        pytest.param("主要做法：会议▢次。", "", id="heading of nothing"),
        pytest.param("支部▢个：机关3个，农村5个。会议3次。", "会议3次。", id="heading misses its figure"),
    ],
)
def test_heading_and_ordinals_fit_what_is_left(text: str, expected: str) -> None:
    assert pruned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("党员9名（其中女▢名，占▢%），支部3个。", "党员9名，支部3个。", id="all of it"),
        pytest.param("党员9名（其中女2名，占▢%），支部3个。", "党员9名（其中女2名），支部3个。", id="part of it"),
        pytest.param("党员▢名（其中女2名），支部3个。", "支部3个。", id="its clause"),
    ],
)
def test_bracket_loses_only_what_it_holds(text: str, expected: str) -> None:
    assert pruned(text) == expected


def test_sentence_without_clauses_disappears() -> None:
    assert pruned("会议▢次，培训▢期。办班3个。") == "办班3个。"
    assert pruned("截至6月底，会议▢次。办班3个。") == "办班3个。"
    assert pruned("▢。") == ""


def test_conjunction_does_not_open_the_sentence() -> None:
    assert pruned("会议▢次，并开展培训3期。") == "开展培训3期。"
    assert pruned("今年以来，会议▢次，并开展培训3期。") == "今年以来，开展培训3期。"


def test_punctuation_in_quotations_and_titles_does_not_split() -> None:
    text = "开展“不忘初心、牢记使命”教育▢次，印发《关于加强，改进的通知》3份。"
    assert pruned(text) == "印发《关于加强，改进的通知》3份。"


def test_list_over_lines_ends_with_a_full_stop() -> None:
    assert pruned("一是会议3次；\n二是培训5期；\n三是办班▢个。\n下段。") == "一是会议3次；\n二是培训5期。\n下段。"


def test_dropped_clauses_are_named_with_their_gap() -> None:
    text = f"会议{mark('a', '3')}次，培训{DROP}期，其中线上{mark('b', '2')}期。"
    assert prune(text) == (f"会议{mark('a', '3')}次。", [f"培训{'（缺）'}期", "其中线上2期"])


def test_text_with_every_figure_is_left_alone() -> None:
    text = f"会议{mark('a', '3')}次，，其中。"
    assert prune(text) == (text, [])


def test_marked_text_is_read_back_in_order() -> None:
    assert list(stretches(f"有{mark('a', '3')}个。")) == [("", "有"), ("a", "3"), ("", "个。")]
    assert readable(f"有{mark('a', '3')}个、{DROP}名") == "有3个、（缺）名"


@st.composite
def reports(draw: st.DrawFn) -> str:
    """Well-formed report text of one paragraph, every figure with a number of its own, some missing."""
    numbers = iter(range(10_001, 10_400))
    openings = st.sampled_from(["", "", "一是", "其中", "其中，", "同比增长", "占", "并", "今年以来，", "成效明显："])

    def item() -> str:
        number = next(numbers)
        figure = draw(st.sampled_from([mark(f"t{number}", f"{number}"), DROP, "若干"]))
        bracket = draw(st.sampled_from(["", "", "（缺额）", f"（女{DROP}名，男{mark('m', str(next(numbers)))}名）"]))
        return draw(st.sampled_from(["会议", "党员“先锋、模范”", ""])) + figure + "个" + bracket

    def clause() -> str:
        return draw(openings) + "、".join(item() for _ in range(draw(st.integers(1, 3))))

    def sentence() -> str:
        stop = draw(st.sampled_from("。！"))
        count = draw(st.integers(1, 4))
        return "".join(clause() + draw(st.sampled_from("，；")) for _ in range(count - 1)) + clause() + stop

    return "".join(sentence() for _ in range(draw(st.integers(1, 3))))


@given(reports())
def test_pruned_report_reads_as_whole_sentences(text: str) -> None:
    clean, _ = prune(text)
    assert DROP not in clean
    assert clean[:1] not in PUNCTUATION or not clean
    if DROP in text:
        assert not re.search("[，、；：][，、；：。！？]|。。", readable(clean))


@given(reports())
def test_every_figure_survives_unchanged_or_is_reported(text: str) -> None:
    clean, dropped = prune(text)
    reported = "".join(dropped)
    before = [pair for pair in stretches(text) if pair[0]]
    after = [pair for pair in stretches(clean) if pair[0]]
    assert [pair for pair in before if pair in after] == after
    assert all(pair in after or pair[1] in reported for pair in before)


@given(
    st.lists(
        st.sampled_from(
            [
                DROP,
                mark("a", "，3。"),
                *"，。；、：！\n（）“”《》甲3",
                "其中",
                "一是",
                "占",
                "并",
                "\U000f0001",
            ]
        )
    )
)
def test_pruning_any_text_leaves_no_mark_and_no_broken_figure(tokens: list[str]) -> None:
    text = "".join(tokens)
    clean, dropped = prune(text)
    assert DROP not in clean + "".join(dropped)
    assert clean.count("\ufdd0") == clean.count("\ufdd2") == clean.count(mark("a", "，3。"))
    if DROP not in text:
        assert clean == text


@pytest.mark.parametrize("lead", ["从各单位看", "为基层减负方面", "年末", "上半年末"])
def test_a_lead_in_with_nothing_left_to_lead_to_goes_too(lead: str) -> None:
    text, dropped = prune(f"前一句。{lead}，复工率居前的为{DROP}。")
    assert text == "前一句。"
    assert dropped
