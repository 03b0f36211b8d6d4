"""Which numbers of a report are figures of which indicators: sets of sentences, and rules one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from figures_read import bound, read, score
from helpers import party_building

from exporters.old_reports.language import language
from exporters.old_reports.not_figures import PATTERNS, no_figures
from exporters.old_reports.numbers_in_text import numbers_in
from exporters.old_reports.propose import read_paragraph
from exporters.old_reports.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("given", 0.99, 0.97),
        ("drafted_first", 0.99, 0.97),
        ("drafted_second", 0.98, 0.96),
        ("drafted_third", 0.98, 0.95),
        ("drafted_fourth", 0.97, 0.95),
        ("drafted_fifth", 0.98, 0.96),
        ("drafted_sixth", 0.98, 0.97),
        ("untouched", 0.96, 0.95),
    ],
)
def test_figures_of_sentences_are_bound_rightly(name: str, precision: float, recall: float) -> None:
    found = score(name)
    assert found.precision >= precision, found.wrong
    assert found.recall >= recall, found.missed
    assert found.values == []


def test_figures_of_neighbouring_work_are_bound_to_nothing() -> None:
    assert score("neighbours").wrong == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2021年7月1日召开大会", "dates"),
        ("今年X月以来", "dates"),
        ("庆祝建党100周年", "lengths"),
        ("省委第X巡视组", "ordinals"),
        ("十九届X中全会", "ordinals"),
        ("印发〔2020〕5号文件", "documents"),
        ("制定《X县三年规划》", "titles"),
        ("公众号“今日X”", "quotations"),
        ("推行1+6+N工作法", "marks"),
        ("电话0724-2332188", "phones"),
        ("X县认真落实", "names"),
    ],
)
def test_the_surface_tells_what_is_no_figure(text: str, name: str) -> None:
    numbers = numbers_in(text)
    assert name in set(no_figures(text, numbers).values())
    assert len(no_figures(text, numbers)) == len(numbers)


def test_every_pattern_of_the_language_is_named() -> None:
    assert set(PATTERNS) == set(language().not_figures)


@pytest.mark.parametrize(
    ("text", "raw", "value", "word"),
    [
        ("立案1,234件", "1,234", "1234", "件"),
        ("立案１２件", "１２", "12", "件"),
        ("投入120多万元", "120", "120", "元"),
        ("集中在三个方面", "三", "3", "个"),
        ("受众ＸＸ余人次", "ＸＸ", "None", "人次"),
        ("占25.7％", "25.7", "25.7", "%"),
    ],
)
def test_numbers_are_found_as_they_are_written(text: str, raw: str, value: str, word: str) -> None:
    (number,) = numbers_in(text)
    assert (number.raw, str(number.value), number.word) == (raw, value, word)


def test_an_article_is_no_number() -> None:
    assert numbers_in("召开一次会议，一批干部，第三个方面") == []
    assert [n.raw for n in numbers_in("召开民主生活会一次。")] == ["一"]


def test_figures_in_pairs_take_the_words_that_stand_once() -> None:
    assert bound("查处违反中央八项规定精神问题3起5人。") == {"3起": "DIS_EIGHT_CASES", "5人": "DIS_EIGHT_PERSONS"}


def test_figures_given_respectively_take_one_item_each() -> None:
    assert bound("文件、会议同比分别下降21%和18%。") == {"21%": "DIS_DOCS_CUT", "18%": "DIS_MEETINGS_CUT"}


def test_last_years_figure_and_the_opening_are_told_from_this_years() -> None:
    assert bound("立案86件，去年同期70件。") == {"86件": "DIS_FILED_CASES", "70件": "DIS_FILED_CASES.prev"}
    assert bound("联合党委成员单位由6家扩大到19家。") == {
        "6家": "ORG_ALLIANCE_MEMBERS.opening",
        "19家": "ORG_ALLIANCE_MEMBERS",
    }


def test_a_difference_or_a_growth_is_no_figure() -> None:
    assert bound("发展党员64名，同比增加12名，增长8.6%。") == {"64名": "ORG_DEVELOPED"}


def test_a_goal_is_not_what_was_counted() -> None:
    assert bound("确保60个村集体经济收入不低于5万元。") == {"60个": "PLN_COLL_VILLAGES", "5元": "PLN_COLL_INCOME"}
    assert bound("发展党员64名。", "下半年打算") == {}


def test_amounts_come_in_the_unit_of_the_catalog() -> None:
    (branches, dues) = read("向20个离退休党支部返还党费78000元。")
    assert (branches.value, str(dues.value)) == (20, "7.8")


def test_a_pack_without_words_binds_what_is_called_by_its_name_and_nothing_else() -> None:
    bare = Vocabulary(replace(party_building(), synonyms={}))
    codes = [r.code for r in read_paragraph("接待党校培训班批次18批。植树3次。", bare) if r.code]
    assert codes == ["ORG_SCHOOL_BATCHES"]


def test_a_paragraph_of_nothing_but_figures_ends() -> None:
    many = "发展党员5名。" * 400
    readings = read(many)
    assert len(readings) == 400
    assert [r.code for r in readings if r.code] == ["ORG_DEVELOPED"]


def test_an_indicator_is_bound_once_in_a_paragraph() -> None:
    codes = [r.code for r in read("立案12件。全年立案30件。") if r.code]
    assert codes == ["DIS_FILED_CASES"]
