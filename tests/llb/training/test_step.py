"""A step in parts, with activations computed again, and in half precision."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator

from llb.data.clip import ClipBatch
from llb.model.build import build_model
from llb.model.network import LLB
from llb.training.config import LossWeights
from llb.training.recipes import released_recipe
from llb.training.rollout import roll_out
from llb.training.step import Rollouts, TrainingStep
from llb.training.trainer import make_accelerator
from llb.types import FilterFit


def clips(count: int) -> ClipBatch:
    noise = torch.Generator().manual_seed(0)
    rgb = torch.randint(0, 256, (count, 3, 3, 48, 80), dtype=torch.uint8, generator=noise)
    mask = torch.zeros(count, 3, 1, 48, 80, dtype=torch.uint8)
    mask[..., 10:30, 20:50] = 1
    return ClipBatch(rgb, mask)


def gradients(model: LLB, parts: int, recompute: bool, count: int = 3) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad(set_to_none=True)
    step = TrainingStep(Accelerator(), Rollouts(model, [model], parts, recompute), LossWeights())
    result = step.backward(clips(count))
    found = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    return float(result.losses.total.detach()), found


@pytest.mark.parametrize(("parts", "recompute"), [(2, False), (3, False), (1, True), (2, True)])
def test_parts_and_recomputed_activations_change_neither_loss_nor_gradient(parts: int, recompute: bool) -> None:
    model = build_model("lite/llb")
    loss, whole = gradients(model, 1, recompute=False)
    other_loss, other = gradients(model, parts, recompute)
    assert other_loss == pytest.approx(loss, rel=1e-5)
    assert other.keys() == whole.keys()
    largest = max(float(value.norm()) for value in whole.values())
    for name, value in whole.items():
        assert torch.allclose(other[name], value, rtol=1e-3, atol=1e-5 * largest), name


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_leaves_the_few_shot_learner_in_single(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[torch.dtype] = set()
    fit = LLB.fit_filter

    def watched(self: LLB, *arguments: torch.Tensor, **settings: object) -> FilterFit:
        found = fit(self, *arguments, **settings)  # type: ignore[arg-type]
        seen.update(value.dtype for value in (*arguments, found.tau, found.losses))
        return found

    monkeypatch.setattr(LLB, "fit_filter", watched)
    model, batch = build_model("lite/llb"), clips(1)
    single = roll_out(model, batch.rgb, batch.mask).logits
    with torch.autocast("cpu", dtype):
        half = roll_out(model, batch.rgb, batch.mask).logits
    assert seen == {torch.float32}
    assert torch.isfinite(half).all()
    assert (half - single).abs().mean() < 0.05 * single.std()


def test_fp16_without_a_gpu_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ValueError, match="fp16 needs a GPU"):
        make_accelerator(released_recipe("paper/llb", 1, precision="fp16"))


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from llb.training.clip_sources import DataFolders
    from llb.training.trainer import Trainer

    monkeypatch.setattr(Accelerator, "num_processes", property(lambda self: 3))
    with pytest.raises(ValueError, match="cannot be shared by 3"):
        Trainer(released_recipe("lite/joint", 1, batch_size=4), DataFolders(), tmp_path)
