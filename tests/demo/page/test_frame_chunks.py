"""Some frames in one answer: what is in it, when it may be kept, and what is refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.clips.clip import Clip
from demo.page.file_routes import FileRoutes
from demo.page.frame_chunks import MOST, pack_files
from demo.runs.file_address import address_of
from demo.runs.run import Run
from demo.runs.session import SessionStore
from llb.io.label_png import decode_labels
from tests.support.finished_runs import NAMES, finished_run
from tests.support.node import run_script
from tests.support.packed_files import unpack_files
from tests.support.page_fakes import FRAMES, fake_shelf

FOR_GOOD = "private, max-age=31536000, immutable"
FOR_NOW = "private, no-store"
UNPACK = """
import { readFile } from 'node:fs/promises';
import { decodeLabels } from './demo/components/shared/label_png.js';
import { unpackFiles } from './demo/components/shared/packed_files.js';
const files = [];
await unpackFiles(new Blob([await readFile(process.argv[1])]).stream(), (file) => files.push(file));
for (const file of files) {
  const { width, height, ids } = await decodeLabels(file);
  console.log(width, height, Buffer.from(ids).toString('hex'));
}
"""


@dataclass
class Chunks:
    """A finished run on an example, and a browser that asks for its chunks."""

    clip: Clip
    run: Run
    browser: TestClient

    def get(self, folder: Path, frames: str) -> httpx.Response:
        return self.browser.get(f"{address_of(folder)}/{frames}")

    def labels(self, frames: str = "00000-00007", state: str = "done") -> httpx.Response:
        return self.get(self.run.folder / "labels" / state, frames)


@pytest.fixture
def chunks(tmp_path: Path) -> Chunks:
    clip = fake_shelf(tmp_path).clip("disc")
    run = finished_run(SessionStore(tmp_path / "sessions").create().new_folder("run"), clip)
    app = Starlette(routes=[FileRoutes([tmp_path, tmp_path / "sessions"]).route()])
    return Chunks(clip, run, TestClient(app))


def test_frames_come_as_they_are_in_their_order(chunks: Chunks) -> None:
    for folder, suffix in (("previews", "jpg"), ("truth", "png")):
        answer = chunks.get(chunks.clip.folder / folder, "00002-00005")
        expected = [(chunks.clip.folder / folder / f"{index:05d}.{suffix}").read_bytes() for index in range(2, 6)]
        assert unpack_files(answer.content) == expected
        assert answer.headers["cache-control"] == FOR_GOOD
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_labels_of_all_models_come_frame_by_frame(chunks: Chunks) -> None:
    answer = chunks.labels("00003-00004")
    expected = [chunks.run.labels_file(name, index).read_bytes() for index in (3, 4) for name in NAMES]
    assert unpack_files(answer.content) == expected
    assert answer.headers["cache-control"] == FOR_GOOD


def test_labels_are_compressed_for_a_browser_that_can_read_that(chunks: Chunks) -> None:
    address = f"{address_of(chunks.run.folder)}/labels/done/00000-00007"
    plain = chunks.browser.get(address, headers={"Accept-Encoding": "identity"})
    packed = chunks.browser.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_the_browser_reads_what_the_server_packs(chunks: Chunks, tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_bytes(chunks.labels().content)
    printed = run_script(UNPACK, str(path)).splitlines()
    expected = [chunks.run.labels(name, index) for index in range(FRAMES) for name in NAMES]
    assert printed == [f"{labels.shape[1]} {labels.shape[0]} {labels.tobytes().hex()}" for labels in expected]


def test_what_a_run_at_work_has_is_never_kept(chunks: Chunks) -> None:
    chunks.run.save(state="running")
    before = chunks.labels("00003-00003", "running")
    assert before.headers["cache-control"] == FOR_NOW
    chunks.run.save_labels(NAMES[0], 3, np.full((120, 160), 1, np.uint8))
    after = chunks.labels("00003-00003", "running")
    assert (decode_labels(unpack_files(after.content)[0], "it") == 1).all()
    assert before.content != after.content


def test_the_address_of_an_ended_run_has_never_stood_for_anything_else(chunks: Chunks) -> None:
    chunks.run.save(state="running")
    for state in ("done", "stopped"):
        assert chunks.labels("00003-00003", state).status_code == 404
    chunks.run.save(state="stopped")
    assert chunks.labels("00003-00003", "done").status_code == 404
    assert chunks.labels("00003-00003", "stopped").headers["cache-control"] == FOR_GOOD
    assert chunks.labels("00003-00003", "running").headers["cache-control"] == FOR_NOW  # it has ended this moment


def test_only_frames_that_all_models_have_done_are_given_out(chunks: Chunks) -> None:
    chunks.run.save(state="running")
    chunks.run.labels_file(NAMES[1], 5).unlink()
    assert chunks.labels("00000-00004", "running").status_code == 200
    assert chunks.labels("00000-00005", "running").status_code == 404


@pytest.mark.parametrize(
    "frames",
    [
        "00005-00003",  # backwards
        f"00000-{MOST:05d}",  # too many
        "00000-00008",  # beyond the end
        "0-7",
        "00000-7",
        "00000",
        "00000-00007.png",
        "00000-00007/",
        "00000-00007%00",
        "-0001-00003",
        "٠٠٠٠٠-٠٠٠٠٣",
        "00000-99999",
    ],
)
def test_odd_ranges_are_refused(chunks: Chunks, frames: str) -> None:
    assert chunks.labels(frames).status_code == 404
    assert chunks.get(chunks.clip.folder / "previews", frames).status_code == 404


def test_nothing_leads_out_of_a_run(chunks: Chunks, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    path = chunks.run.labels_file(NAMES[0], 3)
    path.unlink()
    path.symlink_to(tmp_path / "secret.png")
    assert chunks.labels("00003-00003").status_code == 404
    assert chunks.labels("00004-00004", "%2e%2e/labels/done").status_code == 404
    assert chunks.labels("00004-00004", "waiting").status_code == 404


def test_a_run_without_its_facts_has_no_labels(chunks: Chunks) -> None:
    os.remove(chunks.run.folder / "run.json")
    assert chunks.labels().status_code == 404


def test_no_file_is_lost_between_empty_ones() -> None:
    files = [b"", b"a", b"", b"bc" * 70_000]
    assert unpack_files(pack_files(files)) == files
