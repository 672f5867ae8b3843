"""How a service's image is made from the repository, and what it is called.

https://github.com/compose-spec/compose-spec/blob/main/build.md
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from pullet.manifests.compose.deployment import Build as Shape
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole, in_repository, leaves, texts
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.digest import digest
from pullet.model.pod import Build
from pullet.model.volumes import RepoPath

_PLACE: Loc = ("build", "context")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/").match


def build(service: Service, whole: Whole, findings: Findings) -> Build | None:
    shape = service.build
    if shape is None:
        return None
    context = _context(shape.context, whole, findings)
    if context is None:
        return None
    if shape.dockerfile and shape.dockerfile_inline:
        findings.error(("build", "dockerfile"), "may not stand beside dockerfile_inline")
    made = Build(
        context=context,
        dockerfile_inline=shape.dockerfile_inline,
        args=texts(shape.args),
        labels=texts(shape.labels),
        target=shape.target,
        network=shape.network,
        platform=service.platform,
        extra_hosts=tuple((name, one) for name, all_ in shape.extra_hosts.items() for one in all_),
        shm=shape.shm_size or None,
        no_cache=shape.no_cache,
        pull=shape.pull,
    )
    known = context.id and not shape.dockerfile_inline
    return made if not known else _with_dockerfile(made, shape, whole, findings)


def image(name: str, made: Build, whole: Whole) -> str:
    """What an image is called that the file gives no name: another one for each content and way to build it."""
    words = (re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") or "x" for word in (whole.project, name))
    return f"pullet/{'/'.join(words)}:{digest(made)}"


def _context(path: str, whole: Whole, findings: Findings) -> RepoPath | None:
    hint = "images are built from what is committed; name a directory beside this file"
    if _REMOTE(path):
        findings.error(_PLACE, "is built from elsewhere, and not from what is committed here", hint)
        return None
    if path.startswith(("/", "~")) or leaves(path):
        findings.error(_PLACE, "leaves the repository", hint)
        return None
    inside = in_repository(path)
    identity = whole.tree.identify(inside)
    if identity is None:
        whole.absent(_PLACE, "is not in the repository", hint, findings)
        return RepoPath(inside, "") if whole.partial else None
    return RepoPath(inside, identity)


def _with_dockerfile(made: Build, shape: Shape, whole: Whole, findings: Findings) -> Build:
    """One outside the context comes along inline, as the context's id does not cover it."""
    place: Loc = ("build", "dockerfile") if shape.dockerfile else ("build",)
    name = posixpath.normpath(shape.dockerfile or made.dockerfile)
    outside = leaves(name)
    path = posixpath.normpath(posixpath.join(made.context.path, name))
    if name.startswith("/") or leaves(path):
        findings.error(place, "leaves the repository", "name a file of the repository")
        return made
    content = whole.tree.read(path) if outside else None
    if content is None and (outside or whole.tree.identify(path) is None):
        hint = "commit it, or name another one in build.dockerfile"
        whole.absent(place, f"there is no {path} in the repository", hint, findings)
        return made
    if content is not None:
        return replace(made, dockerfile_inline=content.decode("utf-8", "replace"))
    return replace(made, dockerfile=name)
