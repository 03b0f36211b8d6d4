"""Archives: unpacked in memory, every member with a receipt of its own, whatever it is called or made of."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hostile import HOSTILE_ARCHIVES, archive
from incoming import form, package, taken

from workbook.messages import say
from workbook.reading.kind import kind_of


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return form(tmp_path_factory.mktemp("good")).read_bytes()


class Named(zipfile.ZipInfo):
    """A member whose name is written in GBK, as old Chinese programs do without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


@pytest.mark.parametrize("make", [zipfile.ZipInfo, Named], ids=["UTF-8", "GBK"])
def test_files_in_an_archive_are_received_each_by_itself(
    make: type[zipfile.ZipInfo], good: bytes, tmp_path: Path
) -> None:
    inside = {"青禾县/报表（定稿）.xlsx": good, "青禾县/盖章.pdf": b"%PDF-1.4", "说明.txt": "您好".encode()}
    hidden = {"__MACOSX/青禾县/._报表.xlsx": b"x", "青禾县/.DS_Store": b"x"}
    receipts = taken(tmp_path, {"收到/上报.zip": archive(inside | hidden, make)})
    assert {k: r.state for k, r in receipts.items()} == {
        "收到/上报.zip": "attached",
        "收到/上报.zip/青禾县/报表（定稿）.xlsx": "used",
        "收到/上报.zip/青禾县/盖章.pdf": "attached",
        "收到/上报.zip/说明.txt": "unrecognised",
    }
    assert receipts["收到/上报.zip"].note == "压缩包，里面 3 个文件已分别登记"


def test_a_form_that_came_in_an_archive_too_is_a_duplicate(good: bytes, tmp_path: Path) -> None:
    receipts = taken(tmp_path, {"a.xlsx": good, "b.zip": archive({"a.xlsx": good})})
    assert {k: r.state for k, r in receipts.items()} == {
        "a.xlsx": "used",
        "b.zip": "attached",
        "b.zip/a.xlsx": "duplicate",
    }


def test_names_that_lead_outside_links_and_archives_in_archives_are_not_unpacked(good: bytes, tmp_path: Path) -> None:
    inner = archive({"报表.xlsx": good})
    inside = {
        "../../外.xlsx": good,
        "/etc/外.xlsx": good,
        "C:\\外.xlsx": good,
        "..\\外.xlsx": good,
        "链接.xlsx": b"/etc/passwd",
        "里面.zip": inner,
        "里面.7z": b"7z\xbc\xaf\x27\x1c....",
    }
    receipts = taken(tmp_path / "round", {"a.zip": archive(inside, links="链接.xlsx")})
    assert receipts.pop("a.zip").state == "attached"
    assert {r.state for r in receipts.values()} == {"unrecognised"}
    assert sorted(receipts) == sorted(
        f"a.zip/{n}"
        for n in ("外.xlsx", "etc/外.xlsx", "C:/外.xlsx", "外.xlsx (2)", "链接.xlsx", "里面.zip", "里面.7z")
    )
    outside = say("receipt.member_name")
    assert [r.note for k, r in receipts.items() if "外.xlsx" in k] == [outside] * 4
    assert receipts["a.zip/链接.xlsx"].note == say("receipt.link")
    assert receipts["a.zip/里面.zip"].note == say("receipt.zip")
    assert receipts["a.zip/里面.7z"].note == say("receipt.rar")


@pytest.mark.parametrize("kind", HOSTILE_ARCHIVES)
def test_a_hostile_archive_is_refused_whole(kind: str, good: bytes, tmp_path: Path) -> None:
    reason, make = HOSTILE_ARCHIVES[kind]
    receipts = taken(tmp_path, {"a.zip": make(), "b.xlsx": good})
    assert (receipts["a.zip"].state, receipts["b.xlsx"].state) == ("unrecognised", "used")
    assert receipts["a.zip"].note == say(f"receipt.{reason}", n="2000")


def test_a_damaged_or_too_large_member_does_not_keep_the_others_out(good: bytes, tmp_path: Path) -> None:
    data = bytearray(archive({"坏.bin": bytes(range(256)) * 40, "大.bin": bytes(80_000_000), "好.xlsx": good}))
    data[60] ^= 0xFF
    receipts = taken(tmp_path, {"a.zip": bytes(data)})
    assert receipts["a.zip/坏.bin"].note == say("receipt.member_damaged")
    assert receipts["a.zip/大.bin"].note == say("receipt.huge")
    assert receipts["a.zip/好.xlsx"].state == "used"


def test_other_packages_are_no_archives() -> None:
    assert kind_of(package({"[Content_Types].xml": b"", "ppt/presentation.xml": b""})) == "other"
    assert kind_of(package({"mimetype": b"application/vnd.oasis.opendocument.text"})) == "other"
    assert kind_of(package({"xl/workbook.bin": b""})) == "xlsb"
