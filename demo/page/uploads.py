"""File inputs take what was uploaded to this page, and never an address for the server to fetch."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

import gradio as gr
from gradio.route_utils import API_PREFIX
from gradio.utils import get_upload_folder

File = TypeVar("File", gr.File, gr.UploadButton)


def uploads_only(component: File) -> File:
    """Make a file input refuse addresses, which Gradio would fetch: its caller gets one sentence.

    An address that Gradio gave a file which was uploaded here (language models' tools know no other name for it) is
    read as that file; nothing is fetched.
    """
    take = component.async_move_resource_to_block_cache

    async def take_upload(path: str | Path | None) -> str | None:
        if str(path).lower().startswith(("http:", "https:")):
            path = _uploaded_file(str(path))
            if path is None:
                raise gr.Error("A file is needed, not an address: upload the file itself.", print_exception=False)
        return await take(path)

    vars(component)["async_move_resource_to_block_cache"] = take_upload  # a subclass makes Gradio write files here
    return component


def _uploaded_file(address: str) -> Path | None:
    """Return the uploaded file that an address of this page names, None if it names no such file."""
    _, _, name = address.partition(f"{API_PREFIX}/file=")
    path = Path(unquote(name)).resolve()
    return path if path.is_relative_to(Path(get_upload_folder()).resolve()) and path.is_file() else None
