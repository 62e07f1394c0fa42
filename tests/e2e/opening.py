"""Measure how soon a link shows its view: `python -m tests.e2e.opening`.

It serves the page with an empty cache, opens it once, and then opens each link several times in Chromium, as a new
visitor whose browser has kept nothing. The server has what is shipped and computes nothing meanwhile. Times are from
the beginning of the navigation, the median and the worst: until all panes show the link's frame, until the diagram
shows it, and until the box and the clicked pixel that the link names are there.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import parse_qsl

from playwright.sync_api import sync_playwright

from demo.clips.examples import ExampleShelf
from demo.page.live_run import LiveRuns
from tests.e2e.driver import LONG, opened
from tests.e2e.playback import Network, Traffic
from tests.e2e.test_ready_e2e import ShippedInName
from tests.support import chromium
from tests.support.page_fakes import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAIR = "clip=bee&models=lite/llb,lite/joint"
LINKS = {
    "results alone": "clip=bee&models=lite/llb,lite/llb~only-e1,lite/llb~only-e2&frame=24",  # nothing else is shipped
    "results and inside": f"{PAIR}&frame=42&box=value",
    "with a pixel": f"{PAIR}&frame=24&box=transduced&pixel=535,180",
    "page 3 of the lesson": f"{PAIR}&frame=24&box=transduced&lesson=3",
}
STAGES = ("panes", "diagram", "whole")
# Notes when a stage is reached, in milliseconds since the navigation began.
WATCH = """() => {
  const query = new URLSearchParams(location.search);
  const [frame, box, pixel] = ['frame', 'box', 'pixel'].map((name) => query.get(name));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const reached = {
    panes: () => all('.player .panes canvas').length && all('.player .panes canvas').every(
      (pane) => pane.dataset.frame === frame),
    diagram: () => document.querySelector('.inside .diagrams')?.dataset.frame === frame,
    whole: () => document.querySelector(`.inside .details[data-part="${box ?? 'value'}"] figure, .inside .absent`)
      && (!pixel || document.querySelector(`.looked[data-pixel="${pixel}"] img`)),
  };
  window.reached = {};
  const look = () => {
    for (const [name, isReached] of Object.entries(reached)) {
      if (!(name in window.reached) && isReached()) {
        window.reached[name] = performance.now();
      }
    }
    requestAnimationFrame(look);
  };
  document.addEventListener('DOMContentLoaded', look);
}"""
ALL = "count => Object.keys(window.reached ?? {}).length === count"


@contextmanager
def shipped_alone(folder: Path) -> Iterator[str]:
    """Serve what is shipped; nothing is computed in the background. Yield the address."""
    with (
        patch.object(LiveRuns, "compute", return_value=None),
        served(ShippedInName(), folder, ExampleShelf.own(folder)) as url,
    ):
        yield url


@dataclass(frozen=True)
class Opening:
    """What opening a link took: milliseconds until each of `STAGES`, and what was asked for."""

    times: tuple[float, ...]
    requests: int
    megabytes: float


def measure(browser: Browser, address: str, network: Network | None) -> Opening:
    """Open an address as a new visitor."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    cdp, traffic = context.new_cdp_session(page), Traffic()
    cdp.send("Network.enable")
    if network:
        network.emulate(cdp)
    traffic.watch(cdp)
    page.goto(address, wait_until="commit")
    page.wait_for_function(ALL, arg=len(STAGES), timeout=LONG)
    reached = page.evaluate("window.reached")
    found = Opening(tuple(reached[stage] for stage in STAGES), *traffic.between(0.0, float("inf")))
    context.close()
    return found


def row(name: str, openings: Sequence[Opening]) -> str:
    """Return a line of the table."""
    cells = [name]
    for times in zip(*(each.times for each in openings), strict=True):
        cells.append(f"{statistics.median(times) / 1000:.2f} / {max(times) / 1000:.2f}")
    last = openings[-1]
    return f"| {' | '.join([*cells, f'{last.requests} / {last.megabytes:.1f}'])} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.opening", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each link is opened")
    parser.add_argument("--mbit", type=float, default=0.0, help="of an emulated network; 0: none is emulated")
    parser.add_argument("--latency", type=float, default=80.0, help="milliseconds of the emulated network")
    chosen = parser.parse_args()
    network = Network(chosen.mbit, chosen.latency) if chosen.mbit else None
    print("| link | panes, s | diagram, s | whole view, s | requests / MB |\n|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory(prefix="llb-opening-") as name,
        shipped_alone(Path(name)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.FLAGS))
        opened(browser.new_page(), url)
        for title, query in LINKS.items():
            assert "frame" in dict(parse_qsl(query)), "it is waited for"
            openings = [measure(browser, f"{url}?{query}", network) for _ in range(chosen.times)]
            print(row(title, openings), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
