"""Call a served page from a program: segment a clip, compare two models, look inside one.

Run as `python -m scripts.call_api http://127.0.0.1:7860 clip.mp4 first_frame.png OUT`.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path

from gradio_client import Client, handle_file


def call(url: str, clip: Path, mask: Path, out: Path) -> dict[str, float]:
    """Write masks, an overlay, the files of a comparison and a picture of E1 to `out`; return seconds per frame."""
    client = Client(url, verbose=False)
    out.mkdir(parents=True, exist_ok=True)
    given = handle_file(str(clip)), handle_file(str(mask))
    masks, video, _ = client.predict(*given, "lite/llb", api_name="/segment")
    shutil.copyfile(masks, out / "masks.zip")
    shutil.copyfile(video, out / "overlay.mp4")

    files, facts = client.predict(*given, ["lite/llb", "lite/joint"], api_name="/compare")
    for file in map(Path, files):
        shutil.copyfile(file, out / f"comparison-{file.name}")

    part = client.predict(facts["token"], facts["run"], "lite/llb", 1, 1, "value", "pca", api_name="/inside")
    (out / "e1.png").write_bytes(base64.b64decode(part["src"].split(",", 1)[1]))
    return {model["name"]: model["seconds_per_frame"] for model in facts["models"]}


if __name__ == "__main__":
    url, clip, mask, out = sys.argv[1:5]
    sys.stdout.write(f"{call(url, Path(clip), Path(mask), Path(out))}\n")
