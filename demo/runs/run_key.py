"""The key of a run: a hash of all that its results depend on. The same key, the same results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from pathlib import Path

from demo.clips.clip import Clip
from demo.clips.examples import hash_of
from demo.models.settings import Settings
from demo.runs.run import SERVER, VariantRecord
from llb import config
from llb.types import Labels

LLB = Path(config.__file__).parent
ENGINE = ("config.py", "types.py", "model/*.py", "inference/*.py", "evaluation/metrics.py")  # in llb
NO_RESULTS = ("side_by_side.py",)  # how models share the cores changes when they are done, not what they find


def make_key(clip: Clip, marked: Mapping[int, Labels], records: Iterable[VariantRecord], settings: Settings) -> str:
    """Return the key of a run: of clip, marks, models in their order, settings and the engine's code.

    Titles, names of objects and times of frames do not belong to it.
    """
    question = {
        "clip": clip_digest(clip.folder),
        "marks": [[index, hashlib.sha256(marked[index].tobytes()).hexdigest()] for index in sorted(marked)],
        "models": [describe_model(record) for record in records],
        "settings": asdict(settings),
        "engine": engine_version(),
    }
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def clip_digest(folder: Path) -> str:
    """Return the sha256 of a clip's frames, and of its exact masks if it has any."""
    return _digest(folder, Clip.open(folder).has_truth)


@lru_cache(maxsize=500)
def _digest(folder: Path, has_truth: bool) -> str:
    """Return `clip_digest`; a clip never changes, but that it may be given its exact masks."""
    digest = hashlib.sha256()
    clip = Clip.open(folder)
    for index in range(len(clip)):
        exact = folder / "frames" / f"{index:05d}.png"
        digest.update((exact if exact.exists() else folder / "previews" / f"{index:05d}.jpg").read_bytes())
        truth = folder / "truth" / f"{index:05d}.png"
        if has_truth and truth.exists():
            digest.update(truth.read_bytes())
    return digest.hexdigest()


@cache
def engine_version() -> str:
    """Return a text that changes with the code that computes results (`ENGINE`)."""
    files = sorted(file for pattern in ENGINE for file in LLB.glob(pattern) if file.name not in NO_RESULTS)
    code = "\0".join(file.read_text(encoding="utf-8") for file in files)  # the same with either kind of line ending
    return hashlib.sha256(code.encode()).hexdigest()[:16]


@cache
def code_version() -> str:
    """Return a text that changes with any code, so that what is kept on disk is never older than what reads it."""
    demo = Path(__file__).parents[1]
    return hash_of([*demo.rglob("*.py"), *LLB.rglob("*.py")])[:12]


def describe_model(record: VariantRecord) -> list[str]:
    """Return what tells a model from others. Code and weights of a foreign one are known to this process alone."""
    return [record.name, record.weights_sha256 or f"as loaded by {SERVER}", record.precision]
