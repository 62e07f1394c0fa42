"""Key maps of ResNet-50 and ViTAE: every format gives the features that its own network gives."""

from __future__ import annotations

import re

import pytest
import torch
from torchvision.models import resnet50

from llb.config import SCALES
from llb.model.backbone import ResNet50
from llb.model.resnet_weights import OUR_MEAN, convert_resnet, find_format
from llb.model.vitae import ViTAE
from llb.model.vitae_weights import convert_vitae

Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def theirs() -> torch.nn.Module:
    """Torchvision's network, with statistics that are not trivial."""
    torch.manual_seed(0)
    network = resnet50(weights=None).eval()
    for name, buffer in network.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.1)
        if name.endswith("running_var"):
            buffer.uniform_(0.8, 1.2)
    return network


def ours(tensors: Tensors) -> ResNet50:
    known = find_format(tensors)
    assert known is not None
    network = ResNet50().eval()
    missing, unexpected = network.load_state_dict(convert_resnet(tensors, known), strict=False)
    assert unexpected == []
    assert all(name.endswith("num_batches_tracked") for name in missing)
    return network


def detectron(name: str) -> str:
    """Return a name of torchvision's as detectron2 writes it."""
    if name.startswith(("conv1.", "bn1.")):
        return "stem." + re.sub(r"^bn1\.", "conv1.norm.", name)
    name = re.sub(r"layer(\d)", lambda found: f"res{int(found[1]) + 1}", name)
    name = re.sub(r"bn(\d)\.", r"conv\1.norm.", name)
    return name.replace("downsample.0.", "shortcut.").replace("downsample.1.", "shortcut.norm.")


def benchmark(name: str) -> str:
    """Return a name of torchvision's as maskrcnn-benchmark writes it."""
    return f"stem.{name}" if name.startswith(("conv1.", "bn1.")) else name


def body(network: torch.nn.Module) -> Tensors:
    return {name: value for name, value in network.state_dict().items() if not name.startswith("fc.")}


@pytest.mark.parametrize("prefix", ["", "backbone.body."])
def test_torchvisions_weights_see_the_same_image(theirs: torch.nn.Module, prefix: str) -> None:
    """The first layers agree on an image that either normalises its own way (away from the padded border)."""
    backbone = ours({f"{prefix}{name}": value for name, value in theirs.state_dict().items()})
    rgb = torch.randint(0, 256, (1, 3, 64, 64), generator=torch.Generator().manual_seed(1)).float()
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    given = (rgb / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    bgr = rgb.flip(1) - torch.tensor(OUR_MEAN).view(3, 1, 1)
    wanted = theirs.bn1(theirs.conv1(given))
    found = backbone.stem[:2](bgr)
    assert torch.allclose(found[..., 2:-2, 2:-2], wanted[..., 2:-2, 2:-2], atol=1e-4)
    assert torch.equal(backbone.layer3[1].conv2.weight, theirs.layer3[1].conv2.weight)


@pytest.mark.parametrize("prefix", ["", "backbone.bottom_up."])
def test_detectron2s_weights_keep_their_values_but_for_the_mean(theirs: torch.nn.Module, prefix: str) -> None:
    backbone = ours({f"{prefix}{detectron(name)}": value for name, value in body(theirs).items()})
    assert torch.equal(backbone.stem[0].weight, theirs.conv1.weight)
    assert torch.equal(backbone.layer2[0].downsample[1].running_var, theirs.layer2[0].downsample[1].running_var)
    grey = torch.tensor([103.53, 116.28, 123.675]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    bgr = grey - torch.tensor(OUR_MEAN).view(3, 1, 1)
    wanted = theirs.bn1(theirs.conv1(torch.zeros_like(grey)))
    assert torch.allclose(backbone.stem[:2](bgr)[..., 4:-4, 4:-4], wanted[..., 4:-4, 4:-4], atol=1e-4)


@pytest.mark.parametrize("prefix", ["backbone.body.", "feature_extractor."])
def test_weights_in_the_releases_form_are_taken_as_they_are(theirs: torch.nn.Module, prefix: str) -> None:
    rename = benchmark if prefix == "backbone.body." else str
    backbone = ours({f"{prefix}{rename(name)}": value for name, value in body(theirs).items()} | {"rpn": torch.ones(1)})
    assert torch.equal(backbone.stem[0].weight, theirs.conv1.weight)
    assert torch.equal(backbone.stem[1].running_mean, theirs.bn1.running_mean)
    again = ours({f"backbone.{name}": value for name, value in backbone.state_dict().items()})
    assert torch.equal(again.layer4[2].bn3.weight, theirs.layer4[2].bn3.weight)


def test_an_unknown_format_is_not_guessed() -> None:
    assert find_format({"encoder.weight": torch.ones(1)}) is None


def test_vitae_takes_imagenets_file_and_a_released_label_encoder() -> None:
    """Every weight of the paper's ViTAE has a name in the release; the map back is its inverse."""
    torch.manual_seed(0)
    network = ViTAE(SCALES["paper"].vitae)
    state = network.state_dict()
    released = {f"layers.{theirs_of(name)}": value for name, value in state.items()}
    for prefix in ("", "module.", "label_encoder.label_backbone."):
        tensors = {f"{prefix}{name}": value for name, value in released.items()} | {"head.weight": torch.ones(2, 2)}
        found = convert_vitae(tensors)
        assert found.keys() == state.keys()
        assert all(torch.equal(found[name], value) for name, value in state.items())
    own = convert_vitae({f"label_generator.encoder.vitae.{name}": value for name, value in state.items()})
    assert own.keys() == state.keys()


def theirs_of(name: str) -> str:
    """Return our name of a ViTAE weight as the release writes it."""
    kind, number, rest = name.split(".", 2)
    if kind == "normal":
        rest = rest.replace("mlp.0.", "mlp.fc1.").replace("mlp.2.", "mlp.fc2.").replace("local.", "PCM.")
        own = rest.startswith(("PCM.", "mlp.", "norm"))
        return f"2.NC.{number}.{rest if own else f'attn.{rest}'}"
    if rest.startswith("reduce."):
        _, _, branch, entry = rest.split(".")
        return f"{number}.RC.PRM.convs.{branch}.0.{entry}"
    if rest == "attention.directions":
        return f"{number}.RC.attn.w"
    return f"{number}.RC.{rest.replace('local.', 'PCM.').replace('attention.', 'attn.')}"
