import os
from pathlib import Path

import pytest

from knowledge.reading import Limits, display_name, read_file
from storage.errors import Refused


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../外面.txt", "外面.txt"),
        ("甲/乙\\丙.txt", "丙.txt"),
        ("谈话\u202etxt.exe", "谈话txt.exe"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        (".隐藏.txt", "隐藏.txt"),
        ("通知\x00\n\x1b[31m.docx", "通知[31m.docx"),
        ("  ", "未命名文件"),
        ("..", "未命名文件"),
        ("正常 的 名字.docx", "正常 的 名字.docx"),
    ],
)
def test_names_are_only_shown(given: str, shown: str) -> None:
    assert display_name(given) == shown


def test_long_names_keep_their_suffix() -> None:
    shown = display_name("长" * 300 + ".docx")
    assert len(shown) <= 120
    assert shown.endswith(".docx")


def test_links_folders_and_pipes_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "原件.txt").write_text("谈话", encoding="utf-8")
    (tmp_path / "链接.txt").symlink_to(tmp_path / "原件.txt")
    os.mkfifo(tmp_path / "管道.txt")
    assert read_file(tmp_path / "原件.txt") == "谈话".encode()
    for name in ("链接.txt", "管道.txt", "没有.txt", "."):
        with pytest.raises(Refused):
            read_file(tmp_path / name)


def test_size_is_bounded_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "大.txt").write_bytes(b"a" * 3_000)
    with pytest.raises(Refused, match="上限"):
        read_file(tmp_path / "大.txt", limits=Limits(file_bytes=2_000))
    (tmp_path / "空.txt").write_bytes(b"")
    with pytest.raises(Refused, match="空"):
        read_file(tmp_path / "空.txt")
