"""The auditor's command line, `sundial-audit`: it reads files, folders and addresses and says what checks showed.

Every check is in `audit`, which touches nothing outside; files, the network and processes are touched here. Nothing
but the standard library and `audit` is imported, so that this file, `audit` and `cryptography` are all one needs.
Exit codes: 0 good; 1 a check failed, malformed bytes included; 2 nothing there, not of its kind, or no anchor.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from array import array
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from functools import partial
from http.client import HTTPException
from multiprocessing import get_context
from pathlib import Path
from pkgutil import get_data
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from audit import (
    bundle,
    case_proofs,
    checkpoint,
    faults,
    key_chain,
    note,
    proof,
    published,
    stream_checks,
    tree_checks,
    verify,
)
from audit.anchor import Anchor, open_anchor, parse_anchor
from audit.authority import Authority
from audit.census import CENSUS
from audit.errors import AuditError, Malformed, OtherKind
from audit.trust import NO_POLICY, Findings, Trust, parse_policy

__all__ = ["main"]

# The largest file that is read. A bundle of entries has at most 256 × 65,537 bytes.
_MOST = 600 << 20


def _read(source: str, path: str) -> bytes | None:
    """Return a file under a folder or an address, or None if it is not there."""
    if not source.startswith(("http://", "https://")):
        return _load(f"{source}/{path}") if Path(source, path).is_file() else None
    try:
        with urlopen(f"{source.rstrip('/')}/{path}", timeout=60) as answer:
            return bytes(answer.read(1 << 25))
    except HTTPError as error:
        if error.code != 404:
            raise
        return None


def _load(path: str) -> bytes:
    """Return a file's bytes. Raises OtherKind if it is larger than anything that is checked here."""
    with Path(path).open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise OtherKind("the file is too large")
    return data


def _read_note(data: bytes | None) -> str:
    if data is None:
        raise OtherKind("no checkpoint is there")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the checkpoint is not UTF-8") from None


class _Keys(stream_checks.StreamChecks):
    """Checks the entries on keys, and notes those that may be censuses."""

    def __init__(self, verifier: verify.LogVerifier) -> None:
        super().__init__(verifier.authority, verifier.verify, references=True)
        self.censuses: list[bytes] = []

    def check(self, entries: Iterable[tuple[int, bytes]]) -> stream_checks.Part:
        known = list(entries)
        self.censuses += [data for _, data in known if CENSUS.encode() in data]
        return super().check(known)


class _Checked(NamedTuple):
    """What one process has found: in its streams, and in those on keys, which every process reads."""

    part: stream_checks.Part
    keys: stream_checks.Part
    authority: Authority
    censuses: list[bytes]


def _check_share(source: str, size: int, share: int, shares: int, anchor: Anchor | None) -> _Checked:
    verifier = verify.LogVerifier(anchor)
    keys = _Keys(verifier)
    part = verifier.read_streams(published.read_share(partial(_read, source), size, share, shares, keys))
    return _Checked(part, keys.part, verifier.authority, keys.censuses)


def _check_entries(options: Namespace, size: int, anchor: Anchor | None) -> list[_Checked]:
    """Check all entries by several processes, telling how far it is."""
    source, shares = options.file, options.processes
    if shares == 1:
        return [_check_share(source, size, 0, 1, anchor)]
    with ProcessPoolExecutor(shares, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_check_share, source, size, share, shares, anchor) for share in range(shares)]
        while wait(waiting, timeout=5).not_done:
            print(f"… {sum(one.done() for one in waiting)}/{shares} × {size}", file=sys.stderr)
        return [future.result() for future in waiting]


def _check_tree(options: Namespace, trust: Trust, findings: Findings) -> None:
    """Check a published log: its entries if they are there, else its tiles against the checkpoint."""
    read = partial(_read, options.file)
    text = _read_note(read("checkpoint"))
    findings.begin("entries")
    size = checkpoint.parse_checkpoint(note.parse_note(text).text).size
    there = findings.facts["entries_published"] = not size or any(
        read(f"tile/entries/000{end}") is not None for end in ("", f".p/{size}")
    )
    if there:
        verifier = verify.LogVerifier(trust.anchor)
        checked = _check_entries(options, size, trust.anchor)
        verifier.authority = checked[0].authority
        parts = [checked[0].keys, *(one.part for one in checked)]
        tree, found = verifier.finish(size, parts, [text])
        findings.facts["signatures"] = sum(part.signatures for part in parts)
        findings.report(found)
        trust.open(text, findings, log_key=verifier.authority.log_key(size))
        findings.begin("censuses")
        findings.facts["censuses"] = "{}/{}".format(*published.check_censuses(read, tree, checked[0].censuses))
    else:
        opened, tree = trust.open(text, findings).checkpoint, tree_checks.TreeChecks(size)
        leaves = bytearray(b"".join(published.read_tile(read, 0, at, size) for at in range(-(-size // 256))))
        times = array("Q", [stream_checks.NO_TIME]) * size
        tree.join(stream_checks.Part(array("Q", range(size)), leaves, times))
        anchored = open_anchor(trust.anchor) if trust.anchor else None
        pairs = ((opened, faults.Kind.CHECKPOINT), (anchored, faults.Kind.ANCHOR))
        tree.check_roots(tree_checks.Claim(one.size, one.root, kind, kind) for one, kind in pairs if one)
    findings.begin("tiles")
    published.check_tiles(read, tree)
    findings.report(tree.faults)


def _check_consistency(options: Namespace, trust: Trust, findings: Findings) -> None:
    """Check that the log of one checkpoint begins that of another, by the tiles that are published."""
    old, new = (trust.open(_read_note(_load(file)), findings).checkpoint for file in (options.file, options.new))
    findings.begin("consistency")
    published.check_extends(partial(_read, options.tree), old, new)


def _check_proof(options: Namespace, trust: Trust, findings: Findings) -> None:
    """Check a proof file; with the file on keys that was made for it, or a bundle that has it, signatures too."""
    data = _load(options.file)
    if options.keys is None:
        case_proofs.check_proof(data, trust, findings)
        return
    keys = _load(options.keys)
    if keys.startswith(b"PK"):
        keys = bundle.parse_bundle(keys).get("authority.json", b"")
    key_chain.check_key_chain(keys, data, trust, findings)


_CHECKS: dict[str, Callable[[Namespace, Trust, Findings], object]] = {
    "tree": _check_tree,
    "receipt": lambda options, *given: proof.check_receipt(_load(options.file), *given),
    "proof": _check_proof,
    "bundle": lambda options, *given: bundle.check_bundle(_load(options.file), *given),
    "bulletin": lambda options, *given: proof.check_bulletin(
        _load(options.file), _load(f"{options.file}.tlog-proof"), *given
    ),
    "consistency": _check_consistency,
}


def _parser(words: dict[str, Any]) -> ArgumentParser:
    """Return what reads the arguments; each command with its sentence in both languages."""
    parser = ArgumentParser("sundial-audit", description=words["help"]["sundial-audit"])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _CHECKS:
        command = commands.add_parser(name, help=words["help"][name], description=words["help"][name])
        command.add_argument("file")
        if name == "consistency":
            command.add_argument("new")
            command.add_argument("--tree", required=True)
        for option in ("--anchor", "--policy", *(("--keys",) if name == "proof" else ())):
            command.add_argument(option, metavar="FILE", help=words["help"][option])
        command.add_argument("--json", action="store_true")
        command.add_argument("--lang", choices=("zh", "en"), default="zh")
        command.add_argument("--processes", type=int, default=2, choices=range(1, 65), metavar="N")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name, print a report, and return the exit code."""
    words = json.loads(get_data(__name__, "auditor.json") or b"")
    options = _parser(words).parse_args(arguments)
    findings, code, fault = Findings(), 2, None
    try:
        anchor = parse_anchor(_load(options.anchor)) if options.anchor else None
        trust = Trust(anchor, parse_policy(_load(options.policy)) if options.policy else NO_POLICY)
        _CHECKS[options.command](options, trust, findings)
        code = 0 if anchor else 2
    except (AuditError, OSError, HTTPException) as error:
        code = 1 if isinstance(error, AuditError) and not isinstance(error, OtherKind) and findings.checks else 2
        found = findings.fault or faults.Fault(-1, faults.kind_of(error), str(error))
        place = {"index": found.index, "last": found.last} if found.index >= 0 else {"index": None, "last": None}
        fault = {**place, "kind": found.kind, "check": (findings.checks or ["file"])[-1], "detail": found.detail}
    document = {"command": options.command, "ok": code == 0, "anchored": bool(options.anchor), "first_fault": fault}
    document |= {"checks": findings.checks[:-1] if fault else findings.checks, **findings.facts}
    print(json.dumps(document, ensure_ascii=False) if options.json else _report(document, code, words[options.lang]))
    return code


def _report(document: dict[str, Any], code: int, words: dict[str, str]) -> str:
    """Return a report for people: the verdict, the checks that passed, the first that did not, and what was seen."""
    verdict = "unreadable" if code == 2 and document["first_fault"] else ("good", "bad", "unanchored")[code]
    lines = [words[verdict], *(f"  ✓ {words[one]}" for one in document["checks"])]
    if fault := document["first_fault"]:
        lines.append(f"  ✗ {words[fault['check']]}: {words.get(fault['kind'], fault['kind'])} — {fault['detail']}")
    if not document.get("witnesses") and "witnesses" in document["checks"]:
        lines.append(words["unwitnessed"])
    if "chain" in document["checks"] and "keys" not in document["checks"]:
        lines.append(words["unsigned"])
    seen = {name: value for name, value in document.items() if name in words and name not in ("checks", "first_fault")}
    return "\n".join([*lines, *(f"  {words[name]}: {value}" for name, value in seen.items())])
