"""The tables of coordination on the spot, joint investigation and demands to come again."""

from __future__ import annotations

from typing import Final

from domain.tracks.relations import ADDRESSEE, CASE_KEY, CASE_OFFICE, CONFERENCE, OPENER, SUPERVISION
from domain.tracks.table import OFFICERS, PETITIONER, SUPERVISORS, Row, decision, moves, opens, practice

_ONSITE = practice("14(1)(2)", "现场协调(联席会议办公室工作规则)")
_JOINT = practice("14(1)(2), 31(6)", "联合调查(联席会议办公室工作规则)")
_BACK = practice("14(1)(2)", "联合调查报告不符合要求的退回重报(联席会议办公室工作规则)")
_AGAIN = decision("18(1), 45(1)", "账本设计决定:最多跑一次只记单位要求再次到场的事实,不记来访,记在单位名下")

JOINT_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "case.onsite_coordination_called.v1",
        "onsite",
        opens("PLANNED"),
        _ONSITE,
        SUPERVISORS,
        (SUPERVISION, CASE_OFFICE),
    ),
    Row(
        "case.onsite_coordination_held.v1",
        "onsite",
        moves("VISITED", "PLANNED"),
        _ONSITE,
        SUPERVISORS,
        (OPENER,),
    ),
    Row("case.onsite_coordination_missed.v1", "onsite", moves("MISSED", "PLANNED"), _ONSITE, SUPERVISORS, (OPENER,)),
    Row(
        "case.joint_investigation_opened.v1",
        "investigation",
        opens("OPEN"),
        _JOINT,
        SUPERVISORS,
        (SUPERVISION, CONFERENCE),
        clock="JOINT_INVESTIGATION",
    ),
    Row(
        "case.joint_investigation_reported.v1",
        "investigation",
        moves("REPORTED", "OPEN"),
        _JOINT,
        OFFICERS,
        (ADDRESSEE,),
        meets=True,
    ),
    Row(
        "case.joint_investigation_returned.v1",
        "investigation",
        moves("OPEN", "REPORTED"),
        _BACK,
        SUPERVISORS,
        (OPENER,),
        clock="JOINT_INVESTIGATION",
    ),
    Row(
        "case.joint_investigation_closed.v1",
        "investigation",
        moves("CLOSED", "OPEN", "REPORTED"),
        _JOINT,
        SUPERVISORS,
        (OPENER,),
    ),
    Row(
        "case.visit_demanded.v1",
        "demand",
        opens("CLOSED"),
        _AGAIN,
        OFFICERS | PETITIONER,
        (CASE_OFFICE, CASE_KEY, SUPERVISION),
        code="demand",
    ),
)
