"""What hosts are given is right: the Space's front matter and files, the container, and docs/hosting.md."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from scripts.space import ZEROGPU, write_space
from tests.soak.server import free_port, wait_for

ROOT = Path(__file__).parents[1]
ZEROGPU_TORCH = ("2.8.0", "2.9.1", "2.10.0", "2.11.0")  # all that it offers
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")  # of a Space's card


def front_matter(readme: Path) -> dict[str, object]:
    return dict(yaml.safe_load(readme.read_text().split("---\n")[1]))


def requirements(path: Path = ROOT / "requirements.txt") -> dict[str, Requirement]:
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    return {found.name: found for found in map(Requirement, filter(None, lines))}


def test_the_front_matter_is_a_spaces() -> None:
    facts = front_matter(ROOT / "README.md")
    assert (facts["sdk"], facts["app_file"], facts["license"]) == ("gradio", "app.py", "apache-2.0")
    assert facts["python_version"] == "3.12"  # a text, and one that ZeroGPU has
    assert {facts["colorFrom"], facts["colorTo"]} <= set(COLOURS)
    assert len(str(facts["short_description"])) <= 60
    assert requirements()["gradio"].specifier.contains(str(facts["sdk_version"]))
    assert "https://arxiv.org/abs/2212.02112" in (ROOT / "README.md").read_text()  # lists the Space beside the paper


def test_the_range_of_torch_holds_what_zerogpu_offers() -> None:
    allowed = requirements()
    assert all(allowed["torch"].specifier.contains(version) for version in ZEROGPU_TORCH)
    assert ZEROGPU["torch"] == ZEROGPU_TORCH[-1]
    assert all(allowed[package].specifier.contains(version) for package, version in ZEROGPU.items())


@pytest.mark.parametrize("zerogpu", [False, True])
def test_the_files_of_a_space(zerogpu: bool, tmp_path: Path) -> None:
    folder = tmp_path / "space"
    write_space("someone/llb", folder, zerogpu)
    facts = front_matter(folder / "README.md")
    assert facts.pop("thumbnail") == "https://huggingface.co/spaces/someone/llb/resolve/main/docs/pictures/page.png"
    assert facts == front_matter(ROOT / "README.md")
    assert (folder / "docs/pictures/page.png").exists()
    assert (requirements(folder / "requirements.txt") == requirements()) is not zerogpu
    if zerogpu:
        assert str(requirements(folder / "requirements.txt")["torch"]) == f"torch=={ZEROGPU['torch']}"
    helped = subprocess.run([sys.executable, "app.py", "--help"], cwd=folder, capture_output=True, text=True)
    assert "Serve the page" in helped.stdout
    with pytest.raises(ValueError, match="name a new folder"):
        write_space("someone/llb", folder, zerogpu)
    with pytest.raises(ValueError, match="OWNER/NAME"):
        write_space("llb", tmp_path / "other", zerogpu)


def test_every_variable_of_the_environment_stands_in_the_document() -> None:
    sources = [ROOT / "app.py", *(path for name in ("llb", "demo") for path in (ROOT / name).rglob("*.py"))]
    read = {name for path in sources for name in re.findall(r'"(LLB_[A-Z_]+)"', path.read_text())}
    told = set(re.findall(r"^\| `(LLB_[A-Z_]+)`", (ROOT / "docs/hosting.md").read_text(), re.MULTILINE))
    assert read == told


@dataclass(frozen=True)
class Container:
    """The Dockerfile as far as it can be followed without a container."""

    instructions: list[tuple[str, str]]

    @classmethod
    def read(cls) -> Container:
        text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
        return cls([(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line])

    def all(self, kind: str) -> list[str]:
        """Return the arguments of every instruction of a kind, in order."""
        return [arguments for name, arguments in self.instructions if name == kind]

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        return dict(pair.split("=", 1) for pairs in self.all("ENV") for pair in pairs.split())

    def copy_files(self, folder: Path) -> None:
        """Do what COPY does, with what .dockerignore lets through."""
        for *sources, target in map(str.split, self.all("COPY")):
            for source in sources:
                assert is_sent(source), f".dockerignore holds {source} back"
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, folder / target)

    @property
    def health(self) -> list[str]:
        """The command that tells whether the page is well."""
        return list(json.loads(self.all("HEALTHCHECK")[0].partition("CMD")[2]))


def is_sent(name: str) -> bool:
    """Tell whether .dockerignore lets a file or folder of the checkout through: the last line that fits decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().split():
        if fnmatch.fnmatch(name, line.removeprefix("!")):
            sent = line.startswith("!")
    return sent


def test_the_container_is_small_and_not_roots() -> None:
    container = Container.read()
    assert container.all("USER")[-1] == "1000"
    assert f"useradd --create-home --uid {container.all('USER')[-1]} " in " ".join(container.all("RUN"))
    assert container.all("VOLUME") == [container.environment["LLB_CACHE"]] == ["/data"]
    assert "https://download.pytorch.org/whl/cpu" in " ".join(container.all("RUN"))
    held_back = {path.name for path in ROOT.iterdir()} & {".git", ".venv", "node_modules", "tests", "docs"}
    assert not [name for name in held_back if is_sent(name)]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Container, dict[str, str], subprocess.Popen[bytes]]]:
    """Start the container's command on the container's files, with its environment."""
    container, app = Container.read(), tmp_path / "app"
    app.mkdir()
    container.copy_files(app)
    own = {"LLB_CACHE": str(tmp_path / "data"), "GRADIO_SERVER_PORT": str(free_port())}
    environment = {**os.environ, **container.environment, **own}
    command = [sys.executable, *json.loads(container.all("CMD")[0])[1:]]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # who starts the tests with & lets it be ignored
    with subprocess.Popen(command, cwd=app, env=environment, preexec_fn=heard) as process:
        yield container, environment, process
        process.kill()


@pytest.mark.slow
def test_the_container_starts_is_well_and_ends_when_it_is_told(
    started: tuple[Container, dict[str, str], subprocess.Popen[bytes]],
) -> None:
    container, environment, process = started
    check = [sys.executable, *container.health[1:]]

    def is_well() -> bool:
        assert process.poll() is None, "the page ended"
        return subprocess.run(check, env=environment, capture_output=True).returncode == 0

    wait_for(is_well, 120.0, "the page is not well")
    process.send_signal(getattr(signal, container.all("STOPSIGNAL")[0]))
    process.wait(20)
