"""The tables of leader packages, leaders' other duties, publication, exclusion, coordination and aid."""

from __future__ import annotations

from typing import Final

from domain.tracks.relations import (
    ADDRESSEE,
    ANY_OFFICE,
    ASSIGNER_OF_ORPHAN,
    CASE_OFFICE,
    CHIEF,
    LEADER,
    OPENER,
    SUPERVISION,
    TAKER,
)
from domain.tracks.table import HEADS, LEADERS, OFFICERS, SUPERVISORS, Row, decision, law, moves, opens, practice

_PACKAGE = law("18(2)")
_HOLDING = practice("18(2)", "领导包案工作制度:一包到底、直至结案(各地包案办法、会议讲话)")
_BOTH_SIGN = decision("18(2)", "账本设计决定:交接由交出、接任两人各签一次,以第二次为准,期限不重算")
_DUTY = law("18(2)")
_DISSENT = practice("42", "信访工作责任制实施办法:明确表示异议且未被采纳的班子成员不承担责任(二手来源)")._replace(
    confidence="S"
)
_PUBLIC = decision("36(2), 21(2)", "账本设计决定:公开须有范围、理由和第二人;36 条第二款只及于听证后的复核意见")
_EXCLUDE = decision("39(1)", "账本设计决定:剔除出统计须有理由和第二人批准")
_TOLD = decision("21(2)", "账本设计决定:工作人员转述的评价另存,不计入满意率")
_FOLLOW = practice("21(2)", "不满意件回访、再办理(各地满意度评价办法)")
_COORDINATE = practice("14(1)(2)", "发函协调(联席会议办公室工作规则)")
_AID = law("37(2)")
_TWO = decision("37(2)", "账本设计决定:救助须由两人决定,对象和数额密封,不得附任何信访条件")

_LIVE = ("ASSIGNED", "HELD", "HANDING")


def _stays(*states: str) -> dict[str, str]:
    return {state: state for state in states}


PACKAGE_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "case.package_assigned.v1",
        "package",
        opens("ASSIGNED"),
        _PACKAGE,
        SUPERVISORS,
        (SUPERVISION,),
        code="package_reason",
        clock="PACKAGE",
    ),
    Row("case.package_accepted.v1", "package", moves("HELD", "ASSIGNED"), _HOLDING, LEADERS, (LEADER,)),
    Row("case.package_met.v1", "package", _stays(*_LIVE), _PACKAGE, LEADERS, (LEADER,)),
    Row("case.package_investigated.v1", "package", _stays(*_LIVE), _HOLDING, LEADERS, (LEADER,)),
    Row("case.package_conferred.v1", "package", _stays(*_LIVE), _HOLDING, LEADERS, (LEADER,)),
    Row("case.package_plan_set.v1", "package", _stays(*_LIVE), _HOLDING, LEADERS, (LEADER,)),
    Row("case.package_extended.v1", "package", _stays(*_LIVE), _HOLDING, SUPERVISORS, (CHIEF,)),
    Row(
        "case.package_hand_over_proposed.v1",
        "package",
        moves("HANDING", *_LIVE),
        _BOTH_SIGN,
        HEADS,
        (LEADER, ASSIGNER_OF_ORPHAN),
    ),
    Row(
        "case.package_hand_over_confirmed.v1",
        "package",
        moves("HELD", "HANDING"),
        _BOTH_SIGN,
        LEADERS,
        (TAKER,),
    ),
    Row("case.package_hand_over_withdrawn.v1", "package", moves("HELD", "HANDING"), _BOTH_SIGN, LEADERS, (LEADER,)),
    Row("case.package_reported.v1", "package", _stays(*_LIVE), _HOLDING, LEADERS, (LEADER,)),
    Row(
        "case.package_resolved.v1",
        "package",
        moves("RESOLVED", "HELD", "HANDING"),
        _PACKAGE,
        LEADERS,
        (LEADER,),
        meets=True,
    ),
    Row(
        "case.package_reopened.v1",
        "package",
        moves("HELD", "RESOLVED"),
        _HOLDING,
        SUPERVISORS,
        (OPENER,),
        clock="PACKAGE",
    ),
)
DUTY_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "case.instruction_given.v1",
        "instruction",
        opens("GIVEN"),
        _DUTY,
        LEADERS,
        (ANY_OFFICE,),
        clock="INSTRUCTION",
    ),
    Row(
        "case.instruction_reported.v1",
        "instruction",
        moves("REPORTED", "GIVEN"),
        _DUTY,
        OFFICERS,
        (ADDRESSEE,),
        meets=True,
    ),
    Row(
        "case.instruction_returned.v1",
        "instruction",
        moves("GIVEN", "REPORTED"),
        _DUTY,
        SUPERVISORS,
        (OPENER,),
        clock="INSTRUCTION",
    ),
    Row("case.instruction_accepted.v1", "instruction", moves("CLOSED", "REPORTED"), _DUTY, SUPERVISORS, (OPENER,)),
    Row("case.letter_read.v1", "duty", opens("CLOSED"), _DUTY, LEADERS, (ANY_OFFICE,)),
    Row("case.report_heard.v1", "duty", opens("CLOSED"), _DUTY, LEADERS, (ANY_OFFICE,)),
    Row("case.dissent_recorded.v1", "dissent", opens("RECORDED"), _DISSENT, OFFICERS, (ANY_OFFICE,), about="about"),
    Row("case.dissent_answered.v1", "dissent", moves("CLOSED", "RECORDED"), _DISSENT, SUPERVISORS, (OPENER,), True),
    Row("case.rating_reported.v1", "evaluation", opens("CLOSED"), _TOLD, OFFICERS, (CASE_OFFICE, SUPERVISION)),
    Row(
        "case.dissatisfaction_followed_up.v1",
        "evaluation",
        opens("CLOSED"),
        _FOLLOW,
        OFFICERS,
        (CASE_OFFICE, SUPERVISION),
    ),
    Row(
        "case.publication_proposed.v1",
        "publication",
        opens("PROPOSED"),
        _PUBLIC,
        OFFICERS,
        (CASE_OFFICE,),
        code="scope",
    ),
    Row(
        "case.publication_approved.v1",
        "publication",
        moves("APPROVED", "PROPOSED"),
        _PUBLIC,
        SUPERVISORS,
        (OPENER, SUPERVISION),
        True,
    ),
    Row(
        "case.publication_refused.v1",
        "publication",
        moves("REFUSED", "PROPOSED"),
        _PUBLIC,
        SUPERVISORS,
        (OPENER, SUPERVISION),
        True,
    ),
    Row(
        "case.publication_withdrawn.v1",
        "publication",
        moves("WITHDRAWN", "PROPOSED", "APPROVED"),
        _PUBLIC,
        SUPERVISORS,
        (OPENER, SUPERVISION),
    ),
    Row(
        "case.exclusion_proposed.v1",
        "exclusion",
        opens("PROPOSED"),
        _EXCLUDE,
        OFFICERS,
        (CASE_OFFICE, SUPERVISION),
        code="figure",
    ),
    Row(
        "case.exclusion_approved.v1",
        "exclusion",
        moves("APPROVED", "PROPOSED"),
        _EXCLUDE,
        SUPERVISORS,
        (SUPERVISION,),
        True,
    ),
    Row(
        "case.exclusion_refused.v1",
        "exclusion",
        moves("REFUSED", "PROPOSED"),
        _EXCLUDE,
        SUPERVISORS,
        (SUPERVISION,),
        True,
    ),
    Row("case.exclusion_lifted.v1", "exclusion", moves("LIFTED", "APPROVED"), _EXCLUDE, SUPERVISORS, (SUPERVISION,)),
    Row(
        "case.coordination_sent.v1",
        "coordination",
        opens("SENT"),
        _COORDINATE,
        OFFICERS,
        (SUPERVISION,),
        clock="COORDINATION_REPLY",
    ),
    Row(
        "case.coordination_answered.v1",
        "coordination",
        moves("ANSWERED", "SENT"),
        _COORDINATE,
        OFFICERS,
        (ADDRESSEE,),
        meets=True,
    ),
    Row("case.aid_requested.v1", "aid", opens("PROPOSED"), _AID, OFFICERS, (CASE_OFFICE, SUPERVISION), code="fund"),
    Row("case.aid_approved.v1", "aid", moves("APPROVED", "PROPOSED"), _TWO, SUPERVISORS, (OPENER, SUPERVISION), True),
    Row("case.aid_refused.v1", "aid", moves("REFUSED", "PROPOSED"), _TWO, SUPERVISORS, (OPENER, SUPERVISION), True),
    Row("case.aid_paid.v1", "aid", moves("PAID", "APPROVED"), _AID, OFFICERS, (OPENER,)),
)
