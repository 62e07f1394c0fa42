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

    def labels(self, frames: str = "00003-00003") -> str:
        return f"{address_of(self.run.folder)}/labels/done/{frames}"

    def download(self, kind: str) -> Path:
        return export(kind, self.run, self.clip)


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    clip = fake_shelf(tmp_path).clip("disc two")
    session = SessionStore(tmp_path / "sessions").create()
    run = finished_run(session.new_folder("run"), clip)
    app = Starlette(routes=[FileRoutes([tmp_path, tmp_path / "sessions"]).route()])
    return Visitor(session, clip, run, TestClient(app))


def test_a_frame_is_given_out_as_it_is(visitor: Visitor) -> None:
    frame = visitor.get(address_of(visitor.clip.folder / "previews" / "00003.jpg"))
    assert (frame.status_code, frame.headers["content-type"]) == (200, "image/jpeg")
    assert frame.content == (visitor.clip.folder / "previews" / "00003.jpg").read_bytes()
    assert frame.headers["x-content-type-options"] == "nosniff"
    assert frame.headers["cache-control"].startswith("private, max-age=")
    assert "immutable" in frame.headers["cache-control"]


def test_the_greeting_comparison_is_given_out(visitor: Visitor, tmp_path: Path) -> None:
    folder = tmp_path / "showcase-0123456789ab"
    run = finished_run(folder, visitor.clip)
    assert visitor.get(f"{address_of(run.folder)}/labels/done/00000-00007").status_code == 200
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
    assert visitor.labels() == f"/llb/{visitor.session.token}/run-1/labels/done/00003-00003"
    assert address_of(visitor.clip.folder) == "/llb/examples/disc%20two"


def test_all_else_is_not_there(visitor: Visitor, tmp_path: Path) -> None:
    visitor.session.note(clip=Path("mine"))
    (tmp_path / "secret.png").write_bytes(b"secret")
    token, labels = visitor.session.token, "run-1/labels/done"
    (visitor.clip.folder / "previews" / "00099.jpg").symlink_to(tmp_path / "secret.png")
    (visitor.run.folder / "downloads" / "done-8").mkdir(parents=True)
    for address in (
        "",
        token,
        f"{token}/",
        f"{token}/notes.json",
        f"{token}/run-1",
        f"{token}/run-1/run.json",
        f"{token}/run-1/marked/00000.png",
        f"{token}/run-1/lite-llb/traces/00000.npz",
        f"{token}/run-1/lite-llb/labels/00003.png",
        f"{token}/{labels}/00003.jpg",
        f"{token}/{labels}/00900-00900",
        f"{token}/{labels}/00003-00003%00",
        f"{token}/run-1/%2e%2e/{labels}/00003-00003",
        f"{token}/run-2/labels/done/00003-00003",
        "examples/disc two/previews/00099.jpg",  # a link that leads out
        "examples/disc two/previews/00099-00099",
        "examples/disc two/previews/3.jpg",
        "examples/disc two/frames/00003-00003",
        f"{token}/run-1/downloads/done-8",
        f"{token}/run-1/downloads/%2e%2e/run.json",
        f"{token}/run-1/downloads/done-8/%2e%2e%2f%2e%2e%2frun.json",
        f"{token}/downloads/done-8/notes.json",
        f"{token}/%2fetc/passwd",
        f"%2e%2e/sessions/{token}/{labels}/00003-00003",
        f"sessions/{token}/{labels}/00003-00003",
        f"{'x' * 43}/{labels}/00003-00003",
        f"{token[:-1]}/{labels}/00003-00003",
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
