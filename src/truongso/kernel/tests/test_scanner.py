"""Every uploaded file is shown to the scanner where there is one; what it knows, or cannot look at, is not taken."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, Content, only

# The test file that every scanner knows, put together here so that no scanner takes this file for it.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


@dataclass
class Clamd:
    """A scanner that speaks clamd's protocol; `say` is its answer to everything but the test file."""

    path: str
    say: bytes = b"stream: OK\0"
    seen: list[bytes] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                line, _address = listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                assert said.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", said.read(4))[0]:
                    content += said.read(size)
                self.seen.append(content)
                line.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else self.say)


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    made = Clamd(str(tmp_path / "clamd.ctl"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(made.path)
        listening.listen()
        threading.Thread(target=made.serve, args=(listening,), daemon=True).start()
        with override_settings(CLAMD=made.path):
            yield made
        listening.shutdown(socket.SHUT_RDWR)


def _taken(content: bytes) -> str:
    """ "" when the form takes the file, else the code of its refusal."""
    try:
        UploadField(only(Content.TEXT, most=MB)).clean(SimpleUploadedFile("thu.csv", content))
    except ValidationError as error:
        return str(error.code)
    return ""


def test_a_known_file_is_refused_and_another_taken(clamd: Clamd) -> None:
    clean = "mã;số tiền\n".encode() * 20_000  # several parts
    assert (_taken(clean), _taken(b"a;b\n" + EICAR)) == ("", "infected")
    assert clamd.seen == [clean, b"a;b\n" + EICAR]


@pytest.mark.parametrize("say", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0"])
def test_what_was_not_scanned_is_not_taken(clamd: Clamd, say: bytes) -> None:
    clamd.say = say
    assert _taken(b"a;b\n") == "unscanned"


def test_without_a_scanner_that_answers(tmp_path: Path) -> None:
    assert _taken(EICAR) == ""  # none is set: files are judged by their content alone
    with override_settings(CLAMD=str(tmp_path / "nobody.ctl")):
        assert _taken(b"a;b\n") == "unscanned"
