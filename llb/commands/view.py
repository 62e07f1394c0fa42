"""The command that shows results of other programs: view."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from llb.commands.benchmark import Layout, Resolution, Sequences, data_source
from llb.commands.options import Host, Port, Split


def view(
    data: Annotated[Path, typer.Option(help="A clip (a video or a folder of pictures), or the folder of a data set.")],
    results: Annotated[
        list[str],
        typer.Option("--result", help="NAME=FOLDER of PNG masks, or a zip of them; up to six, given one by one."),
    ],
    truth: Annotated[
        Path | None, typer.Option(help="Folder of true masks; without it, those of the data set, if it has any.")
    ] = None,
    split: Split = "val",
    layout: Layout = "auto",
    resolution: Resolution = "480p",
    sequences: Sequences = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Look at masks of any origin side by side on the page: J and F over time, differences, the worst frames."""
    from llb.evaluation.result_set import NamedResult, find_results

    named = [NamedResult.parse(each) for each in results]
    found = find_results(data_source(data, split, layout, resolution, sequences), named, truth)
    if found.is_clip:
        found.check_clip()
    start_page("view", found, host, port)


def start_page(function: str, *arguments: object) -> None:
    """Call a function of `demo.start`, by name: the page is built on this package, which runs without it.

    Raises:
        ValueError: the page is not installed.
    """
    try:
        getattr(import_module("demo.start"), function)(*arguments)
    except ModuleNotFoundError as error:
        raise ValueError(f"The page is not installed whole ({error}): pip install . in the checkout.") from error
