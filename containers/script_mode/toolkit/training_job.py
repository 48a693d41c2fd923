"""A training job as SageMaker describes it to its container, and as a script sees it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .environment import Folders
from .errors import ContainerProblem

# SageMaker shows this many characters of the failure file as FailureReason.
FAILURE_CHARACTERS = 1024


@dataclass(frozen=True)
class TrainingJob:
    """What stands in /opt/ml/input/config, with each hyperparameter as its JSON value where it is JSON."""

    folders: Folders
    hyperparameters: Mapping[str, Any]
    framework: Mapping[str, Any]
    channels: Mapping[str, Any]
    resources: Mapping[str, Any]

    @classmethod
    def read(cls, folders: Folders) -> "TrainingJob":
        given = {
            name: _value(text) for name, text in read_config(folders, "hyperparameters.json", {}).items()
        }
        return cls(
            folders,
            hyperparameters={name: value for name, value in given.items() if not _for_framework(name)},
            framework={name: value for name, value in given.items() if _for_framework(name)},
            channels=read_config(folders, "inputdataconfig.json", {}),
            resources=read_config(
                folders, "resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]}
            ),
        )

    def arguments(self) -> list[str]:
        """The hyperparameters as a script gets them: sorted, `--name value`, or `-n value` for one letter."""
        arguments = []
        for name in sorted(self.hyperparameters):
            dashes = "-" if len(name) == 1 else "--"
            arguments += [dashes + name, _argument(self.hyperparameters[name])]
        return arguments

    def variables(self, program: str, code: Path) -> dict[str, str]:
        """The SM_* variables of the script."""
        facts = self.facts(program, code)
        channels = facts.pop("channel_input_dirs")
        facts["training_env"] = facts | {"channel_input_dirs": channels}
        facts |= {f"channel_{name}": path for name, path in channels.items()}
        facts |= {f"hp_{name}": value for name, value in self.hyperparameters.items()}
        return {f"SM_{name.upper()}": _variable(value) for name, value in facts.items()}

    def facts(self, program: str, code: Path) -> dict[str, Any]:
        """What a script can read about its job, by the toolkits' names."""
        folders = self.folders
        module = program.removesuffix(".py")
        paths = {
            "input_dir": str(folders.input),
            "input_config_dir": str(folders.config),
            "model_dir": str(folders.model),
            "output_dir": str(folders.output),
            "output_data_dir": str(folders.output / "data"),
            "output_intermediate_dir": str(folders.output / "intermediate"),
            "module_dir": str(code),
        }
        channels = {name: str(folders.channel(name)) for name in sorted(self.channels)}
        return {
            **paths,
            "channel_input_dirs": channels,
            "channels": list(channels),
            "hosts": self.resources.get("hosts", []),
            "current_host": self.resources.get("current_host", ""),
            "network_interface_name": self.resources.get("network_interface_name", "eth0"),
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": 0,
            "user_entry_point": program,
            "module_name": module,
            "user_args": self.arguments(),
            "hps": dict(self.hyperparameters),
            "framework_params": dict(self.framework),
            "framework_module": "",
            "resource_config": dict(self.resources),
            "input_data_config": dict(self.channels),
            "log_level": self.framework.get("sagemaker_container_log_level", 20),
        }


def read_config(folders: Folders, name: str, default: dict[str, Any]) -> dict[str, Any]:
    """One of the job's JSON files, or `default` where there is none; refuses anything but an object."""
    path = folders.config / name
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return default
    except (ValueError, RecursionError) as error:
        raise ContainerProblem(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ContainerProblem(f"{path} should hold a JSON object.")
    return document


def write_failure(folders: Folders, reason: str) -> None:
    """Leave the reason where SageMaker looks for it, cut to what it shows."""
    _write(folders.output / "failure", reason[:FAILURE_CHARACTERS])


def write_success(folders: Folders) -> None:
    _write(folders.output / "success", "")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def _for_framework(name: str) -> bool:
    return name.startswith("sagemaker_")


def _value(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return text


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={item}" for name, item in sorted(value.items()))
    return "" if value is None else str(value)


def _variable(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
