"""Call a served page from a program: segment a clip, compare two models, look inside one.

Run as `python -m scripts.call_api http://127.0.0.1:7860 clip.mp4 first_frame.png OUT`.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import httpx
from gradio_client import Client, handle_file


def call(url: str, clip: Path, mask: Path, out: Path) -> dict[str, float]:
    """Write masks, an overlay, the files of a comparison and a picture of E1 to `out`; return seconds per frame."""
    client = Client(url, verbose=False)
    given = handle_file(str(clip)), handle_file(str(mask))
    facts = client.predict(*given, "lite/llb", api_name="/segment")
    save_files(url, facts, out / "segment")

    facts = client.predict(*given, ["lite/llb", "lite/joint"], api_name="/compare")
    save_files(url, facts, out / "compare")

    part = client.predict(facts["token"], facts["run"], "lite/llb", 1, 1, "value", "pca", api_name="/inside")
    (out / "e1.png").write_bytes(base64.b64decode(part["src"].split(",", 1)[1]))
    return {model["name"]: model["seconds_per_frame"] for model in facts["models"]}


def save_files(url: str, facts: dict[str, Any], folder: Path) -> None:
    """Load every file that the page made of a run into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for address in facts["files"].values():
        answer = httpx.get(url.rstrip("/") + address).raise_for_status()
        (folder / address.rpartition("/")[2]).write_bytes(answer.content)


if __name__ == "__main__":
    url, clip, mask, out = sys.argv[1:5]
    sys.stdout.write(f"{call(url, Path(clip), Path(mask), Path(out))}\n")
