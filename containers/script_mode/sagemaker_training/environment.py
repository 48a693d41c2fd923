"""What a training script can read about its job in addition to the SM_* variables."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.environment import Folders
from toolkit.packages import absent_names
from toolkit.training_job import TrainingJob

_folders = Folders.of(os.environ)
code_dir = str(_folders.code)
model_dir = str(_folders.model)
input_dir = str(_folders.input)
output_dir = str(_folders.output)
output_data_dir = str(_folders.output / "data")

__getattr__ = absent_names(__name__)


class Environment(Mapping[str, Any]):
    """The job's files and folders, by attribute or by key: `channel_input_dirs`, `hyperparameters`, ..."""

    def __init__(self) -> None:
        job = TrainingJob.read(Folders.of(os.environ))
        facts = job.facts(os.environ.get("SM_USER_ENTRY_POINT", ""), Path(code_dir))
        host, hosts = facts["current_host"], facts["hosts"]
        self._facts: dict[str, Any] = {
            **facts,
            "hyperparameters": facts["hps"],
            "additional_framework_parameters": facts["framework_params"],
            "job_name": os.environ.get("TRAINING_JOB_NAME"),
            "master_hostname": hosts[0] if hosts else host,
            "is_master": not hosts or hosts[0] == host,
        }

    def __getattr__(self, name: str) -> Any:
        try:
            return self._facts[name]
        except KeyError:
            raise AttributeError(
                f"The environment has no {name}; it has {', '.join(sorted(self._facts))}."
            ) from None

    def __getitem__(self, name: str) -> Any:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def to_cmd_args(self) -> list[str]:
        """The hyperparameters as the script's arguments."""
        return list(self._facts["user_args"])
