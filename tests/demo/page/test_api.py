"""The named endpoints, called as a program calls them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demo.clips.examples import ExampleShelf
from llb.cli import main
from llb.io.label_png import read_labels, write_labels
from llb.io.video_reader import write_video
from scripts.call_api import call
from tests.support.page_fakes import FRAMES, RealModels, render_disc, served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass(frozen=True)
class Given:
    """A served page, a clip file and a mask of its first frame."""

    url: str
    clip: Path
    mask: Path


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    folder = tmp_path_factory.mktemp("api")
    rendered = render_disc("mine")
    write_video(folder / "mine.mp4", rendered.frames, rendered.fps)
    write_labels(folder / "mask.png", rendered.labels[0])
    shelf = ExampleShelf(folder / "examples", {"disc": "One disc"}, render_disc)
    with served(RealModels(), folder, shelf) as url:
        yield Given(url, folder / "mine.mp4", folder / "mask.png")


def test_the_script_brings_masks_videos_figures_and_an_inside(given: Given, tmp_path: Path) -> None:
    paces = call(given.url, given.clip, given.mask, tmp_path)
    assert set(paces) == {"lite/llb", "lite/joint"}
    assert all(pace > 0 for pace in paces.values())
    with zipfile.ZipFile(tmp_path / "comparison-masks.zip") as archive:
        assert len(archive.namelist()) == 2 * FRAMES + 1
    assert (tmp_path / "comparison-report.html").stat().st_size > 10_000
    picture = cv2.imread(str(tmp_path / "e1.png"))
    assert picture is not None
    assert np.ptp(picture) > 0
    assert (tmp_path / "overlay.mp4").stat().st_size > 0


def test_the_masks_are_those_of_the_command_line(given: Given, tmp_path: Path) -> None:
    masks, _, facts = Client(given.url, verbose=False).predict(
        handle_file(str(given.clip)), handle_file(str(given.mask)), "lite/llb", api_name="/segment"
    )
    with zipfile.ZipFile(masks) as archive:
        archive.extractall(tmp_path / "api")
    arguments = ["segment", str(given.clip), "--mask", str(given.mask), "--out", str(tmp_path / "cli")]
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    written = sorted((tmp_path / "cli" / "masks").glob("*.png"))
    assert len(written) == facts["clip"]["frames"] == FRAMES
    for path in written:
        assert (read_labels(path) == read_labels(tmp_path / "api" / "lite-llb" / path.name)).all()


def test_mistakes_come_back_as_a_sentence(given: Given, tmp_path: Path) -> None:
    client = Client(given.url, verbose=False)
    write_labels(tmp_path / "small.png", np.ones((10, 10), np.uint8))
    clip, mask = handle_file(str(given.clip)), handle_file(str(given.mask))
    small = handle_file(str(tmp_path / "small.png"))
    for arguments, endpoint, sentence in (
        ((clip, small, "lite/llb"), "/segment", "10 x 10"),
        ((clip, mask, "paper/llb"), "/segment", "at least one model"),
        ((clip, mask, []), "/compare", "at least one model"),
        ((clip, mask, ["lite/llb"], 0), "/compare", "memory_size is 0"),
        (("x" * 43, "run-1", "lite/llb", 1, 1, "value", "pca"), "/inside", "session has ended"),
    ):
        with pytest.raises(AppError, match=sentence):
            client.predict(*arguments, api_name=endpoint)
