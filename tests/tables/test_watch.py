"""The watch stops what takes too long, and nothing else; one thread looks at the clock for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from kam.tables.watch import Watch

SHORT, LONG, PATIENCE = 0.05, 30.0, 10.0


class Stopped:
    """What is told to stop, and how often."""

    def __init__(self) -> None:
        self.times = 0
        self._event = threading.Event()

    def stop(self) -> None:
        self.times += 1
        self._event.set()

    def wait(self) -> bool:
        """Whether it was told to stop, sooner or later."""
        found = self._event.wait(PATIENCE)
        self._event.clear()
        return found


@pytest.fixture
def stopped() -> Stopped:
    return Stopped()


@pytest.fixture
def watch(stopped: Stopped) -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


def test_what_takes_too_long_is_stopped_once(watch: Watch, stopped: Stopped) -> None:
    with watch.limit(SHORT, stopped.stop):
        assert stopped.wait()
        time.sleep(3 * SHORT)
    assert stopped.times == 1


def test_what_ends_in_time_is_left_alone_and_so_is_what_follows(watch: Watch, stopped: Stopped) -> None:
    for _ in range(3):
        with watch.limit(SHORT, stopped.stop):
            pass
    with watch.limit(LONG, stopped.stop):
        time.sleep(3 * SHORT)
    assert stopped.times == 0


def test_a_nearer_end_wakes_a_thread_that_waits_for_a_later_one(watch: Watch, stopped: Stopped) -> None:
    with watch.limit(LONG, stopped.stop), watch.limit(SHORT, stopped.stop):
        assert stopped.wait()
    assert stopped.times == 1


def test_only_what_took_too_long_is_stopped(watch: Watch, stopped: Stopped) -> None:
    other = Stopped()
    with watch.limit(LONG, other.stop), watch.limit(SHORT, stopped.stop):
        assert stopped.wait()
    assert (stopped.times, other.times) == (1, 0)


def test_what_fails_inside_is_no_longer_limited(watch: Watch, stopped: Stopped) -> None:
    with pytest.raises(ValueError, match="inside"), watch.limit(SHORT, stopped.stop):
        raise ValueError("inside")
    time.sleep(3 * SHORT)
    assert stopped.times == 0


def test_one_thread_is_enough_and_it_ends_with_the_watch(stopped: Stopped) -> None:
    before = set(threading.enumerate())
    watch = Watch()
    assert set(threading.enumerate()) == before
    for _ in range(20):
        with watch.limit(LONG, stopped.stop):
            pass
    (looking,) = set(threading.enumerate()) - before
    watch.close()
    looking.join(PATIENCE)
    assert not looking.is_alive()


def test_it_can_be_used_again_after_everything_was_stopped(watch: Watch, stopped: Stopped) -> None:
    for _ in range(2):
        with watch.limit(SHORT, stopped.stop):
            assert stopped.wait()
        time.sleep(SHORT)
    assert stopped.times == 2


def test_no_thread_is_left_once_it_is_closed(stopped: Stopped) -> None:
    before = threading.active_count()
    made = Watch()
    with made.limit(LONG, stopped.stop):
        pass
    made.close()
    assert threading.active_count() == before
    made.close()
