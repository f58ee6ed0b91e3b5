"""The sheets and columns of the workbook, declared once: template, import and export all read this."""

from dataclasses import dataclass
from enum import StrEnum


class Cell(StrEnum):
    """What kind of value a column holds."""

    TEXT = "文字"
    CODE = "编号"
    CODES = "多个编号"
    DATE = "日期"
    CHOICE = "选项"
    CHOICES = "多个选项"
    YES_NO = "是否"


@dataclass(frozen=True)
class Column:
    """One column: its heading, kind, whether the column and each cell must be there, and a note for the template."""

    name: str
    kind: Cell = Cell.TEXT
    blank: bool = False
    optional: bool = False
    sheet: str = ""
    choices: tuple[str, ...] = ()
    note: str = ""
    spare: bool = False
    """Beyond the agreed format: exported only where there is anything to say."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and columns in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def by_name(self) -> dict[str, Column]:
        """The columns by heading."""
        return {column.name: column for column in self.columns}


UNITS = Sheet(
    "单位",
    (
        Column("编号", Cell.CODE, note="单位的唯一编号"),
        Column("名称"),
        Column("层级", Cell.CHOICE, choices=("省", "市", "县", "乡", "部门"), note="省、市、县、乡、部门"),
        Column("上级编号", Cell.CODE, blank=True, sheet="单位", note="上级单位的编号，最上级留空"),
        Column("民主生活会日期", Cell.DATE, blank=True, note="同一年再次导入即为改期"),
    ),
)
PERSONS = Sheet(
    "人员",
    (
        Column("编号", Cell.CODE, note="人员的唯一编号"),
        Column("姓名"),
        Column("单位编号", Cell.CODE, sheet="单位"),
        Column("职务", blank=True),
        Column("干部类别", blank=True, note="如 中管干部、省管干部"),
        Column("主要负责人", Cell.YES_NO, blank=True, note="是 或 否，留空为否；先列者为第一主要负责人"),
        Column("谈话单位编号", Cell.CODE, blank=True, sheet="单位", note="填写后每年应谈话一次"),
        Column("谈话人编号", Cell.CODE, blank=True, sheet="人员", note="留空则为谈话单位第一主要负责人"),
        Column("联络员编号", Cell.CODE, blank=True, sheet="人员", note="代为接收提醒、填报进展"),
        Column(
            "角色",
            Cell.CHOICES,
            choices=("干部", "组织部门", "纪检机关", "管理员"),
            note="干部、组织部门、纪检机关、管理员，可用顿号并列",
        ),
        Column("任职日期", Cell.DATE, blank=True, optional=True),
        Column("企业微信账号", blank=True, optional=True),
    ),
)
TALKS = Sheet(
    "谈话",
    (
        Column("编号", Cell.CODE, note="谈话的唯一编号"),
        Column("谈话对象编号", Cell.CODES, sheet="人员", note="集体谈话可用顿号并列"),
        Column("谈话人编号", Cell.CODE, sheet="人员"),
        Column("谈话单位编号", Cell.CODE, sheet="单位"),
        Column("类型", note="政治监督谈话计入年度谈话，其他类型不计入"),
        Column("形式", Cell.CHOICE, choices=("一对一", "集体")),
        Column("日期", Cell.DATE),
        Column("记录人编号", Cell.CODE, blank=True, sheet="人员"),
    ),
)
FINDINGS = Sheet(
    "问题",
    (
        Column("编号", Cell.CODE, note="问题的唯一编号；同一问题有多项举措时，每项一行，编号相同"),
        Column("谈话编号", Cell.CODE, blank=True, sheet="谈话", note="有“来源”时可以留空"),
        Column("问题"),
        Column("举措", blank=True),
        Column("时限", Cell.DATE, blank=True),
        Column("责任人编号", Cell.CODES, blank=True, sheet="人员", note="多名责任人可用顿号并列，首名为主要责任"),
        Column("完成日期", Cell.DATE, blank=True),
        Column("来源", blank=True, optional=True, note="不是谈话中提出的问题，写明来源"),
        Column("问题类型", blank=True, optional=True, spare=True, note="用于分类汇总，如 单位履职、个人作风"),
    ),
)
SHEETS = (UNITS, PERSONS, TALKS, FINDINGS)
