"""The closed vocabularies of the whole procedure: states, grounds and kinds, each in Chinese and English.

Like those of `vocabulary.py` they describe what offices do. Where a word points at an article it uses the
numbering of the regulation of 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.naming import Name


def _words(**rows: tuple[str, str]) -> Mapping[str, Name]:
    return MappingProxyType({word: Name(*pair) for word, pair in rows.items()})


STATES: Final = _words(
    ASSIGNED=("已交办", "assigned with report-back"),
    OBJECTED=("已提出异议", "objected to"),
    OBJECTION_REJECTED=("异议未获同意", "objection rejected"),
    RETURNED=("已交还", "returned to the sender"),
    DISPUTED=("受理有争议", "in dispute"),
    DESIGNATED=("已指定受理机关", "competent body designated"),
    CLASSIFIED=("已分类", "classified"),
    ROUTED_STATUTORY=("已导入法定途径", "routed to a statutory procedure"),
    DIRECTED=("已告知向有权机关提出", "directed to the competent body"),
    REPORTED_URGENT=("已报请决定", "reported as urgent"),
    DIVERTED_JUDICIAL=("已转送政法部门", "diverted to the judicial bodies"),
    DIVERTED_DISCIPLINE=("已转送纪检监察机关", "diverted to discipline"),
    NOT_ACCEPTED=("不予受理", "not accepted"),
    NO_LONGER_ACCEPTED=("不再受理", "no longer accepted"),
    EXECUTING=("执行中", "being executed"),
    EXECUTED=("已执行", "executed"),
    REVIEW_REQUESTED=("已请求复查", "review requested"),
    REVIEW_DECIDED=("已作出复查意见", "review decided"),
    REVIEW_SERVED=("复查意见已送达", "review opinion served"),
    RECHECK_REQUESTED=("已请求复核", "re-review requested"),
    RECHECK_DECIDED=("已作出复核意见", "re-review decided"),
    REDO=("责令重新办理", "to be handled anew"),
    CONCLUDED=("已终结", "concluded"),
    REOPENED=("重新启动", "reopened"),
    WITHDRAWN=("已撤回", "withdrawn"),
    MERGED=("已并案", "merged"),
    TRANSFERRED_OUT=("已转出账本", "transferred out"),
    OUT_RECEIVED=("转出已获接收", "received elsewhere"),
)
CLASSES: Final = MappingProxyType(
    {
        "suggestion": Name("建议意见类", "suggestion"),
        "accusation": Name("检举控告类", "accusation"),
        "31_1": Name(
            "申诉求决类:第三十一条第一项", "claim under 31(1): courts, reconsideration, procuratorate, police"
        ),
        "31_2": Name("申诉求决类:第三十一条第二项", "claim under 31(2): arbitration"),
        "31_3": Name("申诉求决类:第三十一条第三项", "claim under 31(3): party-member appeal"),
        "31_4": Name("申诉求决类:第三十一条第四项", "claim under 31(4): administrative procedure"),
        "31_5": Name("申诉求决类:第三十一条第五项", "claim under 31(5): act against a violation, protect a right"),
        "31_6": Name("申诉求决类:第三十一条第六项", "claim under 31(6): the petition procedure"),
    }
)
STATUTORY: Final = MappingProxyType({word: CLASSES[word] for word in ("31_1", "31_2", "31_3", "31_4", "31_5")})
NOTICE_KINDS: Final = _words(
    accepted=("受理告知书", "notice of acceptance"),
    not_accepted=("不予受理告知书", "notice of non-acceptance"),
    no_longer_accepted=("不再受理告知书", "notice that it is no longer accepted"),
    forwarded=("转送、交办去向告知书", "notice of where it was passed to"),
    directed=("告知向有权机关提出", "notice of the competent body"),
    routed=("导入法定途径告知书", "notice of the statutory procedure"),
    extension=("延期告知书", "notice of extension"),
)
JUDICIAL_BODIES: Final = _words(
    court=("人民法院", "court"),
    procuratorate=("人民检察院", "procuratorate"),
    police=("公安机关", "police"),
    justice=("司法行政机关", "judicial administration"),
)
OBJECTIONS: Final = _words(
    not_competent=("不属于本机关职权范围", "outside the unit's powers"),
    other_region=("不属于本行政区域", "outside the unit's region"),
    several_units=("涉及其他机关", "other bodies are concerned too"),
)
DESIGNATORS: Final = _words(
    superior=("共同的上一级机关", "the common superior body"),
    conference=("共同的信访工作联席会议", "the joint conference"),
)
REASONS_19: Final = MappingProxyType(
    {
        "19_3": Name("已经受理或者正在办理", "already accepted or being handled"),
        "22_last": Name("属于政法、纪检监察机关", "a matter for judicial or discipline bodies"),
    }
)
SIMPLE_GROUNDS: Final = _words(
    clear=("事实清楚、责任明确、争议不大", "facts and responsibility clear, little dispute"),
    immediate=("可以即时反馈的咨询、意见建议", "an enquiry or suggestion that can be answered at once"),
    pressing=("涉及日常生产生活、时效性强", "daily life, pressing in time"),
    settled_position=("已有明确承诺或者结论", "a clear promise or conclusion exists"),
)
SIMPLE_EXCLUSIONS: Final = _words(
    may_not_support=("可能不予支持", "the claim may not be supported"),
    several_bodies=("涉及多个责任主体", "several responsible bodies"),
    complex=("重大、复杂、疑难", "important, complex or difficult"),
)
METHODS: Final = _words(
    heard=("听取信访人陈述", "heard the petitioner"),
    site=("实地核查", "went to the place"),
    documents=("查阅资料", "read the documents"),
    asked_others=("向有关组织和人员调查", "asked other bodies and people"),
)
MEDIATORS: Final = _words(
    people=("人民调解", "people's mediation"),
    administrative=("行政调解", "administrative mediation"),
    judicial=("司法调解", "judicial mediation"),
)
MEDIATION_RESULTS: Final = _words(
    agreed=("达成协议", "agreement reached"),
    not_agreed=("未达成协议", "no agreement"),
)
EXTENSION_GROUNDS: Final = _words(complicated=("情况复杂", "the matter is complicated"))
RESOLUTIONS: Final = _words(
    executed=("支持意见已执行", "supporting opinion executed"),
    mediated=("调解协议已履行", "mediation performed"),
    settled=("和解协议已履行", "settlement performed"),
    duty_performed=("法定职责已履行", "protective duty performed"),
    suggestion_implemented=("采纳的建议已落实", "adopted suggestion implemented"),
)
MEASURES: Final = _words(
    contact=("联系信访人", "contact the petitioner"),
    investigate=("调查核实", "investigate"),
    mediate=("组织调解", "arrange mediation"),
    consult=("会商研究", "confer"),
    decide=("作出决定", "decide"),
    answer=("书面答复", "answer in writing"),
    execute=("督促执行", "press for execution"),
)
PANELS: Final = _words(
    delegates=("两代表一委员", "delegates and committee members"),
    lawyers=("律师", "lawyers"),
    mediators=("调解员", "mediators"),
    experts=("专家", "experts"),
    public=("群众代表", "members of the public"),
)
FINDINGS: Final = _words(
    proper=("办理适当", "handled properly"),
    improvable=("有待改进", "could be handled better"),
    improper=("办理不当", "handled improperly"),
)
REVIEW_OUTCOMES: Final = _words(
    uphold=("维持", "upheld"),
    change=("变更", "changed"),
    revoke=("撤销", "revoked"),
    redo=("责令重新办理", "to be handled anew"),
)
STAGES: Final = _words(handling=("办理", "handling"), recheck=("复核", "re-review"))
WAYS: Final = _words(key=("信访人密钥签名", "signed with the petitioner's key"), paper=("书面签名", "signed on paper"))
CONCLUSIONS: Final = _words(
    answered=("已答复", "answered"),
    directed_elsewhere=("已告知有权机关", "directed to the competent body"),
    statutory=("法定途径已办结", "the statutory procedure is over"),
    execution_done=("意见已执行", "the opinion was executed"),
    mediated=("调解、和解协议已履行", "mediation or settlement performed"),
)
REOPENINGS: Final = _words(
    dissatisfied=("不满意评价", "rated dissatisfied"),
    new_facts=("新的事实和理由", "new facts or reasons"),
    superior_order=("上级要求", "a superior body asks for it"),
    found_wrong=("自查发现错误", "the office found its own mistake"),
)
LINKS: Final = _words(
    same_matter=("同一事项", "the same matter"),
    follow_up=("后续事项", "a later turn of the matter"),
    related=("关联事项", "a related matter"),
)
CLAIMED_DEADLINES: Final = _words(
    handling=("办理", "handling"),
    routing=("转送、交办", "passing on"),
    notice=("书面告知", "notice in writing"),
    report=("报告办理结果", "reporting back"),
    review=("复查", "review"),
    recheck=("复核", "re-review"),
)
OFFICE_ENDS: Final = _words(
    office_merged=("合并", "merged"),
    office_split=("分立", "split"),
    abolished=("撤销", "abolished"),
)
SYSTEMS: Final = _words(
    ledger=("其他账本", "another ledger"),
    region=("其他地区信访系统", "the petition system of another region"),
)
CORRECTABLE_FIELDS: Final = _words(
    time=("发生时间", "time"),
    area=("内容分类", "subject area"),
    place=("事项发生地", "place of the matter"),
    channel=("渠道", "channel"),
    means=("方式", "means"),
    method=("方法", "method"),
)
