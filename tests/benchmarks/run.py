"""`make bench`: every comparison with a peer that this machine has the data for, one table each.

The data lies beside the project (`../shared` or TANHUA_SHARED); what is missing is named and left out.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TANHUA_SHARED", ROOT.parent / "shared"))
BESIDE = ("seeds", "corpus")
RUNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("replies.py", ("evaluation/replies.dev.jsonl",)),
    ("answers.py", ("evaluation/questions.dev.jsonl", "--documents", "seeds", "corpus")),
    ("retrieval.py", ("benchmarks/cmrc2018",)),
    ("growth.py", ("benchmarks/stard", "--sizes", "1000", "5000", "20000", "--questions", "30")),
    ("channels.py", ()),
    ("dialogue.py", ()),
    ("reminders.py", ()),
    ("sending.py", ()),
    ("telegram_rate.py", ()),
)
"""(script, its arguments; those naming something under the shared folder are made paths)."""


def main() -> int:
    """Run them one after the other; the exit status is that of the worst."""
    worst = 0
    for script, arguments in RUNS:
        file = Path(__file__).parent / script
        paths = [str(SHARED / word) if "/" in word or word in BESIDE else word for word in arguments]
        missing = [path for path in paths if path.startswith(str(SHARED)) and not Path(path).exists()]
        if not file.exists() or missing:
            print(f"== {script}: left out, {', '.join(missing) or 'not written yet'}", flush=True)
            continue
        print(f"== {script}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, str(file), *paths], cwd=ROOT, check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
