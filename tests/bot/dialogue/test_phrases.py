"""What people say outside forms reaches the right command; a question about the rules stays a question."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

import pytest

from bot.router import command_meant

MEANT = {
    "findings": (
        "我还有几项没完成", "我还有哪些问题没整改", "我还剩几个没办完", "还有几项没销号", "我的整改情况怎么样", "看看我的问题", "我有多少项要整改的",
        "我还有几件没完成", "剩下哪些没完成",
    ),
    "untalked": ("谁还没谈", "还有谁没谈", "哪些人没谈话", "还有几个没谈", "未谈的人员有哪些", "没谈话的有哪些", "哪些人还没有被谈"),
    "talkees": ("本周要谈谁", "这周该谈谁", "下周要找谁谈话", "最近要和谁谈", "我还有几个人没谈", "接下来该谈谁", "本月要跟哪些人谈", "今年我要谈哪些人"),
    "extend": ("帮我延期", "我想申请延期", "能不能延期几天", "我要延期", "申请延期", "想延长到月底", "请帮我宽限几天", "延期十天", "来不及了想延期"),
    "progress": ("我要汇报进展", "报一下整改进展", "我来填报整改进度", "帮我报进展", "更新一下进度", "想报一下进展"),
    "duties": ("我有什么任务", "我还有哪些待办", "今天有什么安排", "本周有什么任务", "看看我的任务", "有什么要我办的"),
    "overdue": ("哪些逾期了", "有没有超期的", "逾期的有哪些", "谁的逾期了", "多少项过期"),
    "why": ("为什么提醒我", "为啥又提醒我", "怎么老催我"),
    "gather": ("汇总提醒", "能不能把提醒合成一条，每天汇总提醒我", "每天只提醒我一次", "提醒太多了"),
    "separate": ("逐条提醒", "提醒还是一条一条发吧", "不要汇总了"),
    "manner": ("改一下提醒方式",),
    "snooze": ("稍后再提醒我", "晚点提醒", "一小时后提醒我", "明天上午再提醒", "过会儿再提醒"),
    "record_talk": ("我跟吴敏谈过了", "已经和老王谈完了", "昨天找吴敏谈了", "记一下谈话", "补录谈话记录", "谈完了"),
    "plan_talk": ("安排一次谈话", "约一下谈话时间", "我要安排谈话", "帮我预约谈话", "改一下谈话时间"),
    "coverage": ("覆盖率是多少", "覆盖情况怎么样", "已经谈了多少人", "谈话覆盖率多少"),
    "away": ("我下周要出差", "我明天请假", "我这几天外出"),
    "delegate": ("委托小王代我填报", "让联络员代我办", "我要委托别人"),
    "correct_progress": ("更正上次的进展", "进展报错了", "修改一下昨天报的进度"),
    "outline": ("起草谈话提纲", "看看提纲", "准备提纲"),
    "look_back": ("安排回头看", "组织一次回头看"),
    "reviews": ("有哪些要我验收", "哪些等我审批", "待我审批"),
    "talks": ("看看谈话记录", "谁来跟我谈"),
    "help": ("你能做什么", "你会干啥", "有什么功能"),
}  # fmt: skip
QUESTIONS = (
    "延期要谁批准？", "延期申请需要什么条件", "最多可以延期几次", "谈话提纲必须包含什么", "什么是三查三问", "回头看的要求是什么", "民主生活会前必须谈话吗",
    "谈话记录应当怎么写", "谈话一年几次", "一把手谈话由谁来谈", "诫勉谈话和政治监督谈话有什么区别", "整改时限一般多久", "谈心谈话是什么意思", "委托别人谈话可以吗",
    "销号的标准是什么", "问题整改完成后由谁验收", "谈话对象包括哪些人员", "提纲里的问题不能超过几个", "什么情况可以延期", "集体谈话怎么开",
)  # fmt: skip


@pytest.mark.parametrize(("verb", "words"), [(verb, words) for verb, many in MEANT.items() for words in many])
def test_a_wish_reaches_its_command(verb: str, words: str) -> None:
    assert command_meant(words) == verb


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_stays_a_question(words: str) -> None:
    assert command_meant(words) == ""
