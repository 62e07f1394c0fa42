"""Read damaged clips, masks, zips and API inputs; say how it ended: `python -m tests.fuzz --count 10000 --seed 0`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.campaign import run


def main() -> int:
    """Run a campaign and print its figures; return 1 if an input crashed, hung, used too much or left files."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input, to see one again")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    report = run(chosen.count, chosen.seed, chosen.first)
    print(report.table())
    print(f"\n{len(report.endings)} inputs in {time.perf_counter() - begun:.0f} s, {len(report.faults)} faults.")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
