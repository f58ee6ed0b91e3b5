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
EXPIRED = frozenset({40014, 42001, 41001})
ALREADY_SENT = 42014


def _gone(reason: str, advice: str) -> Meaning:
    """The address is of no use any more."""
    return Meaning(reason, advice, permanent=True, scope=Scope.ADDRESS)


def _wait(reason: str, advice: str, pause: timedelta = LATER) -> Meaning:
    """The whole channel must wait: mostly until somebody has put a setting right."""
    return Meaning(reason, advice, scope=Scope.CHANNEL, pause=pause)


NOT_VISIBLE = _gone("成员不在应用可见范围", "成员不在应用可见范围，请在管理后台调整应用的可见范围。")
NO_MEMBER = _gone("成员账号不存在", "成员账号不存在，请核对人员的企业微信账号。")
CONSOLE = "请在管理后台"

MEANINGS: dict[int, Meaning] = {
    -1: Meaning("平台繁忙", "平台繁忙，请稍后再试。"),
    40001: _wait(
        "应用 Secret 不正确",
        f"应用 Secret 不正确。{CONSOLE}“应用管理—自建应用”重新查看，更新 TANHUA_WECOM_SECRET 后重启。",
    ),
    40003: NO_MEMBER,
    40013: _wait(
        "企业 ID 不正确",
        f"企业 ID 不正确。{CONSOLE}“我的企业—企业信息”最下方查看，更新 TANHUA_WECOM_CORP_ID 后重启。",
    ),
    40014: _wait("访问凭证无效", "访问凭证无效，程序会自动重新获取；如反复出现，请核对 Secret。", SOON),
    40056: _wait("AgentId 不正确", "AgentId 不存在，或与 Secret 不属于同一应用。请核对 TANHUA_WECOM_AGENT_ID。"),
    41001: _wait("缺少访问凭证", "缺少访问凭证，程序会自动重新获取。", SOON),
    41002: _wait("缺少企业 ID", "没有设置企业 ID，请设置 TANHUA_WECOM_CORP_ID。"),
    41004: _wait("缺少应用 Secret", "没有设置应用 Secret，请设置 TANHUA_WECOM_SECRET。"),
    41011: _wait("缺少 AgentId", "没有设置 AgentId，请设置 TANHUA_WECOM_AGENT_ID。"),
    42001: _wait("访问凭证已过期", "访问凭证已过期，程序会自动重新获取；如反复出现，请核对服务器时间。", SOON),
    45009: _wait("调用过于频繁", "调用超过频率限制，程序已放慢；如持续出现，请检查是否另有程序共用该应用。", SOON),
    45033: Meaning("并发调用过多", "并发调用超过限制，程序会自动重试。"),
    46004: NO_MEMBER,
    48002: _wait("没有接口权限", f"应用没有调用该接口的权限，{CONSOLE}检查应用权限。"),
    60011: NOT_VISIBLE,
    60020: _wait(
        "服务器地址不在可信 IP 之列",
        f"服务器的出口地址不在应用的“企业可信 IP”之列。{CONSOLE}该应用详情页最下方添加提示中的地址。",
    ),
    60111: NO_MEMBER,
    81013: NOT_VISIBLE,
    82001: NOT_VISIBLE,
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
