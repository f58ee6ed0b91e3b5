"""A second person the leader talks with: 何平, head of a bureau of the city."""

from pathlib import Path

from storage.workbook.importing import import_workbook
from tests.bot.dialogue.world import World
from tests.cast import HIRED, city_book


def add_second_subject(world: World) -> None:
    """Import 何平 of 云溪市财政局, whose talking unit is the city."""
    book = city_book().unit("F", "部门", "Y", "2025-08-25", 名称="云溪市财政局")
    book.person("F1", "F", "Y", 姓名="何平", 职务="局长", 主要负责人="是")
    path = book.save(Path(world.data).parent / "second.xlsx")
    with world.database.transaction() as session:
        report = import_workbook(session, path, now=HIRED)
    assert not report.problems, report.problems
