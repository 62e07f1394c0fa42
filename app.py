"""Serve the page: ``python app.py``, with the options of ``llb demo``. A port may be named in GRADIO_SERVER_PORT."""

import typer

from llb.cli import demo, run

page = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
page.command()(demo)

if __name__ == "__main__":
    run(page, None, "python app.py")
