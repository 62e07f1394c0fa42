"""The queue of runs: order, turns, cancelling, places and times."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import replace

import pytest

from demo.runs import queue, turns
from demo.runs.job import Job
from demo.runs.queue import QueueFull
from tests.support.queue_bench import Bench


def test_short_runs_are_done_one_after_another_in_the_order_of_their_coming() -> None:
    bench = Bench()
    bench.submit(*(bench.job(key, 3) for key in "abc"))
    bench.finish(*"abc")
    assert bench.steps == list("aaabbbccc")
    place = bench.queue.place("c")
    assert place is not None
    assert (place.state, place.latest) == ("done", "c 2")


def test_a_long_run_gives_way_to_short_ones_and_goes_on_between_them() -> None:
    bench = Bench(turn=5)
    bench.submit(bench.job("long", 20), *(bench.job(key, 3) for key in "abc"))
    bench.finish("long", *"abc")
    first = "".join(step[0] for step in bench.steps)
    assert first.startswith("lllllaaa"), "the first short one waits for one turn of the long one, not for all of it"
    assert first.index("c") < first.rindex("l"), "all short ones are done before the long one"
    assert first.count("l") == 20
    assert first[-1] == "l"


def test_a_visitor_with_many_runs_does_not_hold_up_another_one() -> None:
    bench = Bench()
    greedy = [bench.job(f"g{number}", 3, visitor="greedy") for number in range(4)]
    bench.submit(*greedy, bench.job("modest", 3))
    bench.finish("modest", *(job.key for job in greedy))
    assert bench.steps.index("modest") == 3, "after the one that was at work already"


def test_two_long_runs_do_not_hold_up_a_short_one() -> None:
    bench = Bench(turn=5)
    bench.submit(bench.job("a", 30), bench.job("b", 30), bench.job("c", 30), bench.job("s", 3))
    bench.finish("s", *"abc")
    assert bench.steps.index("s") <= 15, "after a turn of each long one at most"
    assert bench.steps.index("c") > bench.steps.index("s"), "a third long run waits for the end of one of the two"


def test_a_long_run_is_not_held_up_by_ever_new_short_ones() -> None:
    bench = Bench(turn=5)
    bench.submit(bench.job("long", 20))
    assert bench.begun.wait(10)

    def short(number: int) -> Job[str]:
        """Return a short run that brings the next one along."""
        job = bench.job(str(number), 4)

        def start() -> Generator[str, None, None]:
            bench.submit(short(number + 1)) if number < 30 else None
            yield from job.start()

        return replace(job, start=start)

    bench.submit(short(0))
    bench.finish("long", "30")
    done = bench.steps[: len(bench.steps) - bench.steps[::-1].index("long")]
    assert len(done) <= 60, "of 144 steps: its 20 and not much more than as many others"


def test_a_short_run_is_told_that_a_long_one_gives_way() -> None:
    bench = Bench(turn=20)
    bench.submit(bench.job("long", 600))
    assert bench.begun.wait(10)
    bench.submit(bench.job("a", 6), bench.job("b", 6), bench.job("endless", 900))
    seconds = {key: place.seconds for key in ("a", "b", "endless") if (place := bench.queue.place(key))}
    assert seconds == pytest.approx({"a": 20, "b": 26, "endless": 32})
    bench.queue.cancel("endless")
    bench.queue.cancel("long")
    bench.finish("long", "a", "b")


def test_places_count_down_as_runs_ahead_end_or_are_cancelled() -> None:
    bench = Bench()
    bench.submit(bench.job("at work", 3))
    assert bench.begun.wait(10)
    bench.submit(*(bench.job(key, 3) for key in "abc"))

    def places() -> list[int]:
        return [place.position for key in "abc" if (place := bench.queue.place(key))]

    assert places() == [1, 2, 3]
    bench.queue.cancel("b")
    assert places() == [1, 0, 2]
    bench.finish("at work", "a", "c")
    assert places() == [0, 0, 0]


def test_at_most_two_runs_are_begun_at_a_time() -> None:
    bench = Bench(turn=2)
    bench.submit(*(bench.job(key, 6) for key in "abcd"))
    bench.finish(*"abcd")
    begun: set[str] = set()
    for number, key in enumerate(bench.steps):
        begun.add(key)
        ended = {other for other in begun if other not in bench.steps[number:]}
        assert len(begun - ended) <= turns.STARTED


def test_a_waiting_run_is_cancelled_at_once_and_never_begins() -> None:
    bench = Bench()
    cancelled: list[str] = []
    waiting = Job("b", "b", 1.0, bench.job("b", 1).start, lambda: cancelled.append("b"))
    bench.submit(bench.job("a", 2), waiting, bench.job("c", 1))
    bench.queue.cancel("b")
    place = bench.queue.place("b")
    assert place is not None
    assert place.state == "cancelled"
    assert cancelled == ["b"]
    bench.finish("a", "c")
    assert bench.steps == ["a", "a", "c"]


def test_a_run_at_work_ends_after_its_step_and_is_closed() -> None:
    bench = Bench()
    bench.submit(bench.job("a", 1000))
    assert bench.begun.wait(10)
    bench.queue.cancel("a")
    bench.finish("a")
    place = bench.queue.place("a")
    assert place is not None
    assert place.state == "stopped"
    assert len(bench.steps) <= 1
    assert bench.closed == ["a"]


def test_a_run_that_was_set_aside_can_be_stopped() -> None:
    bench = Bench(turn=2)
    bench.submit(bench.job("a", 50), bench.job("b", 4))
    bench.finish("b")
    bench.queue.cancel("a")
    bench.finish("a")
    assert bench.closed[-1] == "a"


def test_a_run_that_fails_leaves_the_queue_at_work(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.submit(bench.job("a", 1, fails=True), bench.job("b", 1))
    bench.finish("a", "b")
    first, second = bench.queue.place("a"), bench.queue.place("b")
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == ("failed", "done")
    assert "broken" in caplog.text


def test_places_and_times_are_told() -> None:
    bench = Bench()
    bench.submit(bench.job("a", 10))
    assert bench.begun.wait(10)
    bench.submit(bench.job("b", 5), bench.job("c", 2))
    place = bench.queue.place("c")
    assert place is not None
    assert (place.state, place.position, place.waiting) == ("waiting", 2, 2)
    assert place.seconds == pytest.approx(15)
    assert "c" in bench.queue.visitors()
    assert "d" not in bench.queue.visitors()
    assert bench.queue.place("d") is None
    bench.finish(*"abc")
    assert "c" not in bench.queue.visitors()


def test_times_follow_what_the_work_itself_tells() -> None:
    bench, half_way = Bench(turn=1000.0), threading.Event()

    def start() -> Generator[str, None, None]:
        yield "half"
        half_way.set()
        assert bench.gate.wait(10)

    bench.submit(Job("a", "a", 2.0, start, left=lambda item: 300.0), bench.job("b", 1))
    assert half_way.wait(10)
    at_work, waiting = bench.queue.place("a"), bench.queue.place("b")
    assert at_work is not None
    assert waiting is not None
    assert (at_work.seconds, waiting.seconds) == (300.0, 300.0)
    bench.finish("a", "b")


def test_a_run_that_was_set_aside_is_stopped_in_the_middle_of_another_one_s_turn() -> None:
    bench, begun, hold, end = Bench(turn=5), threading.Event(), threading.Event(), threading.Event()

    def endless() -> Generator[str, None, None]:
        while not end.is_set():
            begun.set()
            assert hold.wait(10)
            yield "b"

    bench.submit(bench.job("a", 50), Job("b", "b", 1.0, endless))
    bench.gate.set()
    assert begun.wait(10)
    bench.queue.cancel("a")
    hold.set()
    stopped = bench.queue.wait("a", 5)
    end.set()
    bench.finish("b")
    assert stopped


def test_sixty_may_wait_and_the_next_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "WAITING", 3)
    bench = Bench()
    bench.submit(bench.job("at work", 1))
    assert bench.begun.wait(10)
    bench.submit(*(bench.job(str(number), 1) for number in range(3)))
    with pytest.raises(QueueFull, match="waiting already"):
        bench.submit(bench.job("one more", 1))
    bench.finish("at work", "0", "1", "2")


def test_a_run_is_not_queued_twice() -> None:
    bench = Bench()
    bench.submit(bench.job("a", 1))
    with pytest.raises(ValueError, match="already"):
        bench.submit(bench.job("a", 1))
    bench.finish("a")


def test_work_in_the_background_gives_way_at_its_next_step_and_counts_in_nobody_s_place() -> None:
    bench = Bench()
    bench.submit(replace(bench.job("quiet", 4, visitor="nobody"), visitor="", background=True))
    assert bench.begun.wait(10)
    bench.submit(bench.job("a", 2), bench.job("b", 2))
    place = bench.queue.place("b")
    assert place is not None
    assert (place.state, place.position, place.waiting) == ("waiting", 2, 2)
    assert (bench.queue.visitors(), bench.queue.in_background()) == ({"a", "b"}, 1)
    bench.finish("quiet", "a", "b")
    assert bench.steps == ["quiet", "a", "a", "b", "b", "quiet", "quiet", "quiet"]


def test_work_in_the_background_becomes_that_of_the_visitor_who_asks_for_it() -> None:
    bench = Bench()
    bench.submit(bench.job("a", 2), replace(bench.job("quiet", 2), visitor="", background=True))
    bench.queue.hand_over("quiet", "b")
    bench.submit(bench.job("c", 2))
    bench.finish("a", "quiet", "c")
    assert bench.steps == ["a", "a", "quiet", "quiet", "c", "c"]


def test_a_queue_that_closes_ends_what_is_there_and_takes_no_more() -> None:
    bench = Bench()
    bench.submit(bench.job("a", 50), bench.job("b", 2))
    assert bench.begun.wait(10)
    bench.gate.set()
    bench.queue.close()
    places = [bench.queue.place(key) for key in "ab"]
    assert [place.state for place in places if place] == ["stopped", "cancelled"]
    assert bench.closed == ["a"]
    with pytest.raises(QueueFull, match="being closed"):
        bench.submit(bench.job("c", 1))
