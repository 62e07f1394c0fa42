"""The page as a ZeroGPU Space: ``python -m tests.support.zerogpu_space FOLDER`` prints its `Findings`.

The package `spaces` is the real one. Stood in for are the service that lends GPUs, by a small HTTP server, and in the
fork the two functions that bring up CUDA and move tensors to it: what is borrowed here is a CPU.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from demo.models.provider import ModelProvider
    from demo.runs.run import Run
    from demo.runs.session import Session

VISITOR = "an.eyJpIjoxfQ.unsigned"  # a token as the Hub puts it into a visitor's requests
PATIENCE = 60.0  # seconds


@dataclass
class Lender:
    """The service that lends GPUs, as far as `spaces` asks it: the requests, and whether the visitor may borrow."""

    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    lends: bool = True

    def serve(self) -> str:
        """Serve in the background; return the address."""
        lender = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                url = urlsplit(self.path)
                query = {key: value for key, (value,) in parse_qs(url.query).items()}
                lender.asked.append((url.path, query))
                status, answer = lender.answer(url.path)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        if path != "/schedule":
            return 200, b"null"
        if self.lends:
            return 200, b'{"idle": false, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "allowed"}'
        return 429, b'{"left": 3, "wait": 3600}'

    def borrower(self) -> int:
        """Return the process that borrowed last."""
        return next(int(query["pid"]) for path, query in reversed(self.asked) if path == "/allow")


@dataclass(frozen=True)
class Worked:
    """How a run ended, in the queue and on disk; which process the models were in; what was asked of the lender."""

    place: str
    state: str
    frames: int
    process: int
    asked: list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Findings:
    """What `main` found.

    `loaded` are packages that were there before `spaces`; `asked` came to the lender by the page's start.
    """

    loaded: list[str]
    asked: list[str]
    torch_says_cuda: bool
    device: str
    used_cuda: bool
    frames: int
    process: int
    runs: dict[str, Worked]


def main(folder: Path) -> Findings:
    """Serve the page, and do runs as visitors' clicks would."""
    lender = Lender()
    (folder / "cgroup").write_text("1:devices:/space\n")
    os.environ |= {
        "SPACES_ZERO_GPU": "true",
        "SPACES_ZERO_DEVICE_API_URL": lender.serve(),
        "ZEROGPU_PROC_SELF_CGROUP_PATH": str(folder / "cgroup"),
    }
    from demo.models.zerogpu import import_spaces

    loaded = sorted({"torch", "gradio", "numpy"} & set(sys.modules))
    import_spaces()
    lend_a_cpu()

    import torch

    from demo.models.zerogpu import device
    from tests.support.page_fakes import FRAMES, RealModels, served

    torch.set_num_threads(2)
    with served(RealModels(), folder):
        asked = [path for path, _ in lender.asked]
        wait_until(lambda: greets(folder))
        says, where, runs = torch.cuda.is_available(), device(), do_runs(folder, lender)
        return Findings(loaded, asked, says, where, torch.cuda.is_initialized(), FRAMES, os.getpid(), runs)


def lend_a_cpu() -> None:
    """Stand in for what the fork does with CUDA; a build of torch without CUDA says that it has one."""
    import torch

    torch.version.cuda = torch.version.cuda or "13.0"
    import spaces.zero.torch

    spaces.zero.torch.init = spaces.zero.torch.move = lambda *_, **__: None


def do_runs(folder: Path, lender: Lender) -> dict[str, Worked]:
    """Do a run of every kind, and return how each ended."""
    from gradio.context import LocalContext
    from starlette.datastructures import Headers

    from demo.models.provider import ModelFacts
    from demo.page.live_run import LiveRuns
    from demo.runs import gpu_run
    from demo.runs.run import Run
    from demo.runs.run_setup import RunRequest
    from demo.runs.session import SessionStore
    from tests.support.page_fakes import FakeModels, RealModels, fake_shelf

    sessions, live, clip = SessionStore(folder / "sessions"), LiveRuns(RealModels()), fake_shelf(folder).clip("disc")
    truth = clip.truth(0)
    assert truth is not None

    def do(models: ModelProvider, meanwhile: Callable[[Session, Run], object] = lambda *_: None) -> Worked:
        live.models, session, before = models, sessions.create(), len(lender.asked)
        run = live.start(session, RunRequest(clip, {0: truth}, ["lite/llb", "lite/joint"]))
        meanwhile(session, run)
        assert live.queue.wait(str(run.folder), PATIENCE), "the run does not end"
        place, run = live.place(run.folder), Run.open(run.folder)
        assert place is not None
        return Worked(place.state, run.state, run.frames, int(run.variants[0].precision), lender.asked[before:])

    def has_begun(run: Run) -> bool:
        place = live.place(run.folder)
        return place is not None and place.latest is not None

    def kill(session: Session, run: Run) -> None:
        wait_until(lambda: has_begun(run))
        os.kill(lender.borrower(), signal.SIGKILL)

    def stop(session: Session, run: Run) -> None:
        wait_until(lambda: has_begun(run))
        live.stop(session)

    for models in (FakeModels, RealModels):  # what a run notes as its precision tells the process that it was noted in
        models.facts = lambda self, name: ModelFacts(name, str(os.getpid()))  # type: ignore[method-assign]
    found = {"short": do(RealModels())}
    gpu_run.PAYS_FROM = 0.0
    LocalContext.request.set(SimpleNamespace(headers=Headers({"x-ip-token": VISITOR})))  # type: ignore[arg-type]
    found |= {"long": do(RealModels()), "killed": do(FakeModels(0.3), kill), "stopped": do(FakeModels(0.3), stop)}
    lender.lends = False
    return found | {"refused": do(FakeModels())}


def greets(folder: Path) -> bool:
    """Tell whether an example's comparison is done, which is this process's work: it has no GPU."""
    from demo.runs.run import Run

    return any(Run.open(path.parent).state == "done" for path in folder.glob("runs-*/*/run.json"))


def wait_until(true: Callable[[], object]) -> None:
    """Wait until a function returns true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


if __name__ == "__main__":
    print(json.dumps(asdict(main(Path(sys.argv[1])))))
