"""A restricted unpickler: it reads what torch.save wrote, and nothing that the file names is imported or called.

Plain values come out as they are, tensors as `TensorEntry`; an `Inert` object takes the place of everything else.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import torch


class Storage(NamedTuple):
    """A flat array in the file: its key, its dtype and its length in elements."""

    key: str
    dtype: torch.dtype
    length: int


class TensorEntry(NamedTuple):
    """Where a tensor lies in a storage, as `Tensor.as_strided` takes it."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class Inert:
    """Takes the place of every class and function that is not in `KNOWN`; nothing done with it has an effect."""

    def __init__(*_: object) -> None: ...
    def __call__(*_: object) -> object:
        return Inert()

    def __setstate__(*_: object) -> None: ...
    def __setitem__(*_: object) -> None: ...
    def append(*_: object) -> None: ...
    def extend(*_: object) -> None: ...


class Builder(Inert):
    """Takes the place of a function that rebuilds a tensor."""

    def __init__(self, build: Callable[..., object]) -> None:
        self._build = build

    def __call__(self, *arguments: object) -> object:
        return self._build(*arguments)


class StorageType(Inert):
    """Takes the place of a class of storages."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


KNOWN = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor_v2": Builder(lambda *arguments: TensorEntry(*arguments[:4])),
    "torch._utils._rebuild_parameter": Builder(lambda *arguments: arguments[0]),
    "torch.FloatStorage": StorageType(torch.float32),
    "torch.DoubleStorage": StorageType(torch.float64),
    "torch.HalfStorage": StorageType(torch.float16),
    "torch.BFloat16Storage": StorageType(torch.bfloat16),
    "torch.LongStorage": StorageType(torch.int64),
    "torch.IntStorage": StorageType(torch.int32),
    "torch.ByteStorage": StorageType(torch.uint8),
    "torch.BoolStorage": StorageType(torch.bool),
}


class InertUnpickler(pickle.Unpickler):
    """Unpickle plain values and tensors (as `TensorEntry`) only; everything else becomes `Inert`."""

    storages: dict[str, Storage]  # that the object refers to, by key

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages = {}

    def find_class(self, module: str, name: str) -> Any:
        return KNOWN.get(f"{module}.{name}", Inert)

    def persistent_load(self, reference: Any) -> Storage:
        kind, storage_type, key, _, length, *view = reference
        if kind != "storage" or not isinstance(storage_type, StorageType) or any(view):
            raise ValueError("not a storage of a known type")
        return self.storages.setdefault(str(key), Storage(str(key), storage_type.dtype, length))


def unpickle(file: io.BytesIO) -> tuple[Any, dict[str, Storage]]:
    """Unpickle the next object of a stream; return it and the storages that it refers to.

    The instructions are looked through first: some would take memory far beyond the file's size.

    Raises:
        ValueError: an instruction is unknown or not one that torch.save writes. `pickle.Unpickler` itself raises many
            other errors (AttributeError, EOFError, IndexError, KeyError, TypeError, UnpicklingError, ...).
    """
    start = file.tell()
    for number, (opcode, argument, _) in enumerate(pickletools.genops(file)):
        if opcode.name == "BYTEARRAY8" or (opcode.name in ("PUT", "LONG_BINPUT") and int(argument or 0) > number):
            raise ValueError("an instruction that torch.save never writes")
    end = file.tell()
    file.seek(start)
    unpickler = InertUnpickler(io.BytesIO(file.read(end - start)))
    return unpickler.load(), unpickler.storages
