"""WeCom's error numbers: what each says about a message, and what an administrator should do. From its public list."""

from dataclasses import dataclass
from datetime import timedelta

from jobs.sender import Scope, SendFailed


class WeComError(Exception):
    """An answer with an errcode other than 0. `detail` is the platform's own English hint."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"errcode {code}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Meaning:
    """`reason` for staff, `advice` for whoever sets the bot up."""

    reason: str
    advice: str
    permanent: bool = False
    scope: Scope = Scope.MESSAGE
    pause: timedelta | None = None


SOON, LATER = timedelta(seconds=60), timedelta(minutes=5)
EXPIRED = frozenset({40001, 40014, 42001, 41001})
"""Answers to a call with a token: fetch a new one, once. (40001 on fetching one means the secret.)"""
ALREADY_SENT = 42014
TOO_OFTEN = 45009
MEDIA_GONE = 40007
OUT_OF_RANGE = "成员不在应用可见范围"
UNLICENSED = "成员没有接口许可"


def _gone(reason: str, advice: str) -> Meaning:
    """The address is of no use any more."""
    return Meaning(reason, advice, permanent=True, scope=Scope.ADDRESS)


def _wait(reason: str, advice: str, pause: timedelta = LATER) -> Meaning:
    """The whole channel must wait: mostly until somebody has put a setting right."""
    return Meaning(reason, advice, scope=Scope.CHANNEL, pause=pause)


def _refused(reason: str, advice: str) -> Meaning:
    """This message will never be taken."""
    return Meaning(reason, advice, permanent=True)


CONSOLE = "请在管理后台"
NOT_VISIBLE = _gone(OUT_OF_RANGE, f"{OUT_OF_RANGE}，{CONSOLE}调整应用的可见范围。")
NO_MEMBER = _gone("成员账号不存在", "成员账号不存在，请核对人员的企业微信账号。")
BAD_MENU = "应用菜单不合规定：一级菜单最多 3 个、每个最多 5 个子菜单，名称不超过 16 和 40 字节。请升级程序后重试。"
BAD_FILE = "文件不合规定：图片 10 MB 以内且为 JPG 或 PNG，其他文件 20 MB 以内，均须大于 5 字节。"
OUR_FAULT = "请求内容不合规定，属于程序问题，请把日志交给维护人员。"

MEANINGS: dict[int, Meaning] = {
    -1: Meaning("平台繁忙", "平台繁忙，请稍后再试。"),
    40001: _wait(
        "应用 Secret 不正确",
        f"应用 Secret 不正确。{CONSOLE}“应用管理—自建应用”重新查看，更新 TANHUA_WECOM_SECRET 后重启。",
    ),
    40003: NO_MEMBER,
    40004: _refused("附件类型不被接受", BAD_FILE),
    40005: _refused("附件类型不被接受", BAD_FILE),
    40006: _refused("附件大小不被接受", BAD_FILE),
    40007: Meaning("附件已过期", "临时素材已过期，程序会重新上传。"),
    40008: _refused("平台拒收这条消息", OUR_FAULT),
    40009: _refused("附件大小不被接受", BAD_FILE),
    40011: _refused("附件大小不被接受", BAD_FILE),
    40013: _wait(
        "企业 ID 不正确",
        f"企业 ID 不正确。{CONSOLE}“我的企业—企业信息”最下方查看，更新 TANHUA_WECOM_CORP_ID 后重启。",
    ),
    40014: _wait("访问凭证无效", "访问凭证无效，程序会自动重新获取；如反复出现，请核对 Secret。", SOON),
    **{code: _refused("应用菜单不合规定", BAD_MENU) for code in (40016, 40017, 40018, 40019, 40020, 40023)},
    **{code: _refused("应用菜单不合规定", BAD_MENU) for code in (40024, 40025, 40026, 40027, 40054, 40055)},
    40031: NO_MEMBER,
    40056: _wait("AgentId 不正确", "AgentId 不存在，或与 Secret 不属于同一应用。请核对 TANHUA_WECOM_AGENT_ID。"),
    40057: _wait(
        "回调地址验证失败", "回调地址验证失败。请核对 Token、EncodingAESKey，并确认服务正在运行、地址可从公网访问。"
    ),
    40058: _refused("平台拒收这条消息", OUR_FAULT),
    41001: _wait("缺少访问凭证", "缺少访问凭证，程序会自动重新获取。", SOON),
    41002: _wait("缺少企业 ID", "没有设置企业 ID，请设置 TANHUA_WECOM_CORP_ID。"),
    41004: _wait("缺少应用 Secret", "没有设置应用 Secret，请设置 TANHUA_WECOM_SECRET。"),
    41009: NO_MEMBER,
    41011: _wait("缺少 AgentId", "没有设置 AgentId，请设置 TANHUA_WECOM_AGENT_ID。"),
    41016: _refused("平台拒收这条消息", OUR_FAULT),
    42001: _wait("访问凭证已过期", "访问凭证已过期，程序会自动重新获取；如反复出现，请核对服务器时间。", SOON),
    42022: _refused("卡片已更新过", "卡片只能更新一次，无须处理。"),
    43004: _gone("成员没有关注应用", "成员没有绑定或关注，请本人在企业微信中打开一次应用。"),
    44001: _refused("附件是空文件", BAD_FILE),
    44004: _refused("平台拒收这条消息", OUR_FAULT),
    45001: _refused("附件大小不被接受", BAD_FILE),
    45002: _refused("消息过长", OUR_FAULT),
    45009: _wait("调用过于频繁", "调用超过频率限制，程序已放慢；如持续出现，请检查是否另有程序共用该应用。", SOON),
    45033: Meaning("并发调用过多", "并发调用超过限制，程序会自动重试。"),
    46003: _refused("没有设置应用菜单", "还没有设置应用菜单，请运行 tanhua wecom menu。"),
    46004: NO_MEMBER,
    48001: _wait("没有接口权限", f"应用没有调用该接口的权限，{CONSOLE}检查应用权限。"),
    48002: _wait("没有接口权限", f"应用没有调用该接口的权限，{CONSOLE}检查应用权限。"),
    48006: _wait("接口权限已被收回", f"接口权限已被收回，{CONSOLE}查看应用状态和通知。"),
    50002: NOT_VISIBLE,
    50003: _wait("应用已停用", f"应用已停用，{CONSOLE}启用该应用。"),
    60011: NOT_VISIBLE,
    60020: _wait(
        "服务器地址不在可信 IP 之列",
        f"服务器的出口地址不在应用的“企业可信 IP”之列。{CONSOLE}该应用详情页最下方添加提示中的地址。",
    ),
    60021: NOT_VISIBLE,
    60028: _wait("没有设置可信域名", f"应用没有设置可信域名，{CONSOLE}该应用详情页设置后再添加可信 IP。"),
    60111: NO_MEMBER,
    81013: NOT_VISIBLE,
    82001: NOT_VISIBLE,
    85002: _refused("内容含平台不允许的词语", "内容含平台不允许的词语，请改用其他方式告知本人。"),
    301002: _wait("无权操作该应用", "Secret 与 AgentId 不属于同一应用，请一并核对。"),
}


def meaning_of_code(code: int) -> Meaning:
    """What an error number means; one we do not know is about the message."""
    return MEANINGS.get(code) or Meaning(
        f"平台拒收（{code}）", f"未收录的错误码 {code}，请查阅企业微信“全局错误码”。", permanent=True
    )


def failure(code: int) -> SendFailed:
    """The failure an error number means for a message."""
    meaning = meaning_of_code(code)
    return SendFailed(meaning.reason, permanent=meaning.permanent, retry_after=meaning.pause, scope=meaning.scope)
