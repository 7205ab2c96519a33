"""The closed vocabularies of the public fields, each word with its Chinese and English name.

A value outside these tables cannot be recorded, and none of them says anything about a petitioner.
Where a word points at an article it uses the numbering of the regulation of 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain import procedure_words
from domain.naming import Name as Name


def _names(**rows: tuple[str, str]) -> Mapping[str, Name]:
    return MappingProxyType({word.rstrip("_"): Name(*pair) for word, pair in rows.items()})


CHANNELS = _names(
    letter=("来信", "letter"),
    visit=("来访", "visit"),
    online=("网信", "online"),
    phone=("来电", "telephone"),
    fax=("传真", "fax"),
    mailbox=("领导信箱、留言板", "leader's mailbox or message board"),
    suggestion=("人民建议", "suggestion"),
    found=("排查发现", "found by the office"),
)
CAPACITIES = _names(
    petition_office=("信访部门", "petition office"),
    competent_unit=("有权处理机关、单位", "competent unit"),
)
OFFICE_KINDS = MappingProxyType(
    {
        **CAPACITIES,
        "supervision": Name("督查机构", "supervision office"),
        "inspection": Name("纪检监察机构", "inspection body"),
        "conference": Name("信访工作联席会议", "joint conference"),
    }
)
MEANS = _names(
    in_person=("当面", "in person"),
    post=("邮寄", "by post"),
    online=("网上", "online"),
    message=("短信", "by text message"),
    left=("留置", "left at the address"),
    announced=("公告", "by public announcement"),
)
NOTICES = MappingProxyType({"received": Name("接收情况告知书", "notice of receipt"), **procedure_words.NOTICE_KINDS})
BASES = MappingProxyType(
    {
        "22_1": Name("第二十二条第一项:属于本级机关、单位", "article 22(1): bodies of the same level"),
        "22_2": Name("第二十二条第二项:属地管理、分级负责", "article 22(2): bodies of a lower level"),
        "23_1": Name("第二十三条第一款:本系统下级机关、单位", "article 23(1): lower bodies of the same system"),
    }
)
CATEGORIES = MappingProxyType({"31_6": Name("第三十一条第六项的信访事项", "a matter under article 31(6)")})
OUTCOMES = _names(
    support=("予以支持", "supported"),
    explain=("解释说明", "explained"),
    not_support=("不予支持", "not supported"),
)
RATINGS = _names(
    satisfied=("满意", "satisfied"),
    basically_satisfied=("基本满意", "basically satisfied"),
    dissatisfied=("不满意", "dissatisfied"),
)
ERASURE_BASES = _names(
    request=("本人请求删除", "asked for by the person concerned"),
    retention_ended=("保存期限届满", "retention period ended"),
    unlawful=("不应收集", "should not have been collected"),
    accusation=("检举控告材料", "content of an accusation"),
)
PRECISIONS = _names(instant=("精确到时刻", "to the instant"), day=("精确到日", "to the day"))
CUSTODIES = _names(
    device=("个人设备", "personal device"),
    file=("加密文件", "encrypted file"),
    hardware=("硬件", "hardware"),
    service=("单位服务", "office service"),
    system=("系统", "system"),
    printed=("打印码", "printed code"),
)
REVOCATIONS = _names(
    lost=("遗失", "lost"),
    compromised=("泄露", "compromised"),
    tenure_ended=("任期结束", "tenure ended"),
    replaced=("更换", "replaced"),
)
ROLES = _names(
    ledger=("账本", "ledger"),
    registrar=("登记管理员", "registrar"),
    intake=("接收登记岗", "intake"),
    handler=("承办人", "handler"),
    head=("单位负责人", "head of the unit"),
    leader=("领导干部", "leader"),
    supervisor=("督查员", "supervisor"),
    inspector=("纪检监察员", "inspector"),
    importer=("导入服务", "import service"),
    petitioner=("信访人", "petitioner"),
    system=("系统", "system"),
)
_FIRST_STATES = _names(
    NEW=("尚未提出", "not yet made"),
    SUBMITTED=("已提交", "submitted"),
    REGISTERED=("已登记", "registered"),
    TRANSFERRED=("已转送、单位已收到", "transferred and received"),
    NOTIFIED=("已告知", "notified"),
    ACCEPTED=("已受理", "accepted"),
    OPINION_ISSUED=("已出具意见", "opinion issued"),
    SERVED=("意见已送达", "opinion served"),
    REPLIED=("已书面答复", "replied in writing"),
)
STATES = MappingProxyType({**_FIRST_STATES, **procedure_words.STATES})


def name_of(table: Mapping[str, Name], word: str) -> Name:
    """Return the names of word in table, or the word itself twice if the table is older than the word."""
    return table.get(word) or Name(word, word)
