"""Country files for tests, written by hand in MaxMind DB format 2.0: a tree of 24-bit records over IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path

from truongso.kernel import clock

_MARK = b"\xab\xcd\xefMaxMind.com"
Value = str | int | dict[str, "Value"] | list["Value"]


def write(path: Path, networks: Mapping[str, Value]) -> Path:
    """A file that says of each network what is given for it."""
    data, places = b"", []
    for value in networks.values():
        places.append(len(data))
        data += _value(value)
    nodes: list[list[int]] = [[-1, -1]]  # below zero: nothing; from a million on: a place of data
    for network, place in zip(networks, places, strict=True):
        _hang(nodes, ipaddress.ip_network(network), 1_000_000 + place)
    count = len(nodes)
    tree = b"".join(_record(side, count) for node in nodes for side in node)
    said: dict[str, Value] = {
        "node_count": count, "record_size": 24, "ip_version": 6, "database_type": "test-country", "languages": ["en"],
        "binary_format_major_version": 2, "binary_format_minor_version": 0,
        "build_epoch": int(clock.now().timestamp()), "description": {"en": "for tests"},
    }  # fmt: skip
    path.write_bytes(tree + bytes(16) + data + _MARK + _value(said))
    return path


def _hang(nodes: list[list[int]], network: ipaddress.IPv4Network | ipaddress.IPv6Network, what: int) -> None:
    address, length = int(network.network_address), network.prefixlen + (96 if network.version == 4 else 0)
    at = 0
    for bit in range(length):
        side = address >> (127 - bit) & 1
        if bit == length - 1:
            nodes[at][side] = what
        else:
            if nodes[at][side] < 0:
                nodes.append([-1, -1])
                nodes[at][side] = len(nodes) - 1
            at = nodes[at][side]


def _record(side: int, count: int) -> bytes:
    if side < 0:
        return count.to_bytes(3, "big")
    return (side - 1_000_000 + count + 16 if side >= 1_000_000 else side).to_bytes(3, "big")


def _value(value: Value) -> bytes:
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(_value(key) + _value(one) for key, one in value.items())
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(_value(one) for one in value)
    raw = value.encode() if isinstance(value, str) else value.to_bytes(8, "big").lstrip(b"\x00")
    return (_head(2, len(raw)) if isinstance(value, str) else bytes([len(raw), 9 - 7])) + raw


def _head(kind: int, size: int) -> bytes:
    return bytes([kind << 5 | size])
