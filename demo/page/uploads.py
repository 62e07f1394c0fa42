"""File inputs take what was uploaded to this page, and never an address for the server to fetch."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import gradio as gr

File = TypeVar("File", gr.File, gr.UploadButton)


def uploads_only(component: File) -> File:
    """Make a file input refuse addresses, which Gradio would fetch: its caller gets one sentence."""
    take = component.async_move_resource_to_block_cache

    async def take_upload(path: str | Path | None) -> str | None:
        if str(path).lower().startswith(("http:", "https:")):
            raise gr.Error("A file is needed, not an address: upload the file itself.", print_exception=False)
        return await take(path)

    vars(component)["async_move_resource_to_block_cache"] = take_upload  # a subclass makes Gradio write files here
    return component
