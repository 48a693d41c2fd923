"""`env`: print the variables that lead AWS's clients to a running `serve`."""

import argparse
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.api.signature import ACCESS_KEY, SECRET_KEY
from local.commands.options import Subparsers, add_command
from local.serve import state_file
from local.storage.files import write_whole
from local.storage.workspace import Workspace
from local.terminal.printed import slipway

_DESCRIPTION = """\
Print shell commands that set the address, the region and the keys for boto3, the AWS command line and the
SageMaker SDK, so that they reach the running `serve` and nothing else: all calls go there; your
AWS profiles are not read. To set them in a shell:

  eval "$({command})"
"""
# Whatever else could lead a client to AWS, or away from the keys.
_UNSET = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    *("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"),
)
# By name as well: one that the shell has already comes before the address for all.
_SERVICES = ("CLOUDWATCH_LOGS", "IAM", "S3", "SAGEMAKER", "SAGEMAKER_RUNTIME", "STS")

# The SDK would tell AWS of each call.
_SDK = """\
SchemaVersion: "1.0"
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


# The SDK asks STS at an address that it makes of the region. botocore reads its data, such as the rules for
# addresses, from these folders before its own.
_DATA_PATH = "AWS_DATA_PATH"
_STS_RULES = Path("sts", "2011-06-15", "endpoint-rule-set-1.json")


def add_parser(subparsers: Subparsers) -> None:
    add_command(subparsers, __doc__, run, _DESCRIPTION.format(command=slipway("env")))


def run(arguments: argparse.Namespace) -> int:
    served = state_file.read(Workspace().root)
    print(f"unset {' '.join(_UNSET)}")
    folder = Workspace().root.absolute() / "sagemaker-api"
    settings, data = folder / "sdk.yaml", folder / "botocore"
    write_whole(settings, _SDK)
    write_whole(data / _STS_RULES, json.dumps(_rules(served.url), indent=2) + "\n")
    others = [one for one in os.environ.get(_DATA_PATH, "").split(os.pathsep) if one not in ("", str(data))]
    changes = variables(served.url, served.region, settings)
    for name, value in {**changes, _DATA_PATH: os.pathsep.join([str(data), *others])}.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _rules(url: str) -> Mapping[str, Any]:
    """The rules by which botocore finds a service's address, whatever address a client was given."""
    return {
        "version": "1.0",
        "parameters": {},
        "rules": [{"type": "endpoint", "conditions": [], "endpoint": {"url": url}}],
    }


def of_clients(served: state_file.Served) -> dict[str, str]:
    """The environment of this process, in which AWS's clients reach what is served and nothing else."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**kept, **variables(served.url, served.region, Path(os.devnull))}


def variables(url: str, region: str, settings: Path) -> Mapping[str, str]:
    """The variables by which AWS's clients find what is served at an address; `settings` are the SDK's."""
    return {
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(settings),
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(settings),
        # The SDK would have IAM simulate the role's policies before each job.
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "AWS_ENDPOINT_URL": url,
        **{f"AWS_ENDPOINT_URL_{service}": url for service in _SERVICES},
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
