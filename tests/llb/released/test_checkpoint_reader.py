"""Files of torch.save are read in both of its formats; nothing in them is run, and bad ones end in one sentence."""

from __future__ import annotations

import io
import os
import pickle
import random
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from llb.released.checkpoint_reader import read_released

NET = OrderedDict(
    {
        "conv.weight": torch.arange(24.0).view(2, 3, 2, 2),
        "bn.num_batches_tracked": torch.tensor(7),
        "half": torch.arange(5).half(),
        "flags": torch.tensor([True, False]),
        "view": torch.arange(24.0).view(4, 6)[1:, ::2],
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
)
LEGACY = {"_use_new_zipfile_serialization": False}
FORMATS = pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])


class Statistics:
    """Of a class that a reader elsewhere does not have."""

    def __init__(self) -> None:
        self.history = [0.1, None, True]


@dataclass
class Call:
    """Pickles as the call of a function, as an attacker's object does."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def saved(content: object, options: dict[str, bool]) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def read(folder: Path, data: bytes) -> dict[str, torch.Tensor]:
    path = folder / "file.pth.tar"
    path.write_bytes(data)
    return read_released(path)


def refused(folder: Path, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"file\.pth\.tar (is not a checkpoint|holds no state dict).*[.?]$"):
        read(folder, data)


@FORMATS
def test_tensors_are_read_exactly(options: dict[str, bool], tmp_path: Path) -> None:
    NET._metadata = {"": {"version": 1}}  # type: ignore[attr-defined]
    twice = {**NET, "again": NET["conv.weight"]}
    content = {"epoch": 90, "net": twice, "stats": {"all": {Statistics()}, "list": [Statistics()]}, "model": NET}
    state = read(tmp_path, saved(content, options))
    assert list(state) == list(twice)
    assert all(torch.equal(state[name], value) and state[name].dtype == value.dtype for name, value in twice.items())
    assert read(tmp_path, saved(NET, options)).keys() == NET.keys()  # a plain state dict


@FORMATS
@pytest.mark.parametrize(
    "call",
    [
        lambda path: Call(os.system, (f"touch {path}",)),
        lambda path: Call(Path.touch, (path,)),
        lambda path: Call(eval, (f"open({str(path)!r}, 'w')",)),
        lambda path: Call(getattr, (Path(path), "touch")),
        lambda path: Call(torch.load, (str(path),)),
    ],
)
def test_what_a_file_names_is_never_run(options: dict[str, bool], call: Callable[[Path], Call], tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    state = read(tmp_path, saved({"net": NET, "settings": call(trap)}, options))
    assert state.keys() == NET.keys()
    refused(tmp_path, saved({"net": {**NET, "bad": call(trap)}}, options))
    refused(tmp_path, saved(call(trap), options))
    assert not trap.exists()


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")  # pickletools, of a broken text
@FORMATS
def test_truncated_and_changed_files_end_in_one_sentence(options: dict[str, bool], tmp_path: Path) -> None:
    data = saved({"net": NET, "stats": Statistics()}, options)
    draw = random.Random(0)
    for _ in range(150):
        refused(tmp_path, data[: draw.randrange(len(data))])
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(draw.randint(1, 8)):
            changed[draw.randrange(len(data))] = draw.randrange(256)
        with suppress(ValueError):  # where the change is in a number, the file is still whole
            read(tmp_path, bytes(changed))


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"net": {}},
        {"net": None},
        {"net": {"a": 1}},
        {"net": {1: torch.ones(1)}},
        {"net": {"a": torch.ones(2, dtype=torch.complex64)}},
        {"net": {"a": torch.ones(1).expand(1000, 1000)}},
    ],
    ids=str,
)
@FORMATS
def test_content_that_is_no_state_dict_is_refused(content: object, options: dict[str, bool], tmp_path: Path) -> None:
    refused(tmp_path, saved(content, options))


def test_other_files_are_refused(tmp_path: Path) -> None:
    for data in (b"", b"no checkpoint", pickle.dumps({"net": 1}), pickle.dumps(1234), b"\x80\x02K\x01."):
        refused(tmp_path, data)
    with pytest.raises(ValueError, match="no file"):
        read_released(tmp_path / "missing.pth.tar")
    with pytest.raises(ValueError, match="no file"):
        read_released(tmp_path)


def repacked(data: bytes, change: Callable[[str, bytes], bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Write a zip checkpoint again with other content."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return file.getvalue()


def test_zip_bombs_and_storages_of_another_size_are_refused(tmp_path: Path) -> None:
    data = saved({"net": {"a": torch.ones(4)}}, {})
    assert read(tmp_path, repacked(data, lambda name, content: content))["a"].sum() == 4
    refused(tmp_path, repacked(data, lambda name, content: content, zipfile.ZIP_DEFLATED))
    refused(tmp_path, repacked(data, lambda name, content: content[:-1] if "/data/" in name else content))
    refused(tmp_path, repacked(data, lambda name, content: b"big" if name.endswith("byteorder") else content))


def tensor_pickle(length: int, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    """Pickle a state dict of one tensor with these numbers."""

    class Numbers:
        def __reduce__(self) -> tuple[object, ...]:
            return torch._utils._rebuild_tensor_v2, (Reference(), offset, size, stride, False, OrderedDict())

    class Reference:
        pass

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> object:
            return ("storage", torch.FloatStorage, "0", "cpu", length) if isinstance(value, Reference) else None

    file = io.BytesIO()
    Pickler(file, 2).dump({"net": {"a": Numbers()}})
    return file.getvalue()


@pytest.mark.parametrize(
    ("length", "size", "stride", "offset"),
    [
        (4, (4,), (1,), 1),
        (4, (4,), (1,), -1),
        (4, (2, 2), (3, 1), 0),
        (4, (2,), (-1,), 3),
        (4, (2**40,), (0,), 0),
        (4, (2**80,), (1,), 0),
        (4, (2, 2), (1,), 0),
        (2**40, (2**40,), (1,), 0),
        (-4, (1,), (1,), 0),
    ],
)
def test_tensors_that_do_not_fit_their_storage_are_refused(
    length: int, size: tuple[int, ...], stride: tuple[int, ...], offset: int, tmp_path: Path
) -> None:
    data = saved({"net": {"a": torch.ones(4)}}, {})

    def changed(pickled: bytes) -> bytes:
        return repacked(data, lambda name, content: pickled if name.endswith("data.pkl") else content)

    assert read(tmp_path, changed(tensor_pickle(4, (2, 2), (2, 1))))["a"].shape == (2, 2)
    refused(tmp_path, changed(tensor_pickle(length, size, stride, offset)))


@pytest.mark.parametrize(
    "instructions",
    [
        b"\x80\x02}r" + struct.pack("<I", 2**31) + b".",  # a memo of two thousand million entries
        b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",  # a terabyte
        b"\x80\x02X" + struct.pack("<I", 2**31) + b".",
        b"\x80\x02\x8b" + struct.pack("<I", 2**31) + b".",
    ],
)
def test_instructions_that_would_take_all_memory_are_refused(instructions: bytes, tmp_path: Path) -> None:
    data = saved({"net": {"a": torch.ones(4)}}, {})
    refused(tmp_path, repacked(data, lambda name, content: instructions if name.endswith("data.pkl") else content))
    refused(tmp_path, instructions)


def test_the_stand_ins_cannot_be_changed_by_a_file(tmp_path: Path) -> None:
    data = saved({"net": {"a": torch.ones(4)}}, {})
    for named in (b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n", b"ctorch\nanything\n"):
        # BUILD with a dict, and with the pair (None, attributes), which sets attributes of what it is done to
        build = named + b"}X\x05\x00\x00\x00dtypeK\x01sb" + named + b"N}X\x06\x00\x00\x00_buildK\x01s\x86b"
        attack = b"\x80\x02" + build + b"."
        refused(tmp_path, repacked(data, lambda name, old, new=attack: new if name.endswith("data.pkl") else old))
        assert read(tmp_path, data)["a"].sum() == 4
