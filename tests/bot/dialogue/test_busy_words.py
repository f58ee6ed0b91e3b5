"""What a busy official types: slips, second thoughts, corrections, words for what was submitted already."""

import pytest

from bot.form_words import named_wrong, takes_back, thinks_it_over
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill

WRONG = (
    "填错了", "写错了", "打错了，重来", "刚才填错了", "不好意思，选错了", "不是这个", "不是那项", "手滑", "点快了", "搞错了，我要改",
    "不对", "刚才的不对", "弄混了", "上一项填错了",
)  # fmt: skip
ANSWERS = (
    "数字不对，已经核实", "台账登记错了12处", "不是这个原因", "不同意", "没有错", "责任不到位", "填报系统不对外开放", "错失时机", "发现3处错误",
    "不对外公开", "把错账改过来",
)  # fmt: skip
RECORDED = ("总体较好", "没有", "调研不深入", "承认不足", "没有")


@pytest.mark.parametrize("words", WRONG)
def test_a_slip_is_known(words: str) -> None:
    assert takes_back(words)


@pytest.mark.parametrize("words", ANSWERS)
def test_an_answer_about_errors_is_an_answer(words: str) -> None:
    assert not takes_back(words)
    assert not thinks_it_over(words)


@pytest.mark.parametrize("words", WRONG)
def test_after_a_slip_the_last_answer_is_asked_again_and_nothing_is_recorded(world: World, words: str) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", "总体较好")
    assert "列举了哪些事例" in leader.text()
    said = leader.says(words)
    assert "总体评价是什么" in said
    assert "原来填的是：总体较好" in said
    assert "请重新填写" in leader.says("填错了")


def test_before_any_answer_it_is_the_form_that_may_not_be_meant(world: World) -> None:
    leader = world.speaker("leader")
    leader.says("再次谈话")
    assert "不办这件事，请回复“取消”" in leader.says("不是这个")


@pytest.mark.parametrize("words", ["提交", "吴敏", "1", "继续", "不取消"])
def test_who_answers_the_question_or_submits_does_not_give_up(world: World, words: str) -> None:
    leader = world.speaker("leader")
    leader.says("再次谈话")
    assert "确定放弃" in leader.says("取消")
    leader.says(words)
    assert leader.choice("上一步") or "又与谁谈了一次" in leader.text()
    leader.says("取消")
    assert "已放弃" in leader.says("放弃")


def test_a_field_is_named_alone_at_the_summary(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", *RECORDED)
    assert "哪天谈的" in leader.says("日期")


@pytest.mark.parametrize("words", ["取消外出", "不出差了", "外出取消了", "提前回来了"])
def test_being_away_is_ended_in_other_words(world: World, words: str) -> None:
    doer = world.speaker("responsible")
    assert "没有登记的外出" in doer.says(words)
    fill(doer, "登记外出", "8月4日到8月6日", "出差", "[提交]")
    assert "结束哪一次外出" in doer.says(words)
    assert "已结束外出登记" in doer.taps("结束")


def test_a_delegation_is_taken_back_in_other_words(world: World) -> None:
    assert "没有在办的委托" in world.speaker("responsible").says("取消委托")


def test_at_the_summary_a_slip_asks_which_and_agreeing_goes_back(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", *RECORDED)
    for words in ("填错了", "不对", "改一下"):
        assert "要修改哪一项" in leader.says(words)
        assert "要修改哪一项" in leader.says("写错了")
        assert "请核对" in leader.says("没问题")
    for words, label in (
        ("日期不对", "哪天谈的"),
        ("谈话人选错了", "由谁谈的"),
        ("改谈话人", "由谁谈的"),
        ("总体评价写错了", "总体评价是什么"),
    ):
        assert label in leader.says(words)
        assert "请核对" in leader.taps("不改")


def test_at_the_summary_a_new_answer_finds_its_field(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", *RECORDED)
    assert "谈话人：李正" in leader.says("不是我，是李正")
    assert "谈话日期：2025年7月31日 周四" in leader.says("昨天")
    assert "没有看懂" in leader.says("火星")


def test_a_date_given_where_a_choice_is_asked_goes_to_the_date(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", *RECORDED, "改谈话人")
    said = leader.says("昨天")
    assert "已记下：谈话日期 2025年7月31日 周四" in said
    assert "由谁谈的" in said


@pytest.mark.parametrize(
    ("words", "given"),
    [("第二个", 2), ("最后一个", 7), ("第1项", 1), ("2号", 2), ("不是第一个，是第二个", 2), ("选第二个吧", 2)],
)
def test_options_are_named_by_their_place(world: World, words: str, given: int) -> None:
    leader = world.speaker("leader")
    fill(leader, "更正谈话记录", "吴敏")
    label = leader.labels()[given - 1]
    leader.says(words)
    assert f"更正的部分：{label}" in leader.says("看看填了什么").replace("2. ", "")


@pytest.mark.parametrize(("words", "hint"), [("李书记", "李正"), ("赵启名", "赵启明")])
def test_a_title_or_a_slip_in_a_name_is_asked_back_and_never_guessed(world: World, words: str, hint: str) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天", *RECORDED, "改谈话人")
    said = leader.says(words)
    assert f"没有“{words}”这一项，相近的有：{hint}" in said
    assert "由谁谈的" in said


def test_a_day_just_ahead_is_no_day_of_last_year(world: World) -> None:
    leader = world.speaker("leader")
    leader.says("再次谈话")
    leader.says("吴敏")
    said = leader.says("8月3日")
    assert "还没有到；如果是2024年8月3日，请写明年份" in said
    assert "谈话日期：2024年12月1日" in leader.says("12月1日"), "the one just gone"


def test_second_thoughts_are_no_answer(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "再次谈话", "吴敏", "今天")
    assert "总体评价是什么" in leader.says("等一下我再想想")
    assert "还差“总体评价”没有填" in leader.says("确认")
    fill(leader, "总体较好", "没有", "调研不深入")
    assert "提出了哪些意见建议" in leader.says("没说什么")


def test_what_was_submitted_can_be_put_right_from_where_one_stands(world: World) -> None:
    doer = world.speaker("responsible")
    assert "没有您提交的内容" in doer.says("撤回刚才的")
    fill(doer, "汇报进展", "第一个", "清理了30笔", "60%", "12月1日", "没有", "跳过", "[提交]")
    for words in ("填错了", "刚才报错了", "撤回刚才的", "改一下比例", "不对", "数字填错了怎么办"):
        said = doer.says(words)
        assert "汇报整改进展，要改请用“更正进展”“作废进展”" in said, words
    assert "更正哪一条" in doer.taps("更正进展")
    subject = world.speaker("subject")
    subject.taps_id(f"talk:{world.talk_id}")
    fill(subject, "[有异议]", "账目已经整改完毕", "[提交]")
    assert "撤回对哪次谈话的异议" in subject.says("撤回异议")


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("早上好", "我的任务"), ("汇报一下", "要汇报哪一项"), ("我替领导报一下", "要汇报哪一项"), ("提醒太频繁了", "逐条提醒"),
    ],
)  # fmt: skip
def test_other_words_reach_the_command(world: World, words: str, verb: str) -> None:
    doer = world.speaker("responsible")
    said = doer.says(words)
    assert verb in said + "".join(doer.labels())


def test_a_form_put_aside_is_among_the_tasks(world: World) -> None:
    doer = world.speaker("responsible")
    fill(doer, "汇报进展", "暂停")
    assert "没有填完的 1 项" in doer.says("我的任务")
    assert "要汇报哪一项" in doer.taps("继续填写：汇报整改进展")


@pytest.mark.parametrize(
    "words", ["错了怎么处理", "谈话时间由谁定", "记录错了能不能改", "什么叫不对称谈话", "撤销处分要什么程序"]
)
def test_questions_about_errors_stay_questions(world: World, words: str) -> None:
    assert "文件中没有依据" in world.speaker("leader").says(words)


def test_what_is_called_wrong() -> None:
    assert named_wrong("谈话日期不对") == "谈话日期"
    assert named_wrong("责任人填错了") == "责任人"
    assert named_wrong("账目不清") == ""


def test_a_reason_is_no_command_where_a_reason_is_asked(world: World) -> None:
    doer = world.speaker("responsible")
    fill(doer, "申请延期", "第一个", "10月20日")
    assert "写得具体一些" in doer.says("出差")
    leader = world.speaker("leader")
    fill(leader, "更改问题类型", "第一个", "单位作风")
    assert "原因：出差" in leader.says("出差")


@pytest.mark.parametrize(
    "words", ["手误", "填错了", "数字填错了", "比例报错了", "刚才填错了", "谈话日期不对", "写漏了一项"]
)
def test_where_a_reason_is_asked_a_slip_is_the_reason(world: World, words: str) -> None:
    leader = world.speaker("leader")
    assert f"3. 原因：{words}" in fill(leader, "更改问题类型", "第一个", "单位作风", words)
    doer = world.speaker("responsible")
    fill(doer, "汇报进展", "第一个", "清理了30笔", "60%", "12月1日", "没有", "跳过", "[提交]")
    assert f"4. 更正原因：{words}" in fill(doer, "更正进展", "第一个", "比例", "70%", words)


def test_an_order_stays_one_where_a_reason_is_asked(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "更改问题类型", "第一个", "单位作风")
    assert "应当属于哪一类" in leader.says("上一步")
    leader.taps("不改")
    assert "应当属于哪一类" in leader.says("上一项填错了")


@pytest.mark.parametrize(
    ("words", "kept"), [("是", "做到了"), ("没做到", "没有做到"), ("不到位", "没有做到"), ("有", "做到了")]
)
def test_yes_and_no_in_other_words(world: World, words: str, kept: str) -> None:
    leader = world.speaker("leader")
    fill(leader, "谈话质量自查", "吴敏", words)
    assert f"：{kept}" in leader.says("看看填了什么")


def test_whose_record_is_wrong_is_shown_the_objection(world: World) -> None:
    assert "提出异议" in (world.speaker("subject").says("这个不对") and world.speaker("subject").labels())
