"""How Kubernetes writes names, labels, ports and the like, as types for the schema: what its API server checks.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, PlainValidator

from pullet.manifests.schema import wrong
from pullet.model.replacement import Share

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_dns_label = re.compile(_LABEL).fullmatch
_dns_subdomain = re.compile(rf"{_LABEL}(\.{_LABEL})*").fullmatch
_qualified = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?").fullmatch
_config_key = re.compile(r"[-._a-zA-Z0-9]+").fullmatch
_port_name = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?").fullmatch
_env_name = re.compile(r"[ -<>-~]+").fullmatch
_header = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_image = re.compile(
    r"""(?: (?: [a-zA-Z0-9] [a-zA-Z0-9.-]* | \[[0-9a-fA-F:]+\] ) (?: :[0-9]+ )? / )?
        [a-z0-9]+ (?: (?: \.|_{1,2}|-+ ) [a-z0-9]+ )* (?: / [a-z0-9]+ (?: (?: \.|_{1,2}|-+ ) [a-z0-9]+ )* )*
        (?: :[\w][\w.-]{0,127} )? (?: @[a-z0-9+._-]+:[0-9a-fA-F]{32,} )?""",
    re.VERBOSE | re.ASCII,
).fullmatch
_sysctl = re.compile(r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)+").fullmatch
_signal = re.compile(
    r"SIG(ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM"
    r"|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|RTMIN(\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?)"
).fullmatch
_placeholder = re.compile(r"\$|\{\{|<.*>").search
_percentage = re.compile(r"[0-9]{1,9}%").fullmatch

_FILE = "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH"
_SYSTEM = "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN"
_NET = (
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT"
)
_SYS = "SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
CAPABILITIES = frozenset(f"ALL {_FILE} {_SYSTEM} {_NET} {_SYS}".split())

NAMESPACED = ("net.", "kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")
"""What the names of sysctls begin with that a pod has to itself."""

LONGEST_LABEL = 63
LONGEST_SUBDOMAIN = 253
LONGEST_HOSTNAME = 64
LONGEST_PORT_NAME = 15
ALL_ANNOTATIONS = 256 * 1024


def label(value: str) -> str:
    if len(value) > LONGEST_LABEL or not _dns_label(value):
        raise wrong(
            f'"{_short(value)}" is not a name',
            "at most 63 of a-z, 0-9 and -, beginning and ending with one of a-z, 0-9",
        )
    return value


def subdomain(value: str) -> str:
    if len(value) > LONGEST_SUBDOMAIN or not _dns_subdomain(value):
        raise wrong(
            f'"{_short(value)}" is not a name',
            "at most 253 of a-z, 0-9, - and ., beginning and ending with one of a-z, 0-9",
        )
    return value


def host_name(value: str) -> str:
    if len(value) > LONGEST_HOSTNAME:
        raise wrong(f"is longer than the {LONGEST_HOSTNAME} characters that Linux allows")
    return subdomain(value)


def label_key(value: str) -> str:
    prefix, slash, name = value.rpartition("/")
    sound_prefix = not slash or (len(prefix) <= LONGEST_SUBDOMAIN and _dns_subdomain(prefix))
    if not sound_prefix or len(name) > LONGEST_LABEL or not _qualified(name):
        raise wrong(
            f"\"{_short(value)}\" is not a label's or an annotation's key",
            "at most 63 of letters, digits, -, _ and ., after an optional domain and /",
        )
    return value


def annotation_key(value: str) -> str:
    label_key(value.lower())
    return value


def label_value(value: str) -> str:
    if value and (len(value) > LONGEST_LABEL or not _qualified(value)):
        raise wrong(
            f'"{_short(value)}" is not a label\'s value',
            "at most 63 of letters, digits, -, _ and ., beginning and ending with a letter or digit",
        )
    return value


def annotations_size(value: dict[str, str]) -> dict[str, str]:
    if sum(len(key) + len(text.encode(errors="replace")) for key, text in value.items()) > ALL_ANNOTATIONS:
        raise wrong("are more than 256 KiB together")
    return value


def config_key(value: str) -> str:
    if (
        len(value) > LONGEST_SUBDOMAIN
        or not _config_key(value)
        or value in {".", ".."}
        or value.startswith("..")
    ):
        raise wrong(f'"{_short(value)}" is not a key', "letters, digits, -, _ and ., not beginning with ..")
    return value


def port_name(value: str) -> str:
    if len(value) > LONGEST_PORT_NAME or not _port_name(value):
        raise wrong(
            f'"{_short(value)}" is not a port\'s name',
            "at most 15 of a-z, 0-9 and single -, with at least one letter; a number stands without quotes",
        )
    return value


def _port_reference(value: Any) -> int | str:
    if isinstance(value, str):
        return port_name(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:  # noqa: PLR2004
        raise wrong("must be a port from 1 to 65535, or the name of one")
    return value


def _share(value: Any) -> Share:
    if isinstance(value, str) and _percentage(value):
        return Share(int(value[:-1]), percent=True)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise wrong('must be a whole number from 0 on, or a percentage such as "25%"')
    return Share(value)


def _at_most_all(share: Share) -> Share:
    if share.percent and share.value > 100:  # noqa: PLR2004
        raise wrong("must be at most 100%")
    return share


def _env_variable(value: str) -> str:
    """https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/"""
    if not _env_name(value):
        raise wrong("is not a variable's name", "printable ASCII without =")
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value)) if value else ""
    except ValueError:
        raise wrong(f'"{_short(value)}" is not an IP address') from None


def _image_reference(value: str) -> str:
    if not _image(value):
        hint = (
            "render it before it is committed"
            if _placeholder(value)
            else "such as registry.example/team/app:1.2"
        )
        raise wrong(f'"{_short(value)}" is not an image reference', hint)
    return value


def _given_address(value: str) -> str:
    if not value:
        raise wrong("must be an IP address")
    return _address(value)


def relative_path(value: str) -> str:
    """A path below some directory, as the API server takes it."""
    if value.startswith("/") or ".." in value.split("/"):
        raise wrong("must lead below the volume, without .. and not beginning with /")
    return value


def _file_path(value: str) -> str:
    if not value or value.startswith(".."):
        raise wrong("must be a path below the volume, not beginning with ..")
    return relative_path(value)


def _host_path(value: str) -> str:
    if not value.startswith("/") or ".." in value.split("/"):
        raise wrong("must be an absolute path without ..", "as on the node, beginning with /")
    return _without_nul(value)


def _mount_path(value: str) -> str:
    if not value or ":" in value:
        raise wrong("must be a path without a colon", "such as /data")
    return _without_nul(value)


def _permissions(value: int) -> int:
    if not 0 <= value <= 0o777:  # noqa: PLR2004 - all that there are
        raise wrong("must be permissions from 0 to 0777", "write them in octal, such as 0644")
    return value


def capability(value: str) -> str:
    """The kernel's name without its prefix, in capitals: NET_ADMIN.

    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    name = value.upper().removeprefix("CAP_")
    if name not in CAPABILITIES:
        close = difflib.get_close_matches(name, CAPABILITIES, n=1)
        raise wrong(f'"{_short(value)}" is not a capability', f"did you mean {close[0]}?" if close else "")
    return name


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise wrong("contains a NUL character, which no process can be given")
    return value


def _like(match: Callable[[str], object], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not match(value):
            raise wrong(f'"{_short(value)}" is not {what}')
        return value

    return AfterValidator(check)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_LABEL else f"{value[:60]}…"


Label = Annotated[str, AfterValidator(label)]
NamespaceName = Annotated[str, AfterValidator(lambda value: label(value) if value else "default")]
OptionalLabel = Annotated[str, AfterValidator(lambda value: value and label(value))]
Subdomain = Annotated[str, AfterValidator(subdomain)]
OptionalSubdomain = Annotated[str, AfterValidator(lambda value: value and subdomain(value))]
OptionalLabelKey = Annotated[str, AfterValidator(lambda value: value and label_key(value))]
LabelKey = Annotated[str, AfterValidator(label_key)]
LabelValue = Annotated[str, AfterValidator(label_value)]
Labels = dict[LabelKey, LabelValue]
Annotations = Annotated[
    dict[Annotated[str, AfterValidator(annotation_key)], str], AfterValidator(annotations_size)
]
ConfigKey = Annotated[str, AfterValidator(config_key)]
EnvName = Annotated[str, AfterValidator(_env_variable)]
EnvPrefix = Annotated[str, AfterValidator(lambda value: value and _env_variable(value))]
Argument = Annotated[str, AfterValidator(_without_nul)]
PortName = Annotated[str, AfterValidator(lambda value: value and port_name(value))]
PortReference = Annotated[Any, PlainValidator(_port_reference)]
TargetPort = Annotated[Any, PlainValidator(lambda value: value and _port_reference(value))]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
HostPort = Annotated[int, Field(ge=0, le=65535)]
Address = Annotated[str, AfterValidator(_address)]
HostName = Annotated[str, AfterValidator(lambda value: value and host_name(value))]
GivenAddress = Annotated[str, AfterValidator(_given_address)]
SubPath = Annotated[str, AfterValidator(relative_path)]
FilePath = Annotated[str, AfterValidator(_file_path)]
NodePath = Annotated[str, AfterValidator(_host_path)]
MountPath = Annotated[str, AfterValidator(_mount_path)]
Capability = Annotated[str, AfterValidator(capability)]
Mode = Annotated[int, AfterValidator(_permissions)]
Id = Annotated[int, Field(ge=0, le=2**31 - 1)]
Signal = Annotated[str, _like(_signal, "a signal such as SIGTERM")]
Sysctl = Annotated[str, _like(_sysctl, "the name of a sysctl such as net.ipv4.tcp_syncookies")]
ImageReference = Annotated[str, AfterValidator(_image_reference)]
HeaderName = Annotated[str, _like(_header, "the name of a header")]
Surge = Annotated[Any, PlainValidator(_share)]
Unavailable = Annotated[Any, PlainValidator(_share), AfterValidator(_at_most_all)]
Natural = Annotated[int, Field(ge=0, le=2**31 - 1)]
Seconds = Natural

Item = TypeVar("Item")
AtLeastOne = Annotated[list[Item], Field(min_length=1)]
