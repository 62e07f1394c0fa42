"""A server that is killed in a run, asked to end, out of room, or out of memory."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from pathlib import Path

import httpx

from demo.runs.disk import is_disk_full
from demo.runs.run import Run
from tests.soak.browsers import browser_visitor
from tests.soak.clips import DrawnClip
from tests.soak.findings import Findings
from tests.soak.server import Server, frames_on_disk, wait_for
from tests.soak.visitors import ApiVisitor
from tests.soak.whole_files import damaged_files, missing_frames

LONG_RUN = 90  # frames of the run in which the server dies
UNDER_WAY = 10  # frames that are done before it dies
LATEST = 5.0  # seconds of work that may be lost
ROOM = 24_000_000  # bytes for sessions on the small disk
LEFT = 100_000  # bytes that are left on a full disk
TINY_BUDGET = "0.001"  # GB
SCARCE = 80.0  # megabytes more than now, for a run that needs far more
LARGE = ["lite/llb-1", "lite/llb-2", "lite/llb-3", "lite/llb-4"]  # models of that run
WAITING = 240.0  # seconds for an answer to it
DIED = (httpx.HTTPError, OSError, CancelledError, FutureTimeout)  # what a program meets where a server dies
UNFIT = ("/", "\n", "Gradio", "Traceback", "Errno", "Exception")  # what has no place in a sentence to a visitor


def check_death(server: Server, how: signal.Signals, number: int, folder: Path, findings: Findings) -> None:
    """End the server in a run, start it again, and look for what was done before."""
    begun = time.time()
    early = ApiVisitor(server.url, DrawnClip(number), folder / f"program{number}")
    clip = DrawnClip(number + 1, LONG_RUN)
    with findings.step(f"{how.name} in a run, then a restart") as figures:
        answer = early.segment()
        with browser_visitor(server.url, clip, folder / clip.name) as visitor:
            visitor.upload()
            visitor.start_run()
            run, lasting = _run_under_way(server, begun)
            seconds = server.end(how)
            written = frames_on_disk(run)
            assert written < LONG_RUN, "the run was over before the server ended"
            server.start()
            visitor.reload()
            shown = visitor.results()
            assert shown.frames is not None, "the run is shown as a whole one"
            assert lasting <= shown.frames <= written, (
                f"{shown.frames} frames are shown, {lasting} to {written} are due"
            )
            least = visitor.check_download(shown.frames)
        figures += [f"ended after {seconds:.1f} s", f"{shown.frames} of {written} frames shown as stopped"]
        figures += [f"IoU of the download {least:.2f}"]
        early.look_inside(answer)
        _check_folders(server, begun)
        figures.append("the run before it is there")


def check_full_disk(server: Server, folder: Path, findings: Findings) -> None:
    """Fill a small disk under the server, or set a tiny budget where no disk may be mounted."""
    server.end()
    with findings.step("a full disk: one sentence, nothing lost, and on it goes") as figures:
        try:
            with _small_disk(server.cache), server.running():
                visitor = ApiVisitor(server.url, DrawnClip(70), folder / "disk")
                answer = visitor.segment()
                _fill(server.cache / "filler")
                figures.append(_sentence(visitor.refusal()))
                visitor.look_inside(answer)
                _check_folders(server, 0.0)
                (server.cache / "filler").unlink()
                visitor.segment()
        except PermissionError as error:
            figures.append(f"not tried: {error}")
    tight = Server(server.folder, {**server.settings, "LLB_DISK_GB": TINY_BUDGET})
    with findings.step("LLB_DISK_GB is used up: one sentence") as figures, tight.running():
        visitor = ApiVisitor(tight.url, DrawnClip(71), folder / "budget")
        figures += [_sentence(visitor.fill()), "the page goes on"]
        assert tight.answers(), "the page does not answer any more"
    server.start()


def check_scarce_memory(server: Server, folder: Path, findings: Findings) -> None:
    """Refuse the server the memory that a run needs: it says so, or it dies and goes on after a restart."""
    visitor = ApiVisitor(server.url, DrawnClip(80), folder / "memory")
    large = ApiVisitor(server.url, DrawnClip(81, 30, scale=6), folder / "large", patience=WAITING)
    with findings.step(f"a run that needs more than {SCARCE:.0f} MB and does not get them") as figures:
        answer = visitor.segment()
        server.limit_memory(SCARCE)
        try:
            figures.append(_sentence(large.refusal(LARGE)))
        except DIED:
            assert not server.alive(), f"there was no answer for {WAITING:.0f} s, and the server is there"
        if server.alive():
            server.limit_memory(None)
        else:
            figures.append("the server died and was started again")
            server.start()
        visitor.look_inside(answer)
        visitor.segment()
        _check_folders(server, 0.0)
        figures.append("the run before it is there, and new ones are made")


def _run_under_way(server: Server, since: float) -> tuple[Path, int]:
    """Wait until a run has some frames; return its folder, and the frames that had `LATEST` seconds to become safe."""
    counts: list[tuple[float, int]] = []

    def is_under_way() -> bool:
        fresh = [path for path in server.runs() if path.stat().st_mtime > since and _is_at_work(path)]
        counts.append((time.monotonic(), frames_on_disk(fresh[-1]) if fresh else 0))
        safe = [frames for moment, frames in counts if moment < counts[-1][0] - LATEST]
        return max(safe, default=0) > 0 and counts[-1][1] >= UNDER_WAY

    wait_for(is_under_way, 240, "no run is under way")
    now = counts[-1][0]
    return server.runs()[-1], max(frames for moment, frames in counts if moment < now - LATEST)


def _is_at_work(run: Path) -> bool:
    """Tell what is written down: for `Run.open`, a run of another process than this one has died."""
    return bool(json.loads((run / "run.json").read_text())["state"] == "running")


def _check_folders(server: Server, since: float) -> None:
    """Raise AssertionError for a file that is not whole, or a frame that a run says to have and has not."""
    for path in server.runs():
        if path.stat().st_mtime >= since:
            damaged, missing = damaged_files(path), missing_frames(Run.open(path))
            assert not damaged, f"{len(damaged)} files are not whole: {damaged[0]}"
            assert not missing, f"{path.name} lacks {missing[0]}"


def _sentence(message: str) -> str:
    """Return a refusal in quotation marks; raise AssertionError if it is not one clear sentence."""
    text = message.strip()
    assert text.endswith("."), f"this is no sentence: {text[:120]!r}"
    assert not any(sign in text for sign in UNFIT), f"this is not for a visitor: {text[:120]!r}"
    return f"“{text}”"


@contextmanager
def _small_disk(cache: Path) -> Iterator[None]:
    """Put a disk of its own under the cache, with the prepared examples and `ROOM` more; raise PermissionError."""
    aside = cache.with_name("cache-aside")
    cache.rename(aside)
    cache.mkdir()
    prepared = [path for path in aside.rglob("*-*") if path.name.startswith(("examples-", "showcase-"))]
    size = ROOM + sum(file.stat().st_size + 4096 for path in prepared for file in path.rglob("*"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(cache)]
    mounted = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        if not mounted:
            raise PermissionError("no disk may be mounted here")
        for path in prepared:
            shutil.copytree(path, cache / path.relative_to(aside))
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(cache)], check=True)
        cache.rmdir()
        aside.rename(cache)


def _fill(path: Path) -> None:
    """Write a file that leaves `LEFT` bytes on its disk, or less: the server writes meanwhile."""
    with path.open("wb") as file:
        free = shutil.disk_usage(path.parent).free - LEFT
        try:
            for _ in range(0, free, 1 << 16):
                file.write(bytes(1 << 16))
        except OSError as error:
            if not is_disk_full(error):
                raise
