"""Which files the page gives out, at which addresses, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from demo.clips.clip import Clip
from demo.exports.files import KINDS, export
from demo.page.file_routes import FileRoutes
from demo.runs.file_address import address_of
from demo.runs.run import Run
from demo.runs.session import Session, SessionStore
from llb.io.label_png import decode_labels
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import fake_shelf


@dataclass
class Visitor:
    """A visitor's session with a finished run on an example, and a browser of theirs."""

    session: Session
    clip: Clip
    run: Run
    browser: TestClient

    def get(self, address: str) -> httpx.Response:
        return self.browser.get(address)

    def labels(self, index: int = 3) -> str:
        return address_of(self.run.labels_file("lite/llb", index))

    def download(self, kind: str) -> Path:
        return export(kind, self.run, self.clip)


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    clip = fake_shelf(tmp_path).clip("disc two")
    session = SessionStore(tmp_path / "sessions").create()
    run = finished_run(session.new_folder("run"), clip)
    app = Starlette(routes=[FileRoutes([tmp_path, tmp_path / "sessions"]).route()])
    return Visitor(session, clip, run, TestClient(app))


def test_frames_and_labels_are_given_out_as_they_are(visitor: Visitor) -> None:
    frame = visitor.get(address_of(visitor.clip.folder / "previews" / "00003.jpg"))
    assert (frame.status_code, frame.headers["content-type"]) == (200, "image/jpeg")
    assert frame.content == (visitor.clip.folder / "previews" / "00003.jpg").read_bytes()
    labels = visitor.get(visitor.labels())
    assert labels.headers["content-type"] == "image/png"
    assert (decode_labels(labels.content, "it") == visitor.run.labels("lite/llb", 3)).all()
    assert visitor.get(address_of(visitor.clip.folder / "truth" / "00003.png")).status_code == 200
    for answer in (frame, labels):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private, max-age=")
        assert "immutable" in answer.headers["cache-control"]


def test_labels_of_a_run_at_work_are_not_kept(visitor: Visitor) -> None:
    visitor.run.save(state="running")
    assert visitor.get(visitor.labels()).headers["cache-control"] == "private, no-store"


def test_the_greeting_comparison_is_given_out(visitor: Visitor, tmp_path: Path) -> None:
    folder = tmp_path / "showcase-0123456789ab"
    run = finished_run(folder, visitor.clip)
    assert visitor.get(address_of(run.labels_file("lite/joint", 0))).status_code == 200
    assert visitor.get(address_of(folder / "run.json")).status_code == 404


@pytest.mark.parametrize("kind", ["masks", "report", "coco"])
def test_downloads_are_attachments_and_never_a_page(visitor: Visitor, kind: str) -> None:
    path = visitor.download(kind)
    answer = visitor.get(address_of(path))
    assert answer.content == path.read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="{KINDS[kind].file_name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_address_names_nothing_above_its_owners_folder(visitor: Visitor, tmp_path: Path) -> None:
    assert visitor.labels() == f"/llb/{visitor.session.token}/run-1/lite-llb/labels/00003.png"
    assert address_of(visitor.clip.folder) == "/llb/examples/disc%20two"


def test_all_else_is_not_there(visitor: Visitor, tmp_path: Path) -> None:
    visitor.session.note(clip=Path("mine"))
    (tmp_path / "secret.png").write_bytes(b"secret")
    token, labels = visitor.session.token, "run-1/lite-llb/labels"
    (visitor.run.model_folder("lite/llb") / "labels" / "00099.png").symlink_to(tmp_path / "secret.png")
    for address in (
        "",
        token,
        f"{token}/",
        f"{token}/notes.json",
        f"{token}/run-1",
        f"{token}/run-1/run.json",
        f"{token}/run-1/marked/00000.png",
        f"{token}/run-1/lite-llb/traces/00000.npz",
        f"{token}/{labels}/00003.jpg",
        f"{token}/{labels}/3.png",
        f"{token}/{labels}/00900.png",
        f"{token}/{labels}/00099.png",  # a link that leads out
        f"{token}/{labels}/00003.png%00",
        f"{token}/run-1/%2e%2e/run-1/lite-llb/labels/00003.png",
        f"{token}/run-1/downloads/%2e%2e/run.json",
        f"{token}/run-1/downloads/done-8/%2e%2e%2f%2e%2e%2frun.json",
        f"{token}/downloads/done-8/notes.json",
        f"{token}/%2fetc/passwd",
        f"%2e%2e/sessions/{token}/{labels}/00003.png",
        f"sessions/{token}/{labels}/00003.png",
        f"{'x' * 43}/{labels}/00003.png",
        f"{token[:-1]}/{labels}/00003.png",
        "examples/disc two/clip.json",
        "examples/disc two/frames/00000.png",
        "secret.png",
        "//etc/passwd",
        "file:///etc/passwd",
        "http://example.org/00000.png",
    ):
        answer = visitor.get(f"/llb/{address}")
        assert answer.status_code == 404, address
        assert answer.text == "Not Found"


def test_a_session_that_ended_has_no_files_any_more(visitor: Visitor, tmp_path: Path) -> None:
    SessionStore(tmp_path / "sessions").remove(visitor.session.token)
    assert visitor.get(visitor.labels()).status_code == 404


def test_nothing_can_be_written(visitor: Visitor) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert visitor.browser.request(method, visitor.labels()).status_code == 405


def test_a_page_behind_a_path_gives_them_out_too(visitor: Visitor, tmp_path: Path) -> None:
    inner = Starlette(routes=[FileRoutes([tmp_path / "sessions"]).route()])
    browser = TestClient(Starlette(routes=[Mount("/some/where", inner)]))
    assert browser.get("/some/where" + visitor.labels()).status_code == 200
