"""What no cell can tell alone: codes that repeat, references to nothing, circles in the tree, pairs that may not talk."""

from collections.abc import Iterator

from storage.errors import RuleBroken
from storage.talks.rules import Seat, TalkType, check_pair, check_subjects
from storage.workbook.cells import Cells, file_cells, finding_file_cells, finding_groups
from storage.workbook.columns import FINDINGS, PERSONS, SHEETS, TALKS, UNITS, Cell
from storage.workbook.reading import CellProblem, ReadWorkbook, Row

LONGEST_TYPE = 20


def check_workbook(book: ReadWorkbook, current: dict[str, dict[str, Cells]]) -> list[CellProblem]:
    """Every problem between rows and with what is already recorded (`current`, from `all_cells`)."""
    codes = {sheet.name: current[sheet.name].keys() | {row.code for row in book.rows[sheet.name]} for sheet in SHEETS}
    problems = [*_repeated(book), *_dangling(book, codes), *_circles(book, current)]
    if not problems and not book.problems:  # paths and pairs can only be judged on a sound tree
        problems += _talk_problems(book, current)
    return [*problems, *_finding_problems(book)]


def _repeated(book: ReadWorkbook) -> Iterator[CellProblem]:
    for sheet in (UNITS, PERSONS, TALKS):
        seen: dict[str, int] = {}
        for row in book.rows[sheet.name]:
            if row.code and row.code in seen:
                yield CellProblem(sheet.name, row.number, "编号", f"编号“{row.code}”与第 {seen[row.code]} 行重复")
            seen.setdefault(row.code, row.number)


def _dangling(book: ReadWorkbook, codes: dict[str, set[str]]) -> Iterator[CellProblem]:
    for sheet in SHEETS:
        for column in sheet.columns:
            if not column.sheet:
                continue
            for row in book.rows[sheet.name]:
                wanted = row.many(column.name) if column.kind is Cell.CODES else (row.text(column.name),)
                for code in wanted:
                    if code and code not in codes[column.sheet]:
                        reason = f"“{column.sheet}”表中没有编号“{code}”，请先填写或更正"
                        yield CellProblem(sheet.name, row.number, column.name, reason)


def _circles(book: ReadWorkbook, current: dict[str, dict[str, Cells]]) -> Iterator[CellProblem]:
    parents = merged_column(book, current, UNITS.name, "上级编号")
    for row in book.rows[UNITS.name]:
        seen, code = {row.code}, parents.get(row.code, "")
        while code and code not in seen:
            seen.add(code)
            code = parents.get(code, "")
        if code:
            yield CellProblem(UNITS.name, row.number, "上级编号", "上下级关系成环，请更正上级编号")


def merged_column(book: ReadWorkbook, current: dict[str, dict[str, Cells]], sheet: str, column: str) -> dict[str, str]:
    """{编号: cell} of one column as it would stand after the import."""
    recorded = {code: cells[column] for code, cells in current[sheet].items()}
    return {**recorded, **{row.code: row.text(column) for row in book.rows[sheet]}}


def tree_paths(parents: dict[str, str]) -> dict[str, str]:
    """The path of codes from the root down to each unit, '/C0/U01/'."""
    found: dict[str, str] = {}

    def path(code: str) -> str:
        if code not in found:
            above = parents.get(code, "")
            found[code] = f"{path(above) if above else '/'}{code}/"
        return found[code]

    for code in parents:
        path(code)
    return found


def _talk_problems(book: ReadWorkbook, current: dict[str, dict[str, Cells]]) -> Iterator[CellProblem]:
    paths = tree_paths(merged_column(book, current, UNITS.name, "上级编号"))
    units = merged_column(book, current, PERSONS.name, "单位编号")
    ids = {code: number for number, code in enumerate(units)}
    for row in book.rows[TALKS.name]:
        if file_cells(row) == current[TALKS.name].get(row.code):
            continue  # recorded before and unchanged: judged when it was entered
        kind = row.text("类型")
        if kind not in set(TalkType) and (not kind.endswith(("谈话", "约谈", "函询")) or len(kind) > LONGEST_TYPE):
            yield CellProblem(TALKS.name, row.number, "类型", f"“{kind}”不是谈话类型，如：{'、'.join(TalkType)}")
        yield from _pair_problems(row, units, ids, paths)


def _pair_problems(
    row: Row, units: dict[str, str], ids: dict[str, int], paths: dict[str, str]
) -> Iterator[CellProblem]:
    subjects, talker = row.many("谈话对象编号"), row.text("谈话人编号")
    try:
        check_subjects(row.text("形式"), len(subjects))
    except RuleBroken as error:
        yield CellProblem(TALKS.name, row.number, "谈话对象编号", error.message)
    above = Seat(ids[talker], paths[units[talker]])
    for subject in subjects:
        try:
            check_pair(above, Seat(ids[subject], paths[units[subject]]), paths[row.text("谈话单位编号")])
        except RuleBroken as error:
            column = "谈话单位编号" if "谈话单位应当" in error.message else "谈话人编号"
            yield CellProblem(TALKS.name, row.number, column, error.message)


def _finding_problems(book: ReadWorkbook) -> Iterator[CellProblem]:
    for code, group in finding_groups(book.rows[FINDINGS.name]).items():
        first = finding_file_cells(group)
        for row in group:
            if not row.text("谈话编号") and not row.text("来源"):
                yield CellProblem(FINDINGS.name, row.number, "谈话编号", "谈话编号与来源至少填写一项")
            if row is not group[0] and any(
                file_cells(row)[name] != first[name] for name in ("谈话编号", "问题", "责任人编号", "完成日期")
            ):
                reason = f"编号“{code}”与第 {group[0].number} 行相同，但内容不一致；同一问题只可举措和时限不同"
                yield CellProblem(FINDINGS.name, row.number, "编号", reason)
            if not row.text("举措") and row.day("时限") is not None and len(group) > 1:
                yield CellProblem(FINDINGS.name, row.number, "举措", "有时限而没有举措")
