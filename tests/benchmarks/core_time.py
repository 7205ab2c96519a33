"""How much time of the cores a piece of work takes, here and in a PostgreSQL server: what a busy machine changes least.

Processes that have ended count with the one that waited for them, so a pool has to be closed before it is read. Linux.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class CoreTime(NamedTuple):
    """Seconds of core time: of this process and those it has waited for, and of a server with all its processes."""

    client: float
    server: float

    def since(self, earlier: CoreTime, operations: int) -> CoreTime:
        """Return microseconds an operation since an earlier moment."""
        each = 1e6 / operations
        return CoreTime((self.client - earlier.client) * each, (self.server - earlier.server) * each)


def core_time(postmaster: int) -> CoreTime:
    """Return the core time used until now by this process and by the server whose first process has this id."""
    own = sum(os.times()[:4])
    running = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    ticks = sum(_ticks(postmaster)) + sum(sum(_ticks(int(pid))[:2]) for pid in running)
    return CoreTime(own, ticks / os.sysconf("SC_CLK_TCK"))


def _ticks(pid: int) -> list[int]:
    """Return a process's ticks in user and system mode, and those of the processes that it has waited for.

    Source: proc(5), stat: the fields 14 to 17, counted behind the name in brackets.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # It has ended meanwhile.
        return [0, 0, 0, 0]
    return [int(field) for field in stat.rpartition(")")[2].split()[11:15]]
