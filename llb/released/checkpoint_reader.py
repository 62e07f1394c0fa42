"""Read the tensors of a ``.pth`` or ``.pth.tar`` checkpoint without executing anything that it names.

A released one is a pickled dict (epoch, net, optimizer, ...) with tensors and objects of the authors' own classes.
torch.save writes it as a zip archive, and wrote it as one stream before torch 1.6; both are read, by a restricted
unpickler (`llb.released.inert_unpickler`), so that a stranger's file can do no harm.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llb.released.inert_unpickler import Storage, TensorEntry, unpickle

STATE_DICTS = ("net", "model", "state_dict")
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
MALFORMED = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)

ReadStorage = Callable[[Storage], bytes]


def read_released(path: Path) -> dict[str, Tensor]:
    """Return the state dict of a checkpoint: its entry ``net`` (as released), ``model`` or ``state_dict``, or itself.

    Raises:
        ValueError: the file is not such a checkpoint, or it is damaged.
    """
    if not path.is_file():
        raise ValueError(f"There is no file {path}: check the path.")
    data = path.read_bytes()
    try:
        content, read = _read_zip(data) if zipfile.is_zipfile(io.BytesIO(data)) else _read_legacy(data)
        state = next((content[name] for name in STATE_DICTS if name in content), content)
        flat = cache(lambda storage: _flat_tensor(storage, read))
        tensors = {name: _tensor(entry, flat) for name, entry in state.items() if isinstance(name, str)}
    except MALFORMED as error:
        raise ValueError(
            f"{path} is not a checkpoint that can be read: it must be an undamaged file that torch.save wrote."
        ) from error
    if not tensors or len(tensors) < len(state):
        raise ValueError(f"{path} holds no state dict named 'net': is it a released LLB or JOINT checkpoint?")
    return tensors


def _read_zip(data: bytes) -> tuple[Any, ReadStorage]:
    """Return the content of a zip archive as torch.save writes it (since 1.6), and a reader of its storages."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    entries = archive.infolist()
    if any(entry.compress_type for entry in entries) or sum(entry.file_size for entry in entries) > len(data):
        raise ValueError("compressed or overlapping entries, which torch.save never writes")
    names = {entry.filename.partition("/")[2]: entry.filename for entry in entries}
    if "byteorder" in names and archive.read(names["byteorder"]) != b"little":
        raise ValueError("not little-endian")
    content, _ = unpickle(io.BytesIO(archive.read(names["data.pkl"])))
    return content, lambda storage: archive.read(names[f"data/{storage.key}"])


def _read_legacy(data: bytes) -> tuple[Any, ReadStorage]:
    """Return the content of a stream as torch.save wrote it before 1.6, and a reader of its storages.

    Five pickles (magic number, version, system, content, keys of the storages) come first; then each storage, in the
    order of the keys, as its number of elements (int64) and the elements.
    """
    file = io.BytesIO(data)
    (magic, _), _, (system, _), (content, storages), (keys, _) = (unpickle(file) for _ in range(5))
    if magic != LEGACY_MAGIC or not system["little_endian"]:
        raise ValueError("not a little-endian checkpoint")
    found: dict[str, bytes] = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        found[key] = file.read(count * storages[key].dtype.itemsize)
    return content, lambda storage: found[storage.key]


def _flat_tensor(storage: Storage, read: ReadStorage) -> Tensor:
    """Return a storage's elements as a tensor of one axis."""
    raw = bytearray(read(storage))
    if len(raw) != storage.length * storage.dtype.itemsize:
        raise ValueError("a storage is not of its stated size")
    return torch.frombuffer(raw, dtype=storage.dtype) if raw else torch.empty(0, dtype=storage.dtype)


def _tensor(entry: Any, flat: Callable[[Storage], Tensor]) -> Tensor:
    """Return the tensor of an entry as a view of its storage, which it must fit."""
    if not isinstance(entry, TensorEntry) or not isinstance(entry.storage, Storage):
        raise ValueError("not a tensor")
    last = entry.offset + sum((n - 1) * step for n, step in zip(entry.size, entry.stride, strict=True))
    numbers = (entry.offset, *entry.size, *entry.stride)
    if (
        min(numbers) < 0
        or math.prod(entry.size) > entry.storage.length
        or (0 not in entry.size and last >= entry.storage.length)
    ):
        raise ValueError("a tensor does not fit its storage")
    return flat(entry.storage).as_strided(entry.size, entry.stride, entry.offset)
