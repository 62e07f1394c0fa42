"""What a visitor takes away: every file is opened and compared with the run."""

from __future__ import annotations

import csv
import json
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from demo import text
from demo.clips.clip import Clip
from demo.exports.files import KINDS, FileKind, export, export_internals, export_overlay
from demo.exports.masks import soft_mask
from demo.exports.report import make_report
from demo.exports.sizes import sizes
from demo.exports.video import write_overlay
from demo.models.settings import Settings
from demo.runs.compare import compare
from demo.runs.passes import Repair
from demo.runs.run import Run
from demo.runs.run_setup import RunRequest, start_run
from demo.runs.trace_file import StoredTrace
from llb.io.label_png import read_labels
from llb.types import SearchRegion
from tests.support.page_fakes import FRAMES, FakeModels, FakeSegmenter, fake_shelf

NAMES = ("lite/llb", "lite/joint", "lite/llb~gates")
FOLDERS = [name.replace("/", "-") for name in NAMES]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return fake_shelf(tmp_path_factory.mktemp("shelf")).clip("disc")


def make_run(folder: Path, clip: Clip, stop_after: int = 10**6) -> Run:
    truth = clip.truth(0)
    assert truth is not None
    run = start_run(RunRequest(clip, {0: truth}, NAMES, Settings(interval=7)), FakeModels(), lambda: folder)
    seen: list[int] = []
    fakes = {name: FakeSegmenter(name.partition("~")[0]) for name in NAMES}
    for step in compare(run, clip, lambda: fakes, lambda: len(seen) > stop_after):
        seen.append(step.frame)
    return Run.open(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Run:
    return make_run(tmp_path_factory.mktemp("runs") / "run-1", clip)


def frames_of(path: Path) -> tuple[list[float], tuple[int, int]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame.time or 0.0 for frame in frames], (frames[0].height, frames[0].width)


def test_the_side_by_side_video_has_every_frame_at_its_time(run: Run, clip: Clip, tmp_path: Path) -> None:
    times, (height, width) = frames_of(export("side_by_side", run, clip))
    assert times == pytest.approx(list(clip.times), abs=2e-3)
    assert (height, width) == (clip.height + 28, 3 * clip.width)


def test_the_last_frame_stays_as_long_as_in_the_clip(run: Run, clip: Clip, tmp_path: Path) -> None:
    whole = replace(clip, end=clip.times[-1] + 1.5)
    stopped = replace(run, variants=tuple(replace(record, frames=4) for record in run.variants))
    for exported, ends in ((run, whole.end), (stopped, clip.times[4])):
        write_overlay(exported, whole, NAMES[0], tmp_path / "overlay.mp4")
        with av.open(str(tmp_path / "overlay.mp4")) as container:
            stream = container.streams.video[0]
            assert stream.duration is not None
            assert float(stream.duration * stream.time_base) == pytest.approx(ends, abs=0.01)


def test_an_overlay_has_every_frame(run: Run, clip: Clip, tmp_path: Path) -> None:
    times, size = frames_of(export_overlay(run, clip, "lite/joint"))
    assert len(times) == FRAMES
    assert size == (clip.height, clip.width)
    with pytest.raises(ValueError, match="no such model"):
        export_overlay(run, clip, "../secrets")


def test_the_masks_are_palette_pictures(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("masks", run, clip)) as archive:
        expected = {f"{folder}/{index:05d}.png" for folder in FOLDERS for index in range(FRAMES)}
        assert set(archive.namelist()) == expected | {"README.txt"}
        archive.extractall(tmp_path / "out")
    for index in range(FRAMES):
        labels = read_labels(tmp_path / "out" / FOLDERS[0] / f"{index:05d}.png")
        assert (labels == run.labels(NAMES[0], index)).all()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
def test_coco_masks_decode_to_the_labels(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("coco", run, clip)) as archive:
        assert archive.namelist() == [f"{folder}.json" for folder in FOLDERS]
        archive.extractall(tmp_path)
    for folder, name in zip(FOLDERS, NAMES, strict=True):
        found = COCO(str(tmp_path / f"{folder}.json"))
        assert found.getImgIds() == list(range(FRAMES))
        assert found.loadCats(1)[0]["name"] == "object 1"
        items = found.loadAnns(found.getAnnIds(iscrowd=False))
        assert len(items) == len({item["id"] for item in items}) >= FRAMES
        for item in items:
            mask = found.annToMask(item)
            assert (mask == (run.labels(name, item["image_id"]) == item["category_id"])).all()
            assert item["area"] == mask.sum()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_coco_masks_load_as_results_of_a_model(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("coco", run, clip)) as archive:
        archive.extract(f"{FOLDERS[0]}.json", tmp_path)
    truth = COCO(str(tmp_path / f"{FOLDERS[0]}.json"))
    results = truth.loadRes([{**item, "score": 1.0} for item in truth.loadAnns(truth.getAnnIds())])
    assert len(results.getAnnIds()) == len(truth.getAnnIds())
    assert results.annToMask(results.loadAnns(1)[0]).any()


def test_soft_masks_are_the_models_probabilities(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("soft", run, clip)) as archive:
        for index in range(FRAMES):
            data = np.frombuffer(archive.read(f"{FOLDERS[0]}/1/{index:05d}.png"), np.uint8)
            soft = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            assert soft.shape == (clip.height, clip.width)
            trace = run.traces(NAMES[0]).read(index, 1)
            assert trace is not None
            assert soft.max() <= trace.mask.max()


def test_a_soft_mask_is_cut_where_its_region_leaves_the_frame() -> None:
    region = SearchRegion(-4, -2, 4, 6)
    trace = StoredTrace(region, True, 0, np.full((4, 4), 200, np.uint8), {}, (), (), ())
    soft = soft_mask(trace, (6, 8))
    assert (soft[:4, :6] == 200).all()
    assert soft.sum() == 200 * 4 * 6


def test_cut_outs_are_transparent_beside_the_objects(run: Run, clip: Clip, tmp_path: Path) -> None:
    with zipfile.ZipFile(export("cutouts", run, clip)) as archive:
        assert archive.namelist() == [f"{folder}.webm" for folder in FOLDERS]
        archive.extractall(tmp_path)
    with av.open(str(tmp_path / f"{FOLDERS[0]}.webm")) as container:
        assert container.streams.video[0].metadata.get("alpha_mode") == "1"
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frames = [frame for packet in container.demux(video=0) for frame in decoder.decode(packet)]
    assert len(frames) == FRAMES
    alpha = frames[3].to_ndarray(format="rgba")[: clip.height, : clip.width, 3]
    labels = run.labels(NAMES[0], 3) > 0
    assert alpha[cv2.erode(np.uint8(labels), np.ones((9, 9))) > 0].min() > 200
    assert alpha[cv2.dilate(np.uint8(labels), np.ones((9, 9))) == 0].max() < 50


def test_the_curves_are_a_table_of_the_figures(run: Run, clip: Clip) -> None:
    with export("curves", run, clip).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == FRAMES * len(NAMES)
    by_place = {(int(row["frame"]), row["model"]): row for row in rows}
    stats = run.frame_stats()[3].of(NAMES[1], 1)
    row = by_place[3, run.variants[1].title]
    assert float(row["J"]) == pytest.approx(stats.j, abs=1e-4)
    assert int(row["area in pixels"]) == stats.area
    assert by_place[0, run.variants[0].title]["J"] == "", "unknown where the mask was given"


def test_each_plot_is_a_drawing_and_a_picture_with_a_legend(run: Run, clip: Clip) -> None:
    with zipfile.ZipFile(export("plots", run, clip)) as archive:
        names = archive.namelist()
        assert {"j.svg", "j.png", "area.svg", "area.png"} <= set(names)
        for name in names:
            if name.endswith(".svg"):
                assert 'id="legend_1"' in archive.read(name).decode()
            else:
                assert cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_COLOR) is not None


def test_the_internals_of_one_frame_are_a_part_of_all(run: Run, clip: Clip) -> None:
    path = export_internals(run, 3)
    assert path.name == "traces-00003.npz"
    with np.load(path, allow_pickle=False) as one, np.load(export("traces", run, clip), allow_pickle=False) as every:
        assert set(one) == {key for key in every if "/00003/" in key}
        assert all((one[key] == every[key]).all() for key in one)
    with pytest.raises(ValueError, match="frames 0 to"):
        export_internals(run, FRAMES)


def test_sizes_are_told_before_a_file_is_written_and_exactly_after(clip: Clip, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", clip)
    told = sizes(run, clip)
    assert set(told) == {*KINDS, "internals"} - {"soft"}
    for kind in ("masks", "traces"):
        assert told[kind] == pytest.approx(export(kind, run, clip).stat().st_size, rel=0.2)
    report = export("report", run, clip).stat().st_size
    assert sizes(run, clip)["report"] == report
    soft = export("soft", run, clip).stat().st_size
    assert sizes(run, clip)["soft"] == soft


def test_traces_load_and_are_the_stored_ones(run: Run, clip: Clip, tmp_path: Path) -> None:
    with np.load(export("traces", run, clip), allow_pickle=False) as arrays:
        trace = run.traces("lite/llb").read(3, 1)
        assert trace is not None
        for name, feature in trace.features.items():
            assert arrays[f"lite-llb/00003/1.{name}"] == pytest.approx(feature, abs=1e-3, rel=1e-3)
        assert {key.split("/")[0] for key in arrays} == set(FOLDERS)


def test_measurements_hold_settings_and_figures(run: Run, clip: Clip, tmp_path: Path) -> None:
    found = json.loads(export("measurements", run, clip).read_text())
    assert found["settings"]["interval"] == 7
    assert found["frames"] == [stats.to_json() for stats in run.frame_stats()]
    assert [model["overlap"] for model in found["models"]] == [record.overlap for record in run.variants]
    assert found["marked_frames"] == [0]
    assert [model["weights_sha256"] for model in found["models"]] == [
        "sha of lite/llb",
        "sha of lite/joint",
        "sha of lite/llb",
    ]
    assert {model["precision"] for model in found["models"]} == {"fp32"}


class Outside(HTMLParser):
    """Collect what a page would fetch from elsewhere, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and value and not value.startswith(("data:", "#")):
                self.fetched.append(value)
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_opens_offline_and_tells_the_figures(run: Run, clip: Clip, tmp_path: Path) -> None:
    page = export("report", run, clip).read_text()
    parser = Outside()
    parser.feed(page)
    assert parser.fetched == []
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<img") >= 3 * len(NAMES)
    overlap = run.variants[0].overlap
    assert overlap is not None
    assert f"{overlap:.3f}" in parser.text
    assert parser.text.count("knock-out") >= 1
    assert "One disc" in parser.text
    assert "sha of lite/joint" in parser.text
    assert page.count('id="legend_1"') + page.count('id="legend_2"') >= 2, "a legend beside each plot"
    assert "Difference from ground truth" in parser.text
    for key in ("search_factor", "None", "marked_frames", "shared_regions", "search_again"):
        assert key not in parser.text


def test_a_report_without_a_truth_has_dashes_and_compares_models(run: Run, clip: Clip) -> None:
    page = make_report(run, replace(clip, has_truth=False))
    assert page.compared_with == run.variants[0].title
    assert len(page.differences[0]) == len(NAMES) - 1


def test_a_title_with_tags_is_only_text_in_the_report(clip: Clip, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", clip)
    title = '<img src="http://elsewhere/x.png">'
    parser = Outside()
    parser.feed(export("report", run, replace(clip, title=title)).read_text())
    assert parser.fetched == []
    assert title in parser.text


def test_a_stopped_run_gives_what_is_there(tmp_path: Path, clip: Clip) -> None:
    stopped = make_run(tmp_path / "run", clip, stop_after=7)
    assert 0 < stopped.frames < FRAMES
    for kind in KINDS:
        assert export(kind, stopped, clip).stat().st_size > 0
    assert len(frames_of(export("side_by_side", stopped, clip))[0]) == stopped.frames


def test_what_cannot_be_exported_is_said(run: Run, clip: Clip) -> None:
    with pytest.raises(ValueError, match="choose one of side_by_side"):
        export("../run.json", run, clip)
    waiting = replace(run, state="waiting", variants=tuple(replace(r, frames=0) for r in run.variants))
    with pytest.raises(ValueError, match="No frame"):
        export("masks", waiting, clip)
    with pytest.raises(ValueError, match=re.escape(text.REPAIR_AT_WORK)):
        export("masks", replace(run, state="running", repair=Repair(3)), clip)


def test_a_run_at_work_gives_what_is_done_each_time_anew(tmp_path: Path, clip: Clip) -> None:
    stopped = make_run(tmp_path / "run", clip, stop_after=7)
    for frames in (1, 2):
        records = tuple(replace(record, frames=frames) for record in stopped.variants)
        at_work = replace(stopped, variants=records).save(state="running")
        for kind in KINDS:
            path = export(kind, at_work, clip)
            assert path.stat().st_size > 0
            assert path.is_relative_to(stopped.folder), "what belongs to a run goes with it"
        assert len(frames_of(export("side_by_side", at_work, clip))[0]) == frames
    for state in ("done", "stopped"):
        export("coco", stopped.save(state=state), clip)
    assert len(list((stopped.folder / "downloads").iterdir())) == 2


def test_equal_exports_at_once_are_written_once(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", clip)
    writes: list[Path] = []

    def slowly(run: Run, clip: Clip, path: Path) -> None:
        writes.append(path)
        time.sleep(0.2)
        path.write_text("whole")

    monkeypatch.setitem(KINDS, "coco", FileKind("masks.coco.zip", slowly))
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(export, "coco", run, clip) for _ in range(4)]]
    assert len(set(found)) == len(writes) == 1
    assert found[0].read_text() == "whole"
    assert list(found[0].parent.iterdir()) == [found[0]]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", clip)

    def fail(run: Run, clip: Clip, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(KINDS, "coco", FileKind("masks.coco.zip", fail))
    with pytest.raises(OSError, match="No space"):
        export("coco", run, clip)
    assert not [path for path in (run.folder / "downloads").rglob("*") if path.is_file()]
