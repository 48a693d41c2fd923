"""What asking IAM costs a request that is served, in microseconds of CPU.

A prediction through the API is asked for twice: may API Gateway invoke the function, and the function the
endpoint? Both are decided before it is counted, as in `serve` after the first request.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import assembly
from local.api.permissions import Permissions
from local.api.reading import read_api
from local.api.signature import key_of
from local.serve.callers import Callers
from rehearsal.iam.enforcement import Enforcement

_REQUESTS, _ROUNDS = 20_000, 9


def main(folder: Path) -> None:
    started = time.process_time()
    declared = assembly.load(folder)
    read = time.process_time()
    iam = Enforcement(declared, print)
    once = time.process_time() - read
    spent = [f"{seconds * 1e3:.0f} ms" for seconds in (once, read - started)]
    print(f"once: {spent[0]}, beside {spent[1]} for cdk.out")
    api = read_api(declared, declared.resources("AWS::ApiGateway::RestApi")[0])
    method = api.methods[0]
    check, admit = Permissions(iam, api).check, Callers(iam, print)
    header = (
        f"AWS4-HMAC-SHA256 Credential={key_of(str(method.function.role))}/20261130/r/sagemaker/aws4_request"
    )
    name = method.function.environment["ENDPOINT_NAME"]

    def asked() -> None:
        check(method.path, "POST", method.function)
        admit(header, name)

    print(f"a request: {_microseconds(asked):.2f} us")


def _microseconds(work: Callable[[], None]) -> float:
    """The median of some rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for _ in range(_REQUESTS):
            work()
        rounds.append((time.process_time() - started) / _REQUESTS * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "cdk.out"))
