"""Settings: what context makes them, and which context is refused by which key."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.settings import ROOT, Settings, SettingsError

STUDIO = {"users": ["analyst"], "instance_type": "ml.t3.medium", "volume_size_gb": 10, "idle_minutes": 60}
KUBEFLOW = {"workload": "emoji", "cluster": "ml"}
AUTO_MODE = {"version": "1.36", "deployer": "deployer"}
MONITOR = {
    "schedule": "cron(0 * ? * * *)",
    "instance_type": "ml.m5.large",
    "volume_size_gb": 10,
    "max_runtime_seconds": 3300,
}


def changed(context: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The context with one key of the environment `dev` set to a value."""

    def within(mapping: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
        first, *rest = keys
        return {**mapping, first: within(mapping.get(first, {}), rest) if rest else value}

    return within(context, ["environments", "dev", *path.split(".")])


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_both_environments_of_cdk_json_are_valid(context: Mapping[str, Any], env: str) -> None:
    settings = Settings.from_mapping({**context, "env": env})
    assert settings.env == env
    assert settings.account is None
    assert settings.artifacts_folder == ROOT / "build" / "artifacts"


def test_only_prod_keeps_data(context: Mapping[str, Any]) -> None:
    assert not Settings.from_mapping({**context, "env": "dev"}).keeps_data
    assert Settings.from_mapping({**context, "env": "prod"}).keeps_data


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("regoin", "eu-west-1", "no such setting"),
        ("serving.instances", 2, "no such setting"),
        ("region", "Frankfurt", "expected a region such as eu-west-1 (it is 'Frankfurt')"),
        ("region", None, "string"),
        ("account", 123456789012, "string"),
        ("account", "12345", "expected an account of twelve digits"),
        ("artifacts", "", "at least 1 character"),
        ("artifact_source", "registry", "'local' or 'release'"),
        ("training.instance_types", [], "at least 1 item"),
        ("training.instance_types", ["ml.m5.large", "ml.m5d.large"], "some have a local disk"),
        ("training.max_wait_seconds", 3599, "max_wait_seconds must be at least max_runtime_seconds, 3600"),
        ("training.spot", "yes", "boolean"),
        ("triggers.schedule", "every Monday", "expected a schedule such as rate(1 day)"),
        ("triggers.schedule", "cron(0 3 * * MON)", "with six fields"),
        ("triggers.new_data", 1, "boolean"),
        ("training.volume_size_gb", 0, "greater than or equal to 1"),
        ("training.max_runtime_seconds", "3600", "integer"),
        ("scoring.instance_count", 1.0, "integer"),
        ("serving.instance_count", 0, "greater than or equal to 1"),
        ("serving.instance_count", 21, "less than or equal to 20"),
        ("serving.instance_count", True, "integer"),
        ("releases", "", "at least 1 character"),
        ("serving", "two", "dictionary"),
        ("serving", {}, "Field required"),
        ("serving.capture.percent", 0, "greater than or equal to 1"),
        ("serving.deployment.wait_seconds", 3601, "less than or equal to 3600"),
        ("serving.deployment.max_execution_seconds", 599, "greater than or equal to 600"),
        ("serving.limits.error_percent", 101, "less than or equal to 100"),
        ("serving.scaling.invocations_per_minute", 0, "greater than or equal to 1"),
        ("serving.volume_key", "none", "'ours' or 'hardware'"),
        ("network", {"block": "10.0.0.0/28", "zones": [0, 1]}, "private block"),
        ("network", {"block": "8.8.0.0/16", "zones": [0, 1]}, "private block"),
        ("network", {"block": "10.0.0.0/22", "zones": [0]}, "Field required"),
        ("network", {"block": "10.0.0.0/22", "zones": [0, 0]}, "zones are the same"),
        ("operations.alarm_email", "nobody", "an e-mail address such as team@example.com"),
        ("operations.monthly_budget_usd", 0, "greater than or equal to 1"),
        ("tags", {"aws:own": "x"}, "AWS's own"),
        ("tags", {"a;b": "x"}, "expected 1 to 128 letters, digits, spaces"),
        ("tags", {"owner": "x;y"}, "expected 1 to 256 letters, digits, spaces"),
        ("endpoints", {"churn": "-own"}, "expected 1 to 63 letters and digits, with hyphens between them"),
        ("termination_protection", "no", "boolean"),
        ("trust_names_source", 1, "boolean"),
        ("api.shift", "AtOnce", "AllAtOnce"),
        ("api.firewall_requests_per_5_minutes", 9, "greater than or equal to 10"),
        ("functions", "", "at least 1 character"),
        ("log_retention_days", 31, "Input should be 7, 14, 30"),
        ("api.authorization", "none", "'iam', 'cognito' or 'api_key'"),
        ("api.rate_limit", 0, "greater than or equal to 1"),
        ("api.burst_limit", 5001, "less than or equal to 5000"),
        ("api.reserved_concurrency", 0, "greater than or equal to 1"),
        ("api.allowed_origins", [], "at least 1 item"),
        ("api.allowed_origins", "https://app.example.com", "tuple"),
        ("options", {"translation": {"image": "t5"}}, "image: expected seq2seq or hugging-face, got t5"),
        ("options", {"translation": {"imgae": "seq2seq"}}, "translation.imgae: there is no such option"),
        ("options", {"forecast": {"special_days": 1}}, "special_days: expected false or true, got 1"),
        ("options", {"bank": {"image": "seq2seq"}}, "bank.image: there is no such option"),
        ("options.bnak", {}, "expected a workload: automl, bank"),
        ("options", 5, "dictionary"),
        ("options", {"forecast": 5}, "dictionary"),
        ("mlflow", "yes", "boolean"),
        ("model_monitor", {**MONITOR, "schedule": "rate(1 hour)"}, "expected a schedule of whole hours"),
        ("model_monitor", {**MONITOR, "schedule": "cron(5 * ? * * *)"}, "expected a schedule of whole hours"),
        ("model_monitor", {**MONITOR, "instance_type": "ml.m5d.large"}, "expected no local disk"),
        ("model_monitor", {**MONITOR, "max_runtime_seconds": 86_401}, "less than or equal to 86400"),
        ("kubeflow", {"workload": "emoji"}, "expected either cluster"),
        ("kubeflow", {**KUBEFLOW, "auto_mode": AUTO_MODE}, "expected either cluster"),
        ("kubeflow", {"workload": "emoji", "auto_mode": AUTO_MODE}, "expected a network beside it"),
        ("kubeflow", {**KUBEFLOW, "workload": "emojis"}, "expected a workload: automl, bank"),
        ("kubeflow", {**KUBEFLOW, "cluster": "an own one"}, "expected 1 to 100 letters, digits, hyphens"),
        ("kubeflow", {**KUBEFLOW, "namespace": "Kubeflow"}, "expected lower-case letters"),
        ("kubeflow", {**KUBEFLOW, "service_account": "a" * 64}, "at most 63 characters"),
        ("kubeflow", {"workload": "emoji", "auto_mode": {**AUTO_MODE, "version": "1"}}, "such as 1.33"),
        ("kubeflow", {"workload": "emoji", "auto_mode": {**AUTO_MODE, "deployer": ""}}, "an IAM role"),
        ("studio", STUDIO, "expected a network beside it"),
        ("studio", {**STUDIO, "users": []}, "at least 1 item"),
        ("studio", {**STUDIO, "users": ["Ann"]}, "lower-case letters, digits and single hyphens"),
        ("studio", {**STUDIO, "users": ["ann_lee"]}, "such as ann-lee"),
        ("studio", {**STUDIO, "users": ["a" * 41]}, "at most 40 characters"),
        (
            "studio",
            {**STUDIO, "users": ["ann-lee", "annlee"]},
            "user names must be unique ignoring hyphens, got ann-lee, annlee",
        ),
        ("studio", {**STUDIO, "idle_minutes": 59}, "greater than or equal to 60"),
        ("studio", {**STUDIO, "idle_minutes": 525_601}, "less than or equal to 525600"),
        ("studio", {**STUDIO, "volume_size_gb": 4}, "greater than or equal to 5"),
        (
            "studio",
            {**STUDIO, "instance_type": "t3.medium"},
            "expected an instance type such as ml.m5.xlarge",
        ),
        ("forecast", {"special_days": True}, "its options are options.forecast"),
        ("forecast_special_day", True, "no such setting"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_key(
    context: Mapping[str, Any], path: str, value: Any, reason: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_mapping(changed(context, path, value))
    assert str(refusal.value).startswith(path)
    assert reason in str(refusal.value)
    assert "pattern" not in str(refusal.value)


@pytest.mark.parametrize(
    ("part", "changes", "reason"),
    [
        ("deployment", {"wait_seconds": 900, "termination_wait_seconds": 900}, "exceed the 1800 s"),
        ("scaling", {"max_instances": 1}, "at least instance_count, 2"),
        ("deployment", {"canary_instances": 2}, "at most half of 2"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    context: Mapping[str, Any], part: str, changes: Mapping[str, int], reason: str
) -> None:
    serving = {**context["environments"]["dev"]["serving"], "instance_count": 2}
    serving[part] = {**serving[part], **changes}
    with pytest.raises(SettingsError, match=reason) as refusal:
        Settings.from_mapping(changed(context, "serving", serving))
    assert "{" not in str(refusal.value), "the message names what is wrong, not all that was given"


def test_a_missing_setting_is_refused_by_its_key(context: Mapping[str, Any]) -> None:
    dev = {key: value for key, value in context["environments"]["dev"].items() if key != "serving"}
    with pytest.raises(SettingsError, match=r"^serving: Field required"):
        Settings.from_mapping({**context, "environments": {"dev": dev}})


def test_an_environment_that_is_not_declared_is_refused(context: Mapping[str, Any]) -> None:
    with pytest.raises(SettingsError, match="env: 'staging' is not one of dev, prod"):
        Settings.from_mapping({**context, "env": "staging"})


def test_without_context_the_way_to_run_the_app_is_named() -> None:
    with pytest.raises(SettingsError, match="make synth"):
        Settings.from_mapping({})


def test_a_text_setting_is_overridden_for_one_synth(context: Mapping[str, Any]) -> None:
    settings = Settings.from_mapping({**context, "region": "cn-north-1", "artifacts": "/elsewhere"})
    assert settings.region == "cn-north-1"
    assert str(settings.artifacts_folder) == "/elsewhere"


def test_options_of_a_workload_are_read_and_overridden_for_one_synth(context: Mapping[str, Any]) -> None:
    assert Settings.from_mapping(context).options["translation"] == {"image": "seq2seq"}
    chosen = changed(context, "options", {"translation": {"image": "hugging-face"}})
    assert Settings.from_mapping(chosen).options["translation"] == {"image": "hugging-face"}
    once = Settings.from_mapping({**chosen, "translation_image": "seq2seq", "forecast_special_days": "true"})
    assert once.options == {
        **Settings.from_mapping(context).options,
        "translation": {"image": "seq2seq"},
        "forecast": {"special_days": True},
    }
    assert once.of("translation").options == once.options


@pytest.mark.parametrize("options", [5, None, {"translation": 5}, {"translation": {"image": "t5"}}])
def test_a_wrong_option_is_refused_also_beside_one_that_overrides_another(
    context: Mapping[str, Any], options: Any
) -> None:
    with pytest.raises(SettingsError, match=r"^options"):
        Settings.from_mapping({**changed(context, "options", options), "forecast_special_days": "true"})


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("translation_image", "t5", "options: translation.image: expected seq2seq or hugging-face, got t5"),
        ("forecast_special_days", "yes", "options: forecast.special_days: expected false or true, got yes"),
        ("translation_imgae", "seq2seq", "translation_imgae: there is no such setting"),
    ],
)
def test_a_wrong_override_of_an_option_is_refused(
    context: Mapping[str, Any], key: str, value: str, fault: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{fault}"):
        Settings.from_mapping({**context, key: value})


def test_a_misspelt_override_is_refused_by_its_key(context: Mapping[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"^regoin: there is no such setting"):
        Settings.from_mapping({**context, "regoin": "eu-west-1"})


def test_a_setting_by_its_former_name_is_refused_with_its_present_one(context: Mapping[str, Any]) -> None:
    former = "api.authorisation"  # codespell:ignore
    with pytest.raises(SettingsError, match=f"^{former}: is now called authorization$"):
        Settings.from_mapping(changed(context, former, "iam"))


def test_context_of_the_cdk_itself_is_left_alone(context: Mapping[str, Any]) -> None:
    own = {"aws:cdk:bundling-stacks": ["**"], "@aws-cdk/core:checkSecretUsage": True, "cli-telemetry": False}
    assert Settings.from_mapping({**context, **own}) == Settings.from_mapping(context)


def test_settings_are_frozen(context: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.from_mapping(context).serving.instance_count = 5


def test_a_workload_has_the_settings_of_its_environment_but_for_its_own(context: Mapping[str, Any]) -> None:
    own = {"bank": {"serving": {"instance_type": "ml.c5.large", "capture": {"percent": 7}}}}
    settings = Settings.from_mapping({**changed(context, "workloads", own), "env": "dev"})
    bank, churn = settings.of("bank"), settings.of("churn")
    assert (bank.serving.instance_type, bank.serving.capture.percent) == ("ml.c5.large", 7)
    assert bank.serving.capture.retention_days == churn.serving.capture.retention_days
    assert bank.api == churn.api
    assert churn.serving == settings.serving


def test_a_workload_can_go_without_what_its_environment_has(context: Mapping[str, Any]) -> None:
    wrong = changed(context, "triggers", {"schedule": "rate(1 day)", "new_data": True})
    own = {"bank": {"triggers": {"schedule": None}}}
    settings = Settings.from_mapping({**wrong, "workloads": own})
    assert settings.of("bank").triggers.schedule is None
    assert settings.of("churn").triggers.schedule == "rate(1 day)"


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ({"bnak": {}}, "workloads.bnak"),
        ({"bank": {"network": {}}}, "workloads.bank.network"),
        ({"bank": {"training": 5}}, "workloads.bank.training: "),
        ({"bank": {"training": {"sopt": True}}}, "workloads.bank.training.sopt: there is no such setting"),
        ({"bank": {"training": {"spot": "yes"}}}, "workloads.bank.training.spot: "),
        ({"bank": {"serving": {"capture": 5}}}, "workloads.bank.serving.capture: "),
        (
            {"bank": {"training": {"max_runtime_seconds": 9000}}},
            "workloads.bank.training.max_wait_seconds: max_wait_seconds must be at least",
        ),
        (
            {"bank": {"serving": {"instance_type": "ml.m5d.large"}}},
            "workloads.bank.serving: volume_key must be 'hardware'",
        ),
    ],
)
def test_what_is_wrong_for_a_workload_is_refused_by_its_key(
    context: Mapping[str, Any], own: object, fault: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_mapping({**context, "workloads": own})
    assert str(refusal.value).startswith(fault)


@pytest.mark.parametrize("key", ["instance_count", "processing_instance_count"])
@pytest.mark.parametrize("count", [0, 9, True, "2"])
def test_a_job_has_one_to_eight_instances(context: Mapping[str, Any], key: str, count: object) -> None:
    with pytest.raises(SettingsError, match=rf"^training\.{key}: "):
        Settings.from_mapping(changed(context, f"training.{key}", count))


@pytest.mark.parametrize("key", ["instance_count", "processing_instance_count"])
def test_instances_that_would_all_do_the_same_work_are_refused(context: Mapping[str, Any], key: str) -> None:
    own = {"bank": {"training": {key: 2}}}
    with pytest.raises(
        SettingsError, match=rf"^workloads\.bank\.training\.{key}: expected 1, got 2: its scripts"
    ):
        Settings.from_mapping({**context, "workloads": own})


def test_bank_trains_on_spot_for_minutes_as_its_workshop_did(context: Mapping[str, Any]) -> None:
    for env in ("dev", "prod"):
        training = Settings.from_mapping({**context, "env": env}).of("bank").training
        assert training.spot
        assert (training.instance_types[0], training.volume_size_gb) == ("ml.m5.2xlarge", 5)
        assert (training.max_runtime_seconds, training.max_wait_seconds) == (300, 600)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(environment=JSON, env=JSON)
def test_any_context_either_makes_settings_or_is_refused(environment: Any, env: Any) -> None:
    try:
        Settings.from_mapping({"env": env, "environments": {"dev": environment, "prod": {}}})
    except SettingsError as refusal:
        assert ": " in str(refusal)


def test_an_instance_type_of_a_list_is_refused_by_its_place(context: Mapping[str, Any]) -> None:
    wrong = changed(context, "scoring.instance_types", ["ml.m5.large", "m5.xlarge"])
    with pytest.raises(SettingsError, match=r"^scoring\.instance_types\.1: expected an instance type"):
        Settings.from_mapping(wrong)


@pytest.mark.parametrize("schedule", ["cron(0 3 ? * MON *)", "rate(1 day)", "rate(12 hours)"])
def test_a_schedule_is_written_as_event_bridge_takes_it(context: Mapping[str, Any], schedule: str) -> None:
    settings = Settings.from_mapping(changed(context, "triggers.schedule", schedule))
    assert settings.triggers.schedule == schedule


def test_prod_serves_releases_and_dev_what_was_trained_here(context: Mapping[str, Any]) -> None:
    assert Settings.from_mapping({**context, "env": "dev"}).artifact_source == "local"
    assert Settings.from_mapping({**context, "env": "prod"}).artifact_source == "release"
