"""JSON in the one form that is hashed and signed: sorted keys, no spaces, UTF-8, nothing that is no number.

Two writers make it: the standard library's says what the form is; orjson's is ten times as fast and agrees with it but
for few values, which are seen in what it wrote and left to the other.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def fixed_form(value: dict[str, Any] | list[Any]) -> bytes:
    """The bytes to hash or sign.

    Raises TypeError for what is no JSON (moments, dataclasses, bytes), ValueError for a number that is none (NaN,
    infinity) and UnicodeEncodeError for half a surrogate pair. UUIDs and members of enumerations are not told apart
    from their text or value: what is kept beside the hash must refuse them, as JSON columns do.
    """
    try:
        written = orjson.dumps(value, option=_AS_THE_FORM)
    except TypeError:
        return by_definition(value)
    return by_definition(value) if any(seen_in(written) for seen_in in _DOUBTFUL) else written


def by_definition(value: dict[str, Any] | list[Any]) -> bytes:
    """The same bytes from the writer that defines them."""
    return _encode(value).encode()


# Moments and dataclasses are no JSON: the form refuses them, and so does the quick writer.
_AS_THE_FORM = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# A number with a fraction is written otherwise, and null may have been no number. Each form begins with signs that are
# searched for as they are; texts that look alike cost time only.
_DOUBTFUL = tuple(re.compile(start + rb"(?:null|-?\d+[.eE])").search for start in (rb'":', rb",", rb"\["))
