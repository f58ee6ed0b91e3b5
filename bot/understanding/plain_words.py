"""The words plain answers to “how far?” and “by when?” are made of.

A short direct answer with any other word beside its value (撑死七成, 收到批文十天内, 兄弟单位90%) is asked back: what
an unknown word does to a value cannot be known.
"""

import re

_BREAK = re.compile(r"[，。；！？\n（） ]")
LONGEST = 18
"""Characters of the clause beyond which it is a story, not a direct answer."""

_BOTH = (
    "嗯 呃 额 哦 噢 那个 这个 就是 啊 吧 呢 哈 呀 嘛 了 啦 的 得 地 也 都 就 才 又 还 再 该 这 那 它 把 被 给 在 "
    "于 到 至 为 是 有 我 我们 咱 咱们 单位 我单位 本单位 我局 我委 我处 我科 我县 我区 我镇 这边 这里 我这边 "
    "领导 您好 你好 报告 回复 汇报 谢谢 请 问题 整改 工作 任务 项目 工程 事项 事情 事 活 这事 总体 整体 目前 "
    "现在 现 已 已经 现已 当前 眼下 这次 本次 这回 今年 全年 完成 推进 落实 解决 销号 办结 办理 处理 做 干 弄 搞 "
    "办 改 推 走 整 干到 全部 全面 全 所有 各项 剩下 剩余 余下 还剩 剩 还差 还有 没 缺 差 左右 上下 大概 大约 约 "
    "约莫 大约摸 差不多 估计 应该 可以 能 能够 可 会 要 须 需 争取 力争 预计 计划 按计划 确保 保证 努力 不对 "
    "不是 应 应是 应该是 说错 写错 填错 报错 记错 说错了 改成 改为 改到 更正 一下 调到 调整 写 填 报 选 定 设 "
    "算上 其实 实际 只有 仅 只 主要 一共 共 合计 总共 个 项 条 件 成 好 完 最后 方面 以及 和 并 : 比较 顺利 基本 "
    "圆满 按时 按期 如期 总的 这块 这一块 这方面 这摊 这摊子 这档子事 一准 准定 这儿 为止 但 但是 不过 只是 尚有 尚余 仍有"
)
_PERCENT = (
    "落实率 解决率 化解率 处理率 结案率 报个 填个 写个 因故 差不离 有个 统计 统计下来 下来 今天 今日 我觉得 觉得 保守 保守估计 活儿 面上 答 尾巴 新一轮 一轮 最新 清退 拆除 化解 "
    "签订 签 腾退 追缴 退还 整治 清理 安装 更换 修复 建设 施工 拆迁 搬迁 搬 进度 进展 完成度 完成率 整改率 "
    "办结率 销号率 刚才 具体说 准确说 具体来说 完成情况 完成量 百分比 比例 达到 达 做到 干到 推进到 推到 实现 样子 的样子 刚 刚刚 刚好 正好 "
    "大 总 量 工作量 工程量 任务量 总量 总任务 总任务量 截至 截止 本月 这个月 本周 这周 本期 升 升到 升至 提高 "
    "提升 增加 增长 上升 从 由 比 较 上 多 综合 累计 满打满算 大致 即 也就是 就是说 或者说 卡 不到 过 过去 上次 "
    "上月 上个月 上期 前期 初步 数 数字 趴 点 个点 百分 百分数 年度 季度 一季度 说 新 再到 提到 到了 有了 走了 "
    "干了 占 等于 相当于 大体 拆 建 按 按照 台账 清单 测算 目测 口径 序时 实打实 浮动 吧大概 十 其余 十足"
)
_DATE = (
    "因故 变为 施工队 施工方 施工单位 承建方 说 说是 材料 并 最迟 最晚 至迟 最多 最长 顶多 不超过 不晚于 不迟于 拟 拟于 预期 打算 "
    "准备 做完 办完 弄完 弄好 搞完 搞定 改完 整改完 整改到位 落实到位 到位 结束 收尾 扫尾 收工 收官 收口 完工 "
    "竣工 验收 交账 交差 交付 见效 清零 利索 干完 搞好 改好 肯定 一定 绝对 之前 以前 之内 以内 前 内 赶在 赶 "
    "定在 定到 暂定 初定 先 先定 行 成 能行 没问题 时间 日期 期限 时限 完成时间 完成日期 截止 截止到 截止日期 "
    "那就 就定 延期 延长 延 申请 请求 希望 推迟 推后 想 需要 我想 批准 宽限 顺延 放宽 展期 恳请 往后 后 挪 往后挪 移 提前 变 变更 "
    "局里 县里 市里 省里 上级 组织 要求 按要求 规定 按 上午 下午 中午 晚上 早上 钟 点 整 下班 交 最终 完毕 努力 "
    "尽量 尽力 尽快 力求 限 初步 目标 定为 起码 暂 一起 之间 大后天 就是 当天 考虑 考虑到 改期 等 商量 商量了下 商量过 "
    "商量了一下 研究 研究决定 经研究 决定 讨论 讨论了 讨论决定 班子 班子会 党组 党组会 党委会 会上 合计了下 跟 同"
)


_OPENINGS = (
    r"(?:我们?|咱们?)?(?:刚刚?|已经?)?(?:跟|和|与|同)[\u4e00-\u9fff]{2,5}?"
    r"(?:确认|核对|核实|商量|沟通|对接|说|定)(?:过|好|了|下|一下)*",
    r"(?:我|我们|让我|容我)(?:先|再|刚)?(?:看|查|算|数|想|问|说|汇报|报告|核对|核实|确认)了?(?:(?:一)?下|看|算|数|想|过)(?:了|啊)?",
    r"(?:距离?|离)(?:全部|整体|最终)?(?:完成|完工|办结|销号|收尾)",
    r"(?:这|那)(?:个|件|项)?(?:事情?|工作|任务|问题)(?:我们?|咱们?)?(?:一直|都|也)*(?:在)?(?:盯着|跟着|抓着|推着|推进|抓)?",
    r"(?:这个嘛)?(?:依|照|据)?我(?:个人)?(?:看|觉得|想|估计|感觉)(?:啊|吧|呢|嘛)?",
    r"(?:我们?|咱们?|本)(?:县|区|镇|乡|村|街道|社区|局|院|校|厂|所|站|科|组|队)(?:里头?|上|这边|这里|这块|这儿)*|"
    r"[县区镇乡村局院校厂所站科组队][里上](?:这边|这块|这里|这儿)",
    r"(?:向|跟|给)(?:您|领导|组织|书记|部长|科长|处长)汇报(?:一下|下)?",
)
"""How somebody speaking leads up to the value; tried before the single words."""
_SHAPES = (
    r"[\d一二两三四五六七八九十]{1,3}(?:点|时|:)\d{0,2}",
    r"[\d一二两三四五六七八九十]{1,3}[项个条件处户]",
    r"[冲飙窜爬蹦跳涨升跨迈赶提掉跌]到",
    r"(?:保?准|铁定|必|稳|妥妥|没跑)(?:能)?(?:完|好|成|行|可以|了|的)?|ok",
    r"(?:我们?|咱们?|本|全)?(?:市|县|区|镇|乡|村|街道|社区|局|委|院|校|厂|所|站|科室|科|处|集团|公司|支部|党委|党组|部门)",
)


def _pattern(*groups: str) -> re.Pattern[str]:
    words = sorted({word for group in groups for word in group.split()}, key=len, reverse=True)
    return re.compile("|".join([*_OPENINGS, *map(re.escape, words), *_SHAPES]))


PERCENT_WORDS = _pattern(_BOTH, _PERCENT)
DATE_WORDS = _pattern(_BOTH, _DATE)


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands in the same clause before and behind `text[start:end]`."""
    return _BREAK.split(text[:start])[-1], _BREAK.split(text[end:])[0]


def is_story(text: str, start: int, end: int) -> bool:
    """Whether so much stands beside `text[start:end]` in its clause that it is no direct answer."""
    return sum(map(len, _beside(text, start, end))) > LONGEST


def is_plain(text: str, start: int, end: int, words: re.Pattern[str]) -> bool:
    """Whether nothing but `words` stands beside `text[start:end]` in its clause."""
    return not any(words.sub("", side) for side in _beside(text, start, end))
