"""What asking IAM costs is measured on any assembly that has an API."""

import re

import pytest
from assemblies import Assembly

from quality.bench import iam


def test_a_request_is_asked_for_and_timed(dev: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    iam.main(dev.folder)

    once, request = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"once: \d+ ms, beside \d+ ms for cdk.out", once)
    assert float(re.fullmatch(r"a request: (\d+\.\d\d) us", request)[1]) > 0  # type: ignore[index]
