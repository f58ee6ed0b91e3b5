"""What no cell can tell alone: codes that repeat, references to nothing, circles in the tree, pairs that may not talk.

Each row is judged as far as its own cells allow, so that one bad cell never hides another.
"""

from collections.abc import Iterator
from datetime import date

from storage.errors import RuleBroken
from storage.talks.rules import Seat, TalkType, check_pair, check_subjects
from storage.workbook.cells import Recorded, canonical, file_cells, finding_file_cells, finding_groups
from storage.workbook.columns import FINDINGS, PERSONS, SHEETS, TALKS, UNITS, Cell
from storage.workbook.people_checking import Roster, accounts_problems, assignment_problems
from storage.workbook.reading import SEPARATORS, CellProblem, ReadWorkbook, Row

LONGEST_TYPE = 20
TYPE_ENDINGS = ("谈话", "约谈", "函询")


def check_workbook(book: ReadWorkbook, recorded: Recorded, today: date) -> list[CellProblem]:
    """Every problem between rows and with what is already recorded; adds a notice for each unusual type of talk."""
    codes = {
        sheet.name: recorded.cells[sheet.name].keys() | {row.code for row in book.rows[sheet.name]} for sheet in SHEETS
    }
    roster = Roster.of(book, recorded, today)
    return [
        *_bad_codes(book),
        *_repeated(book),
        *_dangling(book, codes, recorded),
        *_circles(book, roster),
        *assignment_problems(book, recorded, roster),
        *accounts_problems(book, recorded),
        *_talk_problems(book, recorded, roster),
        *_finding_problems(book),
    ]


def _bad_codes(book: ReadWorkbook) -> Iterator[CellProblem]:
    for row in book.rows[PERSONS.name]:
        if SEPARATORS.search(row.code):
            yield CellProblem(PERSONS.name, row.number, "编号", "人员编号不能含空格、顿号、逗号或分号")


def _repeated(book: ReadWorkbook) -> Iterator[CellProblem]:
    for sheet in (UNITS, PERSONS, TALKS):
        seen: dict[str, int] = {}
        for row in book.rows[sheet.name]:
            if row.code and row.code in seen:
                yield CellProblem(sheet.name, row.number, "编号", f"编号“{row.code}”与第 {seen[row.code]} 行重复")
            seen.setdefault(row.code, row.number)


def _dangling(book: ReadWorkbook, codes: dict[str, set[str]], recorded: Recorded) -> Iterator[CellProblem]:
    for sheet in SHEETS:
        for column in sheet.columns:
            if not column.sheet:
                continue
            for row in book.rows[sheet.name]:
                wanted = row.many(column.name) if column.kind is Cell.CODES else (row.text(column.name),)
                for code in wanted:
                    known = code in codes[column.sheet] or (column.sheet, code) in recorded.withheld
                    if code and not known:
                        reason = f"“{column.sheet}”表中没有编号“{code}”，请先填写或更正"
                        yield CellProblem(sheet.name, row.number, column.name, reason)


def _circles(book: ReadWorkbook, roster: Roster) -> Iterator[CellProblem]:
    for row in book.rows[UNITS.name]:
        seen, code = set[str](), roster.parents.get(row.code, "")
        while code and code not in seen and code != row.code:
            seen.add(code)
            code = roster.parents.get(code, "")
        if row.code and code == row.code:
            yield CellProblem(UNITS.name, row.number, "上级编号", "上下级关系成环，请更正上级编号")


def _talk_problems(book: ReadWorkbook, recorded: Recorded, roster: Roster) -> Iterator[CellProblem]:
    unusual = set[str]()
    for row in book.rows[TALKS.name]:
        if file_cells(row) == recorded.cells[TALKS.name].get(row.code) or (TALKS.name, row.code) in recorded.withheld:
            continue  # recorded before and unchanged: judged when it was entered
        kind = row.text("类型")
        if kind and kind not in set(TalkType):
            unusual.add(kind)
            if not kind.endswith(TYPE_ENDINGS) or len(kind) > LONGEST_TYPE:
                yield CellProblem(TALKS.name, row.number, "类型", f"“{kind}”不是谈话类型，如：{'、'.join(TalkType)}")
        yield from _pair_problems(row, roster)
    for kind in sorted(kind for kind in unusual if kind.endswith(TYPE_ENDINGS)):
        book.notices.append(f"谈话类型“{kind}”不在常用类型中，不计入年度谈话，请核对有无错字")


def _pair_problems(row: Row, roster: Roster) -> Iterator[CellProblem]:
    subjects, talker, day = row.many("谈话对象编号"), row.text("谈话人编号"), row.day("日期")
    if subjects and row.text("形式") in ("一对一", "集体"):
        try:
            check_subjects(row.text("形式"), len(subjects))
        except RuleBroken as error:
            yield CellProblem(TALKS.name, row.number, "谈话对象编号", error.message)
    path = roster.paths.get(row.text("谈话单位编号"))
    if path is None or talker not in roster.numbers:
        return
    for subject in subjects:
        if subject not in roster.numbers:
            continue
        # Where somebody sat on that day may be unknown (they came to their post later): then nothing can be said.
        above = Seat(roster.numbers[talker], roster.path_on(talker, day) or path)
        below = Seat(roster.numbers[subject], roster.path_on(subject, day) or path)
        try:
            check_pair(above, below, path)
        except RuleBroken as error:
            column = "谈话单位编号" if error.message.startswith("谈话单位应当") else "谈话人编号"
            yield CellProblem(TALKS.name, row.number, column, error.message)


def _finding_problems(book: ReadWorkbook) -> Iterator[CellProblem]:
    for code, group in finding_groups(book.rows[FINDINGS.name]).items():
        first = finding_file_cells(group)
        same = [name for name in first if name not in ("编号", "举措")]
        for row in group:
            if not row.text("谈话编号") and not row.text("来源"):
                yield CellProblem(FINDINGS.name, row.number, "谈话编号", "谈话编号与来源至少填写一项")
            differing = [name for name in same if canonical(row.values[name]) != first[name]]
            if code and differing:
                reason = (
                    f"编号“{code}”与第 {group[0].number} 行相同，但“{differing[0]}”不一致；同一问题只可举措和时限不同"
                )
                yield CellProblem(FINDINGS.name, row.number, "编号", reason)
            if not row.text("举措") and row.day("时限") is not None and len(group) > 1:
                yield CellProblem(FINDINGS.name, row.number, "举措", "有时限而没有举措")
