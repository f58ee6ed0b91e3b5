"""The sample province as the place of a fault year: its organisation from the workbook, changed as staff would."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from storage.database import Database
from tests.flows.campaign_plan import CampaignPlan
from tests.flows.history_checker import Roster, roster_of
from tests.workbooks import Book, Record, imported

STAFF = "FAULTS-STAFF"


class Province:
    """Its people and meetings without talks. One of the organisation staff is added: the workbook has none."""

    first_day = date(2020, 4, 1)
    staff = STAFF

    def __init__(self, plan: CampaignPlan, random: Random) -> None:
        self.random = random
        self.units: dict[str, Record] = {row["编号"]: dict(row) for row in plan.units}
        self.people: dict[str, Record] = {row["编号"]: dict(row) for row in plan.people}
        top = next(row["编号"] for row in plan.units if not row["上级编号"])
        blank = dict.fromkeys(plan.people[0])
        self.people[STAFF] = {**blank, "编号": STAFF, "姓名": "组织干部", "单位编号": top, "角色": "组织部门"}
        self.counties = [code for code, row in self.units.items() if row["层级"] == "县"]

    # Changes, each as staff would make it in the workbook

    def move_meeting(self, today: date) -> None:
        """Set one unit's meeting on another day, sooner or later, within the year it has."""
        unit = self.units[self.random.choice(sorted(self.units))]
        held = unit["民主生活会日期"]
        moved = held + timedelta(days=self.random.choice([-20, -6, -1, 1, 3, 12, 30]))
        if moved.year == held.year and moved > today:
            unit["民主生活会日期"] = moved

    def change_talker(self) -> None:
        """Another talker for somebody: one of the principals of the talking unit."""
        person = self._somebody()
        heads = [one["编号"] for one in self._of(person["谈话单位编号"]) if one["主要负责人"] == "是"]
        person["谈话人编号"] = self.random.choice([one for one in heads if one != person["编号"]])

    def transfer(self) -> None:
        """Somebody leaves for another county, whose yearly meeting is then theirs."""
        person = self._somebody()
        there = self.random.choice([code for code in self.counties if code != person["单位编号"]])
        person.update(单位编号=there, 谈话单位编号=there, 谈话人编号=None)

    def _somebody(self) -> Record:
        county = self.random.choice(self.counties)
        followers = [one for one in self._of(county) if one["主要负责人"] != "是" and one["谈话单位编号"]]
        return self.random.choice(followers)

    def _of(self, unit: str) -> list[Record]:
        return [one for one in self.people.values() if one["单位编号"] == unit]

    # The same province for the bot and for the checker

    def give(self, database: Database, folder: Path, now: datetime) -> Roster:
        """Import the workbook of the province as it is now."""
        book = Book()
        for unit in self.units.values():
            book.add("单位", **unit)
        for person in self.people.values():
            book.add("人员", **person)
        imported(database, book, folder, now)
        return roster_of(now, list(self.units.values()), list(self.people.values()))
