"""Packed files (`demo.page.frame_chunks`) as a browser reads them."""

from __future__ import annotations


def unpack_files(content: bytes) -> list[bytes]:
    """Return the files of an answer."""
    files = []
    while content:
        end = 4 + int.from_bytes(content[:4], "big")
        files.append(content[4:end])
        content = content[end:]
    return files
