"""How payloads are decoded and rows encoded: by the standard library, or by something faster that is handed in."""

from __future__ import annotations

from typing import NamedTuple

from projections.digests import Encode, encode_with_standard_library
from projections.entries import Decode, decode_with_standard_library


class Codec(NamedTuple):
    """A decoder of JSON and an encoder of canonical JSON."""

    decode: Decode = decode_with_standard_library
    encode: Encode = encode_with_standard_library


STANDARD = Codec()
