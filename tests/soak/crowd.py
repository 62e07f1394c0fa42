"""Many visitors at once, and how much memory the server has meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from tests.soak.browsers import browser_visitor
from tests.soak.clips import DrawnClip
from tests.soak.findings import FAILURES, Findings
from tests.soak.server import Server
from tests.soak.visitors import ApiVisitor

COMPARE_EVERY = 6  # every so many calls of a program are /compare, the others /segment
NEW_EVERY = 2  # every so many calls of a program are about a new clip, so that they are not answered from the cache
SAMPLE_EVERY = 0.5  # seconds
SLOPE = 0.25  # megabytes per run, in the last half of the runs, that are still flat
ENOUGH = 100  # runs, before which memory only warms up and nothing is said of its slope
FIRST_BROWSER = 100  # number of the first browser's clip
FIRST_NEW = 1000  # number of the first clip of those that programs bring later
RUN_FRAMES = 16  # of a browser's clip, so that a reload finds the run at work


@dataclass(frozen=True)
class Size:
    """How many come, and how many runs they make together; `students` are the class."""

    students: int = 30
    programs: int = 20
    browsers: int = 4
    runs: int = 200


@dataclass
class MemoryWatch:
    """Memory of the server in megabytes, with the runs that were done by then."""

    server: Server
    done: int = 0
    samples: list[tuple[int, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Take samples until `end`."""
        while not self._over.wait(SAMPLE_EVERY):
            if self.server.alive():
                self.samples.append((self.done, self.server.status("VmRSS")))

    def count(self) -> None:
        """Note that a run is done."""
        with self._lock:
            self.done += 1

    def end(self) -> None:
        """Stop taking samples."""
        self._over.set()

    def slope(self) -> float:
        """Return the megabytes per run of a line through the samples of the last half of the runs."""
        half = [(runs, megabytes) for runs, megabytes in self.samples if runs >= self.done / 2]
        runs, megabytes = np.array(half, float).T
        return float(np.polyfit(runs, megabytes, 1)[0]) if np.ptp(runs) else 0.0


@dataclass
class Crowd:
    """The visitors of one server. Programs go on until all runs are done; a browser makes a run and a repair."""

    server: Server
    size: Size
    folder: Path
    memory: MemoryWatch
    faults: list[str] = field(default_factory=list)
    programs: list[ApiVisitor] = field(default_factory=list)
    least: list[float] = field(default_factory=list)  # IoU of each browser's masks with the truth
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self) -> None:
        """Let all come at once and wait for the last."""
        self._left = max(0, self.size.runs - 2 * self.size.browsers)
        work: list[Callable[[], None]] = []
        for number in range(self.size.programs):
            self.programs.append(ApiVisitor(self.server.url, DrawnClip(number), self.folder / f"program{number}"))
            work.append(partial(self._call_again_and_again, self.programs[-1]))
        for number in range(self.size.browsers):
            work.append(partial(self._browse, DrawnClip(FIRST_BROWSER + number, RUN_FRAMES)))
        with ThreadPoolExecutor(len(work) + 1) as pool:
            watching = pool.submit(self.memory.watch)
            try:
                for visit in [pool.submit(one) for one in work]:
                    visit.result()
            finally:
                self.memory.end()
            watching.result()

    def _take(self) -> int:
        """Return the number of the next run of a program, 0 when all are taken."""
        with self._lock:
            self._left -= 1
            return max(0, self._left + 1)

    def _call_again_and_again(self, visitor: ApiVisitor) -> None:
        while number := self._take():
            if number % NEW_EVERY == 0:
                visitor.bring(DrawnClip(FIRST_NEW + number))
            try:
                answer = visitor.segment() if number % COMPARE_EVERY else visitor.compare()
                if number % COMPARE_EVERY == 1:
                    visitor.look_inside(answer)
                self.memory.count()
            except FAILURES as error:
                self.faults.append(f"{visitor.clip.name}: {error}")

    def _browse(self, clip: DrawnClip) -> None:
        step = "arrive"
        try:
            with browser_visitor(self.server.url, clip, self.folder / clip.name) as visitor:
                step = "upload"
                visitor.upload()
                step = "run and reload"
                visitor.start_run()
                visitor.reload()
                shown = visitor.results()
                assert shown.frames is None, f"{clip.name}: the run shows {shown.frames} frames"
                self.memory.count()
                step = "repair"
                visitor.repair(clip.frames // 2)
                self.memory.count()
                step = "download"
                self.least.append(visitor.check_download(clip.frames))
        except FAILURES as error:
            self.faults.append(f"{clip.name}, {step}: {error}")


def check_crowd(server: Server, size: Size, folder: Path, findings: Findings) -> None:
    """Let many visitors work at once; note what was mixed up or failed, and how memory went."""
    memory = MemoryWatch(server)
    crowd = Crowd(server, size, folder, memory)
    start, cpu = server.status("VmRSS"), server.cpu_seconds()
    with findings.step(f"{size.programs} programs and {size.browsers} browsers get their own masks") as figures:
        crowd.come()
        assert not crowd.faults, f"{len(crowd.faults)} faults, first: {crowd.faults[0]}"
        refused = sum(visitor.refused for visitor in crowd.programs)
        least = min([*(visitor.least for visitor in crowd.programs), *crowd.least])
        figures += [f"{memory.done} runs", f"least IoU with the drawn truth {least:.2f}"]
        figures += [f"{refused} times asked to come again", f"{server.cpu_seconds() - cpu:.0f} s of the processor"]
    judged = size.runs >= ENOUGH
    flat = f"memory is flat: under {SLOPE} MB per run in the last half"
    with findings.step(flat if judged else f"memory ({size.runs} runs say nothing of its slope)") as figures:
        assert memory.done >= size.runs * 0.9, f"only {memory.done} of {size.runs} runs"
        peak, end = max(megabytes for _, megabytes in memory.samples), server.status("VmRSS")
        figures += [
            f"{start:.0f} MB at first, {peak:.0f} at most, {end:.0f} at the end",
            f"{memory.slope():+.3f} MB/run",
        ]
        assert memory.slope() < SLOPE or not judged, "; ".join(figures)
