"""Seeded damage to valid inputs: flipped bits, edited headers, cut and spliced files, and odd values in API calls."""

from __future__ import annotations

import json
import random
import zipfile
import zlib
from io import BytesIO

from tests.fuzz.seeds import Seed

HEAD = 512  # bytes at the front, and at the end, that hold most of a file's structure
PNG = b"\x89PNG\r\n\x1a\n"
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\x01", b"\xff\xff\0\0")
ODD_VALUES = (
    *(0, -1, 1, 2, 7, 255, 10**6, 2**31, -(2**63), 2**80, 0.5, -0.0, 1e308),
    *(float("inf"), float("-inf"), float("nan")),
)


def mutate(seed: Seed, others: list[Seed], rng: random.Random) -> bytes:
    """Return the seed's bytes, damaged in one to four ways."""
    if seed.kind == "api":
        return _odd_call(seed.data, rng)
    if seed.kind == "zip" and rng.random() < 0.5:
        return _damage_inside(seed, others, rng)
    data = bytearray(seed.data)
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        rng.choice(WAYS)(data, others, rng)
    return _with_checksums(bytes(data)) if rng.random() < 0.5 else bytes(data)


def _damage_inside(seed: Seed, others: list[Seed], rng: random.Random) -> bytes:
    """Damage the pictures in a zip and pack them anew, so that the zip itself is sound."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(seed.data)) as given, zipfile.ZipFile(buffer, "w") as made:
        for name in given.namelist():
            picture = Seed("mask", name, given.read(name))
            made.writestr(name, mutate(picture, others, rng) if rng.random() < 0.5 else picture.data)
    return buffer.getvalue()


def _with_checksums(data: bytes) -> bytes:
    """Return a PNG with the right checksum at each chunk, so that damage gets past them; other files as they are."""
    if not data.startswith(PNG):
        return data
    place, done = len(PNG), [PNG]
    while place + 12 <= len(data):
        length = min(int.from_bytes(data[place : place + 4], "big"), len(data) - place - 12)
        body = data[place + 4 : place + 8 + length]
        done.append(length.to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big"))
        place += 12 + length
    return b"".join(done)


def _flip(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    for _ in range(rng.choice((1, 2, 8, 32))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _edit_header(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    place = rng.randrange(min(HEAD, len(data)))
    place = place if rng.random() < 0.8 else max(0, len(data) - 1 - place)
    value = rng.choice(EXTREMES)[: rng.choice((1, 2, 4))]
    data[place : place + len(value)] = value


def _truncate(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _cut_out(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, 256)]


def _repeat(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randrange(1, 2048)]


def _splice(data: bytearray, others: list[Seed], rng: random.Random) -> None:
    other = rng.choice(others).data
    data[rng.randrange(len(data)) :] = other[rng.randrange(len(other)) :]


WAYS = (_flip, _flip, _edit_header, _edit_header, _truncate, _cut_out, _repeat, _splice)


def _odd_call(data: bytes, rng: random.Random) -> bytes:
    call = json.loads(data)
    keys = sorted(set(call) - {"call"})
    for key in rng.sample(keys, rng.randint(1, len(keys))):
        call[key] = rng.choice(ODD_VALUES)
    return json.dumps(call).encode()
