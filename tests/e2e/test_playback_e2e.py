"""Playing over a slow network, as `tests.e2e.playback` measures it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from demo.clips.clip import save_clip
from demo.masks.chosen_clip import choose_clip
from demo.runs.session import SessionStore
from tests.e2e.driver import no_failures
from tests.e2e.playback import FPS, Network, arrived, write_run
from tests.support.page_fakes import SIZE, FakeModels, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

FRAMES = 30  # two chunks


def test_six_panes_draw_every_frame_of_a_lap_with_few_requests(page: Page, browser: Browser, tmp_path: Path) -> None:
    session = SessionStore(tmp_path / "sessions").create()
    rgb, labels = np.full((FRAMES, *SIZE, 3), 90, np.uint8), np.zeros((FRAMES, *SIZE), np.uint8)
    for index in range(FRAMES):
        cv2.circle(labels[index], (30 + 3 * index, 60), 25, 1, -1)
    times = (index / FPS for index in range(FRAMES))
    clip = save_clip(session.new_folder("clip"), "A disc", zip(times, rgb, strict=True), labels)
    choose_clip(session, clip)
    write_run(session, clip, 6)
    frames: list[str] = []
    page.on("request", lambda request: frames.append(request.url) if f"/llb/{session.token}" in request.url else None)
    with served(FakeModels(), tmp_path) as url, no_failures(page):
        visit = arrived(page, browser, url, session, Network(megabits=10, latency=80))
        visit.play(2)
        shown = [frame for _, frame, _ in page.evaluate("window.record") if frame >= 0]
        drawn = [frame for place, frame in enumerate(shown) if place == 0 or frame != shown[place - 1]]
    assert drawn[: 2 * FRAMES] == [*range(FRAMES), *range(FRAMES)]
    assert len(frames) < 12
    assert len(frames) == len(set(frames))
