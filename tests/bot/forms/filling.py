"""Filling in a form in a test: words are typed, [labels] are tapped."""

from tests.bot.dialogue.speaking import Speaker


def fill(speaker: Speaker, *answers: str) -> str:
    """Give the answers one after another; gives the last thing said."""
    said = ""
    for answer in answers:
        said = speaker.taps(answer[1:-1]) if answer.startswith("[") else speaker.says(answer)
    return said


def hear(speaker: Speaker) -> str:
    """What has come for this person since they were heard last."""
    speaker.last = speaker.heard()
    return speaker.text()
