"""Fixtures that several folders share: each environment's assembly, one App and one synth a test run."""

import fcntl
import gzip
import json
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from assemblies import MODELS, ROOT, Assembly

from stacks.constructs.storage.carried import carried

# How long an example takes depends on what else the machine does; and a change should not fail for an example
# that another change would have met. New examples: pytest --hypothesis-profile exploring.
_ANY_MACHINE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("exploring", _ANY_MACHINE, max_examples=1000)
hypothesis.settings.register_profile("repeatable", _ANY_MACHINE, derandomize=True)
hypothesis.settings.load_profile("repeatable")

# A shell that starts the tests in the background has SIGINT ignored, and so would all that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def context() -> Mapping[str, Any]:
    """The context that the CDK command line reads from cdk.json."""
    return json.loads((ROOT / "cdk.json").read_text())["context"]  # type: ignore[no-any-return]


@contextmanager
def unchanged(folder: Path) -> Iterator[Path]:
    """A folder that many tests read: it is a fault that one of them has written into it."""

    def state() -> dict[Path, tuple[int, int]]:
        files = (one for one in folder.rglob("*") if one.is_file() and one.parent.name != "__pycache__")
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    before = state()
    yield folder
    assert state() == before, f"a test wrote into {folder}, which others read: give it a copy"


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Small archives in the place of trained ones: no template depends on what training gave."""
    folder = tmp_path_factory.mktemp("artifacts")
    for workload, hostnames in MODELS.items():
        for hostname in hostnames:
            archive = folder / workload / hostname / "model.tar.gz"
            archive.parent.mkdir(parents=True)
            archive.write_bytes(gzip.compress(hostname.encode(), mtime=0))
        (folder / workload / "baseline").mkdir()
        for name in ("statistics", "constraints"):
            (folder / workload / "baseline" / f"{name}.json").write_text(f'{{"{name}": "{workload}"}}\n')
    with unchanged(folder):
        yield folder


@pytest.fixture(scope="session")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Each Lambda function as it is packaged, without what it imports, which is for another platform."""
    folder = tmp_path_factory.mktemp("functions")
    for source in (ROOT / "lambda").glob("*/openapi.json"):
        function = folder / source.parent.name
        (function / "__pycache__").mkdir(parents=True)
        # Byte code lies beside the packages where a function has run from the tree.
        for package in (ROOT / "lambda" / "shared").glob("[!_]*"):
            shutil.copytree(package, function / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        for module in [*source.parent.glob("*.py"), *carried(source.parent)]:
            shutil.copyfile(module, function / module.name)
        # Policies ask for byte code of the deployed Python, which this Python cannot make.
        (function / "__pycache__" / f"{function.name}.cpython-314.pyc").write_bytes(b"")
        shutil.make_archive(str(function), "zip", function)
    with unchanged(folder):
        yield folder


@pytest.fixture(scope="session")
def synth(
    context: Mapping[str, Any], artifacts: Path, functions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Assembly]:
    """Synthesizes an environment into a new folder; keywords override settings."""

    def run(env: str, **overrides: Any) -> Assembly:
        # Imported here: most tests need no CDK, and it takes a second to load.
        from aws_cdk import App

        import app as slipway

        folder = tmp_path_factory.mktemp(f"cdk.out.{env}")
        app = App(
            analytics_reporting=False,
            # It only warns here, and takes as long as all else; `make check` fails on what it finds.
            builtin_cloud_formation_validation=False,
            context={
                **context,
                "env": env,
                "artifacts": str(artifacts),
                "functions": str(functions),
                "releases": str(artifacts / "no-releases"),
                **overrides,
            },
            outdir=str(folder),
        )
        slipway.build(app)
        app.synth()
        return Assembly(env, folder)

    return run


@pytest.fixture(scope="session")
def assembly(
    synth: Callable[..., Assembly], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Assembly]]:
    """The assembly of `dev` or `prod`, synthesized once a test run: by the first worker that asks for it."""
    of_this_worker = tmp_path_factory.getbasetemp()
    # Not by xdist's variables: a test that runs pytest hands them on.
    shared = of_this_worker.parent if hasattr(request.config, "workerinput") else of_this_worker

    read = ExitStack()

    @cache
    def find(env: str) -> Assembly:
        folder = shared / f"assembly.{env}"
        with (shared / f"assembly.{env}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                synth(env).folder.rename(folder)
        return Assembly(env, read.enter_context(unchanged(folder)))

    with read:
        yield find


@pytest.fixture(scope="session")
def dev(assembly: Callable[[str], Assembly]) -> Assembly:
    return assembly("dev")


@pytest.fixture(scope="session")
def prod(assembly: Callable[[str], Assembly]) -> Assembly:
    return assembly("prod")


@pytest.fixture(scope="session", params=["dev", "prod"])
def each(request: pytest.FixtureRequest, assembly: Callable[[str], Assembly]) -> Assembly:
    """Both environments, one after the other."""
    return assembly(request.param)
