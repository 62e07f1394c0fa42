"""Work on the sequences of a data set, one after another or in several processes, and go on where a run broke off."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llb.evaluation.datasets import Dataset
from llb.evaluation.evaluate import OnProgress
from llb.evaluation.result import SequenceScore
from llb.evaluation.sequence import DataSequence

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

OnFrame = Callable[[int], None]  # the number of frames done
LOOK = 0.2  # seconds between two looks at the processes' progress


# What is done to a sequence; its masks go into the folder, if there is one, and its scores come back.
Work = Callable[[DataSequence, OnFrame, Path | None], SequenceScore]
Prepare = Callable[[int], Work]  # called once in each process, with its number from 0 on; it must be picklable


class RunFolder:
    """The folder of a run: ``run.json`` (how it is made), ``sequences/NAME.json`` (scores), ``Annotations/NAME/``.

    Raise ValueError if it holds a run that is made otherwise.
    """

    def __init__(self, path: Path, made: Mapping[str, Any]) -> None:
        self.path = path
        record, plain = path / "run.json", json.loads(json.dumps(made))
        if record.is_file():
            before = json.loads(record.read_text(encoding="utf-8"))
            differing = sorted(key for key in {*before, *plain} if before.get(key) != plain.get(key))
            if differing:
                key = differing[0]
                raise ValueError(
                    f"{path} holds a run with {key} {before.get(key)}, not {plain.get(key)}: choose another folder for "
                    "--out, or remove that one."
                )
        (path / "sequences").mkdir(parents=True, exist_ok=True)
        write_whole(record, json.dumps(plain, indent=2) + "\n")

    @property
    def masks(self) -> Path:
        """Where the masks of all sequences are."""
        return self.path / "Annotations"

    def record(self, name: str) -> Path:
        """Return where a sequence's scores are, once it is done."""
        return self.path / "sequences" / f"{name}.json"

    def done(self, name: str) -> SequenceScore | None:
        """Return the scores of a sequence that is done."""
        path = self.record(name)
        return SequenceScore.from_json(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


@dataclass(frozen=True)
class Task:
    """A sequence to work on, and where its masks and its scores go, if anywhere."""

    sequence: DataSequence
    masks: Path | None = None
    record: Path | None = None

    def do(self, work: Work, on_frame: OnFrame) -> SequenceScore:
        """Work on the sequence; its scores are written last, so that they tell that it is done."""
        score = work(self.sequence, on_frame, self.masks)
        if self.record is not None:
            write_whole(self.record, json.dumps(score.to_json()) + "\n")
        return score


def run_dataset(
    dataset: Dataset,
    prepare: Prepare,
    jobs: int = 1,
    folder: RunFolder | None = None,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> tuple[SequenceScore, ...]:
    """Work on every sequence that `folder` has not got yet and return the scores of all, in the data set's order.

    `jobs` above 1 starts so many processes, each with its share of the CPU's cores. Progress counts the frames that
    are left to do. `masks_dir` is where masks go without a `folder`.

    Raises:
        ValueError: `jobs` is below 1, a sequence cannot be worked on, or a process died.
    """
    if jobs < 1:
        raise ValueError(f"--jobs is {jobs}: choose 1 or more.")
    masks_dir = folder.masks if folder else masks_dir
    found = {each.name: folder.done(each.name) if folder else None for each in dataset.sequences}
    tasks = [
        Task(each, masks_dir / each.name if masks_dir else None, folder.record(each.name) if folder else None)
        for each in dataset.sequences
        if found[each.name] is None
    ]
    progress = _Progress(tasks, on_progress)
    done = _in_processes(tasks, prepare, jobs, progress) if jobs > 1 and tasks else _in_turn(tasks, prepare, progress)
    found |= {score.name: score for score in done}
    return tuple(score for score in found.values() if score is not None)


class _Progress:
    """Count the frames of all tasks."""

    def __init__(self, tasks: list[Task], show: OnProgress | None) -> None:
        self._done = {task.sequence.name: 0 for task in tasks}
        self._total = sum(len(task.sequence.stems) for task in tasks)
        self._show = show

    def advance(self, name: str, frames: int) -> None:
        """Say that so many frames of a sequence are done."""
        self._done[name] = frames
        if self._show:
            self._show(name, sum(self._done.values()), self._total)


def _in_turn(tasks: list[Task], prepare: Prepare, progress: _Progress) -> list[SequenceScore]:
    if not tasks:
        return []
    work = prepare(0)
    return [task.do(work, partial(progress.advance, task.sequence.name)) for task in tasks]


def _in_processes(tasks: list[Task], prepare: Prepare, jobs: int, progress: _Progress) -> list[SequenceScore]:
    """Share the tasks out, the longest first, so that no process is left with a long one at the end."""
    context = multiprocessing.get_context("spawn")  # a forked process cannot use CUDA
    jobs = min(jobs, len(tasks))
    numbers, reports = context.SimpleQueue(), context.SimpleQueue()
    for number in range(jobs):
        numbers.put(number)
    threads = max(1, (os.cpu_count() or 1) // jobs)
    pool = ProcessPoolExecutor(jobs, context, _begin, (prepare, numbers, reports, threads))
    try:
        ordered = sorted(tasks, key=lambda task: -len(task.sequence.stems))
        waiting: set[Future[SequenceScore]] = {pool.submit(_do, task) for task in ordered}
        done: list[SequenceScore] = []
        while waiting:
            ended, waiting = wait(waiting, LOOK, FIRST_COMPLETED)
            while not reports.empty():
                progress.advance(*reports.get())
            done += [future.result() for future in ended]
        return done
    except BrokenProcessPool as error:
        raise ValueError(
            "One of the processes ended early, perhaps for want of memory: give the command again, which goes on where "
            "it was with --out, with fewer --jobs."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


class _Process:
    """What one of the processes holds; set when it begins."""

    work: Work
    reports: SimpleQueue[tuple[str, int]]


def _begin(prepare: Prepare, numbers: SimpleQueue[int], reports: SimpleQueue[tuple[str, int]], threads: int) -> None:
    import torch

    signal.signal(signal.SIGINT, lambda *_: os._exit(1))  # Ctrl-C reaches every process of the terminal
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    _Process.work, _Process.reports = prepare(numbers.get()), reports


def _do(task: Task) -> SequenceScore:
    return task.do(_Process.work, lambda frames: _Process.reports.put((task.sequence.name, frames)))


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def write_whole(path: Path, content: str) -> None:
    """Write a file in one step: it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(content, encoding="utf-8")
    os.replace(draft, path)
