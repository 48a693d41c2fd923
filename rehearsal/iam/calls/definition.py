"""The definition of a SageMaker pipeline with an example in the place of each value of an execution."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# An execution's id; what steps create is called `pipelines-<execution>-<step>-<suffix>`.
_EXECUTION = "abcdef123456"
_SUFFIX = "0123456789"
_OUTPUT = re.compile(r"Steps\.(\w+)\.ProcessingOutputConfig\.Outputs\['([^']+)'\]\.S3Output\.S3Uri")
_PROPERTY_FILE = re.compile(r"Steps\.(\w+)\.PropertyFiles\.(\w+)")


class Definition:
    """A definition as text; its parameters have their defaults, or what `given` says."""

    def __init__(self, text: str, given: Mapping[str, str]) -> None:
        declared = json.loads(text)
        self._parameters = {
            one["Name"]: given.get(one["Name"], one.get("DefaultValue", one["Name"]))
            for one in declared.get("Parameters", [])
        }
        self._steps = {one["Name"]: one for one in _walk(declared.get("Steps", []))}

    @property
    def steps(self) -> Iterator[tuple[str, str, Any]]:
        """Name, type and arguments of each step, those within conditions, too."""
        for name, step in self._steps.items():
            yield name, step["Type"], self._filled(step.get("Arguments", {}))

    def property_files(self) -> list[str]:
        """The S3 URIs of the files out of which conditions and messages take a value."""
        used = {
            (found[1], found[2])
            for step in self._steps.values()
            for found in _PROPERTY_FILE.finditer(json.dumps(step.get("Arguments", {})))
        }
        return [self._property_file(step, name) for step, name in sorted(used)]

    def created(self, step: str) -> str:
        """The name of what a step creates."""
        return f"pipelines-{_EXECUTION}-{step}-{_SUFFIX}"

    def _property_file(self, step: str, name: str) -> str:
        [file] = [one for one in self._steps[step]["PropertyFiles"] if one["PropertyFileName"] == name]
        return f"{self._output(step, file['OutputName'])}/{file['FilePath']}"

    def _output(self, step: str, output: str) -> str:
        outputs = self._steps[step]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
        [found] = [one for one in outputs if one["OutputName"] == output]
        return str(self._filled(found["S3Output"]["S3Uri"]))

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._example(value["Get"])
        if set(value) == {"Std:Join"}:
            join = value["Std:Join"]
            return join["On"].join(str(self._filled(one)) for one in join["Values"])
        if "Std:JsonGet" in value:
            return "0"
        return {name: self._filled(one) for name, one in value.items()}

    def _example(self, path: str) -> Any:
        if path.startswith("Parameters."):
            return self._parameters[path.removeprefix("Parameters.")]
        if output := _OUTPUT.fullmatch(path):
            return self._output(output[1], output[2])
        parts = path.split(".")
        if parts[0] != "Steps":
            return _EXECUTION
        step = parts[1]
        if path.endswith(".S3ModelArtifacts"):
            place = self._filled(self._steps[step]["Arguments"]["OutputDataConfig"]["S3OutputPath"])
            return f"{place}/{self.created(step)}/output/model.tar.gz"
        if path.endswith(".TransformOutput.S3OutputPath"):
            return self._filled(self._steps[step]["Arguments"]["TransformOutput"]["S3OutputPath"])
        return self.created(step)


def _walk(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        if step["Type"] == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from _walk(step["Arguments"].get(branch, []))
