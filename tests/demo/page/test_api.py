"""The named endpoints, called as a program calls them."""

from __future__ import annotations

import json
import math
import threading
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from gradio.utils import get_function_description
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demo.clips.clip import Clip
from demo.clips.examples import ExampleShelf
from demo.exports.measurements import Measurements
from demo.models.provider import Segmenter
from demo.models.settings import Settings
from demo.page.api import Api
from demo.runs.run import Run
from llb.cli import main
from llb.io.label_png import decode_labels, read_labels, write_labels
from llb.io.video_reader import write_video
from scripts.call_api import call, save_files
from tests.support.page_fakes import FRAMES, FakeModels, RealModels, render_disc, served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass(frozen=True)
class Given:
    """A served page, where it keeps its files, a clip file and a mask of its first frame."""

    url: str
    root: Path
    clip: Path
    mask: Path

    @cached_property
    def client(self) -> Client:
        return Client(self.url, verbose=False)

    def call(self, endpoint: str, clip: Path, mask: Path, *arguments: Any) -> Any:
        return self.client.predict(handle_file(str(clip)), handle_file(str(mask)), *arguments, api_name=endpoint)

    def segment(self, clip: Path | None = None, mask: Path | None = None) -> Any:
        return self.call("/segment", clip or self.clip, mask or self.mask, "lite/llb")

    def masks(self, facts: Any) -> list[np.ndarray]:
        """Load the masks of a run by one model."""
        data = httpx.get(self.url.rstrip("/") + facts["files"]["masks"]).content
        path = self.root / "masks.zip"
        path.write_bytes(data)
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".png"))
            return [decode_labels(archive.read(name), name) for name in names]

    def sessions(self) -> set[str]:
        folder = self.root / "sessions"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


def given_in(folder: Path, url: str) -> Given:
    rendered = render_disc("mine")
    write_video(folder / "mine.mp4", rendered.frames, rendered.fps)
    write_labels(folder / "mask.png", rendered.labels[0])
    return Given(url, folder, folder / "mine.mp4", folder / "mask.png")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """A page with stand-in models."""
    folder = tmp_path_factory.mktemp("api")
    with served(FakeModels(seconds=0.01), folder) as url:
        yield given_in(folder, url)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """A page with the real models."""
    folder = tmp_path_factory.mktemp("real")
    shelf = ExampleShelf(folder / "examples", {"disc": "One disc"}, render_disc)
    with served(RealModels(), folder, shelf) as url:
        yield given_in(folder, url)


def test_the_script_brings_masks_videos_figures_and_an_inside(real: Given, tmp_path: Path) -> None:
    paces = call(real.url, real.clip, real.mask, tmp_path)
    assert set(paces) == {"lite/llb", "lite/joint"}
    assert all(pace > 0 for pace in paces.values())
    with zipfile.ZipFile(tmp_path / "compare" / "masks.zip") as archive:
        assert len(archive.namelist()) == 2 * FRAMES + 1
    assert (tmp_path / "compare" / "report.html").stat().st_size > 10_000
    picture = cv2.imread(str(tmp_path / "e1.png"))
    assert picture is not None
    assert np.ptp(picture) > 0
    assert (tmp_path / "segment" / "lite-llb.mp4").stat().st_size > 0


def test_the_masks_are_those_of_the_command_line(real: Given, tmp_path: Path) -> None:
    facts = real.segment()
    save_files(real.url, facts, tmp_path)
    with zipfile.ZipFile(tmp_path / "masks.zip") as archive:
        archive.extractall(tmp_path / "api")
    arguments = ["segment", str(real.clip), "--mask", str(real.mask), "--out", str(tmp_path / "cli")]
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    written = sorted((tmp_path / "cli" / "masks").glob("*.png"))
    assert len(written) == facts["clip"]["frames"] == FRAMES
    for path in written:
        assert (read_labels(path) == read_labels(tmp_path / "api" / "lite-llb" / path.name)).all()


def test_four_endpoints_are_documented_down_to_each_argument(given: Given) -> None:
    documented = httpx.get(f"{given.url}gradio_api/info").json()["named_endpoints"]
    assert set(documented) == {"/segment", "/compare", "/inside", "/place"}
    for name, endpoint in documented.items():
        description, arguments, returned = get_function_description(getattr(Api, name[1:]))
        assert endpoint["description"] == description
        assert returned
        assert all(arguments[parameter["parameter_name"]] for parameter in endpoint["parameters"]), arguments


def test_the_models_tools_are_three(given: Given) -> None:
    pytest.importorskip("mcp")
    told = httpx.get(f"{given.url}gradio_api/mcp/schema").json()
    tools = {each["name"]: each["inputSchema"]["properties"] for each in told if each["meta"]["mcp_type"] == "tool"}
    assert set(tools) == {"segment", "compare", "inside"}
    assert tools["compare"]["models"]["type"] == "array"
    assert all(argument["description"] for arguments in tools.values() for argument in arguments.values())


@dataclass
class GatedModels(FakeModels):
    """Models that begin when the gate is open."""

    gate: threading.Event = field(default_factory=threading.Event)

    def segmenters(self, names: Sequence[str], settings: Settings) -> dict[str, Segmenter]:
        assert self.gate.wait(60)
        return super().segmenters(names, settings)


def test_every_call_is_told_its_place_and_can_ask_again(tmp_path: Path) -> None:
    models, calls = GatedModels(), 4
    with served(models, tmp_path, models_of_examples=FakeModels()) as url:
        given = given_in(tmp_path, url)
        files = handle_file(str(given.clip)), handle_file(str(given.mask))
        clients = [Client(url, verbose=False) for _ in range(calls)]
        jobs = [  # each asks something else: the same would be computed once
            client.submit(*files, ["lite/llb"], 20 - number, 5, 20, 0, True, False, api_name="/compare")
            for number, client in enumerate(clients)
        ]
        first = [next(job) for job in jobs]
        asked = [clients[0].predict(told["token"], told["run"], api_name="/place") for told in first]
        assert sorted(told["place"] for told in asked if told["state"] == "waiting") == list(range(1, calls))
        assert {told["waiting"] for told in asked} == {calls - 1}
        assert all(told["seconds"] > 0 for told in asked if told["place"] > 1)
        models.gate.set()
        done = [job.result(timeout=60) for job in jobs]
        assert [facts["token"] for facts in done] == [told["token"] for told in first]
        again = clients[0].predict(done[0]["token"], done[0]["run"], api_name="/place")
        assert (again["state"], again["place"], again["seconds"]) == ("done", 0, 0)
        with pytest.raises(AppError, match="no such run"):
            clients[0].predict(done[0]["token"], "run-7", api_name="/place")


def test_an_answer_names_addresses_and_no_path_of_the_server(given: Given) -> None:
    facts = given.segment()
    answered = json.dumps(facts, allow_nan=False)
    assert str(given.root) not in answered
    assert set(facts["files"]) == {"masks", "overlay"}
    assert all(address.startswith(f"/llb/{facts['token']}/run-1/downloads/") for address in facts["files"].values())


def test_a_zip_of_pictures_is_a_clip(given: Given, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "frames.zip", "w") as archive:
        for index, frame in enumerate(render_disc("mine").frames):
            archive.writestr(f"{index}.png", cv2.imencode(".png", frame[..., ::-1])[1].tobytes())
    facts = given.segment(clip=tmp_path / "frames.zip")
    assert facts["clip"]["frames"] == FRAMES
    assert len(given.masks(facts)) == FRAMES


def test_masks_have_the_size_that_the_facts_state(given: Given, tmp_path: Path) -> None:
    large = [cv2.resize(frame, (1280, 960)) for frame in render_disc("mine").frames[:3]]
    write_video(tmp_path / "large.mp4", large, 10.0)
    labels = cv2.resize(render_disc("mine").labels[0], (1280, 960), interpolation=cv2.INTER_NEAREST)
    write_labels(tmp_path / "large.png", labels)
    facts = given.segment(tmp_path / "large.mp4", tmp_path / "large.png")
    size = (facts["clip"]["height"], facts["clip"]["width"])
    assert "scaled down from 1280 × 960" in facts["clip"]["note"]
    assert {masks.shape for masks in given.masks(facts)} == {size}


@pytest.mark.parametrize(("values", "ids"), [((0, 255), [1]), ((0, 3), [3]), ((0, 2, 255), [2])])
def test_a_grey_masks_values_are_the_objects(
    given: Given, tmp_path: Path, values: tuple[int, ...], ids: list[int]
) -> None:
    grey = np.zeros((120, 160), np.uint8)
    for number, value in enumerate(values):
        grey[10 : 100 if number else 0, 40 * number : 40 * number + 40] = value
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    facts = given.segment(mask=tmp_path / "grey.png")
    assert sorted(map(int, facts["objects"])) == ids
    assert sorted(set(np.unique(given.masks(facts)[0])) - {0}) == ids


def test_a_figure_that_is_no_number_is_null(monkeypatch: pytest.MonkeyPatch, given: Given) -> None:
    measure = Measurements.of

    def of(run: Run, clip: Clip) -> Measurements:
        found = measure(run, clip)
        return replace(found, models=tuple(replace(model, overlap=math.nan) for model in found.models))

    monkeypatch.setattr(Measurements, "of", of)
    assert [model["overlap"] for model in given.segment()["models"]] == [None]


def test_mistakes_come_back_as_a_sentence_and_leave_nothing_behind(given: Given, tmp_path: Path) -> None:
    many = np.zeros((120, 160), np.uint8)
    many[:90, :100] = np.arange(9).repeat(10)[:, None] + 1
    write_labels(tmp_path / "small.png", np.ones((10, 10), np.uint8))
    write_labels(tmp_path / "many.png", many)
    write_labels(tmp_path / "empty.png", np.zeros((120, 160), np.uint8))
    (tmp_path / "no.mp4").write_bytes(b"no clip")
    before = given.sessions()
    for endpoint, clip, mask, arguments, sentence in (
        ("/segment", given.clip, tmp_path / "small.png", ["lite/llb"], "10x10"),
        ("/segment", given.clip, tmp_path / "many.png", ["lite/llb"], "object 9: the numbers go from 1 to 8"),
        ("/segment", given.clip, tmp_path / "empty.png", ["lite/llb"], "marks nothing"),
        ("/segment", tmp_path / "no.mp4", given.mask, ["lite/llb"], "no.mp4"),
        ("/segment", given.mask, given.mask, ["lite/llb"], "at least two"),
        ("/segment", given.clip, given.mask, ["paper/llb"], "at least one model"),
        ("/compare", given.clip, given.mask, [[]], "at least one model"),
        ("/compare", given.clip, given.mask, [["lite/llb", "lite/llb"]], "named twice"),
        ("/compare", given.clip, given.mask, [["lite/llb"], 0], "memory_size is 0"),
    ):
        with pytest.raises(AppError, match=sentence):
            given.call(endpoint, clip, mask, *arguments)
    with pytest.raises(AppError, match="session has ended"):
        given.client.predict("x" * 43, "run-1", "lite/llb", 1, 1, "value", "pca", api_name="/inside")
    assert given.sessions() == before


def test_models_and_settings_are_checked_before_the_clip_is_read(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    monkeypatch.setattr("demo.page.api.import_clip", lambda *arguments: read.append(arguments))
    for models, *settings in ((["paper/llb"],), (["lite/llb"], 20, 5, 0)):
        with pytest.raises(AppError):
            given.call("/compare", given.clip, given.mask, models, *settings)
    assert not read


def test_a_run_that_takes_too_long_is_refused_before_the_clip_is_read(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr("demo.page.api.fit_labels", lambda *arguments: read.append(arguments))
    monkeypatch.setattr("demo.runs.price.Prices.seconds", lambda prices, load: 1e6)
    before = given.sessions()
    with pytest.raises(AppError, match="would take"):
        given.segment()
    assert not read
    assert given.sessions() == before


def test_calls_at_the_same_time_do_not_mix(given: Given, tmp_path: Path) -> None:
    def mask(target: int) -> Path:
        labels = np.zeros((120, 160), np.uint8)
        labels[10 * target : 10 * target + 30, 10:60] = target
        write_labels(tmp_path / f"{target}.png", labels)
        return tmp_path / f"{target}.png"

    targets = (1, 2, 3)
    masks = {target: mask(target) for target in targets}
    page = Client(given.url, verbose=False)
    page.predict("", api_name="/arrive")
    with ThreadPoolExecutor() as callers:
        each = {target: replace(given) for target in targets}  # a client of one's own
        calls = {target: callers.submit(each[target].segment, None, masks[target]) for target in targets}
        page.predict(["lite/joint"], [], 20, 5, 20, 0, True, False, api_name="/begin")
        shown = page.predict(api_name="/watch")[2]
    assert [variant["name"] for variant in shown["variants"]] == ["lite/joint"]
    facts = {target: waiting.result() for target, waiting in calls.items()}
    assert len({found["token"] for found in facts.values()}) == len(targets)
    for target, found in facts.items():
        assert (given.masks(found)[-1] == read_labels(masks[target])).all()
