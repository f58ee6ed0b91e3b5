"""Where the sample workbooks are, if they are anywhere: they belong to no test and are never copied."""

import os
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("TANHUA_SHARED", Path(__file__).parents[3] / "shared")) / "samples"
needs_samples = pytest.mark.skipif(
    not (SAMPLES / "anhui2020.xlsx").exists(), reason=f"no sample workbooks in {SAMPLES} (set TANHUA_SHARED)"
)
