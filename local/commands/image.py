"""`image`: run one image's program as SageMaker runs the image."""

import argparse
import os
import sys
from collections.abc import Mapping

from assembly.errors import UsageError
from local.commands.options import Subparsers, add_assignments, add_command, given_path, in_help, port
from local.containers.images import Images

_DESCRIPTION = """\
Run one container image's program as a process, as `docker run IMAGE serve|train` runs the image, for any
script or model and from any folder. Signals, output and exit code are those of the program.

IMAGE is a name of versions.toml: xgboost, scikit-learn, script-mode, ...
/opt/ml is the folder given with --folder (SAGEMAKER_BASE_DIR):

  model/                         what serve loads: the content of model.tar.gz
  input/config/*.json            hyperparameters, inputdataconfig, resourceconfig of a training job
  input/data/CHANNEL/            its channels
  model/, output/                what train writes: the model; output/failure says why it failed (exit code 1)
"""
_EPILOG = f"""\
variables that reach the container: SAGEMAKER_*, SLIPWAY_*, TRAINING_JOB_*, MAX_CONTENT_LENGTH, and --env.

examples:
  {in_help("image")} xgboost serve --folder opt-ml --port 8080
  {in_help("image")} scikit-learn serve --folder opt-ml --env SAGEMAKER_PROGRAM=inference.py \\
      --env SAGEMAKER_SUBMIT_DIRECTORY=/opt/ml/model/code
  curl --data-binary @rows.csv -H 'Content-Type: text/csv' http://127.0.0.1:8080/invocations
  {in_help("image")} script-mode train --folder opt-ml; cat opt-ml/output/failure
"""
_PASSED_ON = ("SAGEMAKER_", "SLIPWAY_", "TRAINING_JOB_", "MAX_CONTENT_LENGTH")
_ARGUMENTS = ("serve", "train")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    parser.add_argument("image", metavar="IMAGE", help="a name of versions.toml")
    parser.add_argument(
        "argument",
        choices=_ARGUMENTS,
        metavar=f"{{{','.join(_ARGUMENTS)}}}",
        help="what the image is started with",
    )
    parser.add_argument(
        "--folder",
        type=given_path,
        metavar="FOLDER",
        help="the folder used as /opt/ml (default: SAGEMAKER_BASE_DIR, else /opt/ml itself)",
    )
    parser.add_argument(
        "--port", type=port, help="where serve listens (default: SAGEMAKER_BIND_TO_PORT, else 8080)"
    )
    add_assignments(parser, "--env", "variables", "set a variable of the container; may be repeated")


def run(arguments: argparse.Namespace) -> int:
    image = Images.load().named(arguments.image)
    command = image.command(arguments.argument)
    environment = {**image.environment(), **_environment(arguments, os.environ)}
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - the process is the command


def _environment(arguments: argparse.Namespace, callers: Mapping[str, str]) -> dict[str, str]:
    """The container's own variables: the caller's that are meant for it, then what the command line sets."""
    passed = {name: value for name, value in callers.items() if name == "HOME" or name.startswith(_PASSED_ON)}
    environment = {**passed, **dict(arguments.variables)}
    if arguments.port is not None:
        environment["SAGEMAKER_BIND_TO_PORT"] = str(arguments.port)
    if arguments.folder is not None:
        if not arguments.folder.is_dir():
            raise UsageError(f"--folder {arguments.folder}: there is no such folder")
        environment["SAGEMAKER_BASE_DIR"] = str(arguments.folder.absolute())
    return environment
