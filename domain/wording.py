"""The Chinese and English names of acts and of their public fields, for refusals, summaries and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain import procedure_wording as procedure
from domain import vocabulary
from domain.tracks import wording as tracks
from domain.vocabulary import Name


def _joined(
    own: Mapping[str, Mapping[str, Name]], more: Mapping[str, Mapping[str, Name]]
) -> Mapping[str, Mapping[str, Name]]:
    """Join the value tables of fields; where two kinds of act use one field name, each finds its own words."""
    return MappingProxyType({field: {**more.get(field, {}), **own.get(field, {})} for field in {**own, **more}})


ACTIONS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        **tracks.ACTIONS,
        **procedure.ACTIONS,
        "ledger.genesis.v1": Name("建立账本", "found the ledger"),
        "ledger.key_rotated.v1": Name("更换账本密钥", "rotate the log key"),
        "ledger.census.v1": Name("清点账本", "take a census of the ledger"),
        "people.office_opened.v1": Name("设立单位", "open an office"),
        "people.post_opened.v1": Name("设立岗位", "open a post"),
        "people.officer_appointed.v1": Name("任命工作人员", "appoint an officer"),
        "people.tenure_ended.v1": Name("结束任期", "end a tenure"),
        "people.key_proposed.v1": Name("提议密钥", "propose a key"),
        "people.key_confirmed.v1": Name("确认密钥", "confirm a key"),
        "people.key_rotated.v1": Name("更换密钥", "rotate a key"),
        "people.key_revoked.v1": Name("撤销密钥", "revoke a key"),
        "rules.published.v1": Name("公布规则", "publish rules"),
        "rules.competence_published.v1": Name("公布职权表", "publish the competence table"),
        "calendar.published.v1": Name("公布工作日历", "publish a working calendar"),
        "case.submitted.v1": Name("提交信访事项", "submit a petition"),
        "case.registered.v1": Name("登记", "register"),
        "case.transferred.v1": Name("转送", "transfer"),
        "case.notice_served.v1": Name("书面告知", "serve a notice"),
        "case.replied.v1": Name("书面答复", "reply in writing"),
        "case.accepted.v1": Name("受理", "accept"),
        "case.opinion_issued.v1": Name("出具信访处理意见书", "issue the handling opinion"),
        "case.opinion_served.v1": Name("送达信访处理意见书", "serve the handling opinion"),
        "case.rated.v1": Name("评价", "rate"),
        "case.key_claimed.v1": Name("领取密钥", "claim a key"),
        "case.erased.v1": Name("删除披露内容", "erase disclosures"),
        "refused.noted.v1": Name("记录被拒绝的行为", "note a refused act"),
        "looks.recorded.v1": Name("记录查看", "write down looks"),
    }
)

FIELDS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        **tracks.FIELDS,
        **procedure.FIELDS,
        "act": Name("所拒绝的行为", "act refused"),
        "at": Name("时间", "at"),
        "actor": Name("行为人", "actor"),
        "addressable": Name("姓名住址清楚", "name and address clear"),
        "area": Name("内容分类", "subject area"),
        "basis": Name("依据", "basis"),
        "calendar": Name("日历", "calendar"),
        "capacity": Name("接收身份", "received as"),
        "category": Name("类别", "category"),
        "channel": Name("渠道", "channel"),
        "claim_key": Name("领取码公钥", "claim key"),
        "claim_proof": Name("领取证明", "claim proof"),
        "custody": Name("保管方式", "custody"),
        "digest": Name("摘要", "digest"),
        "duties": Name("岗位角色", "duties"),
        "from_on": Name("起始日", "from"),
        "imported": Name("导入", "imported"),
        "jurisdiction": Name("地域", "jurisdiction"),
        "key": Name("公钥", "public key"),
        "key_id": Name("密钥编号", "key id"),
        "kind": Name("单位类型", "kind"),
        "log_key": Name("账本公钥", "log key"),
        "entries": Name("条目数", "entries"),
        "map": Name("账流总表的根", "root of the map of streams"),
        "streams": Name("账流数", "streams"),
        "views": Name("视图摘要", "digests of views"),
        "make_up_days": Name("调休上班日", "make-up days"),
        "means": Name("方式", "means"),
        "name_en": Name("英文名称", "name in English"),
        "name_zh": Name("名称", "name in Chinese"),
        "notice": Name("告知种类或通知文号", "notice"),
        "of": Name("评价对象", "rating of"),
        "office": Name("被评价单位", "office rated"),
        "officer": Name("工作人员", "officer"),
        "on": Name("日期", "on"),
        "origin": Name("账本来源", "origin"),
        "outcome": Name("处理意见", "outcome"),
        "parent": Name("上级单位", "parent"),
        "petitioner_key": Name("信访人公钥", "petitioner's key"),
        "possession": Name("持有证明", "proof of possession"),
        "post": Name("岗位", "post"),
        "proposal": Name("所确认的提议", "proposal confirmed"),
        "provisional": Name("暂定", "provisional"),
        "rating": Name("评价结果", "rating"),
        "reason": Name("原因", "reason"),
        "region": Name("行政区划", "region"),
        "registrars": Name("登记管理员", "registrars"),
        "rest_days": Name("休息日", "rest days"),
        "role": Name("角色", "role"),
        "rule": Name("所依据的规则", "rule"),
        "roles": Name("角色", "roles"),
        "round": Name("办理轮次", "round"),
        "rows": Name("规则行", "rows"),
        "source": Name("出处", "source"),
        "suite": Name("算法套件", "suite"),
        "targets": Name("删除范围", "targets"),
        "to_office": Name("去向单位", "to"),
        "version": Name("版本", "version"),
        "year": Name("年度", "year"),
    }
)

_VALUES: Final[Mapping[str, Mapping[str, Name]]] = MappingProxyType(
    {
        "capacity": vocabulary.CAPACITIES,
        "category": vocabulary.CATEGORIES,
        "channel": vocabulary.CHANNELS,
        "custody": vocabulary.CUSTODIES,
        "duties": vocabulary.ROLES,
        "kind": vocabulary.OFFICE_KINDS,
        "means": vocabulary.MEANS,
        "notice": vocabulary.NOTICES,
        "of": vocabulary.CAPACITIES,
        "outcome": vocabulary.OUTCOMES,
        "rating": vocabulary.RATINGS,
        "reason": vocabulary.REVOCATIONS,
        "roles": vocabulary.ROLES,
    }
)

VALUES: Final = _joined(_joined(_VALUES, tracks.VALUES), procedure.VALUES)

BASES: Final[Mapping[str, Name]] = MappingProxyType({**vocabulary.BASES, **vocabulary.ERASURE_BASES})

SEALED_FIELDS: Final[Mapping[str, Name]] = MappingProxyType(
    {
        **tracks.SEALED_FIELDS,
        **procedure.SEALED_FIELDS,
        "subject": Name("主题", "subject"),
        "text": Name("内容", "text"),
        "name": Name("姓名", "name"),
        "contact": Name("联系方式", "contact"),
        "source": Name("来源数据", "source data"),
        "proof": Name("送达凭证", "proof of service"),
        "reply": Name("答复", "reply"),
        "claim": Name("投诉请求", "claim"),
        "facts": Name("事实和理由", "facts and reasons"),
        "opinion": Name("处理意见", "opinion"),
        "basis": Name("法律法规依据", "legal basis"),
        "comment": Name("评价意见", "comment"),
        "looks": Name("查看记录", "looks"),
    }
)
