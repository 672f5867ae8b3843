"""What engine and registries answer, in the product's own words."""

import pytest

from pullet.engine.failures import answered
from pullet.model.errors import PulletError, Refused, Transient


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (500, "Get https://r/v2/: no basic auth credentials", Refused),
        (500, "unauthorized: authentication required", Refused),
        (404, "pull access denied for x, repository does not exist or may require 'docker login'", Refused),
        (404, "manifest for r/x:9 not found: manifest unknown: manifest unknown", Refused),
        (None, "manifest unknown", Refused),
        (500, 'Get "https://r/v2/": dial tcp: lookup r: no such host', Transient),
        (500, 'Get "https://r/v2/": x509: certificate signed by unknown authority', Refused),
        (500, "toomanyrequests: You have reached your pull rate limit", Transient),
        (500, "driver failed programming external connectivity: port is already allocated", Transient),
        (400, "invalid reference format: repository name must be lowercase", Refused),
        (400, 'OCI runtime create failed: exec: "/x": permission denied: unknown', Refused),
        (400, "Minimum memory limit allowed is 6MB", Refused),
        (409, "removal of container x is already in progress", Transient),
        (404, "No such container: x", Transient),
        (503, "", Transient),
    ],
)
def test_each_answer_has_its_kind(status: int | None, text: str, kind: type[PulletError]) -> None:
    """What time may heal is tried again, what only a person can mend is refused."""
    error = answered("pull r/x:9", status, text)
    assert type(error) is kind
    assert str(error).startswith("pull r/x:9: ")
