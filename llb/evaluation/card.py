"""The card of a run: what made it, what came out, and what to cite; it can be checked by making the run again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from llb.evaluation.datasets import Dataset
from llb.evaluation.result import EvaluationResult
from llb.weight_files import WEIGHTS

NOISE = WEIGHTS / "results" / "noise_floor.json"
PACKAGES = ("llb", "torch", "timm", "numpy", "opencv-python-headless")
FIGURES = ("J&F", "J", "F")
BIBTEX = """@misc{{llb-run-{short},
  title = {{Video object segmentation with {model} on {split}: J\\&F {jf:.1f}, J {j:.1f}, F {f:.1f}}},
  howpublished = {{LLB Playground {llb}, run {short}}},
  note = {{weights sha256 {weights}, {precision}; {command}}}
}}

@inproceedings{{lan2023llb,
  title = {{Learning to Learn Better for Video Object Segmentation}},
  author = {{Lan, Meng and Zhang, Jing and Zhang, Lefei and Tao, Dacheng}},
  booktitle = {{AAAI Conference on Artificial Intelligence}},
  year = {{2023}}
}}

@inproceedings{{mao2021joint,
  title = {{Joint Inductive and Transductive Learning for Video Object Segmentation}},
  author = {{Mao, Yunyao and Wang, Ning and Zhou, Wengang and Li, Houqiang}},
  booktitle = {{IEEE/CVF International Conference on Computer Vision}},
  year = {{2021}}
}}
"""


@dataclass(frozen=True)
class RunCard:
    """What a run can be cited by.

    Attributes:
        made: how it was made (`benchmark.BenchmarkRun.to_json`); `command` makes it again.
        data_sha256: of the frames and the masks of its sequences.
        versions: of this package, Python and the packages that compute.
        found: J&F, J and F.
        noise_floor: how far J&F moves under noise of one grey level; a smaller difference says nothing.
        digest: sha256 of all this, which tells a card that was edited.
    """

    made: Mapping[str, Any]
    command: str
    data_sha256: str
    versions: Mapping[str, str]
    found: Mapping[str, float]
    noise_floor: float
    digest: str = ""

    @classmethod
    def of(cls, made: Mapping[str, Any], command: str, data: str, result: EvaluationResult) -> RunCard:
        """Make the card of a run."""
        found = dict(zip(FIGURES, (result.score.mean, result.score.j, result.score.f), strict=True))
        floor = noise_floor(str(made["weights"]), str(made["precision"]))
        card = cls(made, command, data, versions(), found, floor)
        return cls(**asdict(card) | {"digest": card.computed_digest()})

    def computed_digest(self) -> str:
        """Return the digest that the rest of the card has."""
        rest = {key: value for key, value in asdict(self).items() if key != "digest"}
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()

    def save(self, folder: Path) -> None:
        """Write ``card.json`` and ``card.bib``."""
        (folder / "card.json").write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        (folder / "card.bib").write_text(self.bibtex(), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> RunCard:
        """Read a card; raise ValueError if the file is none, or was edited."""
        try:
            card = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(
                f"{path} is not the card of a run: give the card.json that llb evaluate --out wrote."
            ) from error
        if card.computed_digest() != card.digest:
            raise ValueError(
                f"{path} was changed after it was written: its digest does not fit its settings and figures."
            )
        return card

    def bibtex(self) -> str:
        """Return entries for the run and for the two papers."""
        jf, j, f = (100 * self.found[name] for name in FIGURES)
        return BIBTEX.format(
            short=self.digest[:12],
            model=self.made["model"],
            split=f"{Path(self.made['source']['data']).name} {self.made['source']['split']}",
            jf=jf,
            j=j,
            f=f,
            llb=self.versions["llb"],
            weights=str(self.made["weights_sha256"])[:12],
            precision=self.made["precision"],
            command=self.command.replace("_", "\\_"),
        )

    def check(self, result: EvaluationResult) -> float:
        """Return by how much J&F of the same run, made again, differs; ValueError if that is beyond the noise floor."""
        moved = result.score.mean - self.found["J&F"]
        if abs(moved) > self.noise_floor:
            raise ValueError(
                f"The run gives J&F {100 * result.score.mean:.2f} and not {100 * self.found['J&F']:.2f}, beyond the "
                f"noise floor of {100 * self.noise_floor:.2f}: code, machine or settings differ from the card's."
            )
        return moved


def data_sha256(dataset: Dataset) -> str:
    """Return the sha256 of the names and bytes of all frames and masks of a data set's sequences."""
    total = hashlib.sha256()
    for sequence in dataset.sequences:
        images = {path.stem: path for path in sequence.images.iterdir()}
        masks = [sequence.mask_file(stem) for stem in sequence.stems]
        for path in [*(images[stem] for stem in sequence.stems), *(mask for mask in masks if mask.is_file())]:
            total.update(f"{sequence.name}/{path.name}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def noise_floor(weights: str, precision: str) -> float:
    """Return how far J&F moved under noise of one grey level in the committed measurement (`scripts.noise_floor`).

    It is the largest change of the model in that precision, or of all that were measured where it is none of them.
    """
    found = json.loads(NOISE.read_text(encoding="utf-8")) if NOISE.is_file() else []
    calm = {(each["model"], each["precision"]): each["J&F"] for each in found if each["seed"] is None}
    moved = dict.fromkeys(calm, 0.0)
    for each in found:
        key = (each["model"], each["precision"])
        moved[key] = max(moved[key], abs(each["J&F"] - calm[key]))
    return moved.get((weights, precision), max(moved.values(), default=0.0))


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    known = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:  # a checkout that is not installed
            known[name] = "checkout"
    return known
