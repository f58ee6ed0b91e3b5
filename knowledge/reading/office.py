"""Old Word and WPS files through LibreOffice (the one file naming it), where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from knowledge.reading.document import Limits
from storage.errors import Refused

#: No macros, no links to other files or sites, nothing updated on loading.
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "2"),
)


def _settings() -> str:
    """The settings as a profile's registrymodifications.xcu."""
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    return f'<?xml version="1.0"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'


def installed() -> str | None:
    """The program's path, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def as_docx(data: bytes, limits: Limits) -> bytes:
    """An old Word or WPS file as docx, converted in a folder and with a profile of its own, both gone afterwards.

    Raises:
        Refused: LibreOffice is missing, fails, or takes too long.
    """
    program = installed()
    if program is None:
        raise Refused(
            "旧版 Word（.doc）或 WPS 文字（.wps）文件需要 LibreOffice 才能读取，本机没有安装。"
            "请用 WPS 或 Word 打开，另存为 .docx 后重新上传，或请管理员安装 LibreOffice。"
        )
    with tempfile.TemporaryDirectory(prefix="reading-") as place:
        folder = Path(place)
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
        (folder / "source.doc").write_bytes(data)
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck"]
        command += ["--infilter=MS Word 97", "--convert-to", "docx", "--outdir", place, str(folder / "source.doc")]
        try:
            subprocess.run(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limits.converter_seconds,
                env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": place, "LANG": "C.UTF-8", "TMPDIR": place},
                check=False,
            )
            return (folder / "source.docx").read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            raise Refused("旧版 Word 文件转换失败。请用 WPS 或 Word 打开，另存为 .docx 后重新上传。") from None
