"""What git, ssh and curl say when something fails, as errors that a person can act on.

`pullet.repo.git` is the only caller. Patterns are tried in order, the first match wins: what names the cause
stands before what names only its consequence ("Could not read from remote repository").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pullet.model.errors import PulletError, Refused, Transient
from pullet.repo.remote import redact


class Damaged(Transient):
    """Objects or references cannot be read; whether ours or the remote's, the mirror finds out."""


class Diverged(Transient):
    """The remote's reference has commits that ours lacks."""


class NoSuchRef(Refused):
    """Nothing has the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """`message` and `hint` may contain {where}, a url without its credentials."""

    pattern: str
    kind: type[PulletError]
    message: str
    hint: str = ""


TIMED_OUT = 124  # the exit status of timeout(1)
NOT_FOUND = 127

COMPLAINTS = (
    Complaint(
        r"UNPROTECTED PRIVATE KEY FILE|Load key .* (bad permissions|error in libcrypto|invalid format)",
        Refused,
        "the ssh key for {where} cannot be used",
        "repo.ssh_key_file must be a private key that only its owner can read: chmod 600",
    ),
    Complaint(
        r"HOST IDENTIFICATION HAS CHANGED|Host key verification failed",
        Refused,
        "the host key of {where} is not the one it had before",
        "if that is expected, remove its line from ssh/known_hosts in the state directory",
    ),
    Complaint(
        r"Permission denied \([\w,-]*(publickey|password)|Too many authentication failures",
        Refused,
        "{where} does not accept the ssh key",
        "give the public part of repo.ssh_key_file access to the repository",
    ),
    Complaint(
        r"Authentication failed|could not read (Username|Password)|invalid credentials|error: 401",
        Refused,
        "{where} does not accept the credentials",
        "check the token in repo.token_file: is it whole, does it live, may it see the repository",
    ),
    Complaint(
        r"non-fast-forward|fetch first|stale info|\(already exists\)",
        Diverged,
        "{where} has newer notes than the mirror",
    ),
    Complaint(
        r"No space left on device|Disk quota exceeded",
        Refused,
        "no space is left on a disk that git writes to",
        "free some, in the state directory or on the remote",
    ),
    Complaint(
        r"reference broken|is corrupt|object file \S+ is empty|bad (signature|tree)|invalid sha1 pointer"
        r"|inflate: |(unable to read|missing) (tree|blob|commit|object|sha1)|does not match index|is far too short"
        r"|[Nn]ot a git repository: |bad config line|did not send all necessary objects|Could not read [0-9a-f]{40}",
        Damaged,
        "objects of a repository cannot be read",
    ),
    Complaint(
        r"\.lock'|cannot lock ref|[Uu]nable to (create|lock)|failed to (update|lock) ref|incorrect old value",
        Transient,
        "a reference is being changed by another process",
    ),
    Complaint(
        r"read.only|error: 403|hook declined|service not enabled|not allowed to push|remote rejected"
        r"|insufficient permission|unpacker error|(denied|not permitted) to |write access",
        Refused,
        "{where} does not let us in, or does not take a push",
        "give the key or token that right, or set status.notes: local",
    ),
    Complaint(
        r"dubious ownership|unsafe repository",
        Refused,
        "{where} belongs to another user, and git does not trust it",
        "if you do: git config --system --add safe.directory PATH",
    ),
    Complaint(
        r"[Cc]ouldn't find remote ref|src refspec .* does not match",
        NoSuchRef,
        "{where} does not have that reference",
    ),
    Complaint(
        r"access denied or repository not exported",  # git daemon says no more, also where it takes no push
        Refused,
        "there is no repository at {where}, or it takes no push",
        "check repo.url; where only notes are refused, let them be pushed or set status.notes: local",
    ),
    Complaint(
        r"[Rr]epository .*not found|does not appear to be a git repository|error: 404"
        r"|repository .* does not exist|not valid: is this a git repository",
        Refused,
        "there is no repository at {where}",
        "check repo.url, and that the key or token may see it",
    ),
    Complaint(
        r"transport '.*' not allowed|[Pp]rotocol \S+ (not supported|disabled)",
        Refused,
        "{where} leads to a transport that is not allowed",
        "repo.url must name the repository itself, not what redirects to it",
    ),
    Complaint(
        r"SSL certificate|certificate verif|CAfile|self.signed certificate",
        Refused,
        "the certificate of {where} cannot be trusted",
        "add its authority to this machine's, or to http.sslCAInfo in /etc/gitconfig",
    ),
    Complaint(
        r"fsck error|fsck.*(failed|error)",
        Refused,
        "{where} has objects that git's own check rejects",
        "find them with git fsck there; a harmless kind is let through by fetch.fsck.KIND=ignore in /etc/gitconfig",
    ),
    Complaint(
        r"([Uu]nknown|[Bb]ad|Invalid) revision|bad object|ambiguous argument|Needed a single revision|failed to resolve"
        r"|Not a valid object|no note found",
        NoSuchRef,
        "there is no such revision in the mirror",
        "name a commit that the followed branch contains",
    ),
    Complaint(
        r"mismatched algorithms",
        Refused,
        "{where} is a SHA-256 repository",
        "Pullet follows SHA-1 repositories only",
    ),
    Complaint(
        r"Could not resolve host|(Temporary failure in|unable to look up).*|Name or service not known",
        Transient,
        "the host of {where} cannot be found",
        "check the network, and the name in repo.url",
    ),
    Complaint(r"Connection refused|[Cc]ouldn't connect", Transient, "{where} refuses the connection"),
    Complaint(r"timed out|Operation too slow", Transient, "{where} does not answer in time"),
    Complaint(r"unreachable|No route to host", Transient, "there is no network to {where}"),
    Complaint(r"error: (5\d\d|429)", Transient, "{where} is out of order or busy"),
    Complaint(
        r"hung up|early EOF|disconnect|Connection (reset|closed)|[Bb]roken pipe|Empty reply|RPC failed|closed",
        Transient,
        "{where} broke off the connection",
    ),
    Complaint(
        r"Permission denied",
        Refused,
        "this user may not read or write a file that git needs",
        "check who owns {where} and the state directory",
    ),
)


def error_of(where: str, status: int, stderr: str) -> PulletError:
    """The error for a git command that failed; git's own words are kept where they are not understood."""
    where = redact(where) or "git"
    if status == TIMED_OUT:
        return Transient(f"{where} does not answer in time")
    if status == NOT_FOUND:
        return Refused("git cannot be run", hint="install it: apt-get install git")
    for complaint in COMPLAINTS:
        if re.search(complaint.pattern, stderr):
            message, hint = (text.replace("{where}", where) for text in (complaint.message, complaint.hint))
            return complaint.kind(f"{message}: {_gist(stderr, complaint.pattern)}", hint=hint)
    return Transient(f"{where}: {_gist(stderr, 'fatal:|error:')}")


def _gist(stderr: str, pattern: str) -> str:
    """The one line that says most, for a message of one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip(" @")]
    telling = [line for line in lines if re.search(pattern, line)] or lines or ["git gave no reason"]
    return redact(re.sub(r"^(fatal|error|ERROR): ", "", telling[0]))
