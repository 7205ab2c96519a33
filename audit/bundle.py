"""Bundles: one case as a file that anybody can check, with as much in the clear as its reader may see.

A ZIP archive without compression whose bytes follow from its files: the manifest, the case's entries
with the proof that there are no others, the entries that say who held which key, what opens the
commitments, attachments, and pages for people. Source: FORMAT.md section 14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

from audit.canonical import HASH, check_shape, parse_json, read_line
from audit.case_proofs import CaseProof
from audit.commitments import ABSENT, SLOTS, check_commitment
from audit.errors import CommitmentRejected, Malformed, OtherKind, ProofRejected
from audit.key_chain import check_key_chain
from audit.suite import SUITE, hash256
from audit.trust import Findings, Trust, parse_policy

__all__ = ["AUDIENCES", "CHECKS", "check_bundle", "format_bundle", "parse_bundle"]

AUDIENCES = ("court", "inspector", "petitioner", "public")
# Which checks answer the four questions that an archive's records have to stand.
CHECKS: Mapping[str, tuple[str, ...]] = {
    "authenticity": ("checkpoint", "witnesses", "keys", "signatures"),
    "integrity": ("files", "census", "chain", "complete", "included"),
    "availability": ("readable", "attachments"),
    "security": ("disclosures", "audience"),
}
_MANIFEST = {
    "audience": re.compile("|".join(AUDIENCES)), "checks": {name: [str] for name in CHECKS}, "files": dict,
    "format": re.compile("sundial/bundle1"), "origin": str, "stream": str, "suite": re.compile(SUITE),
}  # fmt: skip
_READABLE = ("timeline.html", "timeline.pdf")
_NAME = re.compile(r"attachments/[0-9a-f]{64}|[a-z]+\.(?:html|json|pdf|txt)|policy")
_LIMIT = 512 << 20


def format_bundle(files: Mapping[str, bytes]) -> bytes:
    """Return the one archive of these files: stored, in the order of their names, of 1980-01-01, nobody's."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            info = ZipInfo(name)
            info.create_system = info.external_attr = 3
            archive.writestr(info, data)
    return buffer.getvalue()


def parse_bundle(data: bytes) -> dict[str, bytes]:
    """Return the files of a bundle. Raises OtherKind if it is no archive, Malformed if it is another than theirs.

    Nothing is ever decompressed, so files cannot be larger than their archive.
    """
    if not data.startswith(b"PK\x03\x04") or len(data) > _LIMIT:
        raise OtherKind("not a bundle of at most 512 MiB")
    try:
        with ZipFile(BytesIO(data)) as archive:
            listed = archive.infolist()
            whole = sum(one.file_size for one in listed) < len(data) and not any(one.compress_type for one in listed)
            files = {one.filename: archive.read(one) for one in listed if whole and _NAME.fullmatch(one.filename)}
    except Exception as error:  # The library's parser has errors of many kinds.
        raise Malformed(f"not an archive: {type(error).__name__}") from None
    if format_bundle(files) != data:
        raise Malformed("the archive is not the one that its files make, or has others than a bundle's")
    return files


def check_bundle(data: bytes, trust: Trust, findings: Findings) -> CaseProof:
    """Check a bundle, and return what it shows of its case.

    Raises OtherKind if it is none, and otherwise what the first check that fails raises.
    """
    findings.begin("files")
    files = parse_bundle(data)
    manifest = read_line(files.pop("manifest.json", b""), 1 << 24)
    check_shape(manifest, _MANIFEST, "the manifest")
    listed = {name: {"digest": hash256(one).hex(), "size": len(one)} for name, one in files.items()}
    checks = {name: list(one) for name, one in CHECKS.items()}
    if (manifest["files"], manifest["checks"]) != (listed, checks):
        raise ProofRejected("the manifest is not of these files and these checks")
    if "policy" in files:
        parse_policy(files["policy"])
    shown = check_key_chain(files.get("authority.json", b""), files.get("proof.json", b""), trust, findings)
    if (manifest["origin"], manifest["stream"]) != (shown.checkpoint.origin, shown.stream):
        raise ProofRejected("the manifest is of another case than the proof")
    attached = _check_disclosures(files.get("disclosures.json", b""), shown, manifest["audience"], findings)
    findings.begin("attachments")
    if attached != {name: listed[name]["size"] for name in files if name.startswith("attachments/")}:
        raise ProofRejected("the attachments are not those that the disclosures name")
    findings.begin("readable")
    if not all(files.get(name) for name in _READABLE):
        raise ProofRejected("a page for people is missing")
    findings.facts |= {"audience": manifest["audience"], "attachments": len(attached)}
    return shown


def _check_disclosures(data: bytes, shown: CaseProof, audience: str, findings: Findings) -> dict[str, int]:
    """Check that every slot of every act is opened or said to be withheld; return the files that are named."""
    findings.begin("disclosures")
    value = read_line(data, _LIMIT)
    check_shape(value, {"acts": [[dict]]}, "the disclosures")
    if [len(slots) for slots in value["acts"]] != [SLOTS] * len(shown.acts):
        raise Malformed("the disclosures have 8 slots for every act")
    erased = _erased(shown)
    attached: dict[str, int] = {}
    counts = {"absent": 0, "audience": 0, "disclosed": 0, "erased": 0}
    for (statement, _, _), slots in zip(shown.acts, value["acts"], strict=True):
        for slot, one in enumerate(slots):
            if one.keys() == {"withheld"}:
                kind = one["withheld"]
                if kind not in ("audience", "erased") or (kind == "erased") != ((statement.seq, slot) in erased):
                    raise CommitmentRejected(f"slot {slot} of act {statement.seq} is withheld without a reason")
            else:
                check_shape(one, {"field": str, "salt": HASH, "value": str}, "a disclosure")
                field, text = one["field"], one["value"].encode()
                place = (statement.origin, statement.stream, statement.seq, slot)
                check_commitment(statement.sealed[slot], bytes.fromhex(one["salt"]), *place, field, text)
                kind = "absent" if (field, text) == ABSENT else "disclosed"
                attached |= _attachments(parse_json(text)) if field == "attachments" else {}
            counts[kind] += 1
    findings.facts["slots"] = counts
    findings.begin("audience")
    if (audience == "inspector" and counts["audience"]) or (audience == "public" and counts["disclosed"]):
        raise CommitmentRejected(f"a bundle for the audience {audience} does not disclose so much or so little")
    return attached


def _erased(shown: CaseProof) -> set[tuple[int, int]]:
    """Return seq and slot of everything that the case's own acts erased."""
    erased: set[tuple[int, int]] = set()
    for statement, _, _ in shown.acts:
        if statement.action == "case.erased.v1":
            targets: list[dict[str, Any]] = statement.public.get("targets", [])
            check_shape(targets, [{"seq": int, "slots": [int]}], "targets")
            erased.update((one["seq"], slot) for one in targets for slot in one["slots"])
    return erased


def _attachments(value: Any) -> dict[str, int]:
    """Return the path and the size of each file that a disclosed list of attachments names."""
    check_shape(value, [{"digest": HASH, "media_type": str, "size": int}], "the attachments")
    return {f"attachments/{one['digest']}": one["size"] for one in value}
