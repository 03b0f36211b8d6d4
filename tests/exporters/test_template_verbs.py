"""`huibao template edit` and `save` as an office runs them: its own pack, nothing overwritten, nothing lost unseen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import party_building
from in_word import WordFile, changed

from exporters.drafts import kept
from exporters.drafts.kept import save_view
from workbook.pack import load_pack

ROOT = Path(__file__).parent.parent.parent
VIEW = "全市汇总报告（模板）.docx"


def huibao(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(ROOT / "huibao.py"), "template", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=environment, check=False
    )


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An office's own pack."""
    folder = tmp_path / "own"
    shutil.copytree(party_building().root, folder)
    return folder


def view_of(folder: Path, pack: Path) -> Path:
    name = party_building().genres["city_merge"].name
    done = huibao("edit", "city_merge", "--pack", pack, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / f"{name}（模板）.docx"


def reword(view: Path, words: str, instead: str) -> None:
    view.write_bytes(changed(view.read_bytes(), lambda word: word.type(words, instead)))


def text_in(pack: Path) -> str:
    return (pack / "reports" / "city_merge" / "report.txt").read_text(encoding="utf-8")


def test_an_edited_view_goes_back_into_the_offices_own_pack(own: Path, tmp_path: Path) -> None:
    before = text_in(own)
    view = view_of(tmp_path, own)
    reword(view, "全市有基层党组织", "全市共有基层党组织")
    done = huibao("save", view, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert text_in(own) == before.replace("全市有基层党组织", "全市共有基层党组织")
    assert (own / "reports" / "city_merge" / "report.txt.bak").read_text(encoding="utf-8") == before
    assert load_pack(own)[1] == ()


def test_a_pack_that_comes_with_huibao_is_copied_and_never_changed(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "_packs" / "party-building"
    shutil.copytree(own, shipped)
    monkeypatch.setattr("workbook.pack.packs_folder", lambda: tmp_path / "_packs")
    monkeypatch.setattr(kept, "packs_folder", lambda: tmp_path / "_packs")
    pack, _ = load_pack(shipped)
    assert pack is not None
    desk = tmp_path / "desk"
    desk.mkdir()
    view, before = desk / "view.docx", text_in(own)
    view.write_bytes(kept.open_view(pack, pack.genres["city_merge"]))
    reword(view, "全市有基层党组织", "全市共有基层党组织")
    saved, defects = save_view(view)
    assert saved is not None
    assert (saved.written, saved.copied, defects) == (True, True, ())
    assert text_in(shipped) == before
    assert "全市共有基层党组织" in text_in(desk / "内容包_party-building")
    reword(view, "全市共有基层党组织", "全市建有基层党组织")
    again, _ = save_view(view, pack_name="party-building")
    assert again is not None
    assert (again.root, again.copied) == (saved.root, False)
    assert "全市建有基层党组织" in text_in(saved.root)


def test_lost_blanks_keep_a_view_from_being_saved_until_they_may_go(own: Path, tmp_path: Path) -> None:
    before = text_in(own)
    view = view_of(tmp_path, own)

    def remove(word: WordFile) -> None:
        control = word.control("BASE_MEMBERS")
        control.getparent().remove(control)

    view.write_bytes(changed(view.read_bytes(), remove))
    done = huibao("save", view, cwd=tmp_path)
    assert done.returncode == 1
    assert "党员【党员总数】" in done.stderr
    assert text_in(own) == before
    done = huibao("save", view, "--drop-lost", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "{{BASE_MEMBERS}}" not in text_in(own)


def test_line_ends_and_marks_of_the_file_stay_as_they_were(own: Path, tmp_path: Path) -> None:
    path = own / "reports" / "city_merge" / "report.txt"
    data = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(data)
    view = view_of(tmp_path, own)
    assert huibao("save", view, cwd=tmp_path).returncode == 0
    assert path.read_bytes() == data


def test_a_view_that_is_there_is_not_overwritten(own: Path, tmp_path: Path) -> None:
    view_of(tmp_path, own)
    done = huibao("edit", "city_merge", "--pack", own, cwd=tmp_path)
    assert done.returncode == 2
    assert VIEW[-5:] in done.stderr


@pytest.mark.parametrize("args", [["edit", "no_such"], ["save", "none.docx"], ["save", "a.docx"], ["edit"]])
def test_what_cannot_be_used_gets_a_sentence(args: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"no word file")
    done = huibao(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_word_file_that_is_no_view_is_refused(tmp_path: Path) -> None:
    import docx

    docx.Document().save(str(tmp_path / "a.docx"))
    done = huibao("save", "a.docx", cwd=tmp_path)
    assert done.returncode == 2
    assert "--pack" in done.stderr
