"""Furniture out, broken lines joined, nothing else touched. All texts are invented."""

import time

import pytest

from knowledge.reading import read_document
from knowledge.reading.cleaning import bounded
from knowledge.reading.furniture import is_furniture, without_tail

ARTICLES = [
    "第一条 为了做好年度谈话工作，按照县委的部署，结合全县实际，制定本办法。",
    "第二条 谈话由上级主要负责同志同下级主要负责同志一对一进行，提纲由办公室会同组织科起草，"
    "一般列三至四个问题，问题应当具体，有事例、有数据。",
    "第三条 谈话指出的问题逐条列入清单，清单写明问题、举措、时限；"
    "举措应当能够检查，时限应当具体到月，不得写“长期坚持”。",
    "（一）清单由被谈话人本人拟订；",
    "（二）清单经谈话人审定后，五个工作日内送办公室备案。",
    "第四条 没有按期完成整改的，应当书面说明理由，经谈话人同意可以延期一次，"
    "延期最长不超过三个月，延期的理由和新的时限一并存档备查。",
    "第五条 本办法由县委办公室解释，自2026年3月1日起施行。",
]


def text_of(text: str) -> str:
    return read_document(text.encode(), "办法.txt").text


def wrapped(paragraphs: list[str], width: int, indent: str) -> str:
    lines: list[str] = []
    for paragraph in paragraphs:
        whole = indent + paragraph
        lines.extend(whole[start : start + width] for start in range(0, len(whole), width))
    return "\n".join(lines)


@pytest.mark.parametrize("width", [22, 28, 36, 40])
def test_text_wrapped_at_the_edge_of_the_page_becomes_paragraphs_again(width: int) -> None:
    whole = ["某县谈话工作办法", *ARTICLES]
    assert text_of(wrapped(whole, width, "　　")).split("\n") == whole


def test_wrapped_text_without_indents_keeps_its_sentences_whole() -> None:
    read = text_of(wrapped(ARTICLES, 30, "")).split("\n")
    assert all(line.endswith(("。", "；")) for line in read)
    assert "".join(read) == "".join(ARTICLES)


def test_paragraphs_parted_by_blank_lines_come_back() -> None:
    text = "\n\n".join(wrapped([paragraph], 30, "") for paragraph in ARTICLES)
    assert text_of(text).split("\n") == ARTICLES


def test_a_sentence_cut_by_accident_is_joined() -> None:
    text = (
        "政治谈话的重点\n"
        "谈话要突出政治性。会议着眼新的形势和任务，对“落实主体\n"
        "责任、监督责任，提高工作质量”作了部署，各单位应当逐项对照、认真落实，按季度报告进展情况。\n"
        "谈话的方法\n"
        "谈话应当带着问题进行，既谈单位的问题，又谈个人的问题，防止空泛。"
    )
    read = text_of(text).split("\n")
    assert read[0] == "政治谈话的重点"
    assert read[1].startswith("谈话要突出政治性。会议着眼新的形势和任务，对“落实主体责任、监督责任，提高工作质量”")
    assert read[2] == "谈话的方法"
    assert len(read) == 4


def test_a_number_alone_on_its_line_gets_its_text() -> None:
    assert text_of("一、\n改进调查研究，轻车简从。\n二、\n精简会议，开短会、讲短话。") == (
        "一、改进调查研究，轻车简从。\n二、精简会议，开短会、讲短话。"
    )
    assert text_of("第一条\n为了做好工作，制定本办法。\n第二条\n本办法自印发之日起施行。").startswith("第一条 为了")


def test_headings_titles_salutations_and_signatures_are_never_joined() -> None:
    lines = [
        "在全县谈话工作推进会上的讲话",
        "同志们：",
        "今天召开会议，主要是总结去年的谈话工作，安排今年的任务。",
        "突出问题导向，找准关键要害",
        "谈话之前，要把被谈话人所在单位的情况摸清楚，把群众反映集中的问题理出来，做到心中有数、有的放矢，防止一谈了之。",
        "（一）提前准备",
        "办公室应当在谈话前十个工作日收集材料。",
        "某县县委办公室",
        "2026年3月1日",
    ]
    assert text_of("\n".join(lines)).split("\n") == lines


def test_an_article_referred_to_at_the_beginning_of_a_line_is_no_new_article() -> None:
    paragraphs = [
        "第八条 有下列情形之一的，依照本办法第六条的规定处理，并且按照",
        "第九条规定的程序报告；情节较重的，由组织科提出意见，报县委审定。",
        "第九条 报告应当写明经过、原因和处理建议，附有关材料。",
        "第十条 办公室收到报告后，应当在十个工作日内答复。",
        "第十一条 本办法自印发之日起施行，以前的做法停止执行。",
    ]
    assert text_of("\n".join(paragraphs)).split("\n")[0] == paragraphs[0] + paragraphs[1]


@pytest.mark.parametrize(
    "mask", ["**同志存在放不开手脚的问题。", "*年**月，县委印发了实施方案。", "****年度考核指出三个问题。"]
)
def test_masks_stay_masks(mask: str) -> None:
    assert text_of(f"会议通报\n{mask}\n各单位要对照检查，认真整改。").split("\n")[1] == mask


@pytest.mark.parametrize(
    "line",
    [
        "某某新闻网>>党建>>要闻",
        "当前位置：首页 > 政务公开 > 通知",
        "微信“扫一扫”添加“某某学习”",
        "长按识别二维码关注我们",
        "(责编：甲某、乙某)",
        "责任编辑：甲某",
        "分享到：",
        "分享让更多人看到",
        "【字体：大 中 小】 【打印】 【关闭】",
        "微信 微博 QQ空间",
        "上一篇：某某通知",
        "相关阅读",
        "浏览次数：128",
        "Copyright © 2026 某某网 版权所有",
        "某ICP备12345678号-1",
        "关于我们 | 网站地图 | 联系我们",
        "主办：某县人民政府办公室 技术支持：某公司",
        "— 3 —",
        "第 3 页 共 9 页",
        "－ 12 －",
    ],
)
def test_furniture_is_known(line: str) -> None:
    assert is_furniture(line)
    assert (
        text_of(f"关于谈话的通知\n谈话每年不少于一次，由专人记录。\n{line}")
        == "关于谈话的通知\n谈话每年不少于一次，由专人记录。"
    )


@pytest.mark.parametrize(
    "line",
    [
        "（三）推行扫码登记",
        "群众可以扫码反映问题，办公室应当当日登记。",
        "未经批准不得公开谈话记录，不得复制。",
        "审核：由办公室负责",
        "主办单位：县委办公室 承办单位：县委党校",
        "编辑出版学习资料，供各单位使用。",
        "上一年度的谈话情况应当在三月底前报告。",
        "评论和留言应当由专人答复。",
        "版权归作者的，应当注明出处。",
        "******",
    ],
)
def test_sentences_about_the_same_things_stay(line: str) -> None:
    assert not is_furniture(line)


def test_counters_behind_date_and_source_go_and_the_rest_of_the_line_stays() -> None:
    line = "2026年3月1日 来源：某县县委办公室 浏览次数：12 【字体：大 中 小】"
    assert without_tail(line) == "2026年3月1日 来源：某县县委办公室"
    assert without_tail("材料来源应当写明，分享到群里的不算。") == "材料来源应当写明，分享到群里的不算。"


def test_heads_and_feet_of_pages_go_and_sentences_run_across_pages() -> None:
    pages = [
        f"某县谈话工作办法汇编\n{'　　' if number == 1 else ''}{body}\n- {number} -"
        for number, body in enumerate(
            ["谈话每年不少于一次，安排在民主生", "活会之前，由专人记录，提纲由办公室", "起草。"], 1
        )
    ]
    read = read_document("\f".join(pages).encode(), "汇编.txt")
    assert read.text == "某县谈话工作办法汇编\n谈话每年不少于一次，安排在民主生活会之前，由专人记录，提纲由办公室起草。"
    assert read.pages[0] == (0, 1)


def test_a_title_said_twice_is_kept_once() -> None:
    read = text_of(
        "谈话制度见成效\n2026年3月1日 来源：某县融媒体中心\n原标题：谈话制度见成效\n"
        "记者在某县采访时了解到，谈话制度见了成效。"
    )
    assert read.count("谈话制度见成效") == 1


def test_headings_are_offered_with_their_offsets() -> None:
    text = "某县谈话办法\n第一章 总则\n第一条 谈话每年不少于一次。\n一、谈话安排\n谈话安排在民主生活会之前。"
    read = read_document(text.encode(), "办法.txt")
    names = [read.text[start:].split("\n")[0] for start in read.headings]
    assert names == ["某县谈话办法", "第一章 总则", "一、谈话安排"]


def test_no_paragraph_is_longer_than_the_bound_and_nothing_is_lost() -> None:
    text = "谈话要具体，问题要准。" * 5_000
    pieces = list(bounded(text, 1_000))
    assert max(map(len, pieces)) <= 1_000
    assert all(piece.endswith("。") for piece in pieces)
    assert "".join(pieces) == text
    assert "".join(bounded("无标点" * 3_000, 1_000)) == "无标点" * 3_000


def test_a_line_of_megabytes_is_split_in_bounded_time() -> None:
    line = "谈话每年不少于一次而且必须由专人全程记录并且及时报告进展情况" * 60_000
    began = time.process_time()
    read = read_document(line.encode(), "一行.txt")
    assert time.process_time() - began < 30
    assert max(map(len, read.text.split("\n"))) <= 20_000
    assert any("重复" in reason for reason in read.suspicions)


def test_markdown_marks_at_the_beginning_of_lines_go_and_those_inside_stay() -> None:
    source = (
        "# 谈话办法\n\n## 一、安排\n\n**第一条** 谈话每年不少于一次，由**专人**记录。\n\n"
        "- 提纲列三至四个问题；\n- 问题要具体。\n\n> 转自内部资料。\n\n<!-- 编者：略 -->\n"
        "| 单位 | 时限 |\n|---|---|\n| 甲乡 | 三月 |\n\n**同志的问题另行通报。\n"
    )
    read = read_document(source.encode(), "办法.md")
    assert read.media == "md"
    assert read.text.split("\n") == [
        "谈话办法",
        "一、安排",
        "第一条 谈话每年不少于一次，由**专人**记录。",
        "提纲列三至四个问题；",
        "问题要具体。",
        "转自内部资料。",
        "单位：甲乡；时限：三月",
        "**同志的问题另行通报。",
    ]
    assert read.headings == (0, 5)


def test_type_is_told_by_content_not_by_suffix() -> None:
    assert read_document("# 谈话办法\n\n谈话每年不少于一次。\n".encode(), "办法.docx").media == "md"
    assert read_document("谈话每年不少于一次。".encode(), "办法.pdf").media == "txt"
