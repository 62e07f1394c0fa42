"""Read the tensors of a released ``.pth.tar`` checkpoint without unpickling it.

Such a file is a zip archive of raw tensor storages and a pickle that describes them, among objects of the authors'
own classes. The pickle's instructions are read one by one and only noted down: nothing named in the file is ever
imported or called, so a file from a stranger can do no harm.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

DTYPES = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
UNREADABLE = (
    "{} is not a checkpoint that this program can read: it must be a zip file that torch.save wrote (torch 1.6 on)."
)
MARK = object()


@dataclass(frozen=True)
class Name:
    """A class or function that the file names; it is never looked up."""

    path: str


@dataclass(frozen=True)
class Call:
    """A call that unpickling would make; it is never made."""

    function: Any
    arguments: Any


@dataclass(frozen=True)
class Storage:
    """The reference to a storage: its kind and its entry in the archive."""

    kind: str
    key: str


def read_released(path: Path) -> dict[str, Tensor]:
    """Return the state dict ``net`` of a released checkpoint (or of a file that is a plain state dict).

    Raises:
        ValueError: the file is not such a checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            pickle = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            content = _note_down(archive.read(pickle))
            folder = pickle.removesuffix("data.pkl") + "data/"
            state = content.get("net", content) if isinstance(content, dict) else {}
            tensors = {str(name): _tensor(archive, folder, value) for name, value in state.items()}
    except (zipfile.BadZipFile, StopIteration, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(UNREADABLE.format(path)) from error
    if not tensors:
        raise ValueError(f"{path} holds no state dict named 'net': is it a released LLB or JOINT checkpoint?")
    return tensors


def _tensor(archive: zipfile.ZipFile, folder: str, value: Any) -> Tensor:
    """Make a tensor of the noted call that would rebuild it."""
    if value.function.path == "torch._utils _rebuild_parameter":
        value = value.arguments[0]
    if value.function.path != "torch._utils _rebuild_tensor_v2":
        raise KeyError(value.function.path)
    storage, offset, size, stride = value.arguments[:4]
    flat = torch.from_numpy(np.frombuffer(archive.read(folder + storage.key), DTYPES[storage.kind]).copy())
    return flat.as_strided(tuple(size), tuple(stride), offset).clone()


def _note_down(data: bytes) -> Any:
    """Follow a pickle's instructions on a stack of plain values, `Name`s and `Call`s."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    steps: Iterator[tuple[pickletools.OpcodeInfo, Any, int | None]] = pickletools.genops(data)
    for opcode, argument, _ in steps:
        name = opcode.name
        if name == "STOP":
            break
        if name in ("BINPUT", "LONG_BINPUT", "PUT"):
            memo[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(memo[int(argument)])
        elif name in ACTIONS:
            ACTIONS[name](stack)
        elif name == "GLOBAL":
            stack.append(Name(argument))
        elif argument is not None:
            stack.append(argument)  # numbers and texts
        else:
            raise KeyError(name)
    return stack[-1]


def _since_mark(stack: list[Any]) -> list[Any]:
    """Take everything above the last mark, and the mark, off the stack."""
    start = max(index for index, value in enumerate(stack) if value is MARK)
    values = stack[start + 1 :]
    del stack[start:]
    return values


def _take(stack: list[Any], count: int) -> list[Any]:
    values = stack[-count:]
    del stack[-count:]
    return values


def _call(stack: list[Any]) -> None:
    function, arguments = _take(stack, 2)
    plain = {"collections OrderedDict": dict, "builtins set": set}.get(getattr(function, "path", ""))
    stack.append(plain() if plain else Call(function, arguments))


def _set_items(stack: list[Any], values: list[Any]) -> None:
    if isinstance(stack[-1], dict):
        stack[-1].update(zip(values[::2], values[1::2], strict=True))


def _extend(stack: list[Any], values: list[Any]) -> None:
    if isinstance(stack[-1], list):
        stack[-1].extend(values)


def _storage(stack: list[Any]) -> None:
    _, kind, key = stack.pop()[:3]
    stack.append(Storage(kind.path.split()[-1], key))


ACTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "PROTO": lambda stack: None,
    "FRAME": lambda stack: None,
    "MARK": lambda stack: stack.append(MARK),
    "NONE": lambda stack: stack.append(None),
    "NEWTRUE": lambda stack: stack.append(True),
    "NEWFALSE": lambda stack: stack.append(False),
    "EMPTY_DICT": lambda stack: stack.append({}),
    "EMPTY_LIST": lambda stack: stack.append([]),
    "EMPTY_TUPLE": lambda stack: stack.append(()),
    "EMPTY_SET": lambda stack: stack.append(set()),
    "TUPLE": lambda stack: stack.append(tuple(_since_mark(stack))),
    "LIST": lambda stack: stack.append(_since_mark(stack)),
    "TUPLE1": lambda stack: stack.append(tuple(_take(stack, 1))),
    "TUPLE2": lambda stack: stack.append(tuple(_take(stack, 2))),
    "TUPLE3": lambda stack: stack.append(tuple(_take(stack, 3))),
    "STACK_GLOBAL": lambda stack: stack.append(Name(" ".join(_take(stack, 2)))),
    "REDUCE": _call,
    "NEWOBJ": _call,
    "BUILD": lambda stack: stack.pop(),
    "POP": lambda stack: stack.pop(),
    "SETITEM": lambda stack: _set_items(stack, _take(stack, 2)),
    "SETITEMS": lambda stack: _set_items(stack, _since_mark(stack)),
    "APPEND": lambda stack: _extend(stack, _take(stack, 1)),
    "APPENDS": lambda stack: _extend(stack, _since_mark(stack)),
    "ADDITEMS": lambda stack: _since_mark(stack),
    "BINPERSID": _storage,
}
