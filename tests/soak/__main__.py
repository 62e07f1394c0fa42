"""Put the served page under load and in trouble; say how it held: `python -m tests.soak --write docs/soak.md`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.soak.classroom import check_class
from tests.soak.crowd import Size, check_crowd
from tests.soak.findings import Findings
from tests.soak.server import Server
from tests.soak.trouble import check_death, check_full_disk, check_scarce_memory

CHECKS = ("class", "crowd", "kill", "term", "disk", "memory")
QUICK = Size(students=6, programs=3, browsers=1, runs=10)
INTRO = """# Under load and in trouble

What the served page does when many visitors come at once, and when the server dies, its disk fills or its memory runs
out. `make soak` measures it: a real server process with the shipped models, programs that call it with gradio_client,
and real Chromium browsers. Every visitor's clip is drawn for them alone (another frame size, length and place of the
object), so that an answer with another one's masks is seen. The class are visitors of the page without a browser, one
in three on an example.
"""


def main() -> int:
    """Do the checks and print a table; return 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--quick", action="store_true", help="few visitors and runs, to try the checks themselves")
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=CHECKS)
    parser.add_argument("--clients", type=int, help="students of the class, one in three on an example")
    parser.add_argument("--write", type=Path, help="Markdown file to write the table to")
    chosen = parser.parse_args()
    begun, findings = time.monotonic(), Findings()
    size = QUICK if chosen.quick else Size()
    size = replace(size, students=chosen.clients or size.students)
    with tempfile.TemporaryDirectory(prefix="llb-soak-") as name:
        check_all(Path(name), size, chosen.only, findings)
    seconds = time.monotonic() - begun
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    kind = "A quick trial, measured" if chosen.quick else "Measured"
    table = f"{findings.table()}\n\n{kind} on {time.strftime('%Y-%m-%d')} in {seconds:.0f} s ({machine}).\n"
    print(f"\n{table}")
    if chosen.write:
        chosen.write.write_text(f"{INTRO}\n{table}")
    return 0 if findings.ok else 1


def check_all(folder: Path, size: Size, chosen: tuple[str, ...], findings: Findings) -> None:
    """Do the checks one after another, on one set of folders."""
    server, visitors = Server(folder / "server"), folder / "visitors"

    def leave(number: int, _: object) -> None:
        server.end(signal.SIGKILL)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        with findings.step("the first start, with the greeting comparison") as figures:
            figures.append(f"{_prepare(server):.0f} s")
        if "class" in chosen:
            check_class(server, size.students, visitors, findings)
        if "crowd" in chosen:
            check_crowd(server, size, visitors, findings)
        if "kill" in chosen:
            check_death(server, signal.SIGKILL, 40, visitors, findings)
        if "term" in chosen:
            check_death(server, signal.SIGTERM, 50, visitors, findings)
        if "disk" in chosen:
            check_full_disk(server, visitors, findings)
        if "memory" in chosen:
            check_scarce_memory(server, visitors, findings)
    finally:
        server.end(signal.SIGKILL)


def _prepare(server: Server) -> float:
    begun = time.monotonic()
    server.start().await_greeting()
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
