"""Write the files of a Hugging Face Space to a folder: ``python -m scripts.space OWNER/NAME FOLDER`` (docs/hosting.md).

They are those of the checkout that the page and its documents need, with the address of the picture that links to the
Space show. ``--zerogpu`` asks for the newest PyTorch that ZeroGPU offers.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "requirements.txt", "app.py")
FOLDERS = ("llb", "demo", "weights", "docs")
PICTURE = "docs/pictures/page.png"
ZEROGPU = {"torch": "2.11.0", "torchvision": "0.26.0"}  # what it offers ends here; the two belong together


def write_space(name: str, folder: Path, zerogpu: bool) -> None:
    """Write the files of the Space ``owner/name`` to a new folder.

    Raises:
        ValueError: the name is no Space's, or the folder exists.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise ValueError(f"{name!r} names no Space: write OWNER/NAME.")
    if folder.exists():
        raise ValueError(f"{folder} exists: name a new folder.")
    listed = subprocess.run(["git", "ls-files", *PARTS, *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True)
    for file in listed.stdout.splitlines():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, folder / file)
    readme = folder / "README.md"
    thumbnail = f"thumbnail: https://huggingface.co/spaces/{name}/resolve/main/{PICTURE}\n---\n"
    readme.write_text(readme.read_text().replace("\n---\n", f"\n{thumbnail}", 1))
    if zerogpu:
        pin(folder / "requirements.txt", ZEROGPU)


def pin(requirements: Path, versions: dict[str, str]) -> None:
    """Ask for one version of each of these packages."""
    text = requirements.read_text()
    for package, version in versions.items():
        text = re.sub(rf"^{package}\b.*$", f"{package}=={version}", text, flags=re.MULTILINE)
    requirements.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.space", description=__doc__)
    parser.add_argument("name", help="OWNER/NAME of the Space")
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--zerogpu", action="store_true", help="pin PyTorch to the newest that ZeroGPU offers")
    chosen = parser.parse_args()
    try:
        write_space(chosen.name, chosen.folder, chosen.zerogpu)
    except ValueError as error:
        parser.error(str(error))
