"""The process in which one file is read: `python -m knowledge.reading.child FAMILY JSON < file > answer`.

The first thing it does is to bound itself; heavy libraries are imported only after that.
"""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from knowledge.reading.confinement import Scanned
from knowledge.reading.document import Extract, Limits, too_long
from storage.errors import Refused


def _package(data: bytes, limits: Limits) -> Extract:
    from knowledge.reading.archives import open_package

    package = open_package(data, limits)
    if package.media == "docx":
        from knowledge.reading.word import read_word

        return read_word(package, limits)
    if package.media == "xlsx":
        from knowledge.reading.sheets import read_sheets

        return read_sheets(package, limits)
    from knowledge.reading.ofd import read_ofd

    return read_ofd(package, limits)


def _pdf(data: bytes, limits: Limits) -> Extract:
    from knowledge.reading.pdf import read_pdf

    return read_pdf(data, limits)


def _html(data: bytes, _limits: Limits) -> Extract:
    from knowledge.reading.web import read_page

    return read_page(data.decode("utf-8"))


def _word(data: bytes, limits: Limits) -> Extract:
    from knowledge.reading.archives import open_package
    from knowledge.reading.office import as_docx
    from knowledge.reading.word import read_word

    return replace(read_word(open_package(as_docx(data, limits), limits), limits), media="doc")


def _scan(data: bytes, limits: Limits) -> Extract:
    from knowledge.reading.pictures import recognise

    return recognise(data, limits)


READERS: dict[str, Callable[[bytes, Limits], Extract]] = {
    "archive": _package,
    "pdf": _pdf,
    "html": _html,
    "word": _word,
    "scan": _scan,
}


def _bound(memory: int, seconds: int, output: int) -> None:
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 2),  # the soft one ends it with a signal that tells why
        (resource.RLIMIT_FSIZE, output, output),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(what)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(what, (soft, hard))


def _answer(family: str, limits: Limits) -> dict[str, Any]:
    try:
        found = READERS[family](sys.stdin.buffer.read(), limits)
        if sum(len(block.text) for block in found.blocks) > limits.text_characters:
            raise too_long(limits)
        blocks = [(one.text, one.role, one.page, one.indented) for one in found.blocks]
        return {"media": found.media, "blocks": blocks, "title": found.title, "doubts": list(found.doubts)}
    except Scanned:
        return {"scanned": True}
    except Refused as refusal:
        return {"refused": refusal.message}
    except MemoryError:
        return {"failed": "memory"}
    except Exception:  # whatever a broken file makes a library raise: the file is refused, nothing else happens
        return {"failed": "structure"}


def main() -> None:
    """Read one file within its bounds and write the answer as JSON."""
    asked = json.loads(sys.argv[2])
    _bound(**asked["bounds"])
    answer = _answer(sys.argv[1], Limits(**asked["limits"]))
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
