"""All views, in the order in which one entry is folded into them."""

from __future__ import annotations

from projections.clocks import CLOCK_ROWS
from projections.days import DAY_TABLE
from projections.figures import FIGURE_FACTS
from projections.offices import OFFICE_TREE
from projections.patrol import PATROL
from projections.satisfaction import SATISFACTION
from projections.timeline import TIMELINE
from projections.view import View
from projections.workload import WORKLOAD

VIEWS: tuple[View, ...] = (
    DAY_TABLE,
    OFFICE_TREE,
    TIMELINE,
    CLOCK_ROWS,
    FIGURE_FACTS,
    SATISFACTION,
    WORKLOAD,
    PATROL,
)
