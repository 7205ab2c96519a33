"""Digests of views: what two databases compare, and what the ledger's key will commit to.

The digest of a view is the RFC 6962 Merkle root over its streams, in the order of their UTF-8 bytes. A leaf holds
u32be length ‖ stream ‖ the stream's digest, which is SHA-256 over its rows in this view. A row is the canonical JSON
list of the table's name and the row's values; rows are sorted as bytes, each with a u32be length before it. A
stream without rows has no leaf. So batches, physical order, processes and the kind of store never enter it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from audit.merkle import leaf_hash, root_of
from projections.view import Rows

Encode = Callable[[object], bytes]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def encode_with_standard_library(value: object) -> bytes:
    """Return the canonical JSON of a row, which is the encoder unless a faster one is handed in.

    Rows are tuples of texts in Normalization Form C and integers, so that any compact encoder that escapes as little as
    it may gives the same bytes.
    """
    return _encode(value).encode()


def row_heads(tables: Sequence[str], encode: Encode) -> tuple[bytes, ...]:
    """Return what the encoded rows of these tables begin with: the list's bracket and the table's name."""
    return tuple([encode((name,))[:-1] + b"," for name in tables])


def stream_digest(heads: Sequence[bytes], rows: Rows, encode: Encode = encode_with_standard_library) -> bytes:
    """Return SHA-256 over one stream's rows in one view; `heads` are the beginnings of the rows of its tables."""
    encoded: list[bytes] = []
    for head, of_table in zip(heads, rows, strict=True):
        if of_table:
            encoded += [head + encode(row)[1:] for row in of_table.values()]
    if len(encoded) > 1:
        encoded.sort()
    return sha256(b"".join([len(row).to_bytes(4, "big") + row for row in encoded])).digest()


def view_digest(streams: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the Merkle root over streams and their digests, given in the order of the streams' bytes."""
    return root_of(leaf_of(stream, digest) for stream, digest in streams)


def leaf_of(stream: str, digest: bytes) -> bytes:
    """Return the leaf hash of one stream."""
    name = stream.encode()
    return leaf_hash(len(name).to_bytes(4, "big") + name + digest)
