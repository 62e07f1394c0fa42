"""Run many mutated inputs in a child process and note how each ended."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.mutations import mutate
from tests.fuzz.readers import read
from tests.fuzz.seeds import Seed, all_seeds

SECONDS = 10.0  # of the processor for one input, so that a busy machine makes no fault
HANG = 60.0  # seconds without an answer after which a child is given up
MEGABYTES = 1000.0  # of the whole process


@dataclass(frozen=True)
class Ending:
    """How one input ended: ``read``, ``refused`` (ValueError), or what went wrong."""

    number: int
    kind: str
    name: str
    outcome: str
    seconds: float  # of the processor
    megabytes: float  # most that the process has used so far

    @property
    def fault(self) -> bool:
        """Whether this must not happen."""
        slow, large = self.seconds > SECONDS, self.megabytes > MEGABYTES
        return self.outcome not in ("read", "refused") or slow or large


@dataclass
class Report:
    """The endings of a campaign."""

    endings: list[Ending] = field(default_factory=list)

    @property
    def faults(self) -> list[Ending]:
        """Endings that must not happen."""
        return [ending for ending in self.endings if ending.fault]

    def table(self) -> str:
        """Return the figures by kind as Markdown."""
        lines = ["| kind | inputs | read | refused | faults | slowest | most memory |", "|---|---|---|---|---|---|---|"]
        for kind in sorted({ending.kind for ending in self.endings}):
            some = [ending for ending in self.endings if ending.kind == kind]
            count = Counter(ending.outcome for ending in some)
            faults = sum(ending.fault for ending in some)
            slowest, most = max(ending.seconds for ending in some), max(ending.megabytes for ending in some)
            row = (kind, len(some), count["read"], count["refused"], faults, f"{slowest:.2f} s", f"{most:.0f} MB")
            lines.append(f"| {' | '.join(str(value) for value in row)} |")
        return "\n".join(lines)


def try_one(number: int, seed_of_all: int, seeds: list[Seed], base: Path) -> Ending:
    """Read input `number` of a campaign; `base` is an empty folder that everything is written below."""
    rng = random.Random(seed_of_all * 1_000_003 + number)
    seed = seeds[number % len(seeds)]
    data = mutate(seed, seeds, rng)
    given, temporary = base / "given", base / "tmp"
    given.mkdir()
    temporary.mkdir()
    before, tempfile.tempdir, begun = tempfile.tempdir, str(temporary), time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of damaged files
            read(seed, data, given)
        outcome = "read"
    except ValueError:
        outcome = "refused"
    except Exception:  # noqa: BLE001 (a fault is what is looked for)
        outcome = traceback.format_exc()
    finally:
        tempfile.tempdir = before
    seconds = time.process_time() - begun
    left = [path.name for path in temporary.iterdir()]
    outcome = f"left behind: {left}" if left else outcome
    shutil.rmtree(given)
    shutil.rmtree(temporary)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return Ending(number, seed.kind, seed.name, outcome, seconds, used)


def run(count: int, seed: int, first: int = 0) -> Report:
    """Run `count` inputs; a child process that crashes or hangs is replaced and the input noted."""
    report, number = Report(), first
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = all_seeds(folder)
        while number < first + count:
            number = _run_child(report, number, first + count, seed, seeds, folder)
    return report


def _run_child(report: Report, number: int, end: int, seed: int, seeds: list[Seed], folder: Path) -> int:
    """Run inputs from `number` on in a child until the end or its death; return the next number."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(there, number, end, seed, seeds, folder))
    child.start()
    there.close()
    try:
        while number < end:
            if not here.poll(HANG):
                report.endings.append(_lost(number, seeds, "hang"))
                return number + 1
            ending = here.recv()
            report.endings.append(ending)
            number += 1
            if ending.fault:
                print(f"input {ending.number} ({ending.kind}, {ending.name}): {ending.outcome}", flush=True)
                if ending.megabytes > MEGABYTES:  # a fresh child, so that the next one is not blamed
                    return number
    except EOFError:
        child.join()
        report.endings.append(_lost(number, seeds, f"crash, exit code {child.exitcode}"))
        return number + 1
    finally:
        child.kill()
        child.join()
        shutil.rmtree(folder / "work", ignore_errors=True)
    return number


def _work(there: Connection, number: int, end: int, seed: int, seeds: list[Seed], folder: Path) -> None:
    base = folder / "work"
    base.mkdir()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)  # the decoders' remarks on damaged files
    for each in range(number, end):
        there.send(try_one(each, seed, seeds, base))


def _lost(number: int, seeds: list[Seed], outcome: str) -> Ending:
    seed = seeds[number % len(seeds)]
    print(f"input {number} ({seed.kind}, {seed.name}): {outcome}", flush=True)
    return Ending(number, seed.kind, seed.name, outcome, 0.0, 0.0)
