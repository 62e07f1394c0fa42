"""Evaluate a model of one's own (docs/your_model.md) as `llb evaluate` does the shipped ones: J, F and J&F.

Run as `python -m scripts.evaluate_custom my_model:model --data DAVIS --split val --json my_model.json`. The figures of
the optical flow baseline are those of `python -m scripts.evaluate_custom demo.models.flow_baseline:model
--data ../shared/data/davis16 --json weights/results/flow.json`, on two CPU cores.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from llb.cli import run
from llb.io.progress_bar import progress_bar

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def evaluate(
    spec: Annotated[str, typer.Argument(help="The model, as package.module:function.")],
    data: Annotated[Path, typer.Option(help="Folder of an annotated data set in DAVIS layout.")],
    split: Annotated[str, typer.Option(help="Which part of it.")] = "val",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file.")] = None,
) -> None:
    """Measure J, F and J&F of a model of your own on annotated clips by the DAVIS protocol."""
    from demo.models.custom import load_custom_model
    from llb.evaluation.evaluate import EvaluationResult, score_split

    model = load_custom_model(spec)
    with progress_bar("Evaluating") as bar:
        scores = score_split(model.segmenter, data, split, bar.show)
    result = EvaluationResult(model.name, None, split, None, scores)
    if json_file is not None:
        json_file.write_text(json.dumps(result.to_dict(), indent=2) + "\n", encoding="utf-8")
    for sequence in result.sequences:
        typer.echo(f"{sequence.name:20} J&F {100 * sequence.score.mean:.1f}")
    typer.echo(f"{model.title}: J&F {100 * result.score.mean:.1f}, {1000 * result.seconds_per_frame:.0f} ms per frame")


if __name__ == "__main__":
    run(app, None, "python -m scripts.evaluate_custom")
