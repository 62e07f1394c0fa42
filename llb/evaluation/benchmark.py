"""A run on a benchmark, from the model to the files: masks, tables, the server's zip, a report, a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from llb.checkpoint import load_model, weights_sha256
from llb.config import InferenceConfig, Precision
from llb.evaluation.card import RunCard, data_sha256
from llb.evaluation.datasets import DatasetChoice
from llb.evaluation.evaluate import ClipSegmenter, OnProgress, run_sequence
from llb.evaluation.jobs import OnFrame, Prepare, RunFolder, Work, run_dataset
from llb.evaluation.masks import MaskSource
from llb.evaluation.report import write_tables_and_report
from llb.evaluation.result import EvaluationResult, SequenceScore
from llb.evaluation.sequence import DataSequence
from llb.evaluation.submission import write_submission
from llb.inference import SegmentationModel, VideoSegmenter

ZIP = "submission.zip"


@dataclass(frozen=True)
class BenchmarkRun:
    """How a run is made: everything that its numbers depend on, but for the code and the machine.

    Attributes:
        scored: False writes masks alone, and needs no truth.
        weights: the name or the file that `load_model` takes; `model` is what it holds.
        source: the data set.
    """

    scored: bool
    weights: str
    model: str
    precision: Precision
    config: InferenceConfig
    source: DatasetChoice

    @classmethod
    def of(
        cls, scored: bool, weights: str, network: SegmentationModel, config: InferenceConfig, source: DatasetChoice
    ) -> BenchmarkRun:
        """Describe a run of a loaded model."""
        source = replace(source, data=source.data.resolve())
        config = config.for_scale(network.scale)
        return cls(scored, weights, network.config.name, network.precision, config, source)

    def to_json(self) -> dict[str, Any]:
        """Return everything in plain types, with the sha256 of the weights."""
        return asdict(self) | {"source": self.source.to_json(), "weights_sha256": weights_sha256(self.weights)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BenchmarkRun:
        """Read what `to_json` returned."""
        known = {key: value for key, value in values.items() if key != "weights_sha256"}
        config, source = InferenceConfig(**values["config"]), DatasetChoice.from_json(values["source"])
        return cls(**known | {"config": config, "source": source})

    def command(self) -> str:
        """Return the command line that makes the run again."""
        config, source = self.config, self.source
        words = ["llb", "evaluate" if self.scored else "predict", "--data", str(source.data), "--split", source.split]
        words += ["--layout", source.layout, "--resolution", source.resolution, "--model", self.weights]
        words += ["--precision", self.precision, "--memory-size", str(config.memory_size)]
        words += ["--interval", str(config.interval), "--steps", str(config.steps_first)]
        words += ["--search-factor", str(config.search_factor)]
        words += [] if config.exact_paste else ["--as-released"]
        words += ["--search-again"] if config.search_again else []
        words += [word for name in source.sequences for word in ("--sequence", name)]
        return " ".join(f"'{word}'" if " " in word else word for word in words)


@dataclass(frozen=True)
class SegmentWith:
    """Segment sequences with segmenters of one kind, and score them unless told not to."""

    new_segmenter: Callable[[], ClipSegmenter]
    scored: bool

    def __call__(self, sequence: DataSequence, on_frame: OnFrame, masks: Path | None) -> SequenceScore:
        """Segment a sequence with a fresh segmenter."""
        return run_sequence(self.new_segmenter(), sequence, on_frame, masks, self.scored)


@dataclass(frozen=True)
class LoadInProcess:
    """Load the model of a run in each process, on a GPU of its own as far as there are several."""

    run: BenchmarkRun
    device: str

    def __call__(self, worker: int) -> Work:
        """Return what segments a sequence with the model."""
        import torch

        device = f"cuda:{worker % torch.cuda.device_count()}" if self.device == "cuda" else self.device
        network = load_model(self.run.weights, device=device, precision=self.run.precision)
        return SegmentWith(partial(VideoSegmenter, network, self.run.config, keep_prob=False), self.run.scored)


def make_run(
    run: BenchmarkRun,
    prepare: Prepare,
    jobs: int = 1,
    out: Path | None = None,
    on_progress: OnProgress | None = None,
    masks_dir: Path | None = None,
) -> EvaluationResult:
    """Segment a data set as `run` says; with `out`, write everything there and go on where an earlier call broke off.

    Raises:
        ValueError: as `jobs.run_dataset` does, or `out` holds another run.
    """
    dataset = run.source.find()
    if run.scored:
        for sequence in dataset.sequences:
            sequence.check_truth()
    folder = RunFolder(out, run.to_json()) if out else None
    scores = run_dataset(dataset, prepare, jobs, folder, on_progress, masks_dir)
    result = EvaluationResult(run.model, run.precision, dataset.split, run.config, scores)
    if folder:
        write_submission(dataset, folder.masks, folder.path / ZIP)
        if run.scored:
            write_tables_and_report(result, dataset, folder.path, MaskSource(folder.masks).read)
            RunCard.of(run.to_json(), run.command(), data_sha256(dataset), result).save(folder.path)
    return result
