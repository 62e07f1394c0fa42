"""The page's callbacks through its API, with stand-in models and no browser."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demo.clips.upload import FrameRange, Limits, import_clip
from demo.masks.annotations import Annotations
from demo.masks.chosen_clip import chosen_clip
from demo.models.settings import KNOCK_OUTS, Settings, entry_name
from demo.runs.run import Run
from demo.runs.session import SessionStore
from llb.io.video_reader import write_video
from tests.support.page_fakes import FRAMES, SIZE, FakeModels, fake_shelf, folder_at, served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Gradio counts its events with pandas
SETTINGS = (20, 5, 20, 0, True, False)


@dataclass
class Visitor:
    """A caller with a session, and the folder that the page keeps for them."""

    client: Client
    root: Path
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.call("arrive", self.token)[0]

    def call(self, name: str, *arguments: Any) -> Any:
        return self.client.predict(*arguments, api_name=f"/{name}")

    def upload(self, *paths: Path) -> Any:
        """Upload files and return what the canvas is told."""
        return self.call("upload", [handle_file(path) for path in paths])[0]

    def annotations(self) -> Annotations:
        session = SessionStore(self.root / "sessions").open(self.token)
        return Annotations.of(session, chosen_clip(session))

    def begin(
        self,
        names: list[str],
        knocked_out: tuple[str, ...] = (),
        settings: tuple[Any, ...] = SETTINGS,
    ) -> None:
        self.call("begin", names, list(knocked_out), *settings)

    def run(self, names: list[str]) -> tuple[Any, ...]:
        """Begin and watch, as the Run button does; return the title and what the player is told."""
        self.begin(names)
        return self.call("watch")[1:3]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def url(root: Path) -> Iterator[str]:
    with served(FakeModels(seconds=0.05), root) as address:
        yield address


@pytest.fixture
def visitor(url: str, root: Path) -> Visitor:
    return Visitor(Client(url, verbose=False), root)


def a_clip(folder: Path, frames: int = 5, size: tuple[int, int] = (90, 130)) -> Path:
    """Write a small mp4."""
    pictures = [np.full((*size, 3), 40 + 10 * index, np.uint8) for index in range(frames)]
    write_video(folder / "mine.mp4", pictures, 10.0)
    return folder / "mine.mp4"


def a_painting(size: tuple[int, int] = (90, 130)) -> np.ndarray:
    """Return the objects 1 and 3, painted."""
    labels = np.zeros(size, np.uint8)
    labels[10:30, 10:40] = 1
    labels[40:60, 50:90] = 3
    return labels


def test_an_example_runs_with_its_ready_mask(visitor: Visitor) -> None:
    title, told = visitor.run(["lite/llb", "lite/joint"])
    assert "One disc" in title
    assert [variant["title"] for variant in told["variants"]] == ["LLB", "JOINT"]
    assert {variant["done"] for variant in told["variants"]} == {FRAMES}
    assert re.fullmatch(r"12 ms per frame · mean J 0\.\d\d", told["variants"][0]["pace"])
    assert told["state"] == "finished"
    assert told["objects"] == [{"id": 1, "rgb": [0, 191, 255], "name": ""}]


def test_the_player_hears_of_frames_while_the_run_is_at_work(visitor: Visitor) -> None:
    visitor.begin(["lite/llb", "lite/joint"], settings=(20, 5, 19, 0, True, False))  # nobody has asked this before
    done = []
    for _, _, told, *_ in visitor.client.submit(api_name="/watch"):
        if told.get("state") == "running":  # nothing is told of the player while the run waits
            done.append(min(variant["done"] for variant in told["variants"]))
    assert done[0] < FRAMES
    assert done == sorted(done)


def test_the_players_files_are_served_at_the_addresses_that_it_is_told(visitor: Visitor, url: str) -> None:
    _, told = visitor.run(["lite/llb"])
    for folder in (told["previews"], told["labels"], told["truth"]):
        answer = httpx.get(f"{url.rstrip('/')}{folder}/00003-00005")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"


def test_a_knock_out_is_badged_and_settings_are_kept(visitor: Visitor, url: str) -> None:
    visitor.begin(["lite/llb"], knocked_out=("lite/llb~gates",), settings=(3, 2, 4, 4.5, False, True))
    told = visitor.call("watch")[2]
    assert [variant["badge"] for variant in told["variants"]] == ["", "knock-out"]
    stored = Run.open(folder_at(told["stamp"], visitor.root))
    assert stored.settings == Settings(3, 2, 4, 4.5, shared_regions=False, search_again=True)


def test_too_many_models_are_refused(visitor: Visitor) -> None:
    with pytest.raises(AppError, match="at most 6"):
        visitor.begin(
            ["lite/llb", "lite/joint"], knocked_out=tuple(entry_name("lite/llb", part) for part in KNOCK_OUTS)
        )


def test_an_uploaded_clip_is_painted_and_run(visitor: Visitor, tmp_path: Path) -> None:
    uploaded = visitor.upload(a_clip(tmp_path))
    assert uploaded["card"] == "mine: 130 × 90, 5 frames, 0.4 s (H.264)"
    assert uploaded["marked"] == []
    visitor.annotations().save(0, a_painting())
    visitor.annotations().rename(3, "the cat")
    _, told = visitor.run(["lite/llb-2"])
    assert told["variants"][0]["pace"] == "12 ms per frame"
    assert [(item["id"], item["name"]) for item in told["objects"]] == [(1, ""), (3, "the cat")]
    assert told["truth"] == ""


@pytest.mark.parametrize(
    ("names", "side", "sentence"),
    [
        ([], 30, "Tick at least one model."),
        (["lite/llb"], 0, "Mark at least one"),
        (["lite/llb"], 3, "on frame 0 is only 9 pixels"),
    ],
)
def test_a_run_that_cannot_start_says_why(visitor: Visitor, names: list[str], side: int, sentence: str) -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[:side, :side] = 1
    visitor.annotations().save(0, labels)
    with pytest.raises(AppError, match=sentence):
        visitor.begin(names)


def test_a_bad_file_gets_one_sentence_and_the_old_clip_stays(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("#!/bin/sh\necho no video\n")
    with pytest.raises(AppError, match=r"^[^\n]*not a video that can be read[^\n]*$"):
        visitor.upload(tmp_path / "bad.mp4")
    assert "One disc" in visitor.run(["lite/joint"])[0]


def test_visitors_never_see_each_other(url: str, visitor: Visitor, root: Path, tmp_path: Path) -> None:
    other = Visitor(Client(url, verbose=False), root)
    visitor.upload(a_clip(tmp_path))
    visitor.annotations().save(0, a_painting())
    title, mine = visitor.run(["lite/llb"])
    other_title, theirs = other.run(["lite/llb"])
    assert "mine" in title
    assert "One disc" in other_title
    assert mine["token"] != theirs["token"]
    assert mine["token"] not in str(theirs)


def test_a_caller_without_a_session_is_told_to_reload(url: str) -> None:
    stranger = Client(url, verbose=False)
    with pytest.raises(AppError, match="reload the page"):
        stranger.predict(["lite/llb"], [], *SETTINGS, api_name="/begin")


def test_stop_keeps_what_is_done(visitor: Visitor) -> None:
    visitor.begin(["lite/llb"], settings=(20, 5, 18, 0, True, False))  # nobody has asked this before
    watching = visitor.client.submit(api_name="/watch")
    next(told for _, _, told, *_ in watching if "variants" in told)
    visitor.call("stop")
    settled = watching.result()
    assert (found := re.search(rf"stopped after (\d) of {FRAMES} frames", settled[1]))
    assert settled[2]["variants"][0]["done"] == int(found[1]) > 0


def test_clips_are_trimmed_and_made_smaller_and_say_so(tmp_path: Path) -> None:
    limits = Limits(side_out=100, frames=4)
    clip = import_clip(a_clip(tmp_path, frames=9, size=(120, 200)), "long", tmp_path / "clip", limits)
    assert (len(clip), clip.width, clip.height) == (4, 100, 60)
    assert clip.note == "H.264, trimmed to frames 0 to 3 of 9, scaled down from 200 × 120"
    assert clip.source_frames == 9


def test_a_part_of_a_clip_is_taken(tmp_path: Path) -> None:
    clip = import_clip(a_clip(tmp_path, frames=9), "part", tmp_path / "clip", Limits(), FrameRange(2, 8, 2))
    assert [int(clip.frame(index).mean()) for index in range(len(clip))] == pytest.approx([60, 80, 100], abs=2)
    assert clip.times == pytest.approx([0.0, 0.2, 0.4])
    assert clip.note == "H.264, trimmed to frames 2 to 6 of 9, every 2nd frame"
    with pytest.raises(ValueError, match="fewer than two frames"):
        FrameRange(3, 4)


def test_several_pictures_are_a_clip_and_a_mixture_is_refused(visitor: Visitor, tmp_path: Path) -> None:
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((80, 96, 3), 20 * number, np.uint8))
    pictures = [tmp_path / f"{number}.png" for number in (10, 2, 1)]
    assert visitor.upload(*pictures)["card"].startswith("3 pictures: 96 × 80, 3 frames")
    session = SessionStore(visitor.root / "sessions").open(visitor.token)
    assert [int(chosen_clip(session).frame(index).mean()) for index in range(3)] == [20, 40, 200]
    with pytest.raises(AppError, match="do not belong together"):
        visitor.upload(a_clip(tmp_path), *pictures)


def test_long_clips_are_kept_smaller_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.clips.upload.LOSSLESS", 6)
    clip = import_clip(a_clip(tmp_path, frames=9), "long", tmp_path / "clip", Limits())
    assert clip.note == "H.264, stored as JPEG because it is long"
    assert not list((clip.folder / "frames").iterdir())
    assert int(clip.frame(8).mean()) == pytest.approx(120, abs=3)


@pytest.mark.parametrize(
    ("limits", "frames", "sentence"),
    [
        (Limits(side_in=100), 5, "at most 100 pixels"),
        (Limits(side_least=200), 5, "at least 200 pixels"),
        (Limits(megabytes=0), 5, "larger than 0 MB"),
        (Limits(), 1, "single frame"),
    ],
)
def test_clips_over_a_limit_are_refused_with_a_way_out(
    tmp_path: Path, limits: Limits, frames: int, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        import_clip(a_clip(tmp_path, frames), "mine", tmp_path / "clip", limits)


def test_the_shelf_renders_an_example_once(tmp_path: Path) -> None:
    shelf = fake_shelf(tmp_path)
    clip = shelf.clip("disc")
    stamp = (clip.folder / "clip.json").stat().st_mtime_ns
    again = fake_shelf(tmp_path).clip("disc")
    assert (again.folder / "clip.json").stat().st_mtime_ns == stamp
    truth = again.truth(3)
    assert truth is not None
    assert set(np.unique(truth)) == {0, 1}
    with pytest.raises(ValueError, match="disc two"):
        shelf.clip("nothing")


def test_the_greeting_is_served_from_a_cache_far_from_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))  # the cache is not below it, as in a home folder
    with served(FakeModels(), tmp_path / "home") as address:
        visitor = Client(address, verbose=False)
        visitor.predict("", api_name="/arrive")
        for _ in range(100):
            shown = visitor.predict(api_name="/wait")
            if shown[1].startswith("## Results: "):
                break
            time.sleep(0.2)
    assert "One disc" in shown[1]
    assert re.fullmatch(r"showcase-[0-9a-f]{12}", shown[2]["run"])
