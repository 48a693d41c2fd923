"""What is compared: chains of four containers, one worker each, started and called the same way."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assembly import Assembly
from local.containers.container import Layout, ServingContainer
from local.containers.environment import ImageEnvironment
from local.containers.images import Image, Images
from local.endpoint.chain import Chain, Hop, Log
from local.endpoint.hosting import Host
from local.storage.s3 import Storage
from quality.bench import processes
from quality.bench.in_process import InProcess

ROOT = Path(__file__).resolve().parents[2]
TOOLKIT = ROOT / "containers" / "script_mode"
USUAL = ROOT / "quality" / "bench" / "usual"
FLOOR = ROOT / "quality" / "bench" / "floor"

CSV, NPY = "text/csv", "application/x-npy"
# Features are five times as long as raw rows: what a container gets from its neighbor may be larger than
# what a client can send.
LIMITS = {"MAX_CONTENT_LENGTH": str(64 << 20)}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
# The servers of the usual sides: imported once, they are compiled before a start is measured.
_SERVERS = "import flask, gunicorn.app.wsgiapp, gunicorn.workers.ggevent, httptools, uvicorn, uvloop"
_SCRIPTS = {"xgboost": "xgboost_scores.py"}


@dataclass(frozen=True)
class Side:
    """One way to serve the model; `hosting.running(side.containers)` starts it."""

    name: str
    title: str
    containers: Sequence[ServingContainer]

    def chain(self, hops: int | None = None) -> Chain:
        """The first `hops` containers, or all of them."""
        log = Log("its log", "")
        return Chain([Hop(one.name, one, log) for one in self.containers[:hops]], timeout=600)

    @property
    def processes(self) -> list[int]:
        return processes.of_groups(one.pid for one in self.containers if one.pid)


class Sides:
    """The sides of a workload of an assembly, laid out in `folder`; nothing runs yet."""

    def __init__(self, assembly: Assembly, workload: str, folder: Path) -> None:
        self._model = assembly.endpoint(workload).model
        self._folder = folder
        self._host = Host(Images.load(), Storage(folder / "s3", assembly))
        self.ours = Side("ours", "ours, CSV between all", self._ours("ours", CSV))
        self.ours_npy = Side("ours npy", "ours, npy between our two", self._ours("ours-npy", NPY))
        environment = ImageEnvironment(
            "usual", ROOT / "build" / "environments", requirements=USUAL / "requirements.txt"
        )
        python = environment.python()
        self._make_usual_models(python)
        flask = Image("flask", "", None, "flask_image", (USUAL, USUAL / "handlers"), {}, python=python)
        self.usual = Side("usual", "usual: pandas, gunicorn, Flask", self._usual("usual", flask))
        toolkit = Image("toolkit", "", None, "toolkit", (TOOLKIT,), {}, python=python)
        self.usual_on_ours = Side(
            "usual on ours", "usual handlers on our server", self._usual("usual-on-ours", toolkit)
        )
        echo = Image("echo", "", None, "echo_image", (FLOOR, TOOLKIT), {})
        self.empty = Side("empty", "four empty servers", self._scripts("empty", echo))
        self.python = python

    @property
    def all(self) -> Sequence[Side]:
        return self.usual, self.usual_on_ours, self.ours, self.ours_npy, self.empty

    def in_process(self) -> "InProcess":
        """Our four models without servers, loaded."""
        return InProcess(self._folder / "ours", self._model)

    def _ours(self, name: str, first_accept: str) -> Sequence[ServingContainer]:
        first, *others = self._model.containers
        first = replace(first, environment={**first.environment, _ACCEPT: first_accept})
        model = replace(self._model, containers=(first, *others))
        return self._host.containers(model, self._folder / name, LIMITS)

    def _usual(self, name: str, image: Image) -> Sequence[ServingContainer]:
        containers = self._scripts(name, image)
        for container, definition in zip(containers, self._model.containers, strict=True):
            source = self._folder / "models" / definition.hostname
            shutil.copytree(source, container.layout.model, dirs_exist_ok=True)
        return containers

    def _scripts(self, name: str, image: Image) -> Sequence[ServingContainer]:
        """A container of `image` for each hop, with the script of the hop's name."""
        containers = []
        for definition in self._model.containers:
            layout = Layout(self._folder / name / definition.hostname)
            layout.create()
            variables = {
                **LIMITS,
                **ONE_THREAD,
                "SAGEMAKER_PROGRAM": _SCRIPTS.get(definition.hostname, f"{definition.hostname}.py"),
                "SAGEMAKER_SUBMIT_DIRECTORY": str(USUAL / "handlers"),
                _ACCEPT: CSV,
            }
            containers.append(ServingContainer(definition.hostname, image, layout, variables))
        return containers

    def _make_usual_models(self, python: Path) -> None:
        source, target = self._folder / "archives", self._folder / "models"
        for definition in self._model.containers:
            model = self._folder / "ours" / definition.hostname / "opt" / "ml" / "model"
            shutil.copytree(model, source / definition.hostname, dirs_exist_ok=True)
        subprocess.run([python, USUAL / "make_models.py", source, target], check=True)
        subprocess.run([python, "-c", _SERVERS], check=True)
