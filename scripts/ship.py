"""Ship a finished training run: weights and settings go into weights/, with a manifest entry.

Run as `python -m scripts.ship RUN_FOLDER NAME [CROP]`, the name being the model's or, for a further training of the
same variant, such as ``lite/llb-long``. Out of a run of the shared stage (``lite/family``) it takes that variant, with
a crop of its own where one is given (``512x288``). Evaluate afterwards (weights/README.md names the command).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llb.checkpoint import load_model, save_apart
from llb.config import read_crop
from llb.training.recipes import FAMILY
from llb.training.trainer import FINAL
from llb.weight_files import WEIGHTS
from scripts.variant_of_shared import take

BACKBONE = "lite_backbone"
ORIGIN = "trained by this project; the backbone started from ImageNet's EfficientNet-Lite0"
FURTHER = re.compile(r"-(seed\d+|long)$")  # ends the name of a further training of a variant
LICENCE = "Research and other non-commercial use (terms of DAVIS, CC BY-NC 4.0); ImageNet's backbone is Apache-2.0."
DATA = (
    "DAVIS 2016 train; as stills COCO photos, CCP, Weizmann horses, DAVIS 2017 challenge first frames; as cut-outs "
    "Tux Paint's stamps (GPL-2) and Fluent Emoji (MIT); never DAVIS val"
)


def ship(run: Path, name: str, crop: tuple[int, int] | None = None) -> Path:
    """Copy a run's weights into weights/, a trained backbone apart, and enter them in the manifest; return the file.

    A further training of a variant, such as ``lite/llb-long``, has a backbone file of its own.
    """
    settings = json.loads((run / "config.json").read_text())
    model = settings["model"]
    target = WEIGHTS / f"{name.replace('/', '_')}.safetensors"
    with TemporaryDirectory() as folder:
        file = run / FINAL
        if model == f"lite/{FAMILY}":
            model, file = FURTHER.sub("", name), Path(folder, FINAL)
            take(run / FINAL, model, file, crop)
        elif crop:
            raise ValueError(f"{run} is no run of the shared stage: leave the crop out, its file names its own.")
        further = FURTHER.search(name)
        backbone = WEIGHTS / f"{BACKBONE}{further[0] if further else ''}.safetensors"
        has_backbone = save_apart(file, backbone, target)
    path = WEIGHTS / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {}
    manifest[name] = {
        "model": model,
        "file": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "origin": ORIGIN,
        "parameters": sum(p.numel() for p in load_model(str(target), as_trained=True).parameters()),
        "licence": LICENCE,
        "data": DATA,
        "training": keep_settings(run.name, settings),
    }
    if has_backbone:
        manifest[name]["backbone"] = backbone.name
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return target


def keep_settings(run: str, settings: dict[str, Any]) -> str:
    """Write a run's settings, of the files it started from their names alone; return the file's name in weights/."""
    starts = [{**start, "path": Path(start["path"]).name} for start in settings["starts"]]
    path = WEIGHTS / "training" / f"{run}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**settings, "starts": starts}, indent=1) + "\n")
    return path.relative_to(WEIGHTS).as_posix()


if __name__ == "__main__":
    print(ship(Path(sys.argv[1]), sys.argv[2], read_crop(sys.argv[3]) if len(sys.argv) > 3 else None))
