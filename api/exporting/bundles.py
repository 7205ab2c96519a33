"""Evidence bundles: one case as a file that anybody can check, with as much in the clear as its audience may read.

The same case under the same checkpoint gives the same bytes. Source: audit/FORMAT.md section 14; four tests of an
electronic archive (真实性, 完整性, 可用性, 安全性): DA/T 70.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from api.census import newest_census, take_census
from api.errors import NotThere
from api.exporting.audiences import AUDIENCE_NAMES, check_audience
from api.exporting.disclosing import Disclosed, attachments, disclose
from api.exporting.key_chain import authority_file
from api.exporting.publishable import check_publishable
from api.exporting.timeline import Page, as_html, as_pdf, tell
from api.main import Application
from api.proofs import Proof, prove_case
from api.publishing.public import public_checkpoint
from api.publishing.publisher import read_policy, signers
from api.publishing.schedule import publish_once
from api.publishing.standing import Published
from api.queries import fold_case, parse_case
from audit.bundle import CHECKS, format_bundle
from audit.canonical import format_json
from audit.entry import parse_entry
from audit.statement import parse_statement
from audit.store.model import StoredEntry
from audit.suite import SUITE, hash256

FORMAT = "sundial/bundle1"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as a file, and what is told of it."""

    data: bytes
    case: str
    audience: str
    acts: int
    size: int
    witnesses: tuple[str, ...]
    disclosed: int
    withheld: int
    attachments: int


def make_bundle(application: Application, case: str, audience: str, folder: Path) -> Bundle:
    """Make the bundle of a case for an audience; files that are not here stand in a folder by their digests.

    Raises UsageRefused if the case is not for this audience, NotThere if no published checkpoint covers a census of
    all its acts yet or an attachment is missing, CaseUnknown if there is no such case.
    """
    audience, case = check_audience(audience), parse_case(case)
    published = public_checkpoint(application)
    if published is None:
        raise NotThere("export_uncovered")
    size = published.checkpoint.size
    proof = prove_case(application, case, 0, published.note)
    rows = application.ledger.stream_entries(f"case/{case}")
    if len(rows) != proof.acts or [one.entry for one in rows] != [b64decode(one) for one in proof.document["entries"]]:
        raise NotThere("export_uncovered")
    state, _ = fold_case(application, case, None, application.ledger.reference())
    if audience == "public":
        check_publishable(application, state, [parse_statement(parse_entry(one.entry).payload) for one in rows])
    disclosed = disclose(application, rows, audience)
    attached = attachments(application, case, disclosed, folder)
    witnesses = tuple(sorted(key.name for key in signers(published.note, read_policy(application))))
    page = _page(application, rows, disclosed, audience, published, witnesses)
    files = {
        "proof.json": format_json({**proof.document}) + b"\n",
        "authority.json": authority_file(application, proof, size, rows),
        "disclosures.json": format_json({"acts": [[dict(slot) for slot in one] for one in disclosed.slots]}) + b"\n",
        "timeline.html": as_html(page),
        "timeline.pdf": as_pdf(page),
        **attached,
        **_policy(application),
    }
    files["manifest.json"] = _manifest(application, proof, audience, files)
    opened, withheld = disclosed.opened, disclosed.withheld
    data = format_bundle(files)
    return Bundle(data, case, audience, len(rows), size, witnesses, opened, withheld, len(attached))


def cover(application: Application, case: str) -> None:
    """Take a census and publish, if no published checkpoint covers a census of all acts of a case.

    Raises CheckFailed if the ledger contradicts what was published or anchored.
    """
    rows = application.ledger.stream_entries(f"case/{parse_case(case)}")
    last = rows[-1].index if rows else -1
    published = public_checkpoint(application)
    census = newest_census(application, published.checkpoint.size) if published else None
    if census is not None and census.census.entries > last:
        return
    newest = newest_census(application)
    if newest is None or newest.census.entries <= last:
        take_census(application)
    publish_once(application)


def _page(
    application: Application,
    rows: list[StoredEntry],
    disclosed: Disclosed,
    audience: str,
    published: Published,
    witnesses: tuple[str, ...],
) -> Page:
    """Tell the case for people."""
    people = application.ledger.reference().people
    acts = []
    for row, read in zip(rows, disclosed.values, strict=True):
        entry = parse_entry(row.entry)
        acts.append(tell(people, row.index, parse_statement(entry.payload), entry.recorded_at, read))
    name = AUDIENCE_NAMES[audience]
    checkpoint = published.checkpoint
    facts = [
        ("账本 Ledger", checkpoint.origin),
        ("对象 For", f"{name.zh} {name.en}"),
        ("检查点 Checkpoint", f"{checkpoint.size} · {checkpoint.root.hex()}"),
        ("见证 Witnesses", ", ".join(witnesses) or "无见证 unwitnessed"),
        ("披露、隐去 Disclosed, withheld", f"{disclosed.opened}, {disclosed.withheld}"),
        ("核验 Check", "sundial-audit bundle FILE --anchor anchor.json"),
    ]
    return Page(f"信访事项 Case {rows[0].stream.partition('/')[2]}", facts, acts)


def _policy(application: Application) -> dict[str, bytes]:
    """The policy that the checkpoint was published under, if there is one."""
    try:
        return {"policy": application.settings.policy_file.read_bytes()}
    except FileNotFoundError:
        return {}


def _manifest(application: Application, proof: Proof, audience: str, files: dict[str, bytes]) -> bytes:
    """List the files, and which checks answer the four tests."""
    document = {
        "audience": audience,
        "checks": {name: list(one) for name, one in CHECKS.items()},
        "files": {name: {"digest": hash256(one).hex(), "size": len(one)} for name, one in files.items()},
        "format": FORMAT,
        "origin": application.ledger.origin,
        "stream": proof.document["stream"],
        "suite": SUITE,
    }
    return format_json(document) + b"\n"
