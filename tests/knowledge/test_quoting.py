"""What is quoted as one piece, and that a list is only completed where it follows."""

from dataclasses import replace

from knowledge.quoting import ADDRESSEES, Quote, _within, units
from storage.documents.queries import PassageFacts
from tests.knowledge.test_asked_near import scene

POINTS = "走访要把握3个重点。一是摸清情况，逐户登记。二是当面听取意见。三是限期回复。其他事项另行安排。"


def test_points_behind_a_sentence_that_counts_them_are_one_piece() -> None:
    whole = "走访要把握3个重点。一是摸清情况，逐户登记。二是当面听取意见。三是限期回复。"
    assert units(POINTS, whole_points=True) == [whole, "其他事项另行安排。"]
    assert len(units(POINTS)) == 5


def test_points_that_do_not_fit_an_answer_stay_apart() -> None:
    long = "走访要把握2个重点。一是" + "摸清情况，" * 120 + "做好登记。二是限期回复。"
    assert units(long, whole_points=True)[0] == "走访要把握2个重点。"


def test_a_list_is_completed_only_where_the_quote_ends_its_passage() -> None:
    hit = scene("走访次数", "下列情形不走访；对其他情形，按照下列规定办理：\n（一）雨天；").hits[0]
    rest = [PassageFacts(1, 1, 1, 0, "第三条", "（二）夜间。", "", False)]
    opening, whole = "下列情形不走访；", hit.passage.text
    assert _within([Quote(hit, opening)], lambda _: rest)[0].text == opening
    assert _within([Quote(hit, whole)], lambda _: rest)[0].text == whole + "\n（二）夜间。"


def test_what_follows_the_end_of_a_list_is_not_jumped_to() -> None:
    hit = scene("走访次数", "下列情形不走访：\n（一）雨天；").hits[0]
    second = PassageFacts(1, 1, 1, 0, "第三条", "（二）夜间；\n（三）节日。\n另有规定的除外；", "", False)
    third = replace(second, text="（四）汛期。")
    done = _within([Quote(hit, hit.passage.text)], lambda _: [second, third])[0].text
    assert done.endswith("（三）节日。")


def test_a_line_of_addressees_answers_nothing() -> None:
    assert ADDRESSEES.search("各县区党委、政府，县直各单位党组，各人民团体党组：")
    assert not ADDRESSEES.search("走访前应当准备：")
