"""The lists of leader packages: who took on which case, what came of it, and which case has nobody."""

from __future__ import annotations

from typing import Final

from api.lists import filters as by
from api.lists.listing import Listing, case_links
from projections import packages_answers as packages
from projections import packages_board, packages_marks, packages_needed, packages_spans

PACKAGES: Final = (
    Listing(
        "packages",
        "领导包案",
        "Cases that leaders have taken on",
        packages.packages,
        packages.HeldPackage,
        (by.UNIT, by.LEADER, by.one_of(by.STATE, ("open", "closed"))),
        case_links,
    ),
    Listing(
        "packaged-not-closed",
        "只包不结",
        "Packages past their deadline or without a personal act",
        packages.packaged_not_closed,
        packages.HeldPackage,
        (by.UNIT, by.LEADER),
        case_links,
    ),
    Listing(
        "must-be-packaged",
        "应包未包",
        "Cases that need a leader and have none",
        packages_needed.must_be_packaged,
        packages_needed.Unpackaged,
        (by.UNIT, by.CONDITION),
        case_links,
    ),
    Listing(
        "package-board",
        "包案领导一览",
        "Each leader, post and tenure: packages and what became of them",
        packages_board.package_board,
        packages_board.LeaderRecord,
        (by.UNIT, by.LEADER),
    ),
    Listing(
        "package-acts",
        "包案领导本人行为",
        "What leaders did themselves",
        packages.package_acts,
        packages.PackageAct,
        (by.UNIT, by.CASE, by.LEADER, by.ACT),
        case_links,
    ),
    Listing(
        "hand-overs",
        "包案移交",
        "Packages handed from one leader to another",
        packages_marks.hand_overs,
        packages_marks.HandOver,
        (by.UNIT, by.LEADER, by.one_of(by.STATE, ("pending", "done"))),
        case_links,
    ),
    Listing(
        "dissents",
        "不同意见",
        "Explicit dissent, which relieves of responsibility",
        packages_marks.dissents,
        packages_marks.Dissent,
        (by.UNIT, by.OFFICER),
        case_links,
    ),
    Listing(
        "held-ratings",
        "包案件评价",
        "Ratings of cases while a leader held them",
        packages_marks.held_ratings,
        packages_marks.HeldRating,
        (by.UNIT, by.LEADER),
        case_links,
    ),
    Listing(
        "responsibility",
        "责任区间",
        "Which leader answered for which days of a package",
        packages_spans.responsibility,
        packages_spans.Responsibility,
        (by.UNIT, by.CASE, by.LEADER),
        case_links,
    ),
)
