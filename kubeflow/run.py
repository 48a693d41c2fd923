"""Runs the compiled pipeline here, by KFP's own local runner: each step is a process, in this environment.

`slipway kubeflow` starts it with the addresses of a running `slipway serve`.
"""

import argparse
import json
from pathlib import Path

from kfp import components, local

_COMPILED = Path(__file__).with_name("training_pipeline.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description="Runs the compiled KFP pipeline here.")
    parser.add_argument("--arguments", type=json.loads, required=True, help="of the pipeline, as JSON")
    parser.add_argument("--outputs", required=True, help="the folder in which KFP keeps what steps give")
    given = parser.parse_args()
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=given.outputs)
    pipeline = components.load_component_from_file(str(_COMPILED))
    done = pipeline(**given.arguments)
    found = {**done.outputs["metrics"].metadata, "package_arn": done.outputs["package_arn"]}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
