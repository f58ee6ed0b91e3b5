"""The sample organisation (样例): a made-up city with dates around the day it is set up, as an ordinary workbook."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

LEADER, OFFICIAL, STAFF = "YL01", "YL11", "YL21"
"""The three people of the demo: a leader who owes talks, an official who rectifies, organisation-department staff."""

UNITS: tuple[tuple[str, str, str, str, int | None], ...] = (
    ("Y0", "样例市", "市", "", 33),
    ("Y1", "样例市青禾区", "县", "Y0", 8),
    ("Y2", "样例市白石县", "县", "Y0", 21),
    ("Y3", "样例市临溪县", "县", "Y0", -6),
    ("Y4", "样例市交通运输局", "部门", "Y0", 31),
    ("Y11", "样例市青禾区河东镇", "乡", "Y1", 15),
)
"""(编号, 名称, 层级, 上级编号, days from today to the meeting)."""

PERSONS: tuple[tuple[str, str, str, str, str, bool, str, str, str, str], ...] = (
    ("YL01", "周启明", "Y0", "市委书记", "省管干部", True, "", "", "", "干部"),
    ("YL02", "何静", "Y0", "市委副书记、市长", "省管干部", True, "Y0", "YL01", "", "干部"),
    ("YL03", "郑远航", "Y0", "市委常委、组织部部长", "市管干部", False, "Y0", "", "", "干部"),
    ("YL04", "方晓岚", "Y0", "副市长", "市管干部", False, "Y0", "YL02", "", "干部"),
    ("YL11", "宋立新", "Y2", "县委书记", "市管干部", True, "Y0", "", "YL13", "干部"),
    ("YL12", "陆文彬", "Y2", "县委副书记、县长", "市管干部", True, "Y0", "YL02", "", "干部"),
    ("YL13", "白雪梅", "Y2", "县委办公室主任", "县管干部", False, "Y2", "", "", "干部"),
    ("YL14", "许志强", "Y1", "区委书记", "市管干部", True, "Y0", "", "", "干部"),
    ("YL15", "程一凡", "Y1", "区委副书记、区长", "市管干部", True, "Y0", "YL02", "", "干部"),
    ("YL16", "高建平", "Y3", "县委书记", "市管干部", True, "Y0", "", "", "干部"),
    ("YL17", "秦月", "Y4", "局长", "市管干部", True, "Y0", "YL04", "", "干部"),
    ("YL18", "田海涛", "Y11", "镇党委书记", "县管干部", True, "Y1", "", "", "干部"),
    ("YL21", "沈嘉宁", "Y0", "组织部干部监督科科长", "", False, "", "", "", "组织部门"),
    ("YL22", "温若涵", "Y0", "市纪委第一监督检查室主任", "", False, "", "", "", "纪检机关"),
    ("YL23", "丁一鸣", "Y0", "系统管理员", "", False, "", "", "", "管理员"),
)
"""(编号, 姓名, 单位, 职务, 干部类别, 主要负责人, 谈话单位, 谈话人, 联络员, 角色)."""

TALKS: tuple[tuple[str, str, str, str, str, str, int, str], ...] = (
    ("YT01", "YL11", "YL01", "Y0", "政治监督谈话", "一对一", -24, "YL21"),
    ("YT02", "YL12", "YL02", "Y0", "政治监督谈话", "一对一", -20, "YL21"),
    ("YT03", "YL17", "YL04", "Y0", "任职谈话", "一对一", -15, ""),
)
"""(编号, 对象, 谈话人, 谈话单位, 类型, 形式, days from today, 记录人)."""

FINDINGS: tuple[tuple[str, str, str, str, int, str, int | None], ...] = (
    ("YW01", "YT01", "乡镇项目资金拨付偏慢", "建立拨付时限台账，按周通报进度", 18, "YL11", None),
    ("YW02", "YT01", "基层会议和材料偏多", "压减会议数量，开展材料清理", -3, "YL11", None),
    ("YW03", "YT02", "窗口办事群众等候时间长", "增设窗口，推行预约办理", 26, "YL12", None),
    ("YW04", "YT02", "督查事项重复布置", "统一归口管理督查事项", -2, "YL12", -4),
)
"""(编号, 谈话, 问题, 举措, days to the deadline, 责任人, days to completion)."""


@dataclass(frozen=True)
class SamplePerson:
    """One of the people the demo signs in as: 编号, what they are, and what to try."""

    code: str
    role: str


SIGNED_IN = (
    SamplePerson(LEADER, "领导（谈话人）"),
    SamplePerson(OFFICIAL, "整改责任人"),
    SamplePerson(STAFF, "组织部门工作人员"),
)


def write_sample_workbook(path: Path, today: date) -> None:
    """Write the sample organisation to `path`, its dates counted from `today`."""
    from openpyxl import Workbook

    from storage.workbook.columns import FINDINGS as FINDING_SHEET
    from storage.workbook.columns import PERSONS as PERSON_SHEET
    from storage.workbook.columns import TALKS as TALK_SHEET
    from storage.workbook.columns import UNITS as UNIT_SHEET

    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(days=offset)

    rows: dict[str, list[tuple[Any, ...]]] = {
        UNIT_SHEET.name: [(*unit[:4], day(unit[4])) for unit in UNITS],
        PERSON_SHEET.name: [(*person[:5], "是" if person[5] else "否", *person[6:]) for person in PERSONS],
        TALK_SHEET.name: [(*talk[:6], day(talk[6]), talk[7]) for talk in TALKS],
        FINDING_SHEET.name: [
            (code, talk, problem, measure, day(due), person, day(done))
            for code, talk, problem, measure, due, person, done in FINDINGS
        ],
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in (UNIT_SHEET, PERSON_SHEET, TALK_SHEET, FINDING_SHEET):
        page = book.create_sheet(sheet.name)
        page.append([column.name for column in sheet.columns if not column.optional])
        for row in rows[sheet.name]:
            page.append([cell if cell != "" else None for cell in row])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
