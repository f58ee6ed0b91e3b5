"""The client's own files, where they are at hand: the hostile manifest line by line, the five seeds, the corpus."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from knowledge.reading import Limits, display_name, read_document
from storage.errors import Refused

SHARED = Path(os.environ.get("TANHUA_SHARED", Path(__file__).resolve().parents[4] / "shared"))
HOSTILE = SHARED / "samples" / "hostile"
pytestmark = pytest.mark.skipif(not HOSTILE.is_dir(), reason="the shared samples are not on this machine")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples with the large one, which their own program writes beside itself."""
    place = tmp_path_factory.mktemp("hostile")
    for file in HOSTILE.iterdir():
        shutil.copyfile(file, place / file.name)
    subprocess.run([sys.executable, "make_poisoned.py"], cwd=place, check=True, stdout=subprocess.DEVNULL)
    return place


def _lines() -> list[dict[str, Any]]:
    path = HOSTILE / "manifest.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return found


@pytest.mark.parametrize("line", [line for line in _lines() if line["file"]], ids=lambda line: line["file"])
def test_the_hostile_manifest(hostile: Path, line: dict[str, Any]) -> None:
    original = HOSTILE / line["file"]
    data = (original if original.exists() else hostile / line["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == line["sha256"]
    try:
        read = read_document(data, line["file"])
    except Refused as error:
        _check_refusal(line, error.message)
        return
    assert line["expect"] != "reject"
    assert all(words in read.text for words in line["must_contain"])
    assert not any(words in read.text for words in line["must_not_contain"])
    if line["expect"] == "quarantine" or "warn" in line["expect"] or "ocr" in line["expect"]:
        assert read.suspicions
    else:
        assert read.suspicions == ()


def _check_refusal(line: dict[str, Any], message: str) -> None:
    assert "reject" in line["expect"]
    assert "请" in message
    for words in line.get("error_mentions", []):
        assert re.search(words, message)


def test_upload_names() -> None:
    names = next((line["upload_names"] for line in _lines() if not line["file"]), [])
    shown = [display_name(name) for name in names]
    assert names
    assert all(re.fullmatch(r"[^/\\\x00-\x1f\u202a-\u202e]{1,120}", name) for name in shown)
    assert not any(name.startswith(".") or name.upper().startswith("CON.") for name in shown)


def _original_paragraphs(folder: str) -> list[Path]:
    return sorted((SHARED / folder).glob("*.txt")) if (SHARED / folder).is_dir() else []


@pytest.mark.parametrize(
    "path", _original_paragraphs("seeds") + _original_paragraphs("corpus"), ids=lambda path: path.stem
)
def test_every_paragraph_is_in_the_file_white_space_aside(path: Path) -> None:
    original = "".join(path.read_text(encoding="utf-8").split())
    read = read_document(path.read_bytes(), path.name, limits=Limits())
    paragraphs = ["".join(paragraph.split()) for paragraph in read.text.split("\n")]
    assert all(paragraph in original for paragraph in paragraphs)
    assert read.suspicions == ()
    assert not any(words in read.text for words in ("扫一扫", "责编", ">>"))
    kept = sum(map(len, paragraphs))
    assert kept >= 0.93 * len(original)


@pytest.mark.parametrize("path", _original_paragraphs("seeds"), ids=lambda path: path.stem)
def test_no_sentence_of_the_seeds_is_broken(path: Path) -> None:
    read = read_document(path.read_bytes(), path.name)
    headings = {read.text[start:].split("\n")[0] for start in read.headings}
    for paragraph in read.text.split("\n"):
        whole = re.search(r"[。！？：]”?$", paragraph) or paragraph in headings
        assert whole or re.search(r"来源|网站", paragraph), paragraph


def test_suggestions_agree_with_the_manifest() -> None:
    listed = json.loads((SHARED / "corpus" / "MANIFEST.json").read_text(encoding="utf-8"))
    kinds = {
        "中央党内法规": "党内法规",
        "部门规章": "规范性文件",
        "部门规范": "规范性文件",
        "新闻": "报道",
        "文章": "解读",
    }
    agreed = {"title": 0, "kind": 0}
    for entry in listed:
        guess = read_document((SHARED / "corpus" / entry["file"]).read_bytes(), entry["file"]).suggestion
        agreed["title"] += (guess.title or "").replace(" ", "") == entry["title"].replace(" ", "")
        agreed["kind"] += guess.kind == kinds.get(entry["type"], entry["type"])
        dated = re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry["date"] or "") and guess.issued_on is not None
        assert not dated or guess.issued_on.isoformat() == entry["date"], entry["file"]
    assert agreed["title"] >= 0.95 * len(listed)
    assert agreed["kind"] >= 0.9 * len(listed)
