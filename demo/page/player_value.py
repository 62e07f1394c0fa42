"""What the player is told about a run, as JSON values; pictures and figures it fetches by itself."""

from __future__ import annotations

from typing import Any

from demo import text
from demo.clips.clip import Clip
from demo.models.settings import split_entry, variant_of
from demo.runs.run import Run
from llb.io.label_png import davis_palette


def payload(run: Run, clip: Clip, token: str, name: str, latest: int | None = None) -> dict[str, Any]:
    """Describe a run to the player; `name` is what the server functions know it by, `latest` the frame just done."""
    palette = davis_palette()
    variants = []
    for record in run.variants:
        knock_out = split_entry(record.name)[1]
        variants.append(
            {
                "name": record.name,
                "title": record.title,
                "badge": text.KNOCK_OUT_BADGE if knock_out else "",
                "difference": text.difference(variant_of(record.name)),
                "done": record.frames,
                "pace": text.pace(record.seconds_per_frame, record.overlap),
                "labels": str(run.labels_file(record.name, 0).parent),
            }
        )
    return {
        "token": token,
        "run": name,
        "stamp": str(run.folder),
        "state": "running" if run.state == "running" else "finished",
        "title": clip.title,
        "total": len(clip),
        "times": list(clip.times),
        "width": clip.width,
        "height": clip.height,
        "previews": str(clip.folder / "previews"),
        "truth": str(clip.folder / "truth") if clip.has_truth else "",
        "objects": [
            {"id": target, "rgb": palette[target].tolist(), "name": run.names.get(target, "")} for target in run.objects
        ],
        "latest": latest if latest is not None else run.repair.at if run.repair else run.frames - 1,
        "repairs": bool(run.repair),
        "variants": variants,
        "channels": _channels(run),
    }


def _channels(run: Run) -> int:
    """Return how many channels E1 has; 0 as long as nothing is stored."""
    for index in sorted(run.marked_masks()):
        for target in run.objects:
            for traces in (run.traces(record.name) for record in run.variants):
                if trace := traces.read(traces.stored_frame(index), target):
                    return len(trace.features["value"])
    return 0
