"""How a day is written: one pattern and one resolver per way (12月5日, 下周三, 月底, 元旦, 两周内, 2025-12-05 …)."""

import re

from bot.understanding.festivals import NAMES, NEEDS_MORE
from bot.understanding.numerals import WHOLE

_N = "零〇一二两三四五六七八九十"
_NOT_NUMBER = rf"(?<![\d{_N}])"
_END = r"(?=$|[\s，。；！？）、]|之?前|以前|完成|能|可以|吧|左右|之?内|以内|全|搞|办|为止|交|验收|整改)"
_YEAR = (
    rf"(?:(?:(?P<year>20\d\d|[二两][〇零][{_N}]{{2}}|(?<!\d)\d\d|(?<![{_N}])二[三四五六七八九])年|"
    rf"(?P<yw>今年|本年度?|明年|后年|来年|去年|前年|当年))的?)"
)
_DAY = rf"(?P<day>{WHOLE})(?:[日号]|{_END})"
_PART = r"(?P<part>月?底|月?末|月?初|[上中下]旬末?|最后一天|[上下]半月|中(?!间|间|心|央|标|层|小|学))"


_HARD = "|".join(name for name in sorted(NAMES, key=len, reverse=True) if name not in NEEDS_MORE)
_SOFT = "|".join(NEEDS_MORE)

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "figures",
            r"(?<![\d.])(?P<y>20\d\d)[-/.年\s](?P<m>\d{1,2})[-/.月\s](?P<d>\d{1,2})(?![\d%]|[-/.]\d)[日号]?",
        ),
        (
            "figures",
            r"(?<![\d.])(?P<y>\d\d)(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?![\d%])[日号]?",
        ),
        ("figures", r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
        ("figures", r"(?<![\d.])(?P<y>2\d)(?P<m>\d\d)(?P<d>\d\d)(?![\d.%]|[个项条件])"),
        (
            "month_day_figures",
            r"(?:(?P<yw>今年|明年|后年)的?)?(?<!\d:)(?<![\d./-])(?P<m>\d{1,2})(?P<sep>[./-])(?P<d>\d{1,2})(?![\d.%成个项:]|[/-]\d)(?P<ri>[日号]?)",
        ),
        (
            "year_month_figures",
            r"(?<![\d.])(?P<y>20\d\d)[-/.](?P<m>\d{1,2})(?![\d%]|[-/.]\d)(?P<part>月?底|月?末)?",
        ),
        (
            "calendar",
            rf"{_YEAR}?{_NOT_NUMBER}(?![两俩仨])(?P<month>{WHOLE})月(?:份|分)?的?(?:{_PART}|{_DAY})?",
        ),
        (
            "nth_weekday",
            rf"{_YEAR}?(?:(?P<month>{WHOLE})月份?|(?P<rel>本月|这个?月|下个?月|"
            rf"次月))的?第(?P<nth>[一二三四])个(?:周|星期)(?P<wd>[一二三四五六日天])",
        ),
        (
            "relative_month",
            rf"(?P<rel>本月|这个?月|当月|下下个?月|下个?月|次月|(?<!不)上个?月)份?的?(?:{_PART}|{_DAY})?",
        ),
        (
            "relative_month",
            r"(?P<rel>)(?<![\d一二三四五六七八九十个本当这下上次腊正冬闰])(?P<day>)(?P<part>月底|月末|月初|"
            r"月中|[上中下]旬末?|[上下]半月)",
        ),
        (
            "day_only",
            rf"(?<![\d第月{_N}./〕）每-])(?P<day>{WHOLE})(?:号|日)(?!楼|文|线|门|院|令|桥|地|井|车|厂|公|坑|标|"
            rf"机|仓|常|均|报|照|记|益|内|后|之内|以内|住宅|小区|矿)",
        ),
        (
            "weekday",
            rf"(?<![\d{_N}几半每])(?<!大)(?P<rel>上上个?|下下个?|上个?|下个?|本|这个?)?(?:周|"
            rf"星期)(?P<wd>[一二三四五六日天末](?!个|次|[%成点])|[1-7](?!\d|个|次|[%成点]))",
        ),
        (
            "whole_week",
            r"(?P<rel>本|这个?|下下个?|下个?|上个?)(?:周|星期)(?P<part>末|底)?(?![一二三四五六日天1-7])",
        ),
        ("day_word", r"(?P<word>大后|大前|今|明|后|昨|前)(?:天|日(?!起)|儿|晚|早)(?!天)"),
        (
            "year_part",
            rf"(?<![\d{_N}半])(?:(?P<yw>今年|本年|明年|后年|来年|去年|当年)年?|(?P<year>20\d\d|"
            rf"[二两][〇零][{_N}]{{2}}|2\d)年|年)(?P<part>底|末|最后一天|终(?!总结|考|述|奖|检)|尾|内|初|"
            rf"中(?!间)|前|后|关)",
        ),
        ("year_part", r"(?P<part>)(?P<yw>明年|后年|来年|今年|本年度?)"),
        ("year_part", r"(?P<yw>)岁(?P<part>末)"),
        (
            "quarter",
            rf"{_YEAR}?(?P<q>第?[一二三四1-4]个?|本|这个?|当|下个?|下一)?季(?:度)?(?P<part>月?末|月?底|结束|"
            rf"最后一天)",
        ),
        ("quarter", rf"{_YEAR}?(?P<q>第?[一二三四1-4]个?|本|这个?|当|下个?|下一)季度(?P<part>)"),
        ("half_year", rf"{_YEAR}?(?P<half>[上下])半年(?P<part>末|底)?"),
        ("festival", rf"{_YEAR}?(?P<name>{_HARD})节?(?P<holiday>小?长?假期?|放假|期间)?"),
        (
            "festival",
            rf"{_YEAR}?(?<![\d{_N}])(?P<name>{_SOFT})(?:节|(?=之?前|以前|后|之后|以后|假|长假|"
            rf"放假))(?P<holiday>小?长?假期?|放假)?",
        ),
        ("off_work", r"(?P<word>)下班(?=之?前|以前)"),
        (
            "vague",
            r"尽快|尽早|抓紧|马上|立即|立刻|近期|近日|不久|节[前后]|过完?年后?|过了年|过完?节|这[几两]天|"
            r"过[几两]天|过一?阵子?|过段时间|改天|早日|最近|届时|开春|春天|夏天|秋天|冬天|入冬|入夏|汛期|两会|"
            r"短期内|短时间|指日可待|收官|农历|阴历|腊月|正月|冬月|闰月|大下周",
        ),
    )
)
