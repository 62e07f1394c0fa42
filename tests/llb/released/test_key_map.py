"""Released checkpoints become ours; what does not fit is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from llb import cli
from llb.checkpoint import load_model
from llb.released.key_map import LABEL_HEAD, convert_checkpoint, convert_state, released_config
from tests.support.seeded_weights import seeded_state

KEYS = Path(__file__).parents[2] / "fixtures" / "joint_keys.json"


@pytest.fixture(scope="module")
def released() -> dict[str, torch.Tensor]:
    return seeded_state(KEYS)


def write(path: Path, released: dict[str, torch.Tensor], **more: object) -> Path:
    torch.save(
        {"epoch": 90, "net_type": "JOINTNet", "net": released, "stats": {"loss": [0.1, None, True]}, **more}, path
    )
    return path


def test_a_converted_file_loads_as_a_model_with_its_own_d(released: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = write(tmp_path / "joint_davis.pth.tar", released)
    out = tmp_path / "joint.safetensors"
    assert convert_checkpoint(path, out) == "paper/joint"
    model = load_model(str(out))
    assert model.config.label_dim == 16
    assert torch.equal(model.state_dict()["induction.head.weight"], released["target_model.feature_extractor.0.weight"])


def test_files_of_another_kind_are_refused_in_one_sentence(
    released: dict[str, torch.Tensor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    other = tmp_path / "other.pth.tar"
    torch.save({"net": {"fc.weight": torch.zeros(2)}}, other)
    with pytest.raises(ValueError, match="not a released LLB or JOINT"):
        convert_checkpoint(other, out)
    few = {name: value for name, value in released.items() if not name.startswith("decoder")}
    with pytest.raises(ValueError, match="does not fit"):
        convert_checkpoint(write(tmp_path / "few.pth.tar", few), out)
    whole_numbers = released | {
        "transformer.feature_adjustor.0.weight": torch.zeros(512, 1024, 3, 3, dtype=torch.uint8)
    }
    with pytest.raises(ValueError, match=r"transduction\.adjust\.weight holds torch\.uint8"):
        convert_checkpoint(write(tmp_path / "numbers.pth.tar", whole_numbers), out)
    with pytest.raises(ValueError, match="no folder"):
        convert_checkpoint(other, tmp_path / "missing" / "out.safetensors")
    with pytest.raises(SystemExit):
        cli.main(["convert", str(other), "--out", str(out)])
    assert "not a released" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("shape", [(), (16,), (0, 64, 3, 3), (100_000, 1, 1, 1)])
def test_an_impossible_d_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        released_config({LABEL_HEAD: torch.zeros(shape)})


def test_a_name_of_neither_list_is_refused() -> None:
    with pytest.raises(ValueError, match=r"fc\.weight"):
        convert_state({"fc.weight": torch.zeros(2)})
