"""Runs that borrow a GPU (`demo.models.zerogpu`), where GPUs are lent and where that pays."""

from __future__ import annotations

import contextvars
import logging
import math
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from demo.models.provider import ModelProvider
from demo.models.settings import split_entry
from demo.models.zerogpu import NoGpu, is_lent, on_gpu
from demo.runs.compare import Progress, execute_run
from demo.runs.price import Prices, Workload
from demo.runs.run import Run

PAYS_FROM = 60.0  # seconds on the CPU: a shorter run is done before a GPU is there, and costs its visitor no quota
GPU_START = 20.0  # seconds until the first frame: the fork, CUDA and the models begin
MARGIN = 1.5  # on the estimated seconds: a call that takes longer than it asked for may be killed
PAUSE = 1.0  # seconds; a run that was set aside for longer does not tell how quick the GPU is: it went on meanwhile

Execute = Callable[[Run, ModelProvider, Path], Generator[Progress, None, None]]

log = logging.getLogger(__name__)


def seconds_to_borrow(run: Run, models: ModelProvider, stop_file: Path, seconds: float) -> int:
    """Return for how long a GPU is asked for, from the `seconds` that the run's frames are estimated to take on it."""
    return math.ceil(GPU_START + MARGIN * seconds)


@on_gpu(seconds_to_borrow)
def execute_on_gpu(run: Run, models: ModelProvider, stop_file: Path, seconds: float) -> Generator[Progress, None, None]:
    """Do a run as `execute_run` does, on the GPU; the run notes the precision that the models have there."""
    found = {record.name: models.facts(split_entry(record.name)[0]).precision for record in run.variants}
    run = replace(run, variants=tuple(replace(record, precision=found[record.name]) for record in run.variants))
    yield from execute_run(run, models, stop_file)


@dataclass
class GpuRuns:
    """Chooses the runs that borrow a GPU, and learns how quick it is.

    Until a run has finished on it, it is taken to be as quick as the CPU.
    """

    prices: Prices = field(default_factory=Prices)

    def execution(self, load: Workload, cpu_seconds: float) -> Execute:
        """Return what does a run that takes so long on the CPU; a GPU is lent to whoever asks now.

        The CPU does the run where no GPU can be had: the visitor's quota may be used up. A run that has begun is
        stopped when it loses its GPU: what its models remember of the clip is lost as well.
        """
        if not is_lent() or cpu_seconds < PAYS_FROM:
            return execute_run
        context = contextvars.copy_context()  # of the visitor's request, which says who borrows

        def execute(run: Run, models: ModelProvider, stop_file: Path) -> Generator[Progress, None, None]:
            begun = False
            try:
                with closing(self._borrow(context, load, run, models, stop_file)) as steps:
                    for step in steps:
                        begun = True
                        yield step
                return
            except NoGpu as error:
                if begun:
                    raise
                log.warning("The run %s has no GPU, the CPU does it: %s", run.folder, error)
            yield from execute_run(run, models, stop_file)

        return execute

    def _borrow(
        self, context: contextvars.Context, load: Workload, run: Run, models: ModelProvider, stop_file: Path
    ) -> Generator[Progress, None, None]:
        """Do a run on the GPU, and learn from one that came to its end without a break."""
        steps = execute_on_gpu(run, models, stop_file, self.prices.seconds(load))
        begun = pause = 0.0
        last: Progress | None = None
        try:
            while step := context.run(next, steps, None):
                last, now = step, time.monotonic()
                begun = begun or now
                yield step
                pause = max(pause, time.monotonic() - now)
        finally:
            context.run(steps.close)
        if last and pause < PAUSE and not stop_file.exists():
            self.prices.learn(last.run, load, time.monotonic() - begun)
