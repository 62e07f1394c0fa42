"""Compute the examples' results that are shipped with the page, anew where clips, weights or engine have changed.

    python -m scripts.prepare_examples              # all that is stale; some twenty minutes on a core
    python -m scripts.prepare_examples --if-equal   # after a change to the engine that should change no result
    python -m scripts.prepare_examples --inside     # after a change to the frames below: the shipped inside alone

It can be ended at any time and goes on from there: what is computed is kept in ``--work`` until a file is written.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from demo.clips.clip import Clip
from demo.clips.examples import EXAMPLES, ExampleShelf
from demo.clips.stories import STORIES
from demo.lesson.pages import clicked_frames, opened_frames
from demo.models.combined import models_of_examples
from demo.models.provider import ModelProvider
from demo.models.settings import LONG_SUFFIX, Settings, with_leads
from demo.models.shipped import LARGE
from demo.page.choice import in_page_order, knock_outs_of
from demo.runs.answers import is_fresh, weights_of
from demo.runs.compare import execute_run
from demo.runs.ready_file import Column, ReadyFile, column_of, stamp_of
from demo.runs.ready_runs import GREETING
from demo.runs.run import Run
from demo.runs.run_setup import able_models, objects_to_follow, records_of
from llb.inference.memory import is_memory_frame

EQUAL = 0.9995  # part of the pixels that two machines, or two versions of PyTorch, agree on


def groups(models: ModelProvider) -> list[list[str]]:
    """List the runs to compute. Each model leads one with all that come after it on the page.

    So any choice of compared lite models is ready. The second run is of the knock-outs of the first of `GREETING`.
    """
    able = [name for name in able_models(models) if not name.startswith(f"{LARGE}/") and not name.endswith(LONG_SUFFIX)]
    ordered = in_page_order(able, able)
    family = [name for name, lead in with_leads(ordered) if lead]
    return [ordered, [GREETING[0], *knock_outs_of(able)], *(family[place:] for place in range(1, len(family)))]


def compute(clip: Clip, entries: Sequence[str], models: ModelProvider, folder: Path) -> Run:
    """Run models from the exact mask of the first frame on, unless that is done already in a folder."""
    if (folder / "run.json").exists() and Run.open(folder).state == "done":
        return Run.open(folder)
    shutil.rmtree(folder, ignore_errors=True)
    labels = clip.truth(0)
    assert labels is not None, "an example has exact masks"
    run = Run(folder, clip.folder, objects_to_follow({0: labels}), records_of(entries, models), Settings()).save()
    run.save_marked_masks({0: labels})
    for step in execute_run(run, models, folder / "never"):
        print(f"\r{clip.title}: {entries[0]} and {len(entries) - 1} more, frame {step.frame}", end="", flush=True)
    print()
    return Run.open(folder)


def telling_frames(name: str) -> list[int]:
    """Return the frames of an example whose inside is shipped.

    They are the story's, those that the lesson opens, and of each the newest in the memory by then; the whole memory
    where the lesson asks for a click on a pixel.
    """
    frames = {STORIES[name].frame, *opened_frames(name)}
    newest = {past for frame in frames for past in memory_of(frame)[-1:]}
    whole = {past for frame in clicked_frames(name) for past in memory_of(frame)}
    return sorted(frames | newest | whole)


def memory_of(frame: int) -> list[int]:
    """Return the frames that are in the memory at a frame, oldest first."""
    return [past for past in range(frame) if past == 0 or is_memory_frame(past, Settings().interval)]


def columns(runs: Sequence[Run]) -> Iterator[Column]:
    """Take the columns of the groups' runs; the first one has the inside of its telling frames."""
    telling = telling_frames(runs[0].clip_folder.name)
    for run in runs:
        leads = dict(with_leads(record.name for record in run.variants))
        for record in run.variants:
            kept = telling if run is runs[0] and record.name in GREETING else []
            clicked = clicked_frames(run.clip_folder.name) if kept else ()
            yield column_of(run, record, leads[record.name], kept, clicked)


def prepare(name: str, clip: Clip, models: ModelProvider, work: Path) -> None:
    """Compute all of an example and write its file."""
    wanted = groups(models)
    weights = weights_of([entry for entries in wanted for entry in entries], models)
    stamp, file = stamp_of(name, weights), ReadyFile.of(name)
    folder = work / f"{name}-{stamp[:12]}"
    runs = [compute(clip, entries, models, folder / str(number)) for number, entries in enumerate(wanted)]
    file.write(columns(runs), stamp, weights)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{file.path}: {file.path.stat().st_size / 1e6:.2f} MB")


def confirm_if_equal(name: str, clip: Clip, models: ModelProvider, work: Path) -> bool:
    """Compute the models of `GREETING` alone; where they find what is shipped, confirm it."""
    file, folder = ReadyFile.of(name), work / f"{name}-check"
    if not file.path.exists() or file.weights() != weights_of(list(file.weights()), models):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    run = compute(clip, GREETING, models, folder)
    for column in file.columns(GREETING):
        found = np.stack([run.labels(column.entry, index) for index in range(run.frames)])
        if found.shape != column.labels.shape or float((found == column.labels).mean()) < EQUAL:
            print(f"{name}: {column.entry} finds other masks than what is shipped.")
            return False
    file.confirm(stamp_of(name, file.weights()))
    print(f"{name}: the same masks, confirmed.")
    return True


def renew_inside(name: str, clip: Clip, models: ModelProvider, work: Path) -> bool:
    """Compute the models of `GREETING` alone; where they find what is shipped, replace the inside that is shipped."""
    if not confirm_if_equal(name, clip, models, work):
        return False
    run = Run.open(work / f"{name}-check")
    leads = dict(with_leads(GREETING))
    kept = telling_frames(name)
    clicked = clicked_frames(name)
    file = ReadyFile.of(name)
    file.replace_traces([column_of(run, record, leads[record.name], kept, clicked) for record in run.variants])
    print(f"{name}: the inside of the frames {kept}, {file.path.stat().st_size / 1e6:.2f} MB.")
    return True


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return 1 if an example's results changed and were to be equal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="examples; all of them if none is named")
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache" / "llb" / "prepare", help="for the runs")
    parser.add_argument("--if-equal", action="store_true", help="compute two models alone; confirm what is the same")
    parser.add_argument("--inside", action="store_true", help="replace the shipped inside alone, if results are equal")
    options = parser.parse_args(arguments)
    models, shelf = models_of_examples(), ExampleShelf.own(options.work)
    done = True
    for name in options.names or list(EXAMPLES):
        if options.inside:
            done &= renew_inside(name, shelf.clip(name), models, options.work)
        elif is_fresh(name, models):
            print(f"{name}: up to date.")
        elif options.if_equal:
            done &= confirm_if_equal(name, shelf.clip(name), models, options.work)
        else:
            prepare(name, shelf.clip(name), models, options.work)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
