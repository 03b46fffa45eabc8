"""The partners' side of ZNS and of an SMS interface, on this machine only."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the twin accepted."""

    partner: str
    number: str
    text: str
    reference: str
    sender: str
    token: str
    id: str


class Twin:
    """A running twin; `messages` are those accepted, each reference once (a second try gets the first answer)."""

    def __init__(self, *, port: int = 0) -> None:
        self.messages: list[Taken] = []
        self.tries: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def start(self) -> Twin:
        """Serve in the background."""
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, partner: str, body: dict[str, Any], token: str) -> tuple[int, Any]:
        """The partner's answer to one message: status and JSON."""
        zalo = partner == "zalo"
        number = str(body.get("phone" if zalo else "to", ""))
        reference = str(body.get("tracking_id" if zalo else "reference", ""))
        with self._lock:
            again = reference in self.tries
            self.tries.append(reference)
            refusal = self._refusal(partner, number, token, again=again)
            if refusal is not None:
                return refusal
            found = next((m for m in self.messages if m.reference == reference), None)
            if found is None:
                found = Taken(partner, number, _text(zalo, body), reference, _sender(zalo, body), token,
                              f"m{len(self.messages) + 1}")  # fmt: skip
                self.messages.append(found)
        if zalo:
            return 200, {"error": 0, "message": "Success", "data": {"msg_id": found.id}}
        return 200, {"status": "accepted", "id": found.id}

    def _refusal(self, partner: str, number: str, token: str, *, again: bool) -> tuple[int, Any] | None:
        zalo = partner == "zalo"
        if not token or number.endswith("02"):
            return (200, {"error": -124, "message": "Access token invalid"}) if zalo else (401, {"status": "refused"})
        if number.endswith("00"):
            refused = {"status": "refused", "reason": "unknown_number"}
            return 200, ({"error": -118 - 1000, "message": "Zalo account not existed"} if zalo else refused)
        if number.endswith("01") and not again:
            return 503, {"error": "down"}
        return (200, ["?"]) if number.endswith("03") else None


def _text(zalo: bool, body: dict[str, Any]) -> str:
    data = body.get("template_data")
    return str(data.get("noi_dung", "") if isinstance(data, dict) else "") if zalo else str(body.get("text", ""))


def _sender(zalo: bool, body: dict[str, Any]) -> str:
    return str(body.get("template_id" if zalo else "brand", ""))


def _handler(twin: Twin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            partner = self.path.strip("/")
            size = min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES)
            token = self.headers.get("access_token") or (self.headers.get("Authorization") or "").removeprefix(
                "Bearer "
            )
            try:
                body = json.loads(self.rfile.read(size))
            except ValueError:
                body = None
            if partner not in {"zalo", "sms"} or not isinstance(body, dict):
                self._answer(404, {"error": "no such partner"})
                return
            self._answer(*twin.take(partner, body, token))

        def do_GET(self) -> None:
            self._answer(200, [asdict(one) | {"token": "***"} for one in twin.messages])

        def _answer(self, status: int, body: Any) -> None:
            raw = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet: what came in is at /tin."""

    return Handler
