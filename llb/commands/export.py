"""The command export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    masks: Annotated[Path, typer.Argument(help="Folder that llb segment wrote, or of PNG masks.")],
    out: Annotated[Path, typer.Option(help="File (coco, boxes, alpha: .json, .csv, .webm) or folder (yolo, davis).")],
    to: Annotated[str, typer.Option("--format", help="coco, yolo, boxes, davis or alpha.")] = "coco",
    clip: Annotated[Path | None, typer.Option(help="The clip of the masks, for alpha.")] = None,
) -> None:
    """Write masks as COCO, YOLO-seg, boxes (csv), DAVIS PNG, or a video with transparency (VP9)."""
    from llb.formats.export import export_masks

    export_masks(masks, to, out, clip)
    typer.echo(f"{out} holds the masks.")
