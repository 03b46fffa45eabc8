"""Kinds of arguments that several commands take."""

from __future__ import annotations

import argparse
import re

from truongso.kernel.money import Dong

_WHOLE = re.compile(r"-?(?:[0-9]{1,40}|[0-9]{1,3}(?:\.[0-9]{3}){1,12})")


def dong(text: str) -> Dong:
    """An amount in whole đồng: 450000 or 450.000. For `type=` of an argument."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}” không phải số nguyên đồng; viết 450000 hoặc 450.000")
    return Dong(int(text.replace(".", "")))
