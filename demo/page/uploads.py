"""File inputs that take what was uploaded to this page, and never an address for the server to fetch."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

NO_ADDRESSES = "A file is needed, not an address: upload the file itself."


def check_is_upload(path: str | Path | None) -> None:
    """Raise gr.Error if a caller gave an address in place of a file, which Gradio would fetch."""
    if str(path).lower().startswith(("http:", "https:")):
        raise gr.Error(NO_ADDRESSES, print_exception=False)


class FileUpload(gr.File):
    """A file of a program that calls the page."""

    is_template = True  # the browser draws its parent

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        """Pass an uploaded file on; raise gr.Error for an address."""
        check_is_upload(url_or_file_path)
        return await super().async_move_resource_to_block_cache(url_or_file_path)


class ClipUploadButton(gr.UploadButton):
    """The button with which a visitor brings a clip."""

    is_template = True  # the browser draws its parent

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        """Pass an uploaded file on; raise gr.Error for an address."""
        check_is_upload(url_or_file_path)
        return await super().async_move_resource_to_block_cache(url_or_file_path)
