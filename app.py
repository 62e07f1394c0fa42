"""Serve the page: ``python app.py``. A port may be named in GRADIO_SERVER_PORT."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would take the cores from torch's between frames

from demo.serve import serve  # noqa: E402

if __name__ == "__main__":
    serve()
