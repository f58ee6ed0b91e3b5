"""Every setting, in one typed place: from the environment (TANHUA_…) or a `.env` file in the working folder."""

from datetime import datetime
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TELEGRAM_API = "https://api.telegram.org"
WECOM_API = "https://qyapi.weixin.qq.com"


class Settings(BaseSettings):
    """The settings of one installation. Secrets never print."""

    model_config = SettingsConfigDict(env_prefix="TANHUA_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Path("data")
    """Folder of the database, the index and the attachments."""
    database_url: str = ""
    """SQLAlchemy URL; empty = SQLite inside `data`."""
    chroma_url: str = ""
    """http://host:port of a Chroma server; empty = on disk inside `data`."""
    host: str = "127.0.0.1"
    """Address the web pages and webhooks listen on."""
    port: int = Field(8080, ge=0, le=65_535)
    """Port the web pages and webhooks listen on; 0 takes any free one."""
    public_url: str = ""
    """Address under which the outside world reaches this port, such as https://bot.example.org; used to register
    the Telegram webhook."""
    trusted_proxies: str = ""
    """Addresses (with commas) of proxies whose X-Forwarded-For and -Proto are believed; empty = none."""
    operations_host: str = "127.0.0.1"
    """Address /healthz, /readyz and /metrics listen on."""
    operations_port: int | None = Field(None, ge=0, le=65_535)
    """Its port; unset = the port above the pages' one, or any free one. The same as `port`: beside the pages."""
    telegram_token: SecretStr = SecretStr("")
    """Token of the Telegram bot; empty = no Telegram."""
    telegram_api_url: str = TELEGRAM_API
    """Base URL of the Bot API."""
    telegram_webhook_secret: SecretStr = SecretStr("")
    """Set: webhook mode at /telegram/webhook; empty: long polling."""
    wecom_corp_id: str = ""
    """企业ID; empty = no WeCom."""
    wecom_agent_id: int = 0
    """应用 AgentId."""
    wecom_secret: SecretStr = SecretStr("")
    """应用 Secret."""
    wecom_token: SecretStr = SecretStr("")
    """Token of the callback."""
    wecom_aes_key: SecretStr = SecretStr("")
    """EncodingAESKey of the callback, 43 characters."""
    wecom_markdown: bool = False
    """Send texts as markdown: only when every member reads in the WeCom client itself."""
    wecom_api_url: str = WECOM_API
    """Base URL of the WeCom API."""
    chat_url: str = ""
    """Base URL of an OpenAI-compatible chat server; empty = answers quote only."""
    chat_key: SecretStr = SecretStr("")
    """Key of the chat server, if it wants one."""
    chat_model: str = ""
    """Name of the chat model."""
    embedding_url: str = ""
    """Base URL of an OpenAI-compatible embedding server; empty = the embedder that ships in its package."""
    embedding_key: SecretStr = SecretStr("")
    """Key of the embedding server, if it wants one."""
    embedding_model: str = ""
    """Name of the embedding model."""
    alert_url: str = ""
    """Address the operator is told at when something is wrong, by POST of {"text": …}; empty = the log only."""
    heartbeat_url: str = ""
    """Address called every five minutes while all is well, for a monitor that tells when calls cease; empty = none."""
    now: datetime | None = None
    """ISO instant with offset: sets the clock of any command, for trials and tests."""

    @field_validator(
        "data", "host", "port", "operations_host", "operations_port", "telegram_api_url", "wecom_agent_id",
        "wecom_markdown", "wecom_api_url", "now", mode="before",
    )  # fmt: skip
    @classmethod
    def blank_is_unset(cls, value: object, info: ValidationInfo) -> object:
        """A line with nothing behind the = leaves the setting at its default: no folder, number or address is blank."""
        is_blank = isinstance(value, str) and not value.strip()
        return cls.model_fields[str(info.field_name)].default if is_blank else value

    @field_validator("now")
    @classmethod
    def now_is_aware(cls, value: datetime | None) -> datetime | None:
        """A clock without an offset would mean different instants on different machines."""
        if value is not None and value.tzinfo is None:
            raise ValueError("缺少时区，应写成 2025-08-13T09:00:00+08:00 的样子")
        return value

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data / 'tanhua.db').resolve()}"
