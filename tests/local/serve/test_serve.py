"""The commands `serve` and `invoke` as processes of their own, over a small assembly of fake images."""

import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
from typing import Any

import boto3
import pytest
from assembly_files import file_asset, write_assembly, write_empty
from patience import PATIENCE
from processes import is_running, wait_until
from runner import SLIPWAY, Serving
from shop import URI, Project, container


def test_a_client_that_knows_only_the_variable_gets_the_answer_of_the_whole_chain(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", serving.state["url"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    client = boto3.client("sagemaker-runtime", region_name="eu-west-1")
    answer = client.invoke_endpoint(EndpointName="slipway-dev-shop", Body=b"1\n", ContentType="text/csv")
    assert answer["Body"].read() == b"1,a,b\n"


def test_the_command_that_is_printed_works_as_it_stands(serving: Serving) -> None:
    line = re.search(r"^  (.*slipway invoke .*)$", serving.said, re.MULTILINE)
    assert line is not None
    pasted = subprocess.run(
        ["/bin/bash", "-c", line[1]], cwd=serving.runner.folder, capture_output=True, text=True, check=False
    )
    assert (pasted.returncode, pasted.stdout, pasted.stderr) == (0, "1,2'3,a,b\n", "")


def test_it_says_where_it_answers_and_what_has_no_local_effect(serving: Serving) -> None:
    assert f"slipway-dev-shop answers at {serving.state['url']}/endpoints/slipway-dev-shop/" in serving.said
    assert f"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={serving.state['url']}" in serving.said
    assert "types without effect here: 1, properties: 0 (-v lists them)" in serving.errors()
    assert "slipway-dev-shop: starting first, second" in serving.errors()


def test_what_is_asked_is_captured_and_all_of_it_is_there_when_it_has_stopped(project: Project) -> None:
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/capture/shop"]]},
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    project.declare(container("first", TAG="a"), capture=capture)
    serving = Serving(project)
    for number in range(5):
        serving.invoke(b"%d\n" % number)
    assert serving.end(signal.SIGINT) == 0
    place = project.folder / "build/s3/shop-captures/capture/shop/slipway-dev-shop/AllTraffic"
    captured = [json.loads(line) for file in place.rglob("*.jsonl") for line in file.read_text().splitlines()]
    sides = [one["captureData"] for one in captured]
    assert sorted(one["endpointInput"]["data"] for one in sides) == [f"{number}\n" for number in range(5)]
    assert {one["endpointOutput"]["data"] for one in sides} == {f"{number},a\n" for number in range(5)}


def test_captures_without_a_place_fail_no_request_and_are_named_once(project: Project) -> None:
    capture = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://of-another-app/capture",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    project.declare(container("first", TAG="a"), capture=capture)
    serving = Serving(project)
    assert [serving.invoke(b"1\n") for _ in range(3)] == [b"1,a\n"] * 3
    assert serving.end(signal.SIGINT) == 0
    assert serving.errors().count("captures cannot be written: s3://of-another-app/capture") == 1
    assert "slipway-dev-shop: captures that were not written: 3" in serving.errors()


def test_only_the_workloads_that_are_named_are_served(project: Project) -> None:
    project.declare(container("first"), endpoints=["slipway-dev-shop", "slipway-dev-other"])
    serving = Serving(project, "other")
    assert serving.end(signal.SIGINT) == 0
    assert [one["name"] for one in serving.state["endpoints"]] == ["slipway-dev-other"]
    assert not (project.folder / "build" / "endpoints" / "slipway-dev-shop").exists()


def test_a_workload_without_an_endpoint_is_refused_before_anything_starts(project: Project) -> None:
    project.declare(container("first"))
    code, out, err = project.run("serve", "shop", "toys", "--port", "0")
    assert (code, out) == (2, "")
    assert err == "error: no endpoint called toys; there are: shop (slipway-dev-shop)\n"


def test_a_workload_that_is_not_trained_is_refused_with_what_trains_it(project: Project) -> None:
    project.declare(container("first"))
    reason = "no trained hats in build/artifacts/hats: run `make train WORKLOAD=hats`"
    write_empty(project.folder / "cdk.out", "hats", reason)
    code, out, err = project.run("serve", "hats", "--port", "0")
    assert (code, out, err) == (2, "", f"error: hats has no endpoint here: {reason}\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_and_leaves_no_process_and_no_state(serving: Serving, number: int) -> None:
    serving.invoke(b"1\n")
    assert serving.end(number) == 0
    assert "Traceback" not in serving.errors()
    assert serving.leaves_nothing()
    assert not serving.runner.state.exists()


def test_no_container_survives_a_runner_that_is_killed(serving: Serving) -> None:
    serving.end(signal.SIGKILL)
    assert serving.leaves_nothing()
    code, _, err = serving.runner.run("invoke", "shop", "--row", "1")
    assert (code, err) == (1, f"error: no endpoint is being served; start it with: {SLIPWAY} serve\n")


def test_a_container_that_dies_is_named_and_started_again_while_the_rest_keeps_running(
    serving: Serving,
) -> None:
    serving.invoke(b"1\n")
    os.kill(serving.pids["container-2 (second)"], signal.SIGKILL)
    again = "slipway-dev-shop: container-2 (second) answers again"
    assert wait_until(lambda: again in serving.errors())
    assert serving.invoke(b"1\n") == b"1,a,b\n"
    assert "container-2 (second) was killed by SIGKILL; it is started again now" in serving.errors()
    assert is_running(serving.pids["container-1 (first)"])
    serving.pids["again"] = json.loads(serving.runner.state.read_text())["endpoints"][0]["containers"][1][
        "pid"
    ]
    assert serving.end(signal.SIGINT) == 0
    assert serving.leaves_nothing()


def test_a_container_that_does_not_come_back_is_answered_503_with_retry_after(project: Project) -> None:
    project.declare(container("first"), container("second"))
    serving = Serving(project)
    shutil.rmtree(project.folder / "build" / "endpoints" / "slipway-dev-shop" / "second" / "opt")
    os.kill(serving.pids["container-2 (second)"], signal.SIGKILL)
    assert wait_until(lambda: "it is started again in 1 s" in serving.errors())
    answer = serving.answer(b"1\n")
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (503, "ServiceUnavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert serving.end(signal.SIGINT) == 0


def test_a_stopped_container_is_killed_and_started_again(project: Project) -> None:
    project.declare(container("only", TAG="a"))
    serving = Serving(project, "--time-scale", "0.1")
    os.kill(serving.pids["primary (only)"], signal.SIGSTOP)
    assert wait_until(lambda: "primary (only) missed 3 pings (no answer within" in serving.errors())
    assert wait_until(lambda: "primary (only) answers again" in serving.errors())
    # A busy machine may let its pings be late once more.
    assert wait_until(lambda: serving.answer(b"1\n").status == 200)
    assert not is_running(serving.pids["primary (only)"])
    serving.end(signal.SIGINT)


def test_a_signal_before_everything_is_ready_stops_what_has_been_started(project: Project) -> None:
    project.declare(container("only", BEHAVIOR="never_ready"))
    log = project.folder / "build" / "endpoints" / "slipway-dev-shop" / "only" / "container.log"
    with project.start("serve", "--port", "0") as command:
        assert wait_until(lambda: log.exists() and "GET /ping" in log.read_text())
        pid = int((log.parent / "opt" / "ml" / "pid").read_text())
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=PATIENCE)
    assert command.returncode == 128 + signal.SIGINT
    assert wait_until(lambda: not is_running(pid))


def test_a_second_serve_in_the_same_folder_is_refused(serving: Serving) -> None:
    code, _, err = serving.runner.run("serve", "--port", "0")
    assert code == 1
    assert "another process is already serving" in err
    assert serving.invoke(b"1\n") == b"1,a,b\n"


def test_a_row_a_file_and_standard_input_are_sent_with_their_media_type(serving: Serving) -> None:
    (serving.runner.folder / "rows.csv").write_text("1\n2\n")
    assert serving.runner.run("invoke", "shop", "rows.csv") == (0, "1,a,b\n2,a,b\n", "")
    assert serving.runner.run("invoke", "slipway-dev-shop", "--row", "7") == (0, "7,a,b\n", "")
    assert serving.runner.run("invoke", "shop", "-") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("invoke", "other", "--row", "1"),
            2,
            "no endpoint called other; there are: shop (slipway",
        ),
        (("invoke", "shop", "missing.csv"), 2, "missing.csv: No such file"),
        (("invoke", "shop", "large.csv"), 2, "larger than 6291456 bytes, the limit of a request"),
        (("invoke", "shop"), 2, "expected either FILE or --row ROW"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    serving: Serving, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (serving.runner.folder / "large.csv").write_bytes(bytes(6_291_457))
    found, out, err = serving.runner.run(*arguments)
    assert (found, out) == (code, "")
    assert message in err


def test_an_error_of_the_endpoint_is_printed_with_its_code(project: Project) -> None:
    project.declare(container("only", BEHAVIOR="fail"))
    serving = Serving(project)
    code, out, err = project.run("invoke", "shop", "--row", "1")
    serving.end(signal.SIGTERM)
    assert (code, out) == (1, "")
    assert err.startswith("error: ModelError: Received server error (500) from primary with message")


def test_a_container_that_fails_before_it_is_ready_ends_the_command(project: Project) -> None:
    project.declare(container("first"), container("second", BEHAVIOR="crash_at_start"))
    code, out, err = project.run("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert "error: container-2 (second) ended with exit code 1 before it was ready" in err
    assert "the model cannot be read" in err
    assert not project.state.exists()


def test_the_model_archive_is_unpacked_where_the_container_looks_for_it(project: Project) -> None:
    declared = container("only", BEHAVIOR="model")
    declared["ModelDataUrl"] = {
        "Fn::Sub": "s3://cdk-assets-${AWS::AccountId}-${AWS::Region}/model.gz",
    }
    project.declare(declared, files={"model": file_asset("asset.model.tar.gz", "model.gz")})
    (project.folder / "parameters.txt").write_text("learnt\n")
    with tarfile.open(project.folder / "cdk.out" / "asset.model.tar.gz", "w:gz") as archive:
        archive.add(project.folder / "parameters.txt", "parameters.txt")
    serving = Serving(project)
    answer = project.run("invoke", "shop", "--row", "1")
    serving.end(signal.SIGINT)
    assert answer == (0, "learnt\n", "")


def test_an_image_that_nothing_answers_for_is_refused_with_model_and_container(project: Project) -> None:
    project.declare(container("first") | {"Image": "registry/pytorch:2.0"})
    code, _, err = project.run("serve", "--port", "0")
    assert code == 1
    assert "container first: image registry/pytorch:2.0 cannot run here" in err


def declare_with_others(project: Project, *others: dict[str, Any]) -> None:
    """The shop's endpoint, and one for each of the other models, of these properties."""
    project.declare(container("first", TAG="a"), example="1,2")
    for number, properties in enumerate(others):
        variant = {"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
        config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
        resources = {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": properties},
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant]},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointConfigName": config},
            },
        }
        write_assembly(project.folder / "cdk.out", resources, stack=f"Other{number}")


MULTI_MODEL = {"PrimaryContainer": {"Image": URI, "Mode": "MultiModel"}}
OF_NOBODY = {"PrimaryContainer": {"Image": "registry/pytorch:2.0"}}
WITHOUT_ARCHIVE = {"PrimaryContainer": {"Image": URI, "ModelDataUrl": "s3://elsewhere/model.tar.gz"}}


def test_the_endpoints_that_cannot_be_served_are_left_out_with_the_reason(project: Project) -> None:
    declare_with_others(project, MULTI_MODEL, OF_NOBODY, WITHOUT_ARCHIVE)
    serving = Serving(project)
    assert serving.invoke(b"1\n") == b"1,a\n"
    names = [one["name"] for one in serving.state["endpoints"]]
    assert serving.end(signal.SIGINT) == 0
    assert names == ["slipway-dev-shop"]
    told = [line for line in serving.errors().splitlines() if line.startswith("not served: ")]
    reasons = (
        "other0-endpoint: .*Mode 'MultiModel'",
        "other1-endpoint: .*pytorch:2.0 cannot run",
        "other2-endpoint: .*declares no bucket elsewhere",
    )
    for line, reason in zip(told, reasons, strict=True):
        assert re.search(reason, line), line


def test_an_endpoint_that_was_asked_for_is_not_left_out(project: Project) -> None:
    declare_with_others(project, OF_NOBODY)
    code, _, err = project.run("serve", "shop", "other0-endpoint", "--port", "0")
    assert code == 1
    assert "error: model other0-model, container container-1: image registry/pytorch:2.0 cannot run" in err


def test_when_no_endpoint_can_be_served_each_reason_is_told(project: Project) -> None:
    declare_with_others(project, MULTI_MODEL, OF_NOBODY)
    project.declare(container("first") | {"Image": "registry/other:2.0"})
    code, out, err = project.run("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert err.count("not served: ") == 3
    assert err.endswith("error: none of the 3 endpoints can be served\n")


def test_a_port_that_is_taken_is_named(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Project(tmp_path_factory.mktemp("other"))
    other.declare(container("first"))
    port = serving.state["url"].rpartition(":")[2]
    code, _, err = other.run("serve", "--port", port)
    assert code == 2
    assert f"port {port} cannot be used" in err


def test_an_assembly_without_endpoints_is_refused_with_what_to_do(project: Project) -> None:
    write_assembly(project.folder / "cdk.out", {})
    code, _, err = project.run("serve", "--port", "0")
    assert code == 1
    assert err == "error: cdk.out declares no endpoint (AWS::SageMaker::Endpoint)\n"


@pytest.mark.parametrize("factor", ["0", "-1", "inf", "nan", "fast"])
def test_a_time_scale_is_a_number_above_0(factor: str, project: Project) -> None:
    code, _, err = project.run("serve", f"--time-scale={factor}")
    assert code == 2
    assert f"expected a number above 0, got '{factor}'" in err
