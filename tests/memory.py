"""Where tests put what need not last: a file system in memory where there is one with room to spare.

What a test waits for on a disk is mostly the disk; what a killed process leaves behind is the same on both.
"""

from __future__ import annotations

import os
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 * 2**30


def memory_folder() -> Path | None:
    """Return a folder in memory that may be written to and executed from; None where there is none or it is small."""
    if not os.access(MEMORY, os.W_OK):
        return None
    found = os.statvfs(MEMORY)
    room = found.f_bavail * found.f_frsize > ROOM_BYTES
    return MEMORY if room and not found.f_flag & os.ST_NOEXEC else None
