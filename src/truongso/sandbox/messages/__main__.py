"""`python -m truongso.sandbox.messages`: run the twin until Ctrl-C."""

from __future__ import annotations

import argparse

from truongso.sandbox.guard import refuse_production
from truongso.sandbox.messages.twin import Twin


def main() -> int:
    refuse_production()
    parser = argparse.ArgumentParser(prog="python -m truongso.sandbox.messages")
    parser.add_argument("--port", type=int, default=8090)
    twin = Twin(port=parser.parse_args().port)
    print(f"Zalo: {twin.url}/zalo   SMS: {twin.url}/sms   đã nhận: {twin.url}/tin", flush=True)
    try:
        twin.serve()
    except KeyboardInterrupt:
        twin.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
