"""A city of about sixty people made up by a seed: the workbook the bot is given and the roster the checker is told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from storage.database import Database
from tests.flows.history_checker import Official, Roster
from tests.workbooks import Book, imported

FIRST_DAY = date(2025, 6, 16)
COUNTIES = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6")


class City:
    """Units C over Q1…Q6; every county has a principal and eight more; talks are owed to the city or the county."""

    first_day = FIRST_DAY
    staff = "CO"

    def __init__(self, random: Random) -> None:
        self.random = random
        self.above = dict.fromkeys(COUNTIES, "C") | {"C": ""}
        self.meetings = {unit: FIRST_DAY + timedelta(days=random.randrange(12, 240)) for unit in COUNTIES}
        self.officials: dict[str, Official] = {}
        self._put(Official("C1", "C", is_principal=True))
        self._put(Official("C2", "C", talking_unit="C", is_principal=True))
        self._put(Official("CO", "C", is_organisation=True))
        self._put(Official("CA", "C", is_administrator=True))
        for unit in COUNTIES:
            self._put(Official(f"{unit}-0", unit, talking_unit="C", is_principal=True, liaison=f"{unit}-8"))
            for number in range(1, 8):
                talker = random.choice(["", "", f"{unit}-1" if number > 1 else "C2"])
                liaison = random.choice(["", f"{unit}-8"])
                self._put(Official(f"{unit}-{number}", unit, talking_unit=unit, talker=talker, liaison=liaison))
            self._put(Official(f"{unit}-8", unit, is_organisation=random.random() < 0.4))

    def _put(self, official: Official) -> None:
        self.officials[official.code] = official

    # Changes, each as staff would make it in the workbook

    def move_meeting(self, today: date) -> None:
        """Set one county's meeting on another day, sooner or later, within the year it has."""
        unit = self.random.choice(COUNTIES)
        moved = self.meetings[unit] + timedelta(days=self.random.choice([-20, -6, -1, 1, 3, 12, 30]))
        if moved.year == self.meetings[unit].year and moved > today:
            self.meetings[unit] = moved

    def change_talker(self) -> None:
        """Another talker, or another liaison, for somebody."""
        official = self.officials[f"{self.random.choice(COUNTIES)}-{self.random.randrange(2, 8)}"]
        unit = official.unit  # a talker comes from where one is now, or from above
        if self.random.random() < 0.5:
            self._put(replace(official, talker=self.random.choice([f"{unit}-0", f"{unit}-1", "C1", "C2"])))
        else:
            self._put(replace(official, liaison=f"{unit}-8" if not official.liaison else official.liaison))

    def transfer(self) -> None:
        """Somebody leaves for another county, whose yearly meeting is then theirs."""
        here, there = self.random.sample(COUNTIES, 2)
        code = f"{here}-{self.random.randrange(2, 8)}"
        if self.officials[code].unit == here:
            self._put(replace(self.officials[code], unit=there, talking_unit=there, talker="", liaison=f"{there}-8"))

    # The same city for the bot and for the checker

    def give(self, database: Database, folder: Path, now: datetime) -> Roster:
        """Import the workbook of the city as it is now."""
        book = Book().unit("C", "市")
        for unit in COUNTIES:
            book.unit(unit, "县", "C", self.meetings[unit])
        for one in self.officials.values():
            role = "组织部门" if one.is_organisation else "管理员" if one.is_administrator else "干部"
            book.person(
                one.code, one.unit, one.talking_unit or None, 谈话人编号=one.talker or None,
                联络员编号=one.liaison or None, 主要负责人="是" if one.is_principal else "否", 角色=role,
            )  # fmt: skip
        imported(database, book, folder, now)
        return Roster(now, tuple(self.officials.values()), dict(self.above), dict(self.meetings))
