"""Start the page: the one way that `app.py` and ``llb demo`` share."""

from __future__ import annotations

import os

from demo.models.zerogpu import import_spaces


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
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would take the cores from torch's
    import_spaces()
    from demo.serve import serve

    further = os.environ.get("LLB_MODELS", "") if models is None else models
    serve(host, port, [spec.strip() for spec in further.split(",") if spec.strip()])
