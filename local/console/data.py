"""The documents below `data/` and `config.json`, made of what is on this machine when they are asked for."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from assembly import Assembly
from assembly.manifest import EMPTY
from local.api.declaration import COGNITO, IAM, Api
from local.console.contracts import Contract
from local.console.runs import Runs
from local.console.series import recorded
from local.endpoint.example import example
from local.experiments import report, table
from local.storage.workspace import Workspace

type Document = Mapping[str, Any]

_OF_WORKLOAD = re.compile(r"data/(openapi|experiments|monitoring|series)/([a-z0-9]+)\.json")
_EXPERIMENTS = 10


class Data:
    """What the console shows of an assembly and a workspace. The APIs of the workloads in `served` answer
    below the page's own origin."""

    def __init__(
        self, declared: Assembly, workspace: Workspace, apis: Sequence[Api], served: Collection[str]
    ) -> None:
        self._declared, self._workspace = declared, workspace
        self._apis = {str(one.address.workload): one for one in apis if one.address.workload}
        self._urls = {name: f"/api/{name}/{api.stage}" for name, api in self._apis.items() if name in served}
        self._contracts = {name: found for name, api in self._apis.items() if (found := Contract.of(api))}
        self._runs = Runs(declared, workspace)
        # Requests come in several threads; an assembly resolves references in one.
        self._lock = Lock()

    def read(self, path: str) -> Document | None:
        """The document that the page asks for by a path; None where there is nothing of it."""
        with self._lock:
            if match := _OF_WORKLOAD.fullmatch(path):
                makers: Mapping[str, Callable[[str], Document | None]] = {
                    "openapi": self._openapi,
                    "experiments": self._experiments,
                    "monitoring": self._monitoring,
                    "series": lambda name: recorded(self._declared, self._workspace, name),
                }
                return makers[match[1]](match[2])
            documents: Mapping[str, Callable[[], Document]] = {
                "config.json": self._config,
                "data/workloads.json": self._workloads,
                "data/runs.json": self._runs.document,
                "data/deployed.json": self._deployed,
            }
            return documents[path]() if path in documents else None

    def _config(self) -> Document:
        return {
            "environment": _environment(self._apis.values()),
            "region": self._declared.region,
            "apis": {name: {"url": url} for name, url in self._urls.items()},
            "auth": {"type": _authorization(self._apis.values())},
        }

    def _workloads(self) -> Document:
        untrained = [one for _, one in self._declared.metadata(EMPTY)]
        return {
            "workloads": [
                *(self._workload(name, contract) for name, contract in self._contracts.items()),
                *({"name": one["workload"], "trained": False, "reason": one["reason"]} for one in untrained),
            ]
        }

    def _workload(self, name: str, contract: Contract) -> Document:
        found = example(self._declared, f"{self._apis[name].name}-api")
        return {
            "name": name,
            "title": contract.title,
            "summary": contract.summary,
            "path": contract.path,
            "openapi": f"data/openapi/{name}.json",
            "view": contract.view,
            "trained": name in {one.address.workload for one in self._endpoints},
            "example": {"text": found.text, "type": found.media_type} if found else None,
        }

    def _openapi(self, name: str) -> Document | None:
        return self._contracts[name].document if name in self._contracts else None

    def _experiments(self, name: str) -> Document | None:
        """The jobs of the workload's newest executions."""
        found = report.components(self._workspace, self._runs.of(name)[-_EXPERIMENTS:])
        return {"workload": name, "trials": [_trial(one) for one in found]} if found else None

    def _monitoring(self, name: str) -> Document | None:
        """What was last found in the endpoint's captures, beside the baseline of its model."""
        found = _json(self._workspace.reports / f"{name}-monitoring.json")
        if not isinstance(found, dict):
            return None
        baseline = _json(self._workspace.artifacts / name / "baseline" / "statistics.json") or {}
        described = {one["name"]: one for one in baseline.get("features", [])}
        features = [{**one, "baseline": described.get(one["name"])} for one in found.get("features", [])]
        over_time = [
            {"time": one.parameters.get("EndTime", one.started), "status": one.status, "metrics": one.metrics}
            for one in self._runs.of(name)
            if one.command == "monitor"
        ]
        return {"workload": name, "reports": [{**found, "features": features}], "history": over_time}

    def _deployed(self) -> Document:
        endpoints = [
            {
                "name": one.name,
                "workload": one.address.workload,
                "variant": one.variant,
                "containers": [{"name": each.hostname, "image": each.image} for each in one.model.containers],
            }
            for one in self._endpoints
        ]
        apis = [
            {"name": api.name, "workload": name, "url": self._urls.get(name)}
            for name, api in self._apis.items()
        ]
        return {
            "endpoints": endpoints,
            "apis": apis,
            "alarms": [_alarm(one.properties) for one in self._declared.resources(_ALARM)],
            "cost": _json(self._workspace.reports / "cost.json"),
            "rehearsal": _json(self._workspace.reports / "rehearsal.json"),
        }

    @property
    def _endpoints(self) -> Sequence[Any]:
        return self._declared.servable_endpoints()[0]


_ALARM = "AWS::CloudWatch::Alarm"


def _alarm(properties: Mapping[str, Any]) -> Document:
    return {
        "description": properties.get("AlarmDescription"),
        "metric": properties.get("MetricName"),
        "threshold": properties.get("Threshold"),
    }


def _authorization(apis: Iterable[Api]) -> str:
    """How the page is to authorize its calls: as the first API demands it, for all have one setting."""
    for api in apis:
        if method := api.scoring:
            named = {IAM: "iam", COGNITO: "cognito"}.get(method.authorization, "none")
            return "api-key" if method.needs_key else named
    return "none"


def _environment(apis: Iterable[Api]) -> str:
    """The part of `slipway-<environment>-<workload>` that every API's name has."""
    names = [one.name.split("-") for one in apis]
    return names[0][1] if names and len(names[0]) > 2 else ""


def _trial(component: Mapping[str, Any]) -> Document:
    return {
        "name": component["TrialComponentName"],
        "display": component["DisplayName"],
        "step": component["Step"],
        "status": component["Status"]["PrimaryStatus"],
        "started": component["StartTime"],
        "ended": component["EndTime"],
        "parameters": table.parameters(component),
        "metrics": {
            one["MetricName"]: {name: one[member] for name, member in table.STATISTICS.items()}
            for one in component["Metrics"]
        },
        "row": table.row(component),
    }


def _json(path: Path) -> Any:
    """A report that a command may have written; None where there is none that can be read."""
    with suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None
