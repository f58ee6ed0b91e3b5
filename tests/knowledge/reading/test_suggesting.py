from datetime import date

import pytest

from knowledge.reading import Suggestion, read_document
from tests.knowledge.reading.builders import docx, word_paragraph


def guess(text: str, name: str = "文件.txt") -> Suggestion:
    return read_document(text.encode(), name).suggestion


def test_a_rule_with_a_note_on_its_origin() -> None:
    found = guess(
        "某市谈话工作办法（试行）\n"
        "（2024年12月1日中共某市市委常委会会议审议通过 2025年1月6日中共某市市委办公室印发）\n\n"
        "第一章 总则\n第一条 为了做好党内谈话，按照党章和党内法规，党委、党组、党组织和党员应当遵守本办法。\n"
    )
    assert found.title == "某市谈话工作办法（试行）"
    assert found.issued_on == date(2025, 1, 6)
    assert found.trial
    assert found.kind == "党内法规"
    assert found.issuer is not None
    assert found.issuer.endswith("市委办公室")


def test_a_notice_with_number_and_signature() -> None:
    found = guess(
        "某县县委办公室文件\n某办发〔2026〕7号\n关于做好年度谈话工作的通知\n各乡镇党委：\n"
        "按照《某市办法》（某发〔2020〕1号）的要求，现就有关事项通知如下。\n一、抓紧安排。\n某县县委办公室\n2026年3月1日\n"
    )
    assert found == Suggestion(
        title="关于做好年度谈话工作的通知",
        issuer="某县县委办公室",
        number="某办发〔2026〕7号",
        kind="规范性文件",
        issued_on=date(2026, 3, 1),
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("在全县谈话工作会上的讲话\n同志们：\n今天讲三点意见。\n", "讲话"),
        ("某县召开谈话工作推进会\n2026年3月1日 来源：某县融媒体中心\n会议指出，谈话要有实效。\n", "报道"),
        ("谈话制度见成效\n“谈得很实。”被谈话的同志告诉记者。\n", "报道"),
        ("某办负责人就《谈话办法》答记者问\n问：为什么要制定办法？\n答：为了做好谈话。\n", "解读"),
        ("谈话工作常见问题\n问：几年一次？\n答：每年一次。\n", "常见问答"),
        ("中华人民共和国谈话法\n2026年3月1日 全国人民代表大会常务委员会通过\n第一条 制定本法。\n", "法律"),
        ("谈话条例\n2026年3月1日 国务院令第9号公布\n第一条 制定本条例。\n", "行政法规"),
        ("关于加强谈话工作的意见\n一、提高认识。\n", "规范性文件"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert guess(text).kind == kind


def test_dates_in_words_and_dates_of_coming_into_force() -> None:
    assert guess("关于谈话的通知\n抓好落实。\n某县县委办公室\n二〇二六年十一月二十三日\n").issued_on == date(
        2026, 11, 23
    )
    assert guess("谈话办法\n（2026年1月5日印发 2026年3月1日起施行）\n第一条 略。\n").issued_on == date(2026, 1, 5)
    assert guess("谈话办法\n第一条 略。\n第二条 本办法自2026年3月1日起施行。\n").issued_on is None
    assert guess("谈话办法\n（2026年13月45日印发）\n第一条 略。\n").issued_on is None


def test_where_the_text_has_no_title_the_name_serves() -> None:
    assert guess("同志们：\n今天讲三点意见。\n", "某县讲话稿.txt").title == "某县讲话稿"
    assert guess("同志们：\n今天讲三点意见。\n", "../甲/某县讲话稿.txt").title == "某县讲话稿"


def test_numbers_in_references_are_not_the_documents_own() -> None:
    found = read_document(
        docx(word_paragraph("关于谈话的通知") + word_paragraph("根据某发〔2020〕1号，通知如下。")), "x"
    )
    assert found.suggestion.number is None
