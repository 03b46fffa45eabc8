"""The cycle collector during bulk work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector() -> Iterator[None]:
    """No search for reference cycles inside: bulk work makes many objects that all live until its end, and searching
    them again and again takes a third of the time. What is left over is found after, by the next full search: the new
    objects go straight to the oldest generation, since searching them at once as if young finds nothing either."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # never thaw what a server froze before it forked
                gc.freeze()
                gc.unfreeze()
            gc.enable()
