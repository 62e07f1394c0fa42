"""Serve the page: ``python app.py``. A port may be named in GRADIO_SERVER_PORT."""

from demo.start import start

if __name__ == "__main__":
    start()
