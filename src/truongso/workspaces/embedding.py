"""Who may show the public page in a frame: the school's own website, with and without "www", and nobody else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils.html import escape

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def framing_places(website: str) -> tuple[str, ...]:
    """Sources for the frame-ancestors rule; none when the school has no website or its address is not a plain one."""
    try:
        parts = urlsplit(website.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii").lower(), parts.port
    except ValueError:  # UnicodeError among them: names that no browser could open
        return ()
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
        return ()
    bare = host.removeprefix("www.")
    end = f":{port}" if port else ""
    return tuple(f"{parts.scheme}://{name}{end}" for name in (bare, f"www.{bare}"))


def frame_line(address: str, title: str) -> str:
    """The one line of HTML that a school puts into its website; text to copy, not markup of ours."""
    line = '<iframe src="{}" title="{}" style="border:0;width:100%;height:1200px" loading="lazy"></iframe>'
    return line.format(escape(address), escape(title))
