"""All lists, in the order in which menus show them."""

from __future__ import annotations

from typing import Final

from api.lists.listing import Filter, Listing, case_links
from projections.overdue import OverdueClock, overdue

UNIT: Final = Filter("unit", str, "单位(含下级)", "an office, with those below it", r"[a-z0-9][a-z0-9-]{0,62}")
CLOCK: Final = Filter("clock", str, "时限", "one clock, such as HANDLE", r"[A-Z][A-Z_]{0,39}")

LISTS: Final = (
    Listing(
        "overdue",
        "已超期的时限",
        "The open clocks past due, oldest first",
        overdue,
        OverdueClock,
        (UNIT, CLOCK),
        case_links,
    ),
)

BY_NAME: Final = {listing.name: listing for listing in LISTS}
