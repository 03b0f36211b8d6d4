"""Each figure of a genre's outline stands under its heading, with the value it should have."""

from __future__ import annotations

from collections import defaultdict

import pytest
from genres import PACK, full_texts, full_values, lines_of

from exporters.narrative.figures import table_digits
from exporters.narrative.told import LEVEL, lead_of
from exporters.prose.marks import readable, stretches

OUTLINES = {
    "dept_half": {
        "加强理论武装": "THE_CENTER_SESSIONS THE_STAFF_STUDY THE_BRANCH_STUDY",
        "加强政治建设": "POL_EXEC_MEETINGS ORG_THEME_DAYS POL_STRICT_STUDIES POL_DEMOCRATIC_LIFE POL_DUTY_REPORTS",
        "加强作风建设": "DIS_RESEARCH_FOCUSES DIS_RESEARCH_TOPICS",
        "加强队伍建设": "CAD_YOUNG_PROMOTED CAD_FOURFORCE_PROJECTS",
        "加强廉政建设": "DIS_WARN_VISITS DIS_TALK_PT PLN_PROBLEM_ITEMS",
    },
    "party_group_year": {
        "理论学习": "THE_GROUP_STUDY_TOTAL THE_SPIRIT_STUDIES THE_SECRETARY_LECTURES",
        "党建责任": "POL_STRICT_STUDIES POL_JOINT_ACTIVITIES",
        "诉求和舆情办理": "IDE_APPEALS_SOLVED IDE_APPEALS_RECEIVED",
        "正面引导": "IDE_POLICY_POSTS",
        "建强基层组织": "ORG_DOUBLE_REPORTED",
        "八小时以外监督": "DIS_TALK_PT DIS_GROUP_TALKS",
        "存在的问题和下一步打算": "PLN_PROBLEM_ITEMS",
    },
    "county_half": {
        "政治建设": "POL_MEETINGS_TOTAL POL_TOPICS POL_NORM_DOCS",
        "思想建设": "THE_CENTER_SESSIONS THE_CENTER_SEMINARS MAS_CIV_SITES THE_PREACH_SESSIONS THE_PREACH_AUDIENCE "
        "IDE_STANDING_STUDIES IDE_LEADGROUP_MEETINGS THE_XXQG_REG_RATE THE_XXQG_AVG_SCORE",
        "基层组织建设": "ORG_WEAK_IDENTIFIED ORG_COLL_FUND ORG_COLL_PROJECTS ORG_NEW_NONPUBLIC ORG_NEW_SOCIAL",
        "干部人才队伍建设": "CAD_PROMOTED CAD_REUSED CAD_EXCHANGED CAD_YOUNG_RATE CAD_CLEARED CAD_SUSPENDED "
        "CAD_TRAIN_CLASSES CAD_TRAIN_PT CAD_LETTERS_RECEIVED CAD_LETTERS_CLOSED CAD_REMIND_PERSONS "
        "CAD_INQUIRY_PERSONS CAD_TALENT_AWARD CAD_TALENT_HIGH",
        "作风和纪律建设": "DIS_STYLE_CASES DIS_STYLE_PERSONS DIS_EIGHT_CASES DIS_EIGHT_PERSONS DIS_EXPOSED_CASES "
        "DIS_EXPOSED_PERSONS DIS_FILED_CASES DIS_DETAINED DIS_PUNISHED DIS_DOCS_CUT DIS_MEETINGS_CUT "
        "DIS_INSPECTIONS_CUT DIS_ASSESSMENTS_CUT DIS_WARN_PT DIS_CLEAN_LECTURES DIS_CLUES DIS_UMBRELLA_PERSONS "
        "REC_ASPECTS REC_PROBLEMS REC_DONE",
        "党管武装": "MIL_SETTLEMENT_FUND MIL_POSTS MIL_POSTED_PERSONS",
        "疫情防控和复工复产": "CTR_COMMANDO_TEAMS CTR_CLAIMED_POSTS CTR_DONORS CTR_DONATION CTR_MEDICS "
        "CTR_FRONTLINE_MEMBERS CTR_ENT_RESUMED CTR_PROJECTS_RESUMED",
    },
    "district_speech": {
        "重点工程": "THE_EXPERT_LECTURES THE_EXPERT_LECTURE_PT ORG_CENTER_AREA ORG_SCHOOL_BATCHES ORG_SCHOOL_PT "
        "ORG_DEMO_FUND ORG_DEMO_SITES ORG_STAR_VILLAGES ORG_REDFLAG_CITY ORG_REDFLAG_SINGLE ORG_WEAK_RECTIFIED "
        "ORG_RURAL_TRAIN_CLASSES ORG_RURAL_TRAIN_PT ORG_ALLIANCE_MEMBERS ORG_LEADER_STUDIOS ORG_COLL_FUND_AVG "
        "ORG_COLL_MET_RATE ORG_COLL_THRESHOLD CTR_POVERTY_HOUSEHOLDS CTR_POVERTY_PERSONS CAD_TALENT_FUND",
        "干部队伍": "CAD_POSTS_MIDDLE CAD_POSTS_SENIOR CAD_POSTS_STAFF CAD_CITY_HONORED ORG_HON_VANGUARD "
        "ORG_HON_BRANCHES ORG_HON_SECRETARIES ORG_HON_MEMBERS ORG_HON_TEAM",
        "宣传思想工作": "THE_CENTER_SESSIONS THE_XXQG_10K THE_ARTICLES IDE_MEDIA_ARTICLES IDE_OWN_POSTS "
        "IDE_ACCOUNT_RANK IDE_LAND_OPINION_CUT IDE_MAJOR_OPINION MAS_CIV_TOWNS MAS_CIV_SITES_NEW "
        "MAS_CIV_ACTIVITIES MAS_CIV_AUDIENCE MAS_CHILD_HOMES MAS_PARENT_SCHOOLS MAS_UNIONS_NEW "
        "MAS_UNION_MEMBERS_NEW MAS_STAFF_READING MAS_STAFF_HOMES THE_PREACH_SESSIONS PLN_XXQG_DAILY "
        "PLN_XXQG_REG_RATE",
        "存在的问题": "PLN_PROBLEM_ITEMS",
        "提升组织力": "PLN_COLL_VILLAGES PLN_COLL_INCOME PLN_COLL_INCOME_2 PLN_COLL_VILLAGES_2 PLN_COLL_INCOME_3 "
        "PLN_COLL_VILLAGES_3 PLN_COMMUNITY_AREA PLN_ESTATE_AREA",
    },
    "organs_report": {
        "党建责任进一步压实": "ORG_RESTRUCT_UNITS ORG_NEW_COMMITTEES ORG_NEW_BRANCHES ORG_RENAMED ORG_TRANSFERRED "
        "ORG_DEPUTY_UNITS IDE_OWN_POSTS",
        "思想政治建设进一步加强": "ORG_ACTIVISTS_TRAINED ORG_PROBATION_TRAINED THE_SECRETARY_TRAINED THE_MATERIALS",
        "基层组织进一步建强": "ORG_REDFLAG_BRANCHES ORG_DEVELOPED ORG_CONVERTED ORG_CONSOLED_PT ORG_CONSOLE_FUND "
        "ORG_DUES_BRANCHES ORG_DUES_RETURNED",
        "机关作风进一步改进": "REC_UNITS REC_PROBLEMS DIS_PATROLS DIS_TASK_NOTES DIS_TASK_PROBLEMS DIS_WARN_KEYPOST",
        "服务中心工作进一步深入": "CTR_HELP_COMMUNITIES CTR_HELP_GRIDS CTR_SINK_CADRES CTR_ESTATE_SECRETARIES "
        "CTR_ESTATES ORG_DOUBLE_REPORTED",
        "2021年重点工作": "PLN_POINT_ITEMS PLN_SUPERVISE_QTR POL_SUPERVISIONS",
    },
}


@pytest.mark.parametrize("genre", OUTLINES)
def test_each_figure_of_the_outline_stands_under_its_heading(genre: str) -> None:
    lines, _ = lines_of(genre, full_values(genre), full_texts(genre))
    found: dict[str, set[str]] = defaultdict(set)
    path: dict[int, str] = {}
    for line in lines:
        if line.kind in ("signature", "annex", "wide_annex"):
            break
        if line.kind in LEVEL:
            level = LEVEL[line.kind]
            path = {k: v for k, v in path.items() if k < level} | {level: readable(lead_of(line.text)[0])}
        for heading in path.values():
            found[heading] |= {t[3:].split("@")[0] for t, _ in stretches(line.text) if t.startswith("hb:")}
    for heading, codes in OUTLINES[genre].items():
        assert set(codes.split()) <= found[heading], heading


@pytest.mark.parametrize("genre", OUTLINES)
def test_a_plain_figure_of_the_outline_has_the_value_of_the_form(genre: str) -> None:
    values = full_values(genre)
    lines, _ = lines_of(genre, values, full_texts(genre))
    told = [(t, text) for line in lines for t, text in stretches(line.text) if t.endswith(".value")]
    assert told
    for tag, text in told:
        code = tag[3:].split("@")[0]
        assert text in {table_digits(PACK.indicators[code], values[code, "value"]), str(values[code, "value"])}, tag
