"""Published and computed signatures of the providers (data/provider_vectors.json names their sources)."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def vectors(provider: str, kind: str = "") -> list[dict[str, Any]]:
    """The vectors of a provider whose kind begins so, without those whose secret was never published."""
    text = resources.files(__package__).joinpath("data/provider_vectors.json").read_text(encoding="utf-8")
    found = json.loads(text)["vectors"]
    return [v for v in found if v["provider"] == provider and v["kind"].startswith(kind) and "secret" in v]
