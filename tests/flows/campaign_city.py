"""A small campaign made up by a seed on the sample organisation: a finished workbook in the import format."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

from bot.sample.organisation import write_sample_workbook
from tests.flows.campaign_plan import records_of
from tests.flows.history_checker import works
from tests.workbooks import Book, Record, read_rows

CITY_FIRST = date(2025, 9, 1)
WEEKS = 5


def city_campaign(folder: Path, seed: int) -> Path:
    """Write the workbook of a campaign that begins on CITY_FIRST; most are talked with, some twice, some never."""
    random, source = Random(seed), folder / "sample.xlsx"
    write_sample_workbook(source, CITY_FIRST + timedelta(days=21))
    sheets = {name: records_of(rows) for name, rows in read_rows(source).items()}
    book, people = Book(), sheets["人员"]
    for unit in sheets["单位"]:
        book.add("单位", **unit)
    for person in people:
        book.add("人员", **person)
    for person in people:
        if not person["谈话单位编号"] or random.random() < 0.1:
            continue
        for _ in range(2 if random.random() < 0.3 else 1):
            _talk(book, person, people, random)
    return book.save(folder / "campaign.xlsx")


def _talk(book: Book, person: Record, people: list[Record], random: Random) -> None:
    unit = person["谈话单位编号"]
    leaders = [one["编号"] for one in people if one["单位编号"] == unit and one["主要负责人"] == "是"]
    talker = random.choice([one for one in leaders if one != person["编号"]])
    day, code = _working_day(random.randrange(1, 20)), f"T{len(book.rows['谈话']) + 1}"
    if any(row["谈话对象编号"] == person["编号"] and row["日期"] == day for row in book.rows["谈话"]):
        return
    book.talk(code, person["编号"], talker, unit, day)
    for number in range(random.choice([0, 0, 1, 2])):
        due = _working_day(random.randrange(21, 30))
        closed = random.choice([None, due - timedelta(days=random.randrange(0, 4)), due + timedelta(days=2)])
        book.finding(
            f"I{len(book.rows['问题']) + 1}", code, 问题=f"第{code}次谈话指出的第{number + 1}项不足", 举措="建立台账逐项销号",
            时限=due, 责任人编号=person["编号"], 完成日期=closed,
        )  # fmt: skip


def _working_day(offset: int) -> date:
    day = CITY_FIRST + timedelta(days=offset)
    while not works(day):
        day += timedelta(days=1)
    return day
