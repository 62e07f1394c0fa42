"""Start the page: the one way that `app.py` and ``llb demo`` share."""

from __future__ import annotations

import os


def start(host: str | None = None, port: int | None = None) -> None:
    """Serve the page until the program is stopped.

    Args:
        host: the address to listen at; None is GRADIO_SERVER_NAME or this machine alone.
        port: the port; None is GRADIO_SERVER_PORT or the first free one from 7860 on.

    Raises:
        ValueError: the port is taken.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would take the cores from torch's
    from demo.serve import serve

    serve(host, port)
