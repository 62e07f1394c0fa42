"""Compare this project with numbers recorded from the released code: python -m tests.parity FIXTURE.npz.

Knows network fixtures, training-step fixtures and engine fixtures by their entries. Prints one line per entry (name,
error, limit, ok or over); the exit status is 1 if any is over.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from llb.commands.options import check_device
from llb.model.build import build_model
from llb.model.few_shot import tf32_switches
from llb.model.network import LLB
from llb.released.key_map import convert_state, released_config
from tests.parity.checks import Check
from tests.parity.engine import check_engine
from tests.parity.network import check_network
from tests.parity.training import check_training
from tests.support.sampled import Array, Arrays
from tests.support.seeded_weights import seeded_state

FIXTURES = Path(__file__).parents[1] / "fixtures"


def read_fixture(path: Path) -> dict[str, Array]:
    """Read all arrays of a fixture."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def check_fixture(path: Path, keys: Path | None = None, seed: int = 0, device: str = "cpu") -> list[Check]:
    """Run the checks that fit the fixture's entries; `keys` (JSON: released name to shape) decides variant and D.

    Raises:
        ValueError: the entries are those of no known fixture, or no `keys` can be guessed.
    """
    arrays = read_fixture(path)
    if "memory_frames" in arrays:
        return check_engine(arrays, device)
    if "grad_norms" in arrays:  # the recorded gradients have a defect that only the CPU has
        released = device == "cpu"
        return check_training(arrays, load_model(keys or guess_keys(path, arrays), seed).to(device), released)
    if "tau_first" in arrays:
        return check_network(arrays, load_model(keys or guess_keys(path, arrays), seed).to(device))
    raise ValueError(f"{path} is no parity fixture: it has neither memory_frames, grad_norms nor tau_first.")


def load_model(keys: Path, seed: int = 0) -> LLB:
    """Build the model of a released layout, filled with stand-in weights through the converter."""
    state = seeded_state(keys, seed)
    model = build_model(released_config(state))
    model.load_state_dict(convert_state(state))
    return model


def guess_keys(path: Path, arrays: Arrays) -> Path:
    """Find the layout of a fixture, next to it or in tests/fixtures.

    LLB or JOINT is told by the parameters' names, else by the file's name, else by D (16 is JOINT's published one).
    """
    names = ("llb", "joint")
    if "grad_names" in arrays:
        variant = names[0 if any("combiner." in str(name) for name in arrays["grad_names"]) else 1]
    else:
        d = arrays.get("tau_first@shape", np.array(arrays["tau_first"].shape))[0]
        variant = next((name for name in names if path.stem.startswith(name)), names[int(d == 16)])
    for folder in (path.parent, FIXTURES):
        if (keys := folder / f"{variant}_keys.json").exists():
            return keys
    raise ValueError(f"{path} has no {variant}_keys.json beside it: name the layout with --keys.")


def without_tf32() -> None:
    """Compute as the reference did: a GPU's TF32 keeps ten bits, and the limits ask for more."""
    places, name, off = tf32_switches()
    for place in places if torch.cuda.is_available() else ():
        setattr(place, name, off)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__.split("\n")[0])
    parser.add_argument("fixture", type=Path, help="numbers of the released code (.npz)")
    parser.add_argument("--keys", type=Path, help="names and shapes of the layout (.json); guessed if left out")
    parser.add_argument("--seed", type=int, default=0, help="seed of the stand-in weights (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default cpu)")
    options = parser.parse_args(argv)
    try:
        check_device(options.device)
        without_tf32()
        checks = check_fixture(options.fixture, options.keys, options.seed, options.device)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(f"{check.name:{width}}  {check.error:.2e}  {check.limit:.0e}  {'ok' if check.ok else 'over'}")
    return int(not all(check.ok for check in checks))
