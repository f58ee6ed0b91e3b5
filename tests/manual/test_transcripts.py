"""The dialogues in the manual are what the bot says now; `python -m tests.manual.transcripts` writes them anew."""

from pathlib import Path

from tests.manual.transcripts import MANUAL, SECTION, transcripts, written


def test_the_manual_shows_what_the_bot_says(tmp_path: Path) -> None:
    manual, sections = MANUAL.read_text("utf-8"), transcripts(tmp_path)
    assert {match["role"] for match in SECTION.finditer(manual)} == set(sections)
    assert written(manual, sections) == manual, "run python -m tests.manual.transcripts"
