import codecs

import pytest

from knowledge.reading import read_document
from knowledge.reading.decoding import decode, legibility
from storage.errors import Refused
from tests.knowledge.reading.builders import NOTICE, RULE

TEXT = f"{NOTICE}\n\n一、{RULE}\n二、提纲一般列3至4个问题。\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("gbk", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", b""),
    ],
)
def test_every_encoding_gives_the_same_text(encoding: str, mark: bytes) -> None:
    assert decode(mark + TEXT.encode(encoding)) == TEXT


def test_utf16_without_mark_and_without_one_zero_byte() -> None:
    text = "谈话应当在民主生活会之前进行，并且由专人记录，问题要具体。"
    data = text.encode("utf-16-le")
    assert b"\x00" not in data
    assert decode(data) == text


def test_four_byte_characters_of_gb18030_survive() -> None:
    text = f"{RULE}人名用字：𠮷、㐂、龘。"
    assert read_document(text.encode("gb18030"), "名单.txt").text == text


def test_a_mark_that_lies_is_refused_with_the_place() -> None:
    with pytest.raises(Refused, match="第 7 个字节起"):
        decode(codecs.BOM_UTF8 + "谈".encode() + b"\xff\xff")


def test_mixed_encodings_are_refused_with_places_and_the_step() -> None:
    data = "谈话每年不少于一次。".encode() + "混入国标码".encode("gb18030") + b"\xe8\xb0"
    with pytest.raises(Refused, match=r"有 \d+ 处无法识别（第 31、.*另存为 UTF-8"):
        decode(data)


def test_surrogate_halves_are_refused() -> None:
    with pytest.raises(Refused):
        decode("谈话".encode() + "\ud800\udc00\ud83d".encode("utf-8", "surrogatepass"))
    with pytest.raises(Refused):
        decode(codecs.BOM_UTF16_LE + "谈话\ud800会".encode("utf-16-le", "surrogatepass"))


def test_bytes_that_are_no_text_are_refused() -> None:
    noise = bytes((number * 197 + 31) % 256 for number in range(5_000))
    with pytest.raises(Refused):
        read_document(noise, "照片.txt")
    with pytest.raises(Refused, match="不是文字"):
        read_document(b"\x01\x02\x03\x04 abc" * 100, "数据.txt")


def test_bad_bytes_from_end_to_end_are_counted_quickly() -> None:
    with pytest.raises(Refused, match="1000 处以上"):
        decode(b"\xff\xfa\xff\xfb" * 500_000)


def test_legibility_tells_text_from_chance() -> None:
    assert legibility(TEXT) > 0.8
    assert legibility(TEXT.encode("gb18030").decode("latin-1")) < 0.4
    assert legibility("") == 0.0
