"""Work that is done again and again in the background."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


def repeat(every: float, *works: Callable[[], object]) -> threading.Thread:
    """Begin to do some works every so many seconds in a thread of their own, whatever the disk refuses."""

    def loop() -> None:
        while True:
            time.sleep(every)
            try:
                for work in works:
                    work()
            except OSError:
                log.exception("The work in the background broke off; it is done again in %s s.", every)

    thread = threading.Thread(target=loop, daemon=True, name="background")
    thread.start()
    return thread
