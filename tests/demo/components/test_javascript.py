"""The tests of the page's modules run with the others, and both sides agree on what a label picture is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from llb.io.label_png import read_labels, write_labels
from llb.types import Labels
from tests.support.node import ROOT, node, run_script

SIZES = [(1, 1), (3, 200), (97, 61), (240, 426)]
DECODE = """
import { readFile, writeFile } from 'node:fs/promises';
import { decodeLabels } from './demo/components/shared/label_png.js';
for (const path of process.argv.slice(1)) {
  const { width, height, ids } = await decodeLabels(new Uint8Array(await readFile(path)));
  await writeFile(`${path}.ids`, ids);
  console.log(height, width);
}
"""
ENCODE = """
import { readFile, writeFile } from 'node:fs/promises';
import { encodeLabels } from './demo/components/shared/label_png.js';
for (const entry of process.argv.slice(1)) {
  const [height, width, path] = entry.split(':');
  const ids = new Uint8Array(await readFile(path));
  await writeFile(`${path}.png`, await encodeLabels({ width: Number(width), height: Number(height), ids }));
}
"""


def some_labels(size: tuple[int, int], most: int) -> Labels:
    """Return stripes over noise, with every id up to `most` where there is room."""
    random = np.random.default_rng(sum(size))
    labels = random.integers(0, most + 1, size).astype(np.uint8)
    labels[: size[0] // 2] = np.arange(size[1]) // 9 % (most + 1)
    return labels


def test_the_modules_own_tests_pass() -> None:
    tests = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.js"))
    done = subprocess.run([node(), "--test", *tests], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_browser_reads_the_ids_that_the_server_writes(tmp_path: Path) -> None:
    written = {tmp_path / f"{number}.png": some_labels(size, 255) for number, size in enumerate(SIZES)}
    for path, labels in written.items():
        write_labels(path, labels)
    printed = run_script(DECODE, *map(str, written)).splitlines()
    assert printed == [f"{height} {width}" for height, width in SIZES]
    for path, labels in written.items():
        assert Path(f"{path}.ids").read_bytes() == labels.tobytes()


def test_the_server_reads_the_ids_that_the_browser_writes(tmp_path: Path) -> None:
    given = {tmp_path / f"{most}-{size[0]}": some_labels(size, most) for size in SIZES for most in (0, 1, 8)}
    for path, labels in given.items():
        path.write_bytes(labels.tobytes())
    run_script(ENCODE, *(f"{labels.shape[0]}:{labels.shape[1]}:{path}" for path, labels in given.items()))
    for path, labels in given.items():
        assert (read_labels(f"{path}.png") == labels).all()
