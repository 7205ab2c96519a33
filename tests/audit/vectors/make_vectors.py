"""Writes the test vectors of our own formats: `python -m tests.audit.vectors.make_vectors`.

Everything follows from keys that anybody can know, so the same program writes the same bytes; a test compares them
with the files beside it. What was published once is only ever joined by more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from audit.census import map_root
from audit.commitments import ABSENT
from audit.entry import parse_entry
from audit.note import COSIGNATURE, ED25519, NoteKey, parse_note
from audit.proof import parse_tlog_proof
from audit.store.notes import format_anchor, format_note, format_note_key, format_tlog_proof
from audit.store.writing import commit_act, derive_salt
from audit.suite import hash256, public_key
from audit.tiles import tile_path
from tests.audit.published_log import (
    CASE,
    WITNESSES,
    PublishedLog,
    base64,
    files_of,
    line,
    pack,
    told_log,
)
from tests.audit.simulated_log import LOG, ORIGIN, WANG

FOLDER = Path(__file__).parent / "sundial"
_DAY = 86_400_000
Case = dict[str, Any]


def vectors() -> dict[str, bytes]:
    """The files of the folder by their names."""
    files: dict[str, bytes] = {}
    for name, make in _MAKERS.items():
        files[f"{name}.json"] = _pretty({"format": name, "vectors": list(make())})
    return files | dict(_bundles())


def _pretty(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _case(name: str, input_: dict[str, Any], good: bool, **expected: Any) -> Case:
    return {"name": name, "input": input_, "expected": {"good": good, **expected}}


def _told() -> PublishedLog:
    log = told_log(others=2)
    log.checkpoint()
    log.now += 40 * _DAY
    return log


TOLD = _told()
CENSUS = TOLD.census()
BULLETIN = "信访工作通报".encode()
_BOUND = {"root": TOLD.checkpoints[0].root.hex(), "size": TOLD.checkpoints[0].size}
ISSUED = TOLD.act(WANG, "bulletin/city", "bulletin.issued.v1", {"digest": hash256(BULLETIN).hex(), "known_at": _BOUND})
NOTE = TOLD.note("w1.example", "w2.example")
SIZE = len(TOLD.rows)
ANCHOR = format_anchor(TOLD.anchor()).decode()


def _canonical() -> Iterator[Case]:
    good = ["{}", "[]", '"\u00e9"', "0", "-1", "9007199254740991", '{"a":1,"b":[true,false]}']
    for text in (*good, r'"\"\\\b\t\n\f\r\u001f"', "[" * 16 + "]" * 16):
        yield _case(f"good: {text}", {"text": text}, True)
    wrong = ["", " {}", "{} ", '{"b":1,"a":1}', '{"a":1,"a":1}', '{"\u00e9":1}', "1.0", "1e3", "-0", "01", "null"]
    wrong += ["9007199254740992", r'"\u0041"', r'"\/"', r'"\u001F"', "[" * 17 + "]" * 17, "[1,]", "{}{}"]
    wrong += ['"e\u0301"', '"\ud83d"', r'"\ud83d\ude00"']
    for text in wrong:
        encoded = text.encode("utf-8", "surrogatepass")
        yield _case(f"bad: {text[:20]!a}", {"hex": encoded.hex()}, False)


def _statements() -> Iterator[Case]:
    row = next(row for row in TOLD.rows if row.stream == CASE)
    text = parse_entry(row.entry).payload.decode()
    yield _case("a submission", {"payload": text}, True, stream=CASE, seq=1, action="case.submitted.v1")
    changes: dict[str, Callable[[dict[str, Any]], object]] = {
        "a field is missing": lambda value: value.pop("role"),
        "a field too many": lambda value: value.update(zeal=1),
        "a capital letter in a hash": lambda value: value.update(prev="A" + value["prev"][1:]),
        "an offset Z": lambda value: value.update(claimed_at="2024-02-29T10:00:00Z"),
        "no such day": lambda value: value.update(claimed_at="2023-02-29T10:00:00+08:00"),
        "seven slots": lambda value: value["sealed"].pop(),
        "a stream of no kind": lambda value: value.update(stream="cases/1"),
        "seq 0": lambda value: value.update(seq=0),
        "schema 2": lambda value: value.update(schema=2),
    }
    for name, change in changes.items():
        value = json.loads(text)
        change(value)
        yield _case(name, {"payload": line(value).decode()[:-1]}, False)


def _entries() -> Iterator[Case]:
    for row in (TOLD.rows[0], TOLD.rows[1]):
        yield _case(f"entry {row.index}", {"entry": row.entry.hex()}, True, leaf=row.leaf.hex(), index=row.index)
    data = TOLD.rows[1].entry
    for name, wrong in {
        "cut short": data[:-1],
        "a byte too many": data + b"\0",
        "no signature": data[:-105] + b"\0" + data[-8:],
        "a time too late": data[:-8] + b"\xff" * 8,
        "nothing": b"",
    }.items():
        yield _case(name, {"entry": wrong.hex()}, False)


def _commitments() -> Iterator[Case]:
    seed = bytes(range(32))
    values = [("text", '"房屋漏水"'.encode()), *[ABSENT] * 7]
    opened = [(derive_salt(seed, slot), *value) for slot, value in enumerate(values)]
    for slot, commitment in enumerate(commit_act(ORIGIN, CASE, 1, opened)):
        salt, field, value = opened[slot]
        given = {"origin": ORIGIN, "stream": CASE, "seq": 1, "slot": slot, "seed": seed.hex()}
        given |= {"salt": salt.hex(), "field": field, "value": value.decode(), "commitment": commitment.hex()}
        yield _case(f"slot {slot}", given, True)
        yield _case(f"slot {slot} at another place", given | {"seq": 2}, False)
    yield _case("a real field as a decoy", given | {"field": "text"}, False)


def _vkeys() -> dict[str, str]:
    keys = {name: NoteKey(name, COSIGNATURE, public_key(private)) for name, private in WITNESSES.items()}
    return {name: format_note_key(key) for name, key in keys.items()} | {
        "log": format_note_key(NoteKey(ORIGIN, ED25519, LOG.raw))
    }


def _notes() -> Iterator[Case]:
    keys = _vkeys()
    known = list(keys.values())
    yield _case("two cosignatures", {"note": NOTE, "keys": known}, True, signers=["w1.example", "w2.example", ORIGIN])
    yield _case("unknown witnesses are passed over", {"note": NOTE, "keys": [keys["log"]]}, True, signers=[ORIGIN])
    yield _case("nobody known", {"note": NOTE, "keys": [keys["w3.example"]]}, False)
    note = parse_note(NOTE)
    last = note.signatures[-1]
    late = last._replace(signature=b"\0" * 8 + last.signature[8:])
    changed = format_note(note._replace(signatures=(*note.signatures[:-1], late)))
    yield _case("another time than was signed", {"note": changed, "keys": known}, False)
    yield _case("another root", {"note": NOTE.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n"), "keys": known}, False)
    yield _case("no empty line", {"note": NOTE.replace("\n\n", "\n"), "keys": known}, False)


def _policies() -> Iterator[Case]:
    keys = _vkeys()
    witnesses = "".join(f"witness {name[:2]} {keys[name]}\n" for name in sorted(WITNESSES))
    text = f"log {keys['log']}\n{witnesses}group two 2 w1 w2 w3\nquorum two\n"
    for count, met in ((0, False), (1, False), (2, True), (3, True)):
        signers = [keys[name] for name in sorted(WITNESSES)[:count]]
        yield _case(f"two of three, {count} signed", {"policy": text, "signers": signers}, True, met=met)
    yield _case("no quorum needed", {"policy": "quorum none\n", "signers": []}, True, met=True)
    for name, wrong in {
        "no quorum line": witnesses,
        "a key twice": witnesses + witnesses.replace("w1", "x1") + "quorum none\n",
        "a member in two groups": witnesses + "group a any w1\ngroup b any w1\nquorum a\n",
        "a number too large": witnesses + "group a 2 w1\nquorum a\n",
        "an unknown name": witnesses + "quorum w9\n",
    }.items():
        yield _case(name, {"policy": wrong, "signers": []}, False)


def _tiles() -> Iterator[Case]:
    for level, index, width in ((0, 0, 256), (0, 1234067, 256), (3, 999, 1), (1, 1000, 255), (-1, 0, 7)):
        path = tile_path(level, index, width)
        yield _case(path, {"level": "entries" if level < 0 else level, "index": index, "width": width}, True, path=path)


def _maps() -> Iterator[Case]:
    listed = TOLD.map(CENSUS.index)
    streams, root = map_root(listed)
    given = [{"stream": stream, "head": head.hex(), "count": count} for stream, head, count in listed]
    yield _case("the census", {"streams": given}, True, root=root.hex(), size=streams)
    yield _case("not ascending", {"streams": given[::-1]}, False)


def _file(name: str, data: bytes, check: str | None = None, **more: str) -> Case:
    expected = {} if check is None else {"check": check}
    return _case(name, {"file": base64(data), "anchor": ANCHOR, **more}, check is None, **expected)


def _receipts() -> Iterator[Case]:
    good = TOLD.receipt(5, NOTE, SIZE)
    yield _file("entry 5", good)
    yield _file("the last entry", TOLD.receipt(SIZE - 1, NOTE, SIZE))
    proof = parse_tlog_proof(good)
    yield _file("another index", format_tlog_proof(proof._replace(index=4)), "included")
    yield _file("another entry", format_tlog_proof(proof._replace(extra=TOLD.rows[4].entry)), "included")
    yield _file("a proof of another size", format_tlog_proof(proof._replace(hashes=proof.hashes[:-1])), "included")
    unsigned = NOTE.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")
    yield _file("a checkpoint that nobody signed", format_tlog_proof(proof._replace(checkpoint=unsigned)), "checkpoint")


def _proofs() -> Iterator[Case]:
    case, silence = TOLD.proof(CENSUS, NOTE, SIZE), TOLD.silence(CENSUS, NOTE, SIZE)
    yield _file("a whole case", line(case))
    yield _file("silence", line(silence))
    yield _file("an act is left out", line({**case, "entries": case["entries"][:-1]}), "complete")
    yield _file("an act in the middle is left out", line({**case, "entries": case["entries"][::2]}), "chain")
    yield _file("a census that is none", line({**case, "census": TOLD.item(3, SIZE)}), "census")
    later = {**silence["silence"], "before": "2030-01-01T00:00:00+08:00"}
    yield _file("a census before the moment", line({**silence, "silence": later}), "silence")


def _bulletins() -> Iterator[Case]:
    receipt = base64(TOLD.receipt(ISSUED.index, NOTE, SIZE))
    yield _file("issued", BULLETIN, receipt=receipt)
    yield _file("another document", BULLETIN + b".", "digest", receipt=receipt)


def _trees() -> Iterator[Case]:
    log = told_log(others=2)
    log.checkpoint()
    anchor = format_anchor(log.anchor()).decode()
    files = {path: base64(data) for path, data in log.tree(log.note()).items()}
    yield _case("with entries", {"files": files, "anchor": anchor}, True)
    hashes = {path: data for path, data in files.items() if "entries" not in path}
    yield _case("hashes alone", {"files": hashes, "anchor": anchor}, True)
    partial = next(path for path in files if path.startswith("tile/0/"))
    broken = base64(bytes(32) + log.tree(log.note())[partial][32:])
    yield _case("another hash in a tile", {"files": {**files, partial: broken}, "anchor": anchor}, False)


def _bundles() -> Iterator[tuple[str, bytes]]:
    files = files_of(TOLD, CENSUS, NOTE, SIZE)
    authority = TOLD.authority(CENSUS, SIZE)
    authority["streams"].append(TOLD.stream("rules", CENSUS, SIZE, named=True))
    files["authority.json"] = line(authority)
    disclosures = TOLD.disclosures(CENSUS)
    changed = json.loads(line(disclosures))
    changed["acts"][0][0]["value"] = '"别的话"'
    decoy = json.loads(line(disclosures))
    decoy["acts"][0][0] |= {"field": "", "value": ""}
    less = json.loads(line(TOLD.proof(CENSUS, NOTE, SIZE)))
    less["entries"].pop()
    revoked = json.loads(line(authority))
    revoked["streams"][0]["entries"].pop()
    revoked["streams"][0]["count"] -= 1
    made = {
        "good": ({}, None),
        "exchanged-disclosure": ({"disclosures.json": line(changed)}, "disclosures"),
        "field-as-decoy": ({"disclosures.json": line(decoy)}, "disclosures"),
        "last-act-left-out": ({"proof.json": line(less)}, "complete"),
        "revocation-left-out": ({"authority.json": line(revoked)}, "signatures"),
        "empty-page": ({"timeline.pdf": b""}, "readable"),
    }
    index = []
    for name, (changes, check) in made.items():
        yield f"bundles/{name}.zip", pack(files | changes)
        expected = {} if check is None else {"check": check}
        index.append(_case(name, {"bundle": f"bundles/{name}.zip", "anchor": ANCHOR}, check is None, **expected))
    yield "bundle.json", _pretty({"format": "bundle", "vectors": index})


_MAKERS: dict[str, Callable[[], Iterator[Case]]] = {
    "canonical": _canonical,
    "statement": _statements,
    "entry": _entries,
    "commitment": _commitments,
    "note": _notes,
    "policy": _policies,
    "tile": _tiles,
    "map": _maps,
    "receipt": _receipts,
    "proof": _proofs,
    "bulletin": _bulletins,
    "tree": _trees,
}


def write() -> None:
    """Write all files of the folder."""
    for name, data in vectors().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    write()
