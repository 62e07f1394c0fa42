"""The package that `pip install .` makes: nothing missing, nothing more, and it works away from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest

from llb.io.label_png import read_labels, write_labels
from llb.io.video_reader import probe, write_video
from tests.support.clips import square_clip

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SOURCES = ("llb", "demo", "weights", "benchmarks", "scripts", "tests/support")
INSIDE = {"llb": "llb", "demo": "demo", "weights": "llb/weights"}  # folder of the checkout -> where it is installed
COMPONENTS = ("trim", "canvas", "player", "inside")


@dataclass(frozen=True)
class Installed:
    """The folder that the package was installed into, and an environment that finds it first."""

    folder: Path
    environment: dict[str, str]

    def python(self, code: str, cwd: Path) -> str:
        """Run code and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=cwd, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    @property
    def command(self) -> str:
        """The console script."""
        return str(self.folder / "bin" / "llb")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install a copy of the checkout, so that building leaves nothing behind in it, without asking any registry."""
    source, folder, home = (tmp_path_factory.mktemp(name) for name in ("source", "installed", "home"))
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("*.py"), *ROOT.glob("*.txt"), *(ROOT / name for name in ("pyproject.toml", "README.md"))):
        shutil.copy(file, source)
    shutil.copy(ROOT / "LICENSE", source)
    arguments = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", folder, "."]
    subprocess.run([sys.executable, "-m", "pip", "install", *map(str, arguments)], cwd=source, check=True)
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("GRADIO", "LLB", "PYTHON"))}
    return Installed(folder, outside | {"PYTHONPATH": str(folder), "LLB_CACHE": str(home), "TMPDIR": str(home)})


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_file_of_the_packages_is_inside_and_no_other(installed: Installed) -> None:
    wanted = {f"{place}/{name}" for folder, place in INSIDE.items() for name in files(ROOT / folder)}
    found = files(installed.folder)
    assert {name for name in found if not re.match(r"bin/|llb-[\d.]+\.dist-info/", name)} == wanted
    assert (installed.folder / "bin" / "llb").exists()


def test_segment_runs_outside_the_checkout(installed: Installed, tmp_path: Path) -> None:
    code = "import llb, demo, llb.checkpoint as c; print(*llb.__path__, *demo.__path__, c.WEIGHTS, sep='\\n')"
    places = [str(installed.folder / name) for name in ("llb", "demo", "llb/weights")]
    assert installed.python(code, tmp_path).splitlines() == places
    frames, labels = square_clip(3, {1: (20, 30)}, side=30)
    write_video(tmp_path / "clip.mp4", frames, 10.0)
    assert probe(tmp_path / "clip.mp4").codec == "h264"
    write_labels(tmp_path / "mask.png", labels[0])
    arguments = ["segment", "clip.mp4", "--mask", "mask.png", "--out", "run", "--precision", "fp32"]
    subprocess.run(
        [installed.command, *arguments], cwd=tmp_path, env=installed.environment, check=True, capture_output=True
    )
    masks = sorted((tmp_path / "run" / "masks").iterdir())
    assert len(masks) == len(frames)
    found = read_labels(masks[-1]) == 1
    assert (found & (labels[-1] == 1)).sum() > 0.7 * (found | (labels[-1] == 1)).sum()


def test_the_command_names_itself_and_its_page(installed: Installed, tmp_path: Path) -> None:
    asked = subprocess.run(
        [installed.command, "--help"], cwd=tmp_path, env=installed.environment, capture_output=True, text=True
    )
    assert "Usage: llb [OPTIONS]" in asked.stdout
    assert " demo " in asked.stdout


@pytest.fixture
def address(installed: Installed, tmp_path: Path) -> Iterator[str]:
    """Serve the installed page on a free port and return its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [installed.command, "demo", "--host", "127.0.0.1", "--port", str(port)]
    with open(tmp_path / "log", "w+") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=installed.environment, stdout=log, stderr=log)
        try:
            yield answering(f"http://127.0.0.1:{port}", server, tmp_path / "log")
        finally:
            server.kill()
            server.wait()


def answering(address: str, server: subprocess.Popen[bytes], log: Path, patience: float = 180) -> str:
    """Wait until a server answers, and fail with what it said if it ends or never does."""
    for _ in range(int(patience / 0.2)):
        try:
            get(address)
        except URLError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.2)
        else:
            return address
    raise AssertionError(log.read_text())


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.status == 200
        text: str = answer.read().decode()
        return text


def test_the_page_is_served_whole(installed: Installed, address: str) -> None:
    assert "<html" in get(address)
    config = json.loads(get(f"{address}/config"))
    by_name = {part["props"].get("elem_id"): part["props"] for part in config["components"]}
    for name in COMPONENTS:
        script = by_name["mask-canvas" if name == "canvas" else name]["js_on_load"]
        module = re.search(r'"(/[^"]+\.js)"', script)
        served = get(address + module[1]) if module else script
        assert (installed.folder / "demo/components" / name / f"{name}.js").read_text() in served
    assert (installed.folder / "demo/page/page.css").read_text() in config["css"]
    examples = by_name["examples"]["props"]["examples"]
    assert len(examples) == len(list((ROOT / "demo/clips/rendered").glob("*.mp4")))
    assert all(example["picture"].startswith("data:image/jpeg") for example in examples)
