"""Lines that belong to the web site or the sheet of paper, not to the document.

A line is only taken out when the *whole* line is furniture; a sentence that mentions sharing or copyright stays.
"""

import re

from knowledge.reading.invisible import folded

_LONGEST = 90  # a furniture line is short; whatever is longer is looked at by nobody's pattern

_NOT_AN_ITEM = (
    r"(?![(]?(?:第?[一二三四五六七八九十百]+|\d+)[)、.条章节,])"  # "（三）推行扫码登记" is a heading of the document
)
_PLAIN = r"[^,。;!?]"
_SITES = r"(?:微信|微博|新浪微博|腾讯微博|qq|qq空间|朋友圈|人人网|豆瓣|facebook|twitter)"
_FOOT_LINKS = (
    r"(?:关于我们|联系我们|网站地图|站点地图|法律声明|网站声明|隐私(?:政策|保护|声明)|免责声明|使用帮助|帮助中心"
    r"|友情链接|人才招聘|广告服务|网站简介|投稿邮箱|关于本站)"
)

#: Matched against the folded line (half-width, lower case, no white space), always as a whole.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # where the page stands in its site
        r"[^。;]{0,30}(?:>>|»|›)[^。;]{0,40}",
        r"(?:您|你)?(?:的|所在|现在|当前)*(?:位置|栏目)(?:是|为)?:.{0,60}",
        r"(?:网站)?首页(?:[>|/·-].{0,60})?",
        # QR codes and apps
        rf"{_NOT_AN_ITEM}{_PLAIN}{{0,24}}扫一扫,?{_PLAIN}{{0,30}}",
        rf"{_NOT_AN_ITEM}{_PLAIN}{{0,12}}(?:扫码|扫描(?:上方|下方)?(?:的)?二维码|长按(?:识别)?(?:上方|下方)?二维码)(?:识别|关注|下载|阅读|查看|添加|进入|分享|加入|登录|观看|手机|打开)?{_PLAIN}{{0,20}}",
        rf"{_NOT_AN_ITEM}{_PLAIN}{{0,16}}二维码",
        rf"{_NOT_AN_ITEM}(?:请|欢迎|点击)?(?:打开|下载|关注){_PLAIN}{{0,12}}(?:客户端|app|公众号|微信号|小程序){_PLAIN}{{0,12}}",
        # people of the site
        r"[(\[【]?(?:本文|文章)?(?:责任|网络|网页|执行|本期|稿件|值班|美术|新媒体)?(?:编辑|责编|主编|编审|排版)[:/|].{0,40}",
        # share, print, font size
        r"[【\[(]?(?:一键)?(?:分享(?:到|至|给|让更多人看到)?|转发(?:到|至)?|推荐给朋友|收藏|点赞|打印(?:本页|本文|此页|文章)?|关闭(?:本页|窗口|此页)?"
        r"|返回(?:顶部|首页|列表|上一页)|加入收藏|设为首页|复制链接|我要纠错|纠错|朗读|语音播报|听全文)[】\])]?:?"
        rf"(?:[|/、·,]?(?:{_SITES}|打印|关闭|收藏|纠错|分享|本页|窗口|到|[:|【】\[\]()])){{0,16}}",
        r"[【\[(]?(?:字体|字号)(?:大小)?:?[【\[(]?(?:特大|超大|大|中|小|默认|[ab+|/·-]|[【】\[\]()]){1,16}(?:打印|关闭|收藏|分享|本页|窗口|[【】\[\]()|])*",
        r"[大中小](?:[|/]?[大中小]){2}",
        rf"{_SITES}(?:[|/、·,]?{_SITES}){{0,8}}",
        # neighbours
        r"(?:上一篇|下一篇|上一条|下一条|上一页|下一页|上页|下页|前一篇|后一篇)(?:(?:文章)?:.{0,60}|文章)?",
        r"(?:相关|热门|延伸|更多|最新|热点|精彩|推荐)(?:文章|新闻|阅读|链接|推荐|资讯|专题|内容|报道|稿件)[>+:]*|更多[>+]*|猜你喜欢:?",
        r"(?:查看|点击|展开|阅读)(?:查看|阅读)?(?:全文|原文|更多|详情)[>]*",
        r"(?:浏览|阅读|点击|访问|查看)(?:次数|量|数|率)?:\d*次?",
        r"(?:网友|发表|我要|用户|最新|全部)?(?:评论|留言|跟帖)(?:\(\d*\)|\d+条)?|我有话说",
        r"(?:用户)?(?:登录|注册|登录[|/]?注册)|无障碍(?:浏览|阅读)?|长者(?:版|模式)|适老化|手机版|繁体(?:版|中文)?|简体(?:版|中文)?|english|网站支持ipv6|站内搜索|高级搜索",
        # foot of the page
        r".{0,30}(?:copyright|版权所有|all\s?rights?\s?reserved|©|\(c\)\d{4}).{0,60}",
        r".{0,40}(?:icp[备证]|公网安备|网站标识码:?|许可证号?:).{0,8}\d.{0,40}",
        r"(?:违法和不良信息)?举报(?:电话|邮箱|中心|热线).{0,40}(?:网站|邮箱|@|中心)[^。]{0,20}",
        rf"{_FOOT_LINKS}(?:[|/·-]?{_FOOT_LINKS}){{0,10}}",
        r"(?:网站)?(?:主办|承办|管理|维护|运维)(?:单位)?:.{0,50}(?:技术支持|维护单位|icp|备案|标识码).{0,40}",
        r"(?:建议使用|推荐使用|最佳浏览|本站).{0,20}(?:分辨率|浏览器).{0,30}",
        r"(?:未经.{0,20}(?:授权|许可|同意),?)?(?:不得|禁止|请勿|谢绝)(?:擅自)?转载.{0,10}",
        r"今天是:?.{0,40}",
        # rulers
        r"[-=_—–~·.]{3,}",
    )
)
_TAIL = re.compile(
    r"[\s|【\[（(]*(?:浏览|点击|阅读|访问)(?:次数|量|数)\s*[:：].*$|[\s|【\[（(]*(?<![\u4e00-\u9fff])(?:字体|字号|分享到?|打印本?页?|我要纠错|收藏)\s*[:：|】\]）)【\[（(].*$"
)
_PAGE_NUMBER = re.compile(
    r"[-—–_·~|]+\d{1,4}[-—–_·~|]+|第\d{1,4}页(?:[,，/、]?共\d{1,4}页)?|\d{1,4}/\d{1,4}页?|page\d{1,4}(?:of\d{1,4})?"
)
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}")


def is_furniture(line: str) -> bool:
    """True when the whole line is navigation, sharing, editors' names, copyright or the like, or a page number."""
    if len(line) > _LONGEST:
        return False
    bare = folded(line)
    return bool(_PAGE_NUMBER.fullmatch(bare)) or any(pattern.fullmatch(bare) for pattern in _PATTERNS)


def without_tail(line: str) -> str:
    """A line of date and source without the counters and buttons a site puts behind them."""
    if len(line) > 160 or not re.search(r"来源|发布|日期|时间|\d{4}[-年/.]\d{1,2}", line):
        return line
    return _TAIL.sub("", line)


def is_page_number(line: str) -> bool:
    """True for a page number at the head or foot of a page, there also without dashes around it."""
    bare = folded(line)
    return len(bare) <= 16 and bool(_PAGE_NUMBER.fullmatch(bare) or _BARE_NUMBER.fullmatch(bare))


def running_lines(pages: list[list[str]]) -> set[str]:
    """Heads and feet that come back on most pages, folded and with their figures as "#".

    `pages` are the lines of each page in order; with two pages only their very first and last lines are compared.
    """
    if len(pages) < 2:
        return set()
    depth = 3 if len(pages) > 2 else 1
    counts: dict[str, int] = {}
    for lines in pages:
        edges = {without_figures(line) for line in [*lines[:depth], *lines[-depth:]]}
        for line in edges - {""}:
            counts[line] = counts.get(line, 0) + 1
    return {line for line, count in counts.items() if count >= max(min(3, len(pages)), len(pages) * 0.5)}


def without_figures(line: str) -> str:
    """How running heads are compared: page numbers in them differ from page to page."""
    return re.sub(r"\d+", "#", folded(line))
