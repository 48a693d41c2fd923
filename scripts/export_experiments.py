"""Send trial components, as `slipway experiments WORKLOAD --json` prints them, to an MLflow tracking server.

Runs in the environment of workbench/mlflow; `make export-experiments` makes that and calls this. Each
component is a run of its own with its parameters, all values of its metrics with their times, and as tags the
URIs of its artifacts. A component that the experiment has already is left as it is.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

_NAME = "trial_component"
# A training that has not ended is one whose tuning job was interrupted.
_STATUS = {"Completed": "FINISHED", "Failed": "FAILED", "Stopped": "KILLED", "InProgress": "KILLED"}
# What a tracking server takes at once.
_AT_ONCE = {"metrics": 1000, "params": 100, "tags": 100}
_LONGEST_VALUE = 500


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="URI",
        help="a tracking server, an MLflow app's ARN, or file:///a/folder",
    )
    parser.add_argument("--experiment", required=True, metavar="NAME", help="made where it is missing")
    given = parser.parse_args()
    try:
        sent, known = export(json.load(sys.stdin), given.to, given.experiment)
    except (MlflowException, ValueError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{given.experiment}: {sent} runs sent, {known} there already")
    return 0


def export(components: Sequence[Mapping[str, Any]], uri: str, experiment: str) -> tuple[int, int]:
    """How many components were sent, and how many the experiment had."""
    client = mlflow.MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(experiment)
    id = found.experiment_id if found else client.create_experiment(experiment)
    known = {run.data.tags.get(_NAME) for run in client.search_runs([id], max_results=50_000)}
    new = [one for one in components if one["TrialComponentName"] not in known]
    for one in new:
        _send(client, id, one)
    return len(new), len(components) - len(new)


def _send(client: mlflow.MlflowClient, experiment: str, component: Mapping[str, Any]) -> None:
    run = client.create_run(
        experiment, start_time=_milliseconds(component["StartTime"]), run_name=component["DisplayName"]
    )
    tags = {
        "step": component["Step"],
        "source": component["Source"]["SourceArn"],
        **{
            f"{side}.{name}": one["Value"]
            for side in ("InputArtifacts", "OutputArtifacts")
            for name, one in component[side].items()
        },
    }
    everything = {
        "params": [
            Param(_key(name), str(value)[:_LONGEST_VALUE])
            for name, one in component["Parameters"].items()
            for value in one.values()
        ],
        "metrics": [
            Metric(_key(name), one["value"], _milliseconds(one["at"]), step)
            for name, values in component["Series"].items()
            for step, one in enumerate(values)
        ],
        "tags": [RunTag(_key(name), value) for name, value in tags.items()],
    }
    for kind, entities in everything.items():
        for first in range(0, len(entities), _AT_ONCE[kind]):
            client.log_batch(run.info.run_id, **{kind: entities[first : first + _AT_ONCE[kind]]})
    # The last thing that is sent: a run without it was interrupted, and is sent again.
    client.set_tag(run.info.run_id, _NAME, component["TrialComponentName"])
    ended = _milliseconds(component["EndTime"] or component["StartTime"])
    client.set_terminated(run.info.run_id, _STATUS[component["Status"]["PrimaryStatus"]], ended)


def _key(name: str) -> str:
    """A name as MLflow takes it: letters, digits and `_-. /:`."""
    return "".join(character if character.isalnum() or character in "_-. /:" else "_" for character in name)


def _milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)


if __name__ == "__main__":
    sys.exit(main())
