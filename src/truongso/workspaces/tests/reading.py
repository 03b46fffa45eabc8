"""What a reader sees of a page."""

from __future__ import annotations

import re
from typing import Any


def text(response: Any) -> str:
    """The words of a page, spaces collapsed."""
    body = re.sub(r"<(script|style|svg|title).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())
