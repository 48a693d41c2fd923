"""Stops the SageMaker notebook instance that it runs on once nobody has used it for some minutes.

Idle is: no kernel is busy, and no kernel and no terminal has done anything for so long, nor has the instance
just started. An open browser tab is no use. A server that does not answer is not idle: the error goes to the
log, and the next call asks again. Needs nothing but Python 3.9 and the AWS command line, and no internet.
"""

import argparse
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

_METADATA = Path("/opt/ml/metadata/resource-metadata.json")
_JUPYTER = "https://localhost:8443"
_PATH = "/usr/bin:/usr/local/bin:/home/ec2-user/anaconda3/bin"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("minutes", type=int, help="how long nobody may use it")
    parser.add_argument(
        "--jupyter", default=_JUPYTER, metavar="URL", help=f"the server (default: {_JUPYTER})"
    )
    parser.add_argument(
        "--metadata", type=Path, default=_METADATA, metavar="FILE", help=f"who this is (default: {_METADATA})"
    )
    arguments = parser.parse_args()
    try:
        used = last_use(_ask(arguments.jupyter, "kernels"), _ask(arguments.jupyter, "terminals"))
        idle = time.time() - max(used, _started())
        if idle < arguments.minutes * 60:
            return 0
        print(f"nobody has used this notebook for {idle / 60:.0f} minutes: stopping it", flush=True)
        _stop(json.loads(arguments.metadata.read_text()))
    except (OSError, ValueError, LookupError, TypeError, subprocess.CalledProcessError) as error:
        print(f"error: cannot tell whether the notebook is idle, or stop it: {error}", file=sys.stderr)
        return 1
    return 0


def last_use(kernels: list[Any], terminals: list[Any]) -> float:
    """When somebody last used one of them, in seconds since 1970: now for a busy kernel, 0 for none.

    Raises ValueError, LookupError or TypeError for what is not an answer of Jupyter's.
    """
    # A kernel that nobody has connected to stays "starting" for ever: only a busy one is at work.
    if any(kernel["execution_state"] == "busy" for kernel in kernels):
        return time.time()
    return max((_seconds(one["last_activity"]) for one in [*kernels, *terminals]), default=0)


def _seconds(stamp: str) -> float:
    form = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in stamp else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.strptime(stamp, form).replace(tzinfo=timezone.utc).timestamp()


def _started() -> float:
    """This file is written whenever the instance starts."""
    return Path(__file__).stat().st_mtime


def _ask(server: str, what: str) -> Any:
    # The instance's own server, on itself, with a certificate that it has signed itself.
    unverified = ssl._create_unverified_context()  # noqa: S323
    with urllib.request.urlopen(f"{server}/api/{what}", timeout=30, context=unverified) as answer:  # noqa: S310
        return json.load(answer)


def _stop(metadata: dict[str, str]) -> None:
    path = os.pathsep.join(filter(None, (os.environ.get("PATH"), _PATH)))
    program = shutil.which("aws", path=path)
    if program is None:
        raise LookupError(f"there is no aws on {path}")
    region = metadata["ResourceArn"].split(":")[3]
    command = ["sagemaker", "stop-notebook-instance", "--notebook-instance-name", metadata["ResourceName"]]
    subprocess.run([program, *command, "--region", region], check=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
