"""What a served page holds in memory and on disk: ``python -m tests.soak.footprint`` prints it as a table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
from gradio_client import Client, handle_file

from demo.clips.examples import load
from demo.runs.disk import count_bytes
from llb.config import VARIANTS
from llb.io.label_png import write_labels
from llb.io.video_reader import write_video
from tests.soak.server import Server

EXAMPLE, SIZE = "bee", (854, 480)  # a clip that looks like a film, at the size of DAVIS
MODELS = [f"lite/{variant}" for variant in VARIANTS]
VISITORS = 20


def main() -> None:
    """Start a page with the shipped models and measure it as visitors come."""
    with tempfile.TemporaryDirectory(prefix="llb-footprint-") as name:
        server = Server(Path(name) / "server")
        with server.running():
            print("| what | how much |\n|---|---|")
            for what, how_much in figures(server, Path(name)):
                print(f"| {what} | {how_much} |", flush=True)


def figures(server: Server, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what is measured and the figure, in words."""
    server.await_greeting()
    yield "memory, started and with the greeting comparison shown", memory(server)
    program = Client(server.url, verbose=False)
    clip, mask, seconds, frames = write_clip(folder)
    for models in (MODELS[:3], MODELS[3:], ["flow"]):
        answer = program.predict(handle_file(clip), handle_file(mask), models, api_name="/compare")
    yield f"memory, with all {len(MODELS) + 1} models loaded and three runs done", memory(server)
    yield "memory at its highest, while those ran", f"{server.status('VmHWM'):.0f} MB"
    before = server.status("VmRSS")
    visitors = [Client(server.url, verbose=False) for _ in range(VISITORS)]
    tokens = [visitor.predict("", api_name="/arrive")[0] for visitor in visitors]
    yield "memory, per visitor who has come", f"{(server.status('VmRSS') - before) / VISITORS:.1f} MB"
    sessions = server.cache / "sessions"
    yield "disk, per visitor who has come", f"{count_bytes(sessions / tokens[0]) / 1e3:.0f} kB"
    session = sessions / answer["token"]
    size = "{} x {}".format(*SIZE)
    yield f"disk, per second of an uploaded clip ({size})", f"{count_bytes(session / 'clip-1') / seconds / 1e6:.1f} MB"
    runs = [path for path in sorted(sessions.glob("*/run-1")) if "lite-llb" in {each.name for each in path.iterdir()}]
    model, whole = runs[0] / "lite-llb", count_bytes(runs[0])
    yield "disk, per frame, object and model of a run", f"{count_bytes(model) / frames / 1e3:.0f} kB"
    yield "disk, of that the inside of the model", f"{count_bytes(model / 'traces') / frames / 1e3:.0f} kB"
    yield (
        f"disk, a run of three models and {frames} frames",
        f"{(whole - count_bytes(runs[0] / 'downloads')) / 1e6:.0f} MB",
    )
    yield "disk, the same once every file was taken away", f"{whole / 1e6:.0f} MB"
    yield "disk, shared by all: examples and greeting comparison", f"{count_bytes(server.cache / 'page') / 1e6:.0f} MB"


def memory(server: Server) -> str:
    return f"{server.status('VmRSS'):.0f} MB"


def write_clip(folder: Path) -> tuple[Path, Path, float, int]:
    """Write the example at `SIZE` and the mask of its first frame; return both, with its seconds and frames."""
    example = load(EXAMPLE)
    frames = [cv2.resize(frame, SIZE) for frame in example.frames]
    write_video(folder / "clip.mp4", frames, example.fps)
    write_labels(folder / "mask.png", cv2.resize(example.labels[0], SIZE, interpolation=cv2.INTER_NEAREST))
    return folder / "clip.mp4", folder / "mask.png", len(frames) / example.fps, len(frames)


if __name__ == "__main__":
    main()
