"""A manifest that is not heeded, or not wholly, is spoken of: nothing vouched for is lost in silence."""

import json
from pathlib import Path

import pytest

from knowledge.manifest import NAME, manifest_problems, read_manifests
from storage.documents.rules import Standing


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[{", "读不出来"),
        ("[]".encode("utf-16"), "读不出来"),
        (b"[" * 200_000, "读不出来"),
        (b'{"a.txt": {"status": "x"}}', "应为列表"),
        (b'[5, {"title": "x"}, {"file": ["a.txt"]}, {"file": ""}]', "有 4 项没有写明文件名"),
        (b'[{"file": "a.txt", "date": "2020-13-01"}]', "a.txt 的日期“2020-13-01”不能识别"),
        (b'[{"file": "b.txt"}]', "b.txt 不在该文件夹中"),
    ],
)
def test_what_is_not_heeded_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / NAME).write_bytes(content)
    [problem] = manifest_problems(tmp_path)
    assert said in problem
    assert all(isinstance(name, str) for name in read_manifests(tmp_path))


def test_a_good_one_and_none_at_all_are_not(tmp_path: Path) -> None:
    assert (manifest_problems(tmp_path), read_manifests(tmp_path)) == ([], {})
    (tmp_path / "a.txt").write_text("x")
    line = {"file": "a.txt", "date": "2019", "status": "已被取代", "type": "中央党内法规"}
    (tmp_path / NAME).write_text(json.dumps([line, {"file": "a.txt", "date": None} | line]))
    assert manifest_problems(tmp_path) == []
    assert read_manifests(tmp_path)["a.txt"].standing is Standing.SUPERSEDED
