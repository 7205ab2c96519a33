"""A server in a thread of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

START_SECONDS, END_SECONDS = 30, 30


@contextmanager
def served(config: uvicorn.Config) -> Iterator[None]:
    """Serve while the context lasts, and see the server end."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(END_SECONDS)
    assert not thread.is_alive()
