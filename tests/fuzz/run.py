"""Fuzz one reader with atheris: `python -m tests.fuzz.run READER SECONDS`.

Starts from the kept corpus and from files made here in the banks' layouts. Prints executions, corpus and memory; ends
with a failure and the input in var/fuzz/ when a reader crashes, hangs (10 s) or grows (1 GB).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["truongso", "zipfile", "csv", "html", "defusedxml"]):
    from tests.fuzz.targets import TARGETS, check

from tests.fuzz.seeds import DICTIONARY, seeds

_HANGS = {"xls": 60}  # starting a process for each file takes its time on a busy machine
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run until the seconds are over."""
    name, seconds = sys.argv[1], int(sys.argv[2])
    target = TARGETS[name]
    work = ROOT / "var" / "fuzz" / name
    work.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name)):
        (work / f"seed-{number}").write_bytes(data)
    words = work.parent / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in DICTIONARY[name]), encoding="ascii")
    options = [
        sys.argv[0], str(work), str(ROOT / "tests" / "fuzz" / "corpus" / name), f"-max_total_time={seconds}",
        f"-timeout={_HANGS.get(name, 10)}", "-rss_limit_mb=1024", "-max_len=65536", f"-dict={words}",
        "-print_final_stats=1", f"-artifact_prefix={work.parent}/{name}-", "-verbosity=1",
    ]  # fmt: skip
    atheris.Setup(options, lambda data: check(data, target))
    atheris.Fuzz()


def _escaped(word: str) -> str:
    """A word as libFuzzer's dictionaries take it: bytes outside plain ASCII, quotes and backslashes by number."""
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode())


if __name__ == "__main__":
    main()
