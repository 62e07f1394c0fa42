"""Hostile calls of a served page: its named endpoints, its events and its addresses."""

from __future__ import annotations

import http.server
import os
import pickle
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from demo.clips.clip import Clip
from demo.exports.report import write_report
from demo.runs.run import Run
from llb.cli import main
from llb.io.label_png import write_labels
from llb.io.video_reader import write_video
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import FakeModels, fake_shelf, render_disc, served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SCRIPT = b"#!/bin/sh\ntouch /tmp/llb-was-executed\n"
MANY = 25
HTML = '<img src=x onerror="alert(1)">'


@dataclass
class Target:
    """A served page, where it keeps its files, and honest files to begin with."""

    url: str
    root: Path
    clip: Path
    mask: Path

    @cached_property
    def client(self) -> Client:
        return Client(self.url, verbose=False)

    def refused(self, endpoint: str, *arguments: Any) -> str:
        """Call an endpoint that refuses; return its sentence and see that nothing stays behind."""
        before = self.sessions()
        with pytest.raises(AppError) as refused:
            self.client.predict(*arguments, api_name=endpoint)
        sentence = str(refused.value)
        assert str(self.root) not in sentence
        assert "Traceback" not in sentence
        assert self.sessions() == before
        return sentence

    def sessions(self) -> set[str]:
        folder = self.root / "sessions"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    root = tmp_path_factory.mktemp("attacked")
    rendered = render_disc("mine")
    write_video(root / "mine.mp4", rendered.frames, rendered.fps)
    write_labels(root / "mask.png", rendered.labels[0])
    with served(FakeModels(), root) as url:
        yield Target(url, root, root / "mine.mp4", root / "mask.png")


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Serve an address that notes who fetches it."""
    fetched: list[str] = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fetched.append(self.path)
            self.send_error(404)

    server = http.server.HTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/clip.mp4", fetched
    server.shutdown()


def test_an_address_in_place_of_a_file_is_not_fetched(target: Target, elsewhere: tuple[str, list[str]]) -> None:
    address, fetched = elsewhere
    for wanted in (address, "https://example.org/clip.mp4"):
        given = {"path": wanted, "meta": {"_type": "gradio.FileData"}}
        assert "not an address" in target.refused("/segment", given, handle_file(str(target.mask)), "lite/llb")
    assert not fetched


def test_the_address_of_an_upload_is_that_upload_and_of_nothing_else(target: Target) -> None:
    with httpx.Client(base_url=target.url) as http:
        (uploaded,) = http.post("gradio_api/upload", files={"files": ("mine.mp4", target.clip.read_bytes())}).json()
    meta = {"meta": {"_type": "gradio.FileData"}}
    for secret in ("/etc/passwd", f"{uploaded}/../../../../etc/passwd", str(target.mask), ""):
        given = {"path": f"{target.url}gradio_api/file={secret}", **meta}
        assert "not an address" in target.refused("/segment", handle_file(str(target.clip)), given, "lite/llb")
    given = {"path": f"{target.url}gradio_api/file={uploaded}", **meta}
    facts = target.client.predict(given, handle_file(str(target.mask)), "lite/llb", api_name="/segment")
    assert facts["state"] == "done"


@pytest.mark.parametrize("path", ["/etc/passwd", "file:///etc/passwd", "../../etc/passwd", "/proc/self/environ"])
def test_a_path_in_place_of_a_file_is_not_read(target: Target, path: str) -> None:
    given = {"path": path, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [given, given, "lite/llb"]}
    started = httpx.post(f"{target.url}gradio_api/call/segment", json=body)
    answer = started.text
    if started.status_code == 200:
        answer += httpx.get(f"{target.url}gradio_api/call/segment/{started.json()['event_id']}", timeout=60).text
        assert "event: error" in answer
    assert "root:" not in answer
    assert str(target.root) not in answer


def test_gradio_gives_out_no_file_of_a_session(target: Target) -> None:
    facts = target.client.predict(
        handle_file(str(target.clip)), handle_file(str(target.mask)), "lite/llb", api_name="/segment"
    )
    folder = target.root / "sessions" / facts["token"]
    for path in (folder / "run-1" / "run.json", folder / "clip-1" / "previews" / "00000.jpg", Path("/etc/passwd")):
        answer = httpx.get(f"{target.url}gradio_api/file={path}")
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("value", [-1, 0, 10**30, 1.5, "many", [], None, True, {"a": 1}], ids=str)
def test_numbers_out_of_every_range_are_refused(target: Target, value: Any) -> None:
    given = [handle_file(str(target.clip)), handle_file(str(target.mask)), ["lite/llb"]]
    settings: list[Any] = [20, 5, 20, 0]
    for place in range(3):
        assert target.refused("/compare", *given, *settings[:place], value, *settings[place + 1 :])


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(target: Target, value: str) -> None:
    body = f'{{"data": ["{"x" * 43}", "run-1", "lite/llb", {value}, {value}, "value", "pca"]}}'
    headers = {"content-type": "application/json"}
    started = httpx.post(f"{target.url}gradio_api/call/inside", content=body, headers=headers)
    assert "Traceback" not in started.text
    assert str(target.root) not in started.text


@pytest.mark.parametrize("models", ["lite/llb", None, 5, {"a": 1}, [["lite/llb"]], [5], ["x" * 10_000], ["../../x"]])
def test_models_of_a_wrong_kind_are_refused(target: Target, models: Any) -> None:
    assert target.refused("/compare", handle_file(str(target.clip)), handle_file(str(target.mask)), models)


def test_a_script_that_is_called_a_film_is_not_executed(target: Target, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(SCRIPT)
    os.chmod(tmp_path / "film.mp4", 0o755)
    given = handle_file(str(tmp_path / "film.mp4"))
    assert "film.mp4" in target.refused("/segment", given, handle_file(str(target.mask)), "lite/llb")
    assert not Path("/tmp/llb-was-executed").exists()


def frame() -> bytes:
    return bytes(cv2.imencode(".png", render_disc("mine").frames[0][..., ::-1])[1].tobytes())


def write_names(archive: zipfile.ZipFile) -> None:
    for name in ("../../escaped.png", "/tmp/escaped.png", "a/../../escaped.png", "C:\\escaped.png"):
        archive.writestr(name, frame())


def write_links(archive: zipfile.ZipFile) -> None:
    for number in range(2):
        link = zipfile.ZipInfo(f"{number}.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")


def test_a_zip_writes_nothing_outside(target: Target, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "clip.zip", "w") as archive:
        write_names(archive)
    given = handle_file(str(tmp_path / "clip.zip")), handle_file(str(target.mask)), "lite/llb"
    facts = target.client.predict(*given, api_name="/segment")
    assert facts["clip"]["frames"] == 2  # those whose names lead upwards are passed over
    for folder in (Path("/tmp"), Path("/"), target.root, target.root.parent):
        assert not (folder / "escaped.png").exists()


def test_links_in_a_zip_are_not_followed(target: Target, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "clip.zip", "w") as archive:
        write_links(archive)
    given = handle_file(str(tmp_path / "clip.zip")), handle_file(str(target.mask)), "lite/llb"
    assert "root:" not in target.refused("/segment", *given)


def test_names_are_text_in_the_report(tmp_path: Path) -> None:
    clip = fake_shelf(tmp_path).clip("disc")
    run = finished_run(tmp_path / "run-1", clip).save(names={1: HTML})
    write_report(
        Run.open(run.folder), Clip(clip.folder, HTML, clip.height, clip.width, clip.times, True), tmp_path / "r"
    )
    report = (tmp_path / "r").read_text()
    assert HTML not in report
    assert "&lt;img src=x onerror=" in report


class Executed:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch /tmp/llb-was-unpickled",)


def test_a_checkpoint_that_runs_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "evil.pth.tar").write_bytes(pickle.dumps({"net": {"weight": Executed()}}))
    with pytest.raises(SystemExit) as ended:
        main(["convert", str(tmp_path / "evil.pth.tar"), "--out", str(tmp_path / "out.safetensors")])
    assert ended.value.code not in (0, None)
    assert not Path("/tmp/llb-was-unpickled").exists()
    said = capsys.readouterr().err
    assert "not a checkpoint that can be read" in " ".join(said.split())
    assert "Traceback" not in said
    assert not (tmp_path / "out.safetensors").exists()


def test_many_sessions_of_one_client_are_small(target: Target) -> None:
    before = target.sessions()
    for _ in range(MANY):
        target.client.predict("", api_name="/arrive")
    made = target.sessions() - before
    assert len(made) == MANY
    sizes = [path.stat().st_size for name in made for path in (target.root / "sessions" / name).rglob("*")]
    assert sum(sizes) < MANY * 100_000
    assert httpx.get(target.url).status_code == 200
