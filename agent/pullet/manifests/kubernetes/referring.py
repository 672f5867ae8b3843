"""From one object to the ConfigMaps, Secrets and the like that it names, and what is said where they are missing."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.manifests.declared import Configuration, Lookup, Reference, Unknown
from pullet.manifests.problems import Findings


@dataclass(frozen=True, slots=True)
class Referring:
    """One object's way to the others of the catalog; what is missing is in its findings."""

    lookup: Lookup
    findings: Findings

    def values(self, reference: Reference) -> Configuration | None:
        """What the referred object holds; None where it is missing, which is an error unless it is optional."""
        match self.lookup(reference.target):
            case Unknown(because, elsewhere=True):
                if not reference.optional:
                    self.findings.warn((*reference.loc, reference.field), f"{words(reference)} {because}")
            case Unknown(because):
                self.findings.error((*reference.loc, reference.field), f"{words(reference)} {because}")
            case Configuration() as found:
                return found
            case _ if not reference.optional:
                self.findings.error(
                    (*reference.loc, reference.field),
                    f"{words(reference)} does not exist",
                    "declare it, or say optional: true",
                )
        return None

    def is_elsewhere(self, reference: Reference) -> bool:
        """Whether it may be declared in a file that nobody looks at, so that nothing is known of what it holds."""
        found = self.lookup(reference.target)
        return isinstance(found, Unknown) and found.elsewhere

    def has(self, values: Configuration, key: str, reference: Reference) -> bool:
        """Whether the key is there, as text or not; where it is missing that is an error, unless it is optional."""
        if key in values.texts or key in values.blobs:
            return True
        if not reference.optional:
            place = (*reference.loc, "key")
            said = f'{words(reference)} has no key "{key}"'
            self.findings.error(place, said, "add it, or say optional: true")
        return False

    def has_text(self, values: Configuration, key: str, reference: Reference) -> bool:
        if key in values.blobs:
            self.findings.error(
                (*reference.loc, "key"),
                f'the value of "{key}" in {words(reference)} is not text, as a variable must be',
            )
            return False
        return self.has(values, key, reference)


def words(reference: Reference) -> str:
    target = reference.target
    return f"{target.kind} {f'{target.namespace}/' if target.namespace else ''}{target.name}"
