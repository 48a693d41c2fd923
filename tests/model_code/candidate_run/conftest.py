"""A service that answers the candidate notebook, and its run of two of ten candidates."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from candidate_service import SCHEMA, Service, candidates, interactive_runner


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    def call(client: BaseClient, *arguments: Any) -> Mapping[str, Any]:
        return service.call(client, *arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return service


@pytest.fixture
def analyzed(tmp_path: Path) -> Path:
    candidates.write_candidates(SCHEMA, candidates=tmp_path / "candidates", notebooks=tmp_path / "notebooks")
    return tmp_path


@pytest.fixture
def interactive(service: Service, analyzed: Path) -> Any:
    """Two of ten candidates, as the workshop leaves them."""
    return interactive_runner(analyzed, "dpp0", "dpp2")
