"""Released checkpoints become ours, and nothing that such a file names is ever run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from llb import cli
from llb.checkpoint import load_model
from llb.released.checkpoint_reader import read_released
from llb.released.key_map import convert_checkpoint
from tests.support.seeded_weights import seeded_state

KEYS = Path(__file__).parents[2] / "fixtures" / "joint_keys.json"


class Trap:
    """An object as a stranger's file may hold: unpickling it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def released() -> dict[str, torch.Tensor]:
    return seeded_state(KEYS)


def write(path: Path, released: dict[str, torch.Tensor], **more: object) -> Path:
    torch.save(
        {"epoch": 90, "net_type": "JOINTNet", "net": released, "stats": {"loss": [0.1, None, True]}, **more}, path
    )
    return path


def test_tensors_are_read_exactly_and_nothing_is_run(released: dict[str, torch.Tensor], tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    view = torch.arange(24.0).view(4, 6)[1:, ::2]
    path = write(tmp_path / "a.pth.tar", {**released, "odd.view": view}, settings=Trap(trap))
    state = read_released(path)
    assert not trap.exists()
    assert state.keys() == {*released, "odd.view"}
    assert torch.equal(state["odd.view"], view)
    assert all(torch.equal(state[name], released[name]) for name in released)


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
    text = tmp_path / "text.pth.tar"
    text.write_text("no checkpoint")
    with pytest.raises(ValueError, match="torch.save"):
        read_released(text)
    other = tmp_path / "other.pth.tar"
    torch.save({"net": {"fc.weight": torch.zeros(2)}}, other)
    with pytest.raises(ValueError, match="not a released LLB or JOINT"):
        convert_checkpoint(other, tmp_path / "out.safetensors")
    few = {name: value for name, value in released.items() if not name.startswith("decoder")}
    with pytest.raises(ValueError, match="does not fit"):
        convert_checkpoint(write(tmp_path / "few.pth.tar", few), tmp_path / "out.safetensors")
    with pytest.raises(SystemExit):
        cli.main(["convert", str(other), "--out", str(tmp_path / "out.safetensors")])
    assert "not a released" in capsys.readouterr().err
    assert not (tmp_path / "out.safetensors").exists()
