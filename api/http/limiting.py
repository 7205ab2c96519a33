"""How often a caller may ask: by account for who is signed in, else by address; signing in always by address.

Counts are kept in memory alone and forgotten within minutes; windows slide, so that an end lets nobody through twice.
An IPv6 caller is counted by network, since one caller holds 2^64 addresses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.access.viewer import Viewer
from api.errors import ApiError

RETRY_SECONDS: Final = 60
PER_MINUTE: Final = MappingProxyType({"door": 20, "acts": 120, "files": 40, "public": 300, "staff": 1_200})
"""How many requests a minute: attempts to sign in, acts prepared or committed, files sent, all else by who looks."""
DOORS: Final = frozenset({"/sign-in", "/api/door"})


class TooManyRequests(ApiError):
    """The caller asked too often; a minute later there is an answer again."""

    status = 429


class Limits:
    """Counts requests; raises TooManyRequests for one too many. May be shared by threads."""

    def __init__(self, per_minute: Mapping[str, int] = PER_MINUTE) -> None:
        """Begin to count; `per_minute` says how many of each kind there may be."""
        self._items: dict[str, RateLimitItem] = {
            kind: RateLimitItemPerMinute(count) for kind, count in per_minute.items()
        }
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    def check(self, method: str, path: str, viewer: Viewer, address: str) -> None:
        """Count one request of a viewer at an address for a route; raises TooManyRequests if it is one too many."""
        for kind, who in self._kinds(method, path, viewer, network(address)):
            if not self._counted.hit(self._items[kind], kind, who):
                raise TooManyRequests("too_many_requests")

    def _kinds(self, method: str, path: str, viewer: Viewer, address: str) -> list[tuple[str, str]]:
        if path.startswith("/static/"):
            return []
        if (method == "POST" and path in DOORS) or path.startswith("/sign-in/"):
            return [("door", address)]
        known = viewer.account or viewer.case
        found = [("staff", known) if known else ("public", address)]
        if path.startswith("/api/acts/"):
            found.append(("acts", known or address))
        if method == "POST" and path.startswith("/api/files/"):
            found.append(("files", known or address))
        return found


def network(address: str) -> str:
    """The address itself, or the /64 network of an IPv6 one; what is neither counts as one caller."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
