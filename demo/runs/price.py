"""The price of a run: the seconds that it will take on this machine, and the most that one run may take."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from demo import text
from demo.models.settings import split_entry
from demo.runs.passes import Pass
from demo.runs.run import Run
from llb.evaluation.results_table import RESULTS, read_result

LIMIT = 20 * 60.0  # seconds that a run may take
UNKNOWN = 0.1  # seconds per frame and object of a model that nobody measured
LARGE, LARGE_UNKNOWN = "paper/", 1.4  # the same for models of the paper's size, by docs/speed.md
ROUNDING = 1 + 1e-9  # sums of floats differ in their last digits between Python versions
NEWEST = 0.3  # weight of the newest run in a model's mean: the machine may have become slower or faster


@dataclass(frozen=True)
class Workload:
    """What a run computes: `frames` are visits of frames, those of several passes together."""

    entries: Sequence[str]
    frames: int
    objects: int

    @classmethod
    def of(cls, entries: Iterable[str], passes: Sequence[Pass]) -> Workload:
        """Add up the passes of a run of these models and knock-outs."""
        objects = max(len(plan.objects) for plan in passes)
        return cls(tuple(entries), sum(len(plan.visits) for plan in passes), objects)


@dataclass
class Prices:
    """Seconds per frame and object of every model: measured as runs finish, until then as committed in ``weights/``.

    Models that run side by side are measured together; each one's share is by its own pace.

    Args:
        limit: seconds that a run may take.
    """

    limit: float = LIMIT
    _measured: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds(self, load: Workload) -> float:
        """Return how long a run will take, estimated."""
        return load.frames * load.objects * sum(self._pace(name) for name in load.entries)

    def check(self, load: Workload) -> None:
        """Raise ValueError for a run over the limit; the sentence names the largest runs that fit."""
        seconds = self.seconds(load)
        if seconds <= self.limit * ROUNDING:
            return
        fits = self.limit / seconds
        models = next(count for count in range(len(load.entries), -1, -1) if count == 0 or self._fits(load, count))
        raise ValueError(
            text.too_long(
                seconds, self.limit, models, int(ROUNDING * load.frames * fits), int(ROUNDING * load.objects * fits)
            )
        )

    def learn(self, run: Run, load: Workload, seconds: float) -> None:
        """Take in that a run has finished its work in so many seconds; what cannot be a time teaches nothing."""
        own = {record.name: record.seconds_per_frame or 0.0 for record in run.variants}
        together = sum(own.values())
        if not all(math.isfinite(time) and time > 0 for time in (*own.values(), seconds)):
            return
        per_frame = seconds / (load.frames * load.objects)
        with self._lock:
            for name, pace in own.items():
                share = per_frame * pace / together
                before = self._measured.get(name, share)
                self._measured[name] = before + NEWEST * (share - before)

    def _fits(self, load: Workload, count: int) -> bool:
        return self.seconds(Workload(load.entries[:count], load.frames, load.objects)) <= self.limit * ROUNDING

    def _pace(self, name: str) -> float:
        """Return the seconds of a frame and an object; a knock-out that was never run costs what its model does."""
        model = split_entry(name)[0]
        with self._lock:
            for known in (name, model):
                if known in self._measured:
                    return self._measured[known]
        committed = RESULTS / f"{model.replace('/', '_')}.json"
        unknown = LARGE_UNKNOWN if model.startswith(LARGE) else UNKNOWN
        pace = read_result(committed).milliseconds / 1000 if committed.exists() else unknown
        return pace if math.isfinite(pace) and pace > 0 else unknown
