"""A model with Hugging Face's `from_pretrained` and `save_pretrained`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import PyTorchModelHubMixin, hf_hub_download

from llb.checkpoint import load_model, save_model
from llb.model.network import LLB

FILE = "model.safetensors"
MODEL_CARD = """---
{{ card_data }}
---

# {{ name | default("LLB", true) }}

Video object segmentation by the method of *Learning to Learn Better for Video Object Segmentation* (LLB, AAAI 2023) or
its predecessor JOINT (ICCV 2021): given the mask of an object on a clip's first frame, the model follows it.

```python
from llb import VideoSegmenter
from llb.hub import HubLLB

segmenter = VideoSegmenter(HubLLB.from_pretrained("OWNER/NAME"))
```

`model.safetensors` says in its metadata which scale and variant it holds. State here what it was trained on, under
which terms it may be used, and what it scores (`llb evaluate`).
"""


class HubLLB(
    LLB,
    PyTorchModelHubMixin,
    library_name="llb",
    tags=["video-object-segmentation"],
    paper_url="https://arxiv.org/abs/2212.02112",
    model_card_template=MODEL_CARD,
):
    """A model as it was trained, with ``from_pretrained``, ``save_pretrained`` and ``push_to_hub``.

    `llb.model.build.for_inference` makes it faster, after which it can only be run.
    """

    @classmethod
    def of(cls, model: LLB) -> HubLLB:
        """Return a model that shares its parts with another one, which is as it was trained."""
        return cls(
            model.config,
            backbone=model.backbone,
            label_generator=model.label_generator,
            transduction=model.transduction,
            induction=model.induction,
            fusion=model.fusion,
            decoder=model.decoder,
        ).eval()

    def _save_pretrained(self, save_directory: Path) -> None:
        save_model(self, save_directory / FILE)

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        revision: str | None,
        cache_dir: str | Path | None,
        force_download: bool,
        local_files_only: bool,
        token: str | bool | None,
        map_location: str = "cpu",
        strict: bool = True,
        **settings: Any,
    ) -> HubLLB:
        """Load ``model.safetensors`` from a folder, or from a repository; the file itself says what it holds."""
        path = Path(model_id) / FILE
        if not path.is_file():
            path = Path(
                hf_hub_download(
                    model_id,
                    FILE,
                    revision=revision,
                    cache_dir=cache_dir,
                    force_download=force_download,
                    token=token,
                    local_files_only=local_files_only,
                )
            )
        return cls.of(load_model(str(path), map_location, as_trained=True))
