"""Doing bulk work without the collector of cycles.

While hundreds of thousands of values are made that all stay, the collector walks over all of them
again and again, and finds nothing: it took half of the time of matching a portfolio.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave cycles uncollected inside the block, which must not make many.

    What was made inside counts as old afterwards: else the first collection would walk over it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # what others froze stays frozen
                gc.freeze()
                gc.unfreeze()
            gc.enable()
