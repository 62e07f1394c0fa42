"""A run in the queue (`demo.runs.queue`): what is to be done, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
State = Literal["waiting", "working", "set aside", "done", "stopped", "cancelled", "failed"]


@dataclass(frozen=True)
class Job(Generic[T]):
    """A run to compute.

    Attributes:
        key: unique name, such as the run's folder.
        visitor: whose it is; visitors take turns.
        seconds: how long it will take, estimated.
        start: begins the work; each item that it yields is a step after which the run may be set aside.
        on_cancel: called once if the job is cancelled before it began.
        left: tells from an item how many seconds the work will still take; None where only `seconds` is known.
        explain: says in words what an error means that ends the work.
        background: whether nobody waits for it; then it has no visitor.
    """

    key: str
    visitor: str
    seconds: float
    start: Callable[[], Generator[T, None, None]]
    on_cancel: Callable[[], object] = lambda: None
    left: Callable[[T], float | None] = lambda item: None
    explain: Callable[[Exception], str] = str
    background: bool = False


@dataclass(frozen=True)
class Place(Generic[T]):
    """Where a job stands.

    Attributes:
        state: waiting, working, set aside (begun, and another has its turn); then done, stopped (asked to end early),
            cancelled (before it began) or failed (an error, which is in the server's log).
        position: 1 for the next to begin; 0 once it has begun.
        waiting: how many jobs wait.
        seconds: until it begins (waiting), goes on (set aside) or ends (working), estimated; 0 once it has ended.
        latest: the newest item of its work.
        reason: why it failed, in the words of `Job.explain`.
    """

    state: State
    position: int
    waiting: int
    seconds: float
    latest: T | None
    reason: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self.state not in ("waiting", "working", "set aside")
