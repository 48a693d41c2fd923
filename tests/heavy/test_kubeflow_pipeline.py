"""The compiled KFP pipeline, run by KFP's own local runner against the local SageMaker API."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from assembly_files import REGION, TRAINING_IMAGE, tags
from laptop import BUCKET, Laptop, served
from lossy_proxy import Call, LossyProxy, lossy_proxy
from pipelines import OUTPUTS, definition, double, fail, fit, gate, register

from local.commands.env import variables
from local.containers.environment import ImageEnvironment
from local.containers.images import Images

ROOT = Path(__file__).resolve().parents[2]
NAME = "slipway-prod-emoji"
EVALUATION = f"s3://{BUCKET}/emoji/training/*/Evaluate*/output/evaluation.json"
SNAPSHOT = ROOT / "tests/snapshots/kubeflow/slipway-prod-kubeflow-of-another-cluster.yaml"
START = "sagemaker:StartPipelineExecution"


def kubeflow_python() -> Path:
    [environment] = [
        one for one in Images.load(ROOT / "versions.toml").environments() if one.name == "kubeflow"
    ]
    return environment.python()


def emoji() -> str:
    """The small pipeline of the runner's tests with the names that the template gives emoji's."""
    evaluate = double(CacheConfig={"Enabled": True, "ExpireAfter": "P1D"})
    for output in evaluate["Arguments"]["ProcessingOutputConfig"]["Outputs"]:
        name = "output" if output["OutputName"] == "report" else output["OutputName"]
        output["S3Output"]["S3Uri"] = {"Std:Join": {"On": "/", "Values": [OUTPUTS, "Evaluate", name]}}
    text = definition(evaluate, fit(), gate(register("Fit"), otherwise=(fail(),)))
    for old, new in (
        ('"Double"', '"Evaluate"'),
        ("Steps.Double.", "Steps.Evaluate."),
        ("s3://data/out", f"s3://{BUCKET}/emoji/training"),
        ("s3://data/in", f"s3://{BUCKET}/in"),
        ("report.json", "evaluation.json"),
        ("slipway-dev-shop", NAME),
        (TRAINING_IMAGE, TRAINING_IMAGE.replace("/fake:", "/training:")),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Kfp:
    """KFP in its environment, as a client of the API behind the proxy."""

    proxy: LossyProxy
    sagemaker: Any
    folder: Path

    def start(self, outputs: str, **arguments: Any) -> "subprocess.Popen[str]":
        python = kubeflow_python()
        parameters = arguments.pop("parameters", {})
        given = {
            "region": REGION,
            "pipeline_name": NAME,
            "evaluation": EVALUATION,
            "parameters": parameters,
            "poll_seconds": 1,
            **arguments,
        }
        return subprocess.Popen(
            [python, ROOT / "kubeflow/run.py", "--arguments", json.dumps(given), "--outputs", outputs],
            cwd=self.folder,
            env={
                **variables(self.proxy.url, REGION, Path(os.devnull)),
                "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.folder),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, outputs: str, **arguments: Any) -> "Ended":
        before, known = len(self.proxy.calls), self.executions()
        with self.start(outputs, **arguments) as process:
            said = process.communicate()[0]
        started = self.executions() - known
        return Ended(process.returncode, said, self.proxy.calls[before:], started)

    def executions(self) -> set[str]:
        listed = self.sagemaker.list_pipeline_executions(PipelineName=NAME)["PipelineExecutionSummaries"]
        return {one["PipelineExecutionArn"] for one in listed}

    def status(self, arn: str) -> str:
        found = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return str(found["PipelineExecutionStatus"])


@dataclass(frozen=True)
class Ended:
    """How a run of the KFP pipeline ended, what it called, and which executions there are since."""

    code: int
    said: str
    calls: list[Call]
    executions: set[str]

    @property
    def result(self) -> Mapping[str, Any]:
        """The metrics and the package's ARN, which are printed last."""
        found: Mapping[str, Any] = json.loads(self.said[self.said.rindex("\n{") :])
        return found


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    tagged = tags(workload="emoji")
    declared = {
        "Models": {
            "Type": "AWS::SageMaker::ModelPackageGroup",
            "Properties": {"ModelPackageGroupName": NAME, "Tags": tagged},
        },
        "Pipeline": {
            "Type": "AWS::SageMaker::Pipeline",
            "Properties": {
                "PipelineName": NAME,
                "PipelineDefinition": {"PipelineDefinitionBody": emoji()},
                "Tags": tagged,
            },
        },
    }
    with served(tmp_path_factory.mktemp("laptop"), declared) as laptop:
        laptop.client("s3").put_object(Bucket=BUCKET, Key="in/rows.csv", Body=b"1\n2\n")
        yield laptop


@pytest.fixture(scope="module")
def kfp(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kfp]:
    with lossy_proxy(laptop.state["url"]) as proxy:
        yield Kfp(proxy, laptop.client("sagemaker"), tmp_path_factory.mktemp("kfp"))


@pytest.fixture(scope="module")
def succeeded(kfp: Kfp) -> Ended:
    return kfp.run("succeeded")


@pytest.fixture(scope="module")
def missed(kfp: Kfp) -> Ended:
    return kfp.run("missed", parameters={"MinimumRows": "1000"})


@pytest.fixture(scope="module")
def stopped(kfp: Kfp) -> Ended:
    return kfp.run("stopped", parameters={"Behavior": "sleep"}, minutes=0)


def test_the_committed_pipeline_is_what_the_source_compiles_to(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.yaml"
    subprocess.run([kubeflow_python(), ROOT / "kubeflow/compile.py", compiled], check=True)
    committed = (ROOT / "kubeflow/training_pipeline.yaml").read_text()
    assert compiled.read_text() == committed, "run kubeflow/compile.py in the environment kubeflow"


def test_another_image_is_written_into_each_step(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.yaml"
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/kubeflow:1"
    program = [kubeflow_python(), ROOT / "kubeflow/compile.py", "--image", image, compiled]
    subprocess.run(program, check=True)
    executors = yaml.safe_load(compiled.read_text())["deploymentSpec"]["executors"]
    assert {one["container"]["image"] for one in executors.values()} == {image}


def test_a_run_trains_logs_the_metrics_and_leaves_a_package_that_waits(kfp: Kfp, succeeded: Ended) -> None:
    assert succeeded.code == 0, succeeded.said
    [execution] = succeeded.executions
    assert kfp.status(execution) == "Succeeded"
    arn = succeeded.result["package_arn"]
    package = kfp.sagemaker.describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert "registered version 1: PendingManualApproval" in succeeded.said
    assert succeeded.result["rows"] == 4


def test_a_missed_gate_has_metrics_and_a_warning_and_no_package(kfp: Kfp, missed: Ended) -> None:
    assert missed.code == 0, missed.said
    [execution] = missed.executions
    assert kfp.status(execution) == "Failed"
    assert "WARNING: no model was registered: too few rows" in missed.said
    assert missed.result == {"rows": 4, "package_arn": ""}
    assert "sagemaker:DescribeModelPackage" not in {one.action for one in missed.calls}


def test_an_execution_that_takes_too_long_is_stopped_and_fails_the_run(kfp: Kfp, stopped: Ended) -> None:
    assert stopped.code != 0
    [execution] = stopped.executions
    assert kfp.status(execution) == "Stopped"
    assert f"{execution} ended: Stopped" in stopped.said


def test_a_step_that_fails_fails_the_run_with_its_reason(kfp: Kfp) -> None:
    failed = kfp.run("failed", parameters={"Behavior": "fail"})
    assert failed.code != 0
    assert " ended: Failed. Fit: " in failed.said


def test_a_parameter_that_is_no_text_is_refused_before_anything_is_called() -> None:
    # By itself: KFP would try the step three times more, each a while later.
    step = "start.python_func(region='eu-west-1', pipeline_name='p', parameters={'Epochs': 5}, job_id='j')"
    program = f"from components import start; {step}"
    refused = subprocess.run(
        [kubeflow_python(), "-c", program],
        cwd=ROOT / "kubeflow",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError: expected text for Epochs: write the number 5 as '5'" in refused.stderr


def test_six_lost_answers_are_one_execution(kfp: Kfp) -> None:
    kfp.proxy.lost, kfp.proxy.losses = START, 6
    ended = kfp.run("lost")
    assert ended.code == 0, ended.said
    assert kfp.proxy.losses == 0
    starts = [json.loads(one.body) for one in ended.calls if one.action == START]
    assert len(starts) == 7
    assert len({one["ClientRequestToken"] for one in starts}) == 1
    assert len(ended.executions) == 1


def test_two_runs_at_once_are_two_executions(kfp: Kfp) -> None:
    known = kfp.executions()
    with ThreadPoolExecutor(2) as pool:
        both = [*pool.map(kfp.run, ("first", "second"))]
    assert [one.code for one in both] == [0, 0], "\n".join(one.said for one in both)
    assert len(kfp.executions() - known) == 2
    # The same data and code as before: the evaluation is reused, and its metrics are there all the same.
    for execution in kfp.executions() - known:
        steps = kfp.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
        assert "CacheHitResult" in {
            key for one in steps["PipelineExecutionSteps"] if one["StepName"] == "Evaluate" for key in one
        }
    assert [one.result["rows"] for one in both] == [4, 4]


def test_the_command_runs_it_for_a_workload_of_the_template(laptop: Laptop, kfp: Kfp) -> None:
    known = kfp.executions()
    code, out, err = laptop.runner.run("kubeflow", "emoji", "--set", "MinimumRows=1000")
    assert code == 0, err
    assert json.loads(out[out.rindex("\n{") :]) == {"rows": 4, "package_arn": ""}
    [execution] = kfp.executions() - known
    assert kfp.status(execution) == "Failed"


def granted() -> Mapping[str, list[str]]:
    """What the role of the Kubeflow stack may do, by action: the resources."""
    declared = yaml.safe_load(SNAPSHOT.read_text())["Resources"]
    [policy] = [one for one in declared.values() if one["Type"] == "AWS::IAM::Policy"]
    found: dict[str, list[str]] = {}
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        actions, resources = (
            one if isinstance(one, list) else [one] for one in (statement["Action"], statement["Resource"])
        )
        for action in actions:
            found.setdefault(action, []).extend(resources)
    return found


def test_the_role_may_do_what_the_steps_call_and_nothing_else(
    succeeded: Ended, missed: Ended, stopped: Ended
) -> None:
    calls = [*succeeded.calls, *missed.calls, *stopped.calls]
    allowed = granted()
    # What S3 decrypts for whoever gets an object is no call of theirs.
    assert {one.action for one in calls} == set(allowed) - {"kms:Decrypt"}
    for one in calls:
        assert any(fnmatchcase(named(one), pattern) for pattern in allowed[one.action]), one


def named(call: Call) -> str:
    """The resource of a call, as the snapshot of the policy spells such resources."""
    if call.action == "s3:GetObject":
        return f"${{slipway-prod-foundation/ArtifactBucket.Arn}}/{call.path.partition(f'/{BUCKET}/')[2]}"
    body = json.loads(call.body)
    arn = body.get("PipelineExecutionArn") or body.get("ModelPackageName")
    arn = arn or f"arn:aws:sagemaker:{REGION}:000000000000:pipeline/{body['PipelineName']}"
    return arn.replace(REGION, "eu-central-1").replace("000000000000", "${AWS::AccountId}")


_VALIDATE = """
import sys, kubernetes_validate, yaml
kubernetes_validate.validate(yaml.safe_load(sys.stdin), "1.36", strict=True)
"""


def validated(manifest: str) -> "subprocess.CompletedProcess[str]":
    lock = ROOT / "tests/heavy/kubernetes/requirements.txt"
    environment = ImageEnvironment("kubernetes", ROOT / "build" / "environments", "3.12", lock)
    program = [environment.python(), "-c", _VALIDATE]
    return subprocess.run(program, input=manifest, capture_output=True, text=True, check=False)


def test_kubernetes_takes_the_manifest_of_the_service_account() -> None:
    done = validated((ROOT / "kubeflow/service-account.yaml").read_text())
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new"), [("kind: ServiceAccount", "kind: ServiceRole"), ("  namespace:", "  namespce:")]
)
def test_a_misspelt_manifest_is_one_that_kubernetes_would_not_take(old: str, new: str) -> None:
    manifest = (ROOT / "kubeflow/service-account.yaml").read_text()
    assert old in manifest
    assert validated(manifest.replace(old, new)).returncode != 0
