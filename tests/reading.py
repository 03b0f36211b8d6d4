"""What does not read well in a report, whoever wrote it."""

from __future__ import annotations

import re

from exporters.prose.ordinals import chinese_number

FAULT = re.compile(
    "[，；、：][。；，、：]|。。|^[，。；、：]|（）|（，|，）|“”|《》|[，；、：]$|（缺）|None|nan|[{}]|其中[。，；]|分别[。；，]|等[。；，]$"
    "|。[，；、]|(?<![0-9])[.]|方面，$|\\d其中|共[。，；]|占[。；，]|的[。；]$|(?:^|。)在[^，。]*(?:中|同时)。|(?:^|。)围绕[^，。]*。",
    re.MULTILINE,
)
PAIRS = ("“”", "《》", "（）", "‘’")
ORDINAL = re.compile("(?:^|(?<=[。；，：]))([一二三四五六七八九十]{1,2})是")


def faults(text: str) -> list[str]:
    """Return what does not read well, with the line it stands in."""
    found = [f"{m[0]!r} in {line}" for line in text.split("\n") for m in FAULT.finditer(line)]
    for line in text.split("\n"):
        found += [f"{pair} in {line}" for pair in PAIRS if line.count(pair[0]) != line.count(pair[1])]
    expected = 1
    for line in text.split("\n"):
        for numeral in ORDINAL.findall(line):
            expected = 1 if numeral == "一" else expected
            if numeral != chinese_number(expected):
                found.append(f"{numeral}是 where {expected} was due in {line}")
            expected += 1
    return found
