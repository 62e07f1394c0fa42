"""Draw how the model that visitors use fails on the examples: ``python -m scripts.failure_pictures OUT.jpg``.

Of each example the frame with the lowest J is drawn; objects of which the truth shows next to nothing there do not
count. So nobody chooses what is on the picture. The results are the shipped ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from demo.clips.examples import EXAMPLES, load
from demo.exports.report import BOTH, ONLY_OTHER, ONLY_THIS, difference
from demo.runs.ready_file import ReadyFile
from llb.evaluation.metrics import region_similarity
from llb.types import Labels

MODEL = "lite/llb"
COLUMNS = 3
DOTS = 80  # per inch
LEAST = 1 / 500  # of the frame, that the truth shows of an object


def frame_score(labels: Labels, truth: Labels) -> float:
    """Return the mean J over the objects of which the truth shows at least `LEAST`; NaN without one."""
    shown = [number for number in np.unique(truth) if number and (truth == number).mean() >= LEAST]
    return float(np.mean([region_similarity(labels == n, truth == n) for n in shown])) if shown else float("nan")


def draw(path: Path) -> None:
    """Write the picture of all examples."""
    rows = -(-len(EXAMPLES) // COLUMNS)
    figure = Figure(figsize=(4.2 * COLUMNS, 2.7 * rows + 0.4), layout="constrained")
    for axis, (name, example) in zip(figure.subplots(rows, COLUMNS).flat, EXAMPLES.items(), strict=True):
        clip, (column,) = load(name), ReadyFile.of(name).columns([MODEL])
        scores = [frame_score(found, truth) for found, truth in zip(column.labels, clip.labels, strict=True)]
        worst = int(np.nanargmin(scores))
        axis.imshow(difference(clip.frames[worst], column.labels[worst], clip.labels[worst]))
        axis.set_title(f"{example.title}: frame {worst}, J {scores[worst]:.2f}", fontsize=11)
        axis.set_axis_off()
    colours = {"the model and the truth": BOTH, "the model alone": ONLY_THIS, "the truth alone": ONLY_OTHER}
    patches = [Patch(color=tuple(part / 255 for part in rgb), label=title) for title, rgb in colours.items()]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches), frameon=False)
    figure.savefig(path, dpi=DOTS, pil_kwargs={"quality": 85})


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
