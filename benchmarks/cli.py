"""The benchmark's command line, ``python -m benchmarks``; run it with nothing else running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from llb.cli import run
from llb.commands.options import Device, Precision, check_device

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    scale: Annotated[
        str, typer.Option(help="paper (seeded stand-ins for weights) or lite (the shipped ones).")
    ] = "lite",
    memory: Annotated[int, typer.Option(help="Frames in the memory, which is full when measuring begins.")] = 20,
    objects: Annotated[int, typer.Option(help="Objects; the plain version follows one alone.")] = 1,
    plain: Annotated[bool, typer.Option(help="Measure the plain version as well.")] = True,
    precision: Precision = "auto",
    device: Device = "cpu",
    together: Annotated[
        bool, typer.Option("--together", help="Measure the six lite variants on shared regions instead, and one alone.")
    ] = False,
    busy: Annotated[
        int, typer.Option(min=0, help="Measure beside none, one, ... and so many busy processes of its own instead.")
    ] = 0,
    adapt: Annotated[bool, typer.Option(help="With --busy: take fewer threads in company, as the engine does.")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything to this file.")] = None,
) -> None:
    """Measure the engine beside a plain version of the same algorithm, with nothing else running."""
    if scale not in ("paper", "lite") or memory < 2 or objects < 1:
        raise ValueError("Choose the scale paper or lite, a memory of at least 2 frames, and at least 1 object.")
    if together:
        from benchmarks.together import run_together

        for line in run_together(memory, precision).lines():
            typer.echo(line)
        return
    if busy:
        from benchmarks.busy import busy_table, run_busy

        for line in busy_table(run_busy(busy, memory, precision, adapt=adapt)):
            typer.echo(line)
        return
    from benchmarks.bench import run_benchmark
    from benchmarks.report import table

    report = run_benchmark(
        scale, memory=memory, objects=objects, with_plain=plain, precision=precision, device=check_device(device)
    )
    for line in table(report):
        typer.echo(line)
    if json_file is not None:
        report.save(json_file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark; a mistake of the user's ends in one line on stderr and exit status 2."""
    run(app, arguments, "python -m benchmarks")
