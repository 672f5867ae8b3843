"""The program that holds a pod's network namespace while its containers come and go, and the image it stands in.

The program is so small that it is written down here in machine code: ignore children that end, so that no zombie
stays where it is process 1 of a shared namespace, then sleep for ever. No registry and no compiler is needed for it.
"""

from __future__ import annotations

import io
import struct
import tarfile

VERSION = "1"
IMAGE = f"pullet.dev/sandbox:{VERSION}"
STOP_SIGNAL = "SIGKILL"  # process 1 ignores what it does not handle, and there is nothing to end gracefully

BASE = 0x400000
HEADERS = 64 + 56  # the ELF header and one program header

# struct sigaction {SIG_IGN, SA_NOCLDWAIT, no restorer, empty mask}
_IGNORE = struct.pack("<QQQQ", 1, 2, 0, 0)


def _x86_64() -> bytes:
    code = bytes.fromhex(
        "b80d000000"  # mov eax, 13          rt_sigaction
        "bf11000000"  # mov edi, 17          SIGCHLD
        "488d3513000000"  # lea rsi, [rip+19] what stands behind the code
        "31d2"  # xor edx, edx
        "41ba08000000"  # mov r10d, 8
        "0f05"  # syscall
        "b822000000"  # mov eax, 34          pause
        "0f05"  # syscall
        "ebf7"  # jmp back to the pause
    )
    return code + _IGNORE


def _aarch64() -> bytes:
    def mov(register: int, value: int) -> int:
        return 0xD2800000 | value << 5 | register

    words = [
        mov(0, 17),  # SIGCHLD
        0x10000001 | (13 * 4 >> 2) << 5,  # adr x1, what stands behind the code
        mov(2, 0),
        mov(3, 8),
        mov(8, 134),  # rt_sigaction
        0xD4000001,  # svc
        mov(0, 0),
        mov(1, 0),
        mov(2, 0),
        mov(3, 0),
        mov(4, 0),
        mov(8, 73),  # ppoll: there is no pause
        0xD4000001,  # svc
        0x14000000 | (-7 & 0x3FFFFFF),  # b back to the ppoll
    ]
    return b"".join(struct.pack("<I", word) for word in words) + _IGNORE


MACHINES = {
    "x86_64": (62, _x86_64),
    "amd64": (62, _x86_64),
    "aarch64": (183, _aarch64),
    "arm64": (183, _aarch64),
}


def program(architecture: str) -> bytes:
    """An ELF executable; raises KeyError for a machine that nobody wrote it for yet.

    https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
    """
    machine, code = MACHINES[architecture]
    text = code()
    size = HEADERS + len(text)
    identity = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, BASE + HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 0x1000)
    return identity + header + segment + text


def image(architecture: str) -> bytes:
    """The root file system as a tar archive: /pause, and nothing else."""
    content = program(architecture)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tree:
        entry = tarfile.TarInfo("pause")
        entry.size, entry.mode = len(content), 0o755
        tree.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
