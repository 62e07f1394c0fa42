"""Where the weights of a model are found, by its name.

In this order: the shipped ones (``weights``: inside the installed package, beside it in a checkout), the folder
``$LLB_WEIGHTS``, and the Hugging Face repository ``$LLB_HUB_REPO``, which is asked only while that variable is set.
Each lists its files in a ``manifest.json`` with their sha256; in a folder, a converted file called
``paper_llb.safetensors`` counts for ``paper/llb`` without being listed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from llb.config import SCALES, VARIANTS

PACKAGE = Path(__file__).resolve().parent
INSTALLED = PACKAGE / "weights"  # setup.py puts the checkout's folder there
WEIGHTS = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent / "weights"
MANIFEST = "manifest.json"
FOLDER_VARIABLE, HUB_VARIABLE = "LLB_WEIGHTS", "LLB_HUB_REPO"
HUB_REPO = re.compile(r"([\w.-]+/[\w.-]+)@([0-9a-f]{40})")
NO_WEIGHTS = "no weights yet: this variant has not been trained at this scale"


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model's weights; `reason` says why they cannot be used and is empty where they can.

    `model` is what the weights are of: the name itself, unless there are several for one variant (``lite/llb-seed1``).
    `backbone` is the file that holds its backbone, which several models share; empty where it is ImageNet's or in the
    model's own file. `parameters` counts the trained ones and the frozen backbone's. The file is in `folder`, or in
    `repo` at `revision`.
    """

    name: str
    available: bool
    reason: str = ""
    file: str = ""
    sha256: str = ""
    model: str = ""
    parameters: int = 0
    backbone: str = ""
    folder: Path = WEIGHTS
    repo: str = ""
    revision: str = ""

    def fetch(self) -> Path:
        """Return the file, downloaded with its backbone's if it is in a repository.

        Raises:
            ValueError: the file is not the one listed.
        """
        if self.repo and self.backbone:
            _download(self.repo, self.revision, self.backbone)  # to the model's folder, where it is looked for
        path = _download(self.repo, self.revision, self.file) if self.repo else self.folder / self.file
        if sha256_of(path) != self.sha256:
            raise ValueError(f"{path} is not the file that the manifest names (sha256 differs): fetch it again.")
        return path


def shipped_models(folder: Path = WEIGHTS) -> dict[str, ModelCard]:
    """List every model of the family by name, with its weights in a folder or the reason why there are none."""
    path = folder / MANIFEST
    entries = json.loads(path.read_text()) if path.exists() else {}
    names = dict.fromkeys([*(f"{scale}/{variant}" for scale in SCALES for variant in VARIANTS), *entries])
    return {name: _card_of(name, entries.get(name), folder) for name in names}


def available_models(folder: Path = WEIGHTS) -> dict[str, ModelCard]:
    """List every model of the family by name with the weights that are found first, or the reason why none are.

    Raises:
        ValueError: ``$LLB_WEIGHTS`` is no folder, or ``$LLB_HUB_REPO`` cannot be read.
    """
    found = shipped_models(folder)
    own, repo = os.environ.get(FOLDER_VARIABLE, ""), os.environ.get(HUB_VARIABLE, "")
    if own and not Path(own).is_dir():
        raise ValueError(f"${FOLDER_VARIABLE} is {own}, which is no folder: set it to the folder of your weights.")
    for cards in (shipped_models(Path(own)) if own else {}, _hub_models(repo) if repo else {}):
        found |= {
            name: card
            for name, card in cards.items()
            if card.available and not (name in found and found[name].available)
        }
    return found


def find_model(name: str, folder: Path = WEIGHTS) -> ModelCard:
    """Return the card of a model that has weights.

    Raises:
        ValueError: the name is unknown, or there are no such weights.
    """
    cards = available_models(folder)
    if name not in cards:
        ready = ", ".join(card.name for card in cards.values() if card.available) or "none"
        raise ValueError(f"There is no model {name!r}: choose one that has weights ({ready}).")
    if not cards[name].available:
        raise ValueError(f"{name} cannot be loaded: {cards[name].reason}.")
    return cards[name]


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, which is read anew when its size or time changes."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@cache
def _sha256(path: Path, size: int, time: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _card_of(name: str, entry: dict[str, Any] | None, folder: Path) -> ModelCard:
    if entry is not None:
        known = {field: str(entry[field]) for field in ("file", "sha256", "model")}
        backbone = str(entry.get("backbone", ""))
        missing = [file for file in (known["file"], backbone) if file and not (folder / file).exists()]
        reason = f"weights/{missing[0]} is missing" if missing else ""
        parameters = int(entry["parameters"])
        return ModelCard(name, not missing, reason, **known, parameters=parameters, backbone=backbone, folder=folder)
    file = f"{name.replace('/', '_')}.safetensors"
    if not (folder / file).exists():
        return ModelCard(name, False, NO_WEIGHTS)
    return ModelCard(name, True, "", file, sha256_of(folder / file), name, _parameters(folder / file), folder=folder)


def _parameters(path: Path) -> int:
    """Count the numbers in a file; none if it is damaged, which loading it will say."""
    try:
        with safe_open(path, "pt") as file:
            shapes = [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118 (not a mapping)
    except SafetensorError:
        return 0
    counts = []
    for shape in shapes:
        count = 1
        for side in shape:
            count *= side
        counts.append(count)
    return sum(counts)


@cache
def _hub_models(address: str) -> dict[str, ModelCard]:
    """List the models of a repository by its ``manifest.json``; asked once in a process."""
    matched = HUB_REPO.fullmatch(address)
    if matched is None:
        raise ValueError(
            f"${HUB_VARIABLE} is {address!r}: write owner/name@revision, with the 40 digits of the commit, so that the "
            "weights stay the same."
        )
    repo, revision = matched.groups()
    path = _download(repo, revision, MANIFEST)
    try:
        entries = json.loads(path.read_text())
        return {
            name: ModelCard(
                name,
                True,
                file=str(entry["file"]),
                sha256=str(entry["sha256"]),
                model=str(entry["model"]),
                parameters=int(entry["parameters"]),
                backbone=str(entry.get("backbone", "")),
                repo=repo,
                revision=revision,
            )
            for name, entry in entries.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{MANIFEST} of {repo} does not list models as weights/{MANIFEST} does.") from error


def _download(repo: str, revision: str, file: str) -> Path:
    """Fetch a file of a repository into Hugging Face's cache, unless it is there."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(repo, file, revision=revision))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ValueError(
            f"{file} of {repo} could not be fetched from Hugging Face: try again, or check $LLB_HUB_REPO."
        ) from error
