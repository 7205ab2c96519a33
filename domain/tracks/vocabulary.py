"""The closed words of the tracks, each with its Chinese and English name.

They say what offices and leaders did or left undone. None says anything about a petitioner: what article 46(3)
and articles 26 and 47 would need is left out, and cannot be recorded.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.tracks.mandate_words import CHANGES as CHANGES
from domain.tracks.mandate_words import CRITERIA as CRITERIA
from domain.tracks.mandate_words import MANDATES as MANDATES
from domain.tracks.mandate_words import POPULATIONS as POPULATIONS
from domain.tracks.mandate_words import Words, names
from domain.vocabulary import Name

TRACKS: Final = names(
    supervision=("督办", "supervision"),
    rectification=("限期整改", "rectification"),
    correction=("责令改正", "order to correct"),
    escalation=("约谈、通报、挂牌督办等措施", "step of the ladder"),
    recommendation=("三项建议", "recommendation"),
    suggestion=("建议采纳", "decision on a suggestion"),
    package=("领导包案", "leader package"),
    dissent=("异议意见", "dissent"),
    publication=("公开", "publication"),
    exclusion=("统计剔除", "exclusion from figures"),
    instruction=("批示", "instruction"),
    duty=("领导履职", "duty of a leader"),
    evaluation=("评价", "evaluation"),
    coordination=("发函协调", "letter of coordination"),
    onsite=("现场协调", "coordination on the spot"),
    investigation=("联合调查", "joint investigation"),
    demand=("要求再次到场", "demand to come again"),
    aid=("救助", "aid"),
    meeting=("联席会议", "meeting of the joint conference"),
    decision=("会议决定", "decision of the conference"),
    task=("会议任务", "task set by the conference"),
    mandate=("督查授权", "mandate"),
    draw=("随机抽查", "random draw"),
    campaign=("专项清单", "list of a campaign"),
    visit=("定期检查", "inspection visit"),
    change=("清单变动", "change of a list"),
    replay=("逐项回看", "replay of a case"),
    scheme=("考核方案", "assessment scheme"),
    reception=("领导接访", "reception by a leader"),
    bulletin=("月通报", "monthly bulletin"),
)
ITEM_STATES: Final = names(
    NONE=("尚未提出", "not opened"),
    REQUESTED=("已请求", "requested"),
    OPEN=("进行中", "open"),
    ANSWERED=("已反馈", "answered"),
    CLOSED=("已结束", "closed"),
    DECLINED=("未采纳", "declined"),
    ORDERED=("已责令", "ordered"),
    REPORTED=("已报告", "reported"),
    ACCEPTED=("已认可", "accepted"),
    LIFTED=("已解除", "lifted"),
    ISSUED=("已提出", "issued"),
    REPLIED=("已书面反馈", "replied"),
    SERVED=("已送达、待反馈", "served, a reply is due"),
    DECIDED=("已决定", "decided"),
    IMPLEMENTED=("已落实", "implemented"),
    ASSIGNED=("已交办、待接受", "assigned, not yet accepted"),
    HELD=("已接受", "held"),
    HANDING=("交接待确认", "hand-over proposed"),
    RESOLVED=("已化解", "resolved"),
    RECORDED=("已记录", "recorded"),
    PROPOSED=("待第二人确认", "proposed"),
    APPROVED=("已批准", "approved"),
    REFUSED=("未批准", "refused"),
    WITHDRAWN=("已撤回", "withdrawn"),
    GIVEN=("已批示", "given"),
    SENT=("已发函", "sent"),
    PAID=("已发放", "paid"),
    CONVENED=("已召集", "convened"),
    MET=("已召开", "met"),
    MINUTED=("已成纪要", "minuted"),
    SET=("已布置", "set"),
    EXECUTED=("已执行、待认可", "executed"),
    FIXED=("范围已固定", "population fixed"),
    DRAWN=("已抽取", "drawn"),
    CHANGING=("变动待第二人确认", "change proposed"),
    PLANNED=("已安排", "planned"),
    VISITED=("已开展", "held"),
    FOUND=("已形成结论", "finding made"),
    RECTIFIED=("已整改", "rectified"),
    FROZEN=("已冻结", "frozen"),
    COMPUTED=("已计算", "computed"),
    PUBLISHED=("已公布", "published"),
    MISSED=("未如期", "missed"),
)
ARTICLE_40_TRIGGERS: Final = names(
    rule_breach_accept=("违反规定受理", "breach of the rules in accepting"),
    rule_breach_handle=("违反规定办理", "breach of the rules in handling"),
    shirk=("推诿", "shirking"),
    perfunctory=("敷衍", "perfunctory work"),
    delay=("拖延", "delay"),
    falsify=("弄虚作假", "falsifying"),
    refuse_execute=("拒不执行处理意见", "refusing to execute the opinion"),
)
FURTHER_TRIGGERS: Final = names(
    not_registered=("未按规定登记", "not registered"),
    not_accepted=("应受理而未受理", "not accepted"),
    not_notified=("未按期告知", "not notified"),
    obstructed=("阻碍提出", "obstructed"),
    retaliation=("打击报复", "retaliation"),
    leak=("泄露情况", "leak"),
    advice_ignored=("不重视改进建议", "advice ignored"),
)
TRIGGERS: Final[Words] = MappingProxyType({**ARTICLE_40_TRIGGERS, **FURTHER_TRIGGERS})
FAULTS: Final[Words] = MappingProxyType(
    {
        "43_route": Name("未按规定登记、转送、交办(43)", "did not register, transfer or assign (43)"),
        "43_supervise": Name("未履行督办职责(43)", "did not supervise (43)"),
        "44_1": Name("不按照规定登记(44(1))", "did not register as required (44(1))"),
        "44_2": Name("属于职权范围不予受理(44(2))", "did not accept what is its own (44(2))"),
        "44_3": Name("未按期书面告知(44(3))", "did not tell in writing in time (44(3))"),
        "45_1": Name("推诿、敷衍、拖延或未按期办结(45(1))", "shirked, delayed or did not finish in time (45(1))"),
        "45_2": Name("应当支持而未支持(45(2))", "did not support what was well founded (45(2))"),
        "45_3": Name("对建议落实不力(45(3))", "did not act on recommendations (45(3))"),
        "45_4": Name("不履行或不正确履行职责(45(4))", "did not perform its duties properly (45(4))"),
        "46_1": Name("态度恶劣、作风粗暴(46(1))", "rude or rough treatment (46(1))"),
        "46_2": Name("吃拿卡要、谋取私利(46(2))", "sought private gain (46(2))"),
        "46_4": Name("隐瞒、谎报、缓报(46(4))", "concealed or delayed a report (46(4))"),
        "46_5": Name("泄露检举材料(46(5))", "leaked an accusation (46(5))"),
        "46_6": Name("打击报复(46(6))", "retaliated (46(6))"),
        "46_7": Name("其他违规违纪违法情形(46(7))", "another breach (46(7))"),
    }
)
STEPS: Final = names(
    talk=("约谈", "talk"),
    circular=("通报", "circular"),
    listed=("挂牌督办", "listed supervision"),
    rectify=("责令限期整改", "ordered rectification"),
)
"""The ladder of article 39, mildest first; any step may come first."""

RECOMMENDATIONS: Final = names(
    improve=("改进工作建议", "to improve work"),
    policy=("完善政策建议", "to improve policy"),
    accountability=("追究责任建议", "to hold to account"),
)
ADOPTIONS: Final = names(
    adopted=("采纳", "adopted"),
    partly_adopted=("部分采纳", "adopted in part"),
    not_adopted=("未采纳", "not adopted"),
)
MEASURES: Final = names(
    none=("不予追究", "none"),
    talk=("谈话提醒", "reminded in a talk"),
    criticised=("批评教育、检查", "criticised"),
    organisational=("组织处理", "organisational measure"),
    disciplinary=("党纪政务处分", "disciplinary measure"),
    transferred=("移送有权机关", "handed to the competent body"),
)
FINDINGS: Final = names(
    corrected=("问题属实,已纠正", "founded and corrected"),
    partly_corrected=("部分属实,已纠正", "founded in part and corrected"),
    unfounded=("不属实", "unfounded"),
    escalated=("转入其他措施", "taken to another measure"),
)
GROUNDS: Final = names(
    not_this_unit=("不属于该单位职责", "not a duty of this unit"),
    already_supervised=("已在督办", "supervised already"),
    no_fault=("未发现问题", "no fault found"),
    duplicate=("重复", "duplicate"),
    wrongly_recorded=("录入错误", "recorded by mistake"),
    legal_duty=("依法应当", "required by law"),
    public_interest=("公共利益", "public interest"),
    privacy=("保护个人信息", "protection of personal data"),
    outside_competence=("不属于职权范围", "outside competence"),
    court_suspended=("依法中止", "suspended by law"),
    complaint=("群众反映", "raised by the petitioner"),
    overdue=("超期", "overdue"),
    dissatisfied=("评价不满意", "rated dissatisfied"),
    routine=("例行检查", "routine"),
    superior_order=("上级要求", "ordered by a superior"),
    illness=("因病因公", "illness or duty"),
)
SCOPES: Final = names(
    process=("办理过程日期", "dates of the procedure"),
    review_opinion=("听证后的复核意见", "recheck opinion after a hearing"),
    adopted_suggestion=("采纳的建议", "adopted suggestion"),
)
FUNDS: Final = names(
    special=("特殊疑难信访事项救助金", "special aid fund"),
    judicial=("司法救助", "judicial aid"),
    social=("社会救助", "social aid"),
    mediation=("调解补助", "mediation subsidy"),
)
DEMANDS: Final = names(
    more_papers=("补交材料", "to bring more papers"),
    other_papers=("更正材料", "to bring other papers"),
    signature=("当面签字", "to sign in person"),
    hearing_out=("当面了解情况", "to tell it in person"),
    other_window=("到另一窗口", "to go to another window of the office"),
    officer_away=("经办人不在", "the officer was away"),
    system_down=("系统故障", "a system was down"),
)
"""For what an office asked somebody to come again; nothing here is about who came."""

FIGURES: Final = names(
    all=("全部指标", "all figures"),
    timely_acceptance_rate=("及时受理率", "timely acceptance rate"),
    on_time_closure_rate=("按期办结率", "on-time closure rate"),
    on_time_reply_rate=("按期答复率", "on-time reply rate"),
    satisfaction_rate=("满意率", "satisfaction rate"),
    participation_rate=("参评率", "participation rate"),
    due_closure_rate=("到期办结率", "due closure rate"),
    one_time_resolution_rate=("一次性化解率", "one-time resolution rate"),
    one_visit_rate=("最多跑一次", "one visit at most"),
    package_resolution_rate=("包案化解率", "package resolution rate"),
    backlog_resolution_rate=("积案化解率", "backlog resolution rate"),
    recommendation_adoption_rate=("三项建议采纳率", "recommendation adoption rate"),
    suggestion_adoption_rate=("建议采纳率", "suggestion adoption rate"),
)
PACKAGE_REASONS: Final = names(
    major=("重大事项", "major case"),
    superior=("上级交办", "assigned by a superior"),
    repeated=("重复提出的事项", "repeated matter"),
    supervised=("上级督办", "under superior supervision"),
    backlog=("积案", "backlog"),
    chosen=("主动包案", "taken by choice"),
)
MEETING_FORMS: Final = names(
    received=("接访", "received"),
    went_down=("下访", "went down"),
    appointed=("约访", "by appointment"),
)
PLACES: Final = names(
    hall=("接待场所", "reception hall"),
    office=("机关单位", "the office"),
    site=("事项发生地", "where the matter arose"),
    online=("视频", "by video"),
)
EFFECTS: Final = names(
    resolved_there=("当场解决", "resolved there"),
    plan_agreed=("商定方案", "a plan agreed"),
    explained=("解释说明", "explained"),
    continuing=("继续办理", "to be continued"),
)
RESULTS: Final = names(
    executed=("支持意见已执行", "supporting opinion executed"),
    mediated=("调解、和解已履行", "mediation or settlement performed"),
    duty_performed=("法定职责已履行", "statutory duty performed"),
    implemented=("建议已落实", "suggestion implemented"),
    explained=("解释说明", "explained"),
    not_supported=("不予支持", "not supported"),
)
"""How a package ended. Explained and not supported end it; only the first four resolve the matter."""

CAUSES: Final = names(
    needs_policy=("需完善政策", "needs a policy"),
    needs_funds=("需落实资金", "needs funds"),
    several_units=("涉及多个单位", "several units"),
    awaiting_procedure=("等待法定程序", "awaits another procedure"),
    not_pursued=("推进不力", "not pursued"),
)
DESIGNATIONS: Final = names(
    chief=("第一责任人", "chief"),
    supervising=("分管领导", "supervising leader"),
)
ATTENDANCES: Final = names(
    present=("出席", "present"), delegate=("派员出席", "by a delegate"), absent=("缺席", "absent")
)
CONFERENCE_FORMS: Final = names(
    full=("全体会议", "full meeting"), working=("工作会议", "working meeting"), case=("专题会议", "on one matter")
)
BULLETIN_FORMATS: Final = names(
    docx=("文字文档", "DOCX"), json=("数据", "JSON"), pdf=("版式文档", "PDF"), xlsx=("表格", "XLSX")
)
DECISIONS: Final = names(
    talk=("约谈", "talk"),
    circular=("通报", "circular"),
    listed=("挂牌督办", "listed supervision"),
    rectify=("责令限期整改", "ordered rectification"),
    designate=("指定受理机关", "designation of the competent unit"),
    coordinate=("协调处理意见", "coordination of handling"),
    package=("确定包案领导", "naming of a packaging leader"),
    policy=("政策事项", "a matter of policy"),
)
