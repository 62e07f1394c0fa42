"""Start the page: the one way that `app.py` and ``llb demo`` share, and that of ``llb view``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from demo.models.zerogpu import import_spaces

if TYPE_CHECKING:
    from llb.evaluation.result_set import ResultSet


def start(host: str | None = None, port: int | None = None, models: str | None = None) -> None:
    """Serve the page until the program is stopped.

    Args:
        host: the address to listen at; None is GRADIO_SERVER_NAME or this machine alone.
        port: the port; None is GRADIO_SERVER_PORT or the first free one from 7860 on.
        models: further models, ``package.module:function`` each, with commas between them; None is LLB_MODELS or none
            (``docs/your_model.md``).

    Raises:
        ValueError: the port is taken, or a further model cannot be had.
    """
    _prepare()
    from demo.serve import serve

    further = os.environ.get("LLB_MODELS", "") if models is None else models
    serve(host, port, [spec.strip() for spec in further.split(",") if spec.strip()])


def view(results: ResultSet, host: str | None = None, port: int | None = None) -> None:
    """Serve the page with results of other programs on show; host and port are as in `start`.

    Raises:
        ValueError: the port is taken.
    """
    _prepare()
    from demo.serve import serve_results

    serve_results(results, host, port)


def _prepare() -> None:
    """Set what is read when gradio, numpy and torch are imported."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would take the cores from torch's
    import_spaces()
