"""The page as a process of its own: started, watched, killed, started again on the same folders."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.runs.run import Run

ROOT = Path(__file__).parents[2]
STARTING = 300.0  # seconds that a start may take
ENDING = 20.0  # seconds that a server may take to end when it is asked to


@dataclass
class Server:
    """``python app.py`` with all that it writes under one folder: the cache, the sessions and uploaded files.

    `settings` are further variables of its environment.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cache(self) -> Path:
        """What LLB_CACHE names."""
        return self.folder / "cache"

    @property
    def pid(self) -> int:
        """Id of the process."""
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def start(self) -> Server:
        """Start, on the port of the time before if there was one, and wait until the page answers.

        Raises:
            AssertionError: it ended, or does not answer.
        """
        assert not self.alive(), "the server runs already"
        self.port = self.port or free_port()
        for name in ("cache", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        own = {"LLB_CACHE": str(self.cache), "TMPDIR": str(self.folder / "tmp"), "PYTHONUNBUFFERED": "1"}
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(self.port)]
            environment = {**os.environ, **own, **self.settings}
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_for(self.answers, STARTING, "the page does not answer")
        return self

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start, and end however what is done meanwhile ends."""
        try:
            self.start()
            yield
        finally:
            self.end()

    def answers(self) -> bool:
        """Tell whether the page answers; raise AssertionError if the process ended."""
        assert self.alive(), f"the server ended:\n{self.log()[-2000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/config", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def alive(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def end(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal, wait for the end and return the seconds until then; a server that stays is killed."""
        begun = time.monotonic()
        if self._process is not None and self.alive():
            self._process.send_signal(how)
            try:
                self._process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return time.monotonic() - begun

    def log(self) -> str:
        """Return what it wrote so far."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def status(self, key: str) -> float:
        """Return a figure of the process in megabytes, such as ``VmRSS`` (memory in use)."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{key}:"))

    def cpu_seconds(self) -> float:
        """Return the processor time used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def limit_memory(self, megabytes: float | None) -> None:
        """Refuse the process more than so much memory beyond what it has now; None: no limit."""
        most = resource.RLIM_INFINITY if megabytes is None else int((self.status("VmData") + megabytes) * 1e6)
        resource.prlimit(self.pid, resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))

    def await_greeting(self) -> None:
        """Wait until the comparison that greets a visitor is prepared: it takes the processor from everything else."""
        wait_for(self._greets, 300, "the greeting comparison is not prepared")

    def runs(self) -> list[Path]:
        """Return the folders of all visitors' runs, oldest first."""
        found = [path.parent for path in self.folder.rglob("run-*/run.json")]
        return sorted(found, key=lambda path: (path / "run.json").stat().st_mtime)

    def _greets(self) -> bool:
        return any(Run.open(path.parent).state == "done" for path in self.cache.rglob("showcase-*/run.json"))


def frames_on_disk(run: Path) -> int:
    """Return how many frames every model of a run has written."""
    models = [path for path in run.glob("*/labels") if path.is_dir()]
    return min((len(list(path.glob("[0-9]*.png"))) for path in models), default=0)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(true: Callable[[], object], seconds: float, otherwise: str) -> None:
    """Wait until a function returns true; raise AssertionError with a sentence after so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{otherwise} after {seconds:.0f} s"
        time.sleep(0.2)
