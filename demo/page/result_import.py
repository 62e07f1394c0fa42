"""Uploaded zips of masks become further panes of the chosen clip."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo import result_text
from demo.clips.clip import Clip, save_facts
from demo.clips.mask_zip import read_masks, title_of
from demo.clips.upload import Limits
from demo.masks.chosen_clip import chosen_clip
from demo.runs.imported_results import ImportRequest, Tell, clip_truth, import_results
from demo.runs.run import Run
from demo.runs.session import Session
from llb.evaluation.frame_masks import FrameMasks
from llb.io.label_fit import resize_labels
from llb.io.label_png import write_labels

TRUTH = frozenset({"truth", "gt", "ground_truth", "ground-truth", "groundtruth"})  # what a zip of true masks is called


@dataclass(frozen=True)
class ResultImport:
    """Reads the masks that a visitor uploads; `tell` hears of the work: frames done, and of how many."""

    session: Session
    limits: Limits
    tell: Tell = lambda done, of: None

    def upload(self, sources: Sequence[Path], shown: Run | None) -> Run:
        """Show results on the chosen clip, beside the models of the run on show if that is of the same clip.

        Raises:
            ValueError: they cannot be used, or a clip is being read; one sentence says why and what to do.
        """
        if not all(path.exists() for path in sources):
            raise ValueError("The uploaded file is no longer there: upload it again.")
        with self.session.store.at_work.reading(self.session.token), tempfile.TemporaryDirectory() as name:
            clip = chosen_clip(self.session)
            truths = [path for path in sources if title_of(path).lower() in TRUTH]
            if len(truths) == len(sources):
                raise ValueError(result_text.TRUTH_ALONE)
            results = [self._read(path, clip, Path(name)) for path in sources if path not in truths]
            clip = self._with_truth(clip, self._read(truths[0], clip, Path(name))) if truths else clip
            request = ImportRequest(clip, results, clip_truth(clip), beside=_beside(shown, clip))
            return import_results(request, lambda: self.session.new_folder("run", self._needed(shown)), self.tell)

    def _read(self, path: Path, clip: Clip, scratch: Path) -> FrameMasks:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        return read_masks(path, clip, folder, self.limits.side_in)

    def _with_truth(self, clip: Clip, truth: FrameMasks) -> Clip:
        """Give the visitor's own clip its true masks; raise ValueError if it has some, as every example does."""
        if clip.has_truth:
            raise ValueError(result_text.TRUTH_KNOWN)
        size = (clip.height, clip.width)
        truth.check_sizes(size, clip.stored)
        (clip.folder / "truth").mkdir(exist_ok=True)
        for index in range(len(clip)):
            labels, path = truth.read(index), clip.folder / "truth" / f"{index:05d}.png"
            if labels is None:
                path.unlink(missing_ok=True)  # of an upload that broke off
            else:
                write_labels(path, labels if labels.shape == size else resize_labels(labels, size))
        return save_facts(clip, has_truth=True)

    def _needed(self, shown: Run | None) -> list[Path]:
        return [shown.folder] if shown else []


def _beside(shown: Run | None, clip: Clip) -> Run | None:
    """Return the run whose models stay: one of the same clip that is whole."""
    whole = shown is not None and shown.state == "done" and shown.frames == len(clip)
    return shown if shown and whole and shown.clip_folder == clip.folder else None
