"""Measure how the player plays over a slow network: `python -m tests.e2e.playback`.

It serves the page, opens a finished comparison in Chromium behind an emulated network, plays two laps and prints a
table. Clip and network are those of a visitor: an example's 640 x 360 frames at 24 frames a second, 10 Mbit/s, 80 ms.
The models are made up (the example's exact masks, moved a little), so that a run takes seconds. A picture counts once
all panes show the same new frame when the browser makes its next one.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
from playwright.sync_api import sync_playwright

from demo.clips.clip import Clip, save_clip
from demo.clips.examples import EXAMPLES, load
from demo.masks.chosen_clip import choose_clip
from demo.runs.file_address import address_of
from demo.runs.run import Run
from demo.runs.session import Session, SessionStore
from llb.types import FrameResult, TraceRequest
from tests.e2e.driver import LONG
from tests.support import chromium
from tests.support.finished_runs import finished_run
from tests.support.page_fakes import FakeModels, FakeSegmenter, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

MODELS = ("lite/llb", "lite/joint", "lite/llb-1", "lite/llb-2", "lite/llb-3", "lite/llb-4")
FPS = 24
CELLS = (15, 26)  # of the lite models' features
TRACE_STRIDE = 4  # the inside is written for every fourth frame, which is quicker
SCRUBS = 12
LAP_LIMIT = 40_000  # milliseconds for the laps together
SETTLED = 2000  # milliseconds after the first picture

# Notes [milliseconds, the frame that all panes show or -1, the frame on the counter] whenever one of them changes.
RECORD = """() => {
  window.record = [];
  const look = () => {
    const shown = [...document.querySelectorAll('.player .panes canvas')].map((pane) => pane.dataset.frame);
    const frame = shown.every((one) => one === shown[0]) ? Number(shown[0]) : -1;
    const counter = parseInt(document.querySelector('.player .counter').textContent);
    const [, before, counted] = window.record.at(-1) ?? [];
    if (frame !== before || counter !== counted) {
      window.record.push([performance.now(), frame, counter]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
WRAPPED = """laps => window.record.filter(([, , frame], place) =>
  place && frame < window.record[place - 1][2]).length >= laps"""
SCRUB = """target => new Promise((resolve) => {
  const panes = [...document.querySelectorAll('.player .panes canvas')];
  const begun = performance.now();
  const check = () => {
    if (panes.every((pane) => pane.dataset.frame === String(target))) {
      observer.disconnect();
      resolve(performance.now() - begun);
    }
  };
  const observer = new MutationObserver(check);
  observer.observe(document.querySelector('.player .panes'), { attributeFilter: ['data-frame'], subtree: true });
  const slider = document.querySelector('.player .scrub');
  slider.value = target;
  slider.dispatchEvent(new Event('input'));
  setTimeout(() => { observer.disconnect(); resolve(5000); }, 5000);
})"""


@dataclass(frozen=True)
class Network:
    """What the browser's network can do, per second and at least per answer."""

    megabits: float
    latency: float  # milliseconds

    def emulate(self, session: CDPSession) -> None:
        """Hold the page of a session to it."""
        rate = self.megabits * 1e6 / 8
        limits = {"latency": self.latency, "downloadThroughput": rate, "uploadThroughput": rate}
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, **limits})


@dataclass(frozen=True)
class Lap:
    """One way through the clip: pictures a second, the longest time without a new one, and what was asked for."""

    rate: float
    gap: float  # milliseconds
    requests: int
    megabytes: float


@dataclass
class Traffic:
    """When requests were sent, and how many bytes had come when."""

    sent: list[float] = field(default_factory=list)
    received: list[tuple[float, int]] = field(default_factory=list)

    def watch(self, session: CDPSession) -> None:
        """Note everything that the page of a session asks for from now on."""
        session.on("Network.requestWillBeSent", self._note_request)
        session.on("Network.dataReceived", self._note_data)

    def _note_request(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):  # not what stands in the page itself
            self.sent.append(time.monotonic())

    def _note_data(self, event: dict[str, Any]) -> None:
        self.received.append((time.monotonic(), int(event["encodedDataLength"])))

    def between(self, start: float, end: float) -> tuple[int, float]:
        """Return the requests and the megabytes from one time to another."""
        sent = sum(start <= at < end for at in self.sent)
        return sent, sum(size for at, size in self.received if start <= at < end) / 1e6


class MovedMasks(FakeSegmenter):
    """A model that finds the exact masks, moved to the right."""

    def __init__(self, name: str, clip: Clip, shift: int) -> None:
        super().__init__(name, cells=CELLS)
        self.clip, self.shift = clip, shift

    def _result(self, frame: np.ndarray, request: TraceRequest | None) -> FrameResult:
        truth = self.clip.truth(self.index)
        assert truth is not None
        moved = np.roll(truth, self.shift, 1)
        self.masks = {target: moved == target for target in self.masks}
        return super()._result(frame, request)


def write_clip(folder: Path, frames: int) -> Clip:
    """Write the first frames of the examples, one example after the other."""
    loaded = [load(name) for name in list(EXAMPLES)[: -(-frames // 48)]]
    rgb = np.concatenate([example.frames for example in loaded])[:frames]
    labels = np.concatenate([example.labels for example in loaded])[:frames]
    times = (index / FPS for index in range(frames))
    return save_clip(folder, "Playback", zip(times, rgb, strict=True), (labels > 0).astype(np.uint8))


def write_run(session: Session, clip: Clip, panes: int) -> None:
    """Write a finished run of so many models."""
    models = {name: MovedMasks(name, clip, 3 * place) for place, name in enumerate(MODELS[:panes])}
    finished_run(session.new_folder("run"), clip, models, TRACE_STRIDE)


@dataclass
class Visit:
    """A visitor who looks at a finished run."""

    page: Page
    url: str
    run: Run
    processes: CDPSession
    traffic: Traffic

    def play(self, laps: int) -> list[Lap]:
        """Play from the first frame on."""
        self.page.evaluate(SCRUB, 0)
        self.page.wait_for_timeout(1000)
        offset = time.monotonic() * 1000 - float(self.page.evaluate("performance.now()"))
        self.page.evaluate(RECORD)
        self.page.click(".player .play")
        self.page.wait_for_function(WRAPPED, arg=laps, timeout=LAP_LIMIT * laps)
        record: list[tuple[float, int, int]] = self.page.evaluate("window.record")
        ends = [later[0] for before, later in pairwise(record) if later[2] < before[2]]
        begun = record[0][0]
        return [self._lap(record, start, end, offset) for start, end in pairwise([begun, *ends[:laps]])]

    def _lap(self, record: Sequence[tuple[float, int, int]], start: float, end: float, offset: float) -> Lap:
        drawn = [later[0] for before, later in pairwise(record) if later[1] not in (-1, before[1])]
        inside = [at for at in drawn if start <= at < end]
        gap = max(later - before for before, later in pairwise([start, *inside, end]))
        requests, megabytes = self.traffic.between((start + offset) / 1000, (end + offset) / 1000)
        return Lap(1000 * len(inside) / (end - start), gap, requests, megabytes)

    def scrub(self) -> list[float]:
        """Return the milliseconds until all panes show a frame that was loaded before, for several frames."""
        self.page.click(".player .play")
        self.page.wait_for_timeout(1500)
        times = []
        for target in random.Random(0).sample(range(self.run.frames), SCRUBS):
            times.append(float(self.page.evaluate(SCRUB, target)))
            self.page.wait_for_timeout(300)
        return times

    def answers(self) -> str:
        """Ask for the first second of frames without the slow network; return what the server needs for it."""
        folders = {"frames": Path(self.run.clip_folder) / "previews", "labels": self.run.folder / "labels" / "done"}
        found = []
        with httpx.Client() as client:
            for name, folder in folders.items():
                times = []
                for _ in range(20):
                    begun = time.perf_counter()
                    answer = client.get(f"{self.url}{address_of(folder)}/00000-00023")
                    times.append(1000 * (time.perf_counter() - begun))
                answer.raise_for_status()
                found.append(f"{name} {answer.num_bytes_downloaded / 1000:.0f} kB in {statistics.median(times):.0f} ms")
        return f"24 frames for {len(self.run.variants)} panes: {', '.join(found)}"

    def memory(self) -> tuple[float, float]:
        """Return the megabytes of the tab's process, and of its JavaScript."""
        found = self.processes.send("SystemInfo.getProcessInfo")["processInfo"]
        pages = [process["id"] for process in found if process["type"] == "renderer"]
        resident = max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in pages)
        heap = int(self.page.evaluate("performance.memory.usedJSHeapSize"))
        return resident / 1e6, heap / 1e6

    def memory_while_playing(self, minutes: float) -> None:
        """Play on and print the tab's memory ten times."""
        self.page.click(".player .play")
        for step in range(11):
            resident, heap = self.memory()
            print(f"  after {step * minutes / 10:.1f} min: tab {resident:.0f} MB, JavaScript {heap:.0f} MB", flush=True)
            if step < 10:
                self.page.wait_for_timeout(minutes * 6000)


@contextmanager
def visited(panes: int, frames: int, network: Network, folder: Path) -> Iterator[Visit]:
    """Serve a finished run of so many models and open it behind a network."""
    session = SessionStore(folder / "sessions").create()
    clip = write_clip(session.new_folder("clip"), frames)
    choose_clip(session, clip)
    write_run(session, clip, panes)
    with served(FakeModels(), folder) as url, sync_playwright() as playwright:
        flags = [*chromium.FLAGS, "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=flags)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        yield arrived(page, browser, url, session, network)
        browser.close()


def arrived(page: Page, browser: Browser, url: str, session: Session, network: Network) -> Visit:
    """Open a visitor's newest run behind a network, with nothing of it in the browser's cache."""
    page.add_init_script(f"sessionStorage.setItem('llb-ticket', '{session.token}')")
    cdp, traffic = page.context.new_cdp_session(page), Traffic()
    network.emulate(cdp)
    page.goto(url)
    run = Run.open(session.folders("run")[-1])
    page.wait_for_selector(f".player canvas[data-variant='{run.variants[-1].name}'][data-frame]", timeout=LONG)
    page.wait_for_timeout(SETTLED)
    traffic.watch(cdp)
    return Visit(page, url.rstrip("/"), run, browser.new_browser_cdp_session(), traffic)


def row(panes: int, laps: Sequence[Lap], scrubs: Sequence[float]) -> str:
    """Return a line of the table."""
    cells = [str(panes)]
    for lap in laps:
        cells += [f"{lap.rate:.1f}", f"{lap.gap:.0f}", f"{lap.requests} / {lap.megabytes:.1f}"]
    return f"| {' | '.join([*cells, f'{statistics.median(scrubs):.0f} / {max(scrubs):.0f}'])} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.playback", description=__doc__)
    parser.add_argument("--panes", type=int, nargs="+", default=[2, 3, 6])
    parser.add_argument("--frames", type=int, default=96, help="frames of the clip (at most 288)")
    parser.add_argument("--mbit", type=float, default=10.0)
    parser.add_argument("--latency", type=float, default=80.0, help="milliseconds")
    parser.add_argument("--minutes", type=float, default=0.0, help="play on so long and print the tab's memory")
    chosen = parser.parse_args()
    lap = "pictures/s | longest gap, ms | requests / MB"
    print(f"| panes | lap 1: {lap} | lap 2: {lap} | scrub, ms: median / worst |\n|---|---|---|---|---|---|---|---|")
    served_in: list[str] = []
    for panes in chosen.panes:
        with (
            tempfile.TemporaryDirectory(prefix="llb-playback-") as name,
            visited(panes, chosen.frames, Network(chosen.mbit, chosen.latency), Path(name)) as visit,
        ):
            print(row(panes, visit.play(2), visit.scrub()), flush=True)
            served_in.append(visit.answers())
            if chosen.minutes:
                visit.memory_while_playing(chosen.minutes)
    print("\n".join(["", *served_in]))


if __name__ == "__main__":
    main()
