"""Texts are cut where they are built to be cut, and no character changes."""

import pytest

from knowledge.characters import squeezed
from knowledge.documents import About, split
from tests.knowledge.samples import FAQ, RULE_NEW, SAMPLES, SPEECH


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_line_of_every_passage_stands_in_the_text(sample):
    whole = squeezed(sample.text)
    for passage in split(sample.text, About(sample.line["title"])):
        assert all(squeezed(line) in whole for line in passage.text.split("\n"))


def test_articles_are_passages_under_their_chapter():
    passages = split(RULE_NEW, About("云溪县机关值班管理办法"))
    (sixth,) = [passage for passage in passages if "30分钟内口头报告" in passage.text]
    assert sixth.heading == "第二章 值班安排 › 第六条"
    assert sixth.text.startswith("第六条")


def test_a_list_stays_with_the_sentence_that_opens_it():
    passages = split(RULE_NEW, About(""))
    (fifth,) = [passage for passage in passages if "擅自离岗" in passage.text]
    assert "不得有下列行为" in fifth.text
    assert "泄露值班信息" in fifth.text


def test_the_leading_sentences_of_a_speech_are_a_passage_of_their_own():
    outlines = [passage.text for passage in split(SPEECH, About("")) if passage.outline]
    assert any(
        all(lead in outline for lead in ("第一，转变会风", "第二，转变文风", "第三，转变作风")) for outline in outlines
    )


def test_numbered_leads_are_a_list_without_the_greetings_around_them():
    talk = (
        "今天把大家请来，很有必要。走访是我们的老传统，丢不得。\n"
        "走访要走到人心里。下面，我讲两点意见，供大家参考。\n"
        "一、走访要勤。多走一步，就多知道一点实情。\n"
        "二、记录要真。看到什么就记什么，不添不减。\n"
        "我就讲这些。谢谢大家。\n"
    )
    (outline,) = [passage for passage in split(talk, About("")) if passage.outline]
    assert outline.text == "一、走访要勤。\n二、记录要真。"
    assert outline.context == "下面，我讲两点意见，供大家参考。"


def test_a_question_is_the_heading_of_its_answer():
    passages = split(FAQ, About("机关食堂常见问题"))
    (answer,) = [passage for passage in passages if "接待函" in passage.text]
    assert answer.heading == "外单位人员可以就餐吗？"


def test_a_broken_line_is_joined():
    text = (
        "第一段讲的是全县今年下半年各类会议的安排，这一行在中间被断开了而且前面已经写了足够多的字数来说明这一点因\n"
        "为排版的缘故。\n第二段。"
    )
    assert any("这一点因为排版的缘故。" in passage.text for passage in split(text, About("")))


def test_a_long_article_is_cut_and_its_parts_know_their_opening():
    items = "\n".join(f"（{numeral}）{'违反规定安排活动造成不良影响的' * 3}；" for numeral in "一二三四五六七八")
    text = f"第一条 目的。\n第二条 有下列情形之一的，应当追究责任：\n{items}\n第三条 施行日期。"
    parts = [passage for passage in split(text, About("")) if passage.heading == "第二条" and not passage.outline]
    assert len(parts) > 1
    assert all("应当追究责任" in passage.text + passage.context for passage in parts)
