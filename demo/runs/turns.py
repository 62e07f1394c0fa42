"""Whose turn it is among the jobs of a queue, and when each one's comes: fair shares of the time between visitors.

As in weighted fair queueing, the visitor who has been served least is next, and a new one counts as served with an
equal share of the time until now: neither many newcomers nor an old, long job hold up the other. A job works for a turn
at most while others wait. Only `STARTED` are begun at a time, as each holds its models' memory, and one more if it will
be done within a turn: two long ones never block the short ones. Work in the background, which no visitor waits for,
comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

STARTED = 2  # jobs that are begun and not finished
FORESEEN = 200  # turns that `waits` looks ahead; what comes later is taken as worked in one go


@dataclass(frozen=True)
class Claim:
    """What a job claims of the queue's time.

    Attributes:
        key: the job's name.
        visitor: whose it is.
        number: in the order of coming.
        served: seconds that its visitor has had.
        left: seconds that it will still take, estimated.
        begun: whether it holds its models' memory already.
        working: whether it has its turn now.
        used: seconds of that turn that are over.
        stop: whether it was asked to end: it needs a moment, at once.
        background: whether nobody waits for it.
    """

    key: str
    visitor: str
    number: int
    served: float
    left: float
    begun: bool = False
    working: bool = False
    used: float = 0.0
    stop: bool = False
    background: bool = False


def order(claims: Iterable[Claim], turn: float) -> list[Claim]:
    """Return jobs in the order of their turns: who is to end, who is at work, then the least served that may begin."""
    claims = list(claims)
    behind = [claim for claim in claims if claim.background and not claim.stop]
    behind.sort(key=lambda claim: (not claim.begun, claim.number))
    ranked = [claim for claim in claims if not claim.background or claim.stop]
    ranked.sort(key=lambda claim: (not claim.stop, not claim.working, claim.served, claim.number))
    begun = sum(claim.begun for claim in ranked)
    may_work = [claim.begun or begun < STARTED or (begun == STARTED and claim.left <= turn) for claim in ranked]
    pairs = list(zip(ranked, may_work, strict=True))
    return [*(claim for wanted in (True, False) for claim, may in pairs if may is wanted), *behind]


def waits(claims: Sequence[Claim], turn: float) -> dict[str, float]:
    """Return the seconds until each job's next turn if nobody else comes; 0 for the one at work."""
    found: dict[str, float] = {}
    now, present = 0.0, list(claims)
    for _ in range(FORESEEN):
        if len(found) == len(claims):
            return found
        first, *others = order(present, turn)
        found.setdefault(first.key, now)
        spent = min(first.left, max(0.0, turn - first.used)) if others else first.left
        now += spent
        rest = replace(first, left=first.left - spent, begun=True, working=False, used=0.0)
        present = [
            replace(claim, served=claim.served + spent) if claim.visitor == first.visitor else claim
            for claim in (others if rest.left <= 0 else [rest, *others])
        ]
    for claim in order(present, turn):
        found.setdefault(claim.key, now)
        now += claim.left
    return found
