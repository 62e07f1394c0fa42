"""Serving: where the page listens."""

from __future__ import annotations

import socket

import gradio as gr
import pytest

from demo.serve import taken_port_named


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other, gr.Blocks(analytics_enabled=False) as page:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(ValueError, match=f"cannot listen on port {port}: choose another"),
            taken_port_named(port),
        ):
            page.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True)
