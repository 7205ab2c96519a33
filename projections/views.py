"""All views, in the order in which one entry is folded into them."""

from __future__ import annotations

from projections.claimed import CLAIMED_ROWS
from projections.clocks import CLOCK_ROWS
from projections.conferences import CONFERENCE_VIEW
from projections.days import DAY_TABLE
from projections.designated import DESIGNATION_ROWS
from projections.figures import FIGURE_FACTS
from projections.offices import OFFICE_TREE
from projections.packages import PACKAGE_ROWS
from projections.packages_needed import NEED_ROWS
from projections.patrol import PATROL
from projections.receptions import RECEPTION_VIEW
from projections.recommendations import RECOMMENDATION_ROWS
from projections.satisfaction import SATISFACTION
from projections.suggestions import SUGGESTION_ROWS
from projections.supervision import SUPERVISION_ROWS
from projections.tenures import TENURE_ROWS
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
    TENURE_ROWS,
    PACKAGE_ROWS,
    NEED_ROWS,
    SUPERVISION_ROWS,
    RECOMMENDATION_ROWS,
    CONFERENCE_VIEW,
    SUGGESTION_ROWS,
    RECEPTION_VIEW,
    CLAIMED_ROWS,
    DESIGNATION_ROWS,
)
