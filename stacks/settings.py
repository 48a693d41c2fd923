"""The settings of an environment: typed, frozen, and read from CDK context here and nowhere else.

`cdk.json` holds the environments. `-c env=prod` chooses one, and `-c NAME=VALUE` overrides one of its
text settings for this synth (`-c artifacts=/elsewhere`).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from aws_cdk import App, Environment, Tags
from constructs import Node
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from stacks.setting_parts import (
    Console,
    Kubeflow,
    ModelMonitor,
    Monitoring,
    Network,
    Operations,
    Part,
    Scoring,
    Serving,
    Studio,
    Training,
    Triggers,
    Workbench,
)
from stacks.text_forms import SageMakerName, of_form, said
from stacks.workloads.shared.record import workloads

ROOT = Path(__file__).resolve().parents[1]

# Context that the CDK command line keeps under plain names; all else of its own contains one of ":@/".
_RENAMED = {"authorisation": "authorization"}  # codespell:ignore
_KEYS_OF_THE_CLI = {"acknowledged-issue-numbers", "cli-telemetry"}

Region = Annotated[str, of_form(r"[a-z]{2,4}(-[a-z]+)+-\d", "a region such as eu-west-1")]
Account = Annotated[str, of_form(r"\d{12}", "an account of twelve digits")]
WorkloadPart = Literal["training", "triggers", "scoring", "serving", "monitoring", "api"]


def _is_declared(name: str) -> str:
    names = [one.name for one in workloads()]
    if name not in names:
        raise ValueError(f"expected a workload: {', '.join(names)}")
    return name


def _chosen(options: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str | bool]]:
    return {one.name: one.choose(options.get(one.name, {})) for one in workloads()}


WorkloadName = Annotated[str, AfterValidator(_is_declared)]
Options = Mapping[WorkloadName, Mapping[str, Any]]


def _is_not_of_aws(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError("tags that begin with aws: are AWS's own")
    return key


_OF_TAGS = "letters, digits, spaces and _.:/=+@-"
TagKey = Annotated[
    str, of_form(r"[A-Za-z0-9 _.:/=+@-]{1,128}", f"1 to 128 {_OF_TAGS}"), AfterValidator(_is_not_of_aws)
]
TagValue = Annotated[str, of_form(r"[A-Za-z0-9 _.:/=+@-]{1,256}", f"1 to 256 {_OF_TAGS}")]
Shift = Literal[
    "AllAtOnce",
    "Canary10Percent5Minutes",
    "Canary10Percent15Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery3Minutes",
]

_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(https://{_LABEL}(\.{_LABEL})*|http://(localhost|127\.0\.0\.1))(:(?P<port>[1-9][0-9]{{0,4}}))?",
    re.ASCII,
)


def _as_browsers_send_it(origin: str) -> str:
    """The function's own rule (`prediction_service.cors`): what it would refuse is not deployed."""
    match = _ORIGIN.fullmatch(origin)
    default = "443" if origin.startswith("https") else "80"
    if not match or match["port"] == default or int(match["port"] or 0) > 65_535:
        raise ValueError(
            "an origin is https://host or https://host:port as a browser sends it (http:// for localhost): "
            "in lower case, no path, no trailing slash, no default port, no *"
        )
    return origin


Origin = Annotated[str, StringConstraints(max_length=253), AfterValidator(_as_browsers_send_it)]


class SettingsError(ValueError):
    """Context that does not make valid settings; the message names each key and what is wrong with it."""


class Api(Part):
    """The REST API in front of an endpoint.

    Pages of the `allowed_origins` may read its answers; what the gateway itself refuses names the first of
    them. `authorization` says who may call: AWS principals that sign, users of a Cognito pool, or holders of
    an API key. `rate_limit` is in requests a second; `reserved_concurrency` is what the endpoint can take.
    `shift` is CodeDeploy's way to a new version of the function. The firewall counts by caller.
    """

    allowed_origins: Annotated[tuple[Origin, ...], Field(min_length=1, max_length=16, strict=False)]
    authorization: Literal["iam", "cognito", "api_key"] = "iam"
    rate_limit: int = Field(ge=1, le=10_000)
    burst_limit: int = Field(ge=1, le=5_000)
    reserved_concurrency: int = Field(ge=1, le=1_000)
    shift: Shift = "AllAtOnce"
    firewall_requests_per_5_minutes: int | None = Field(default=None, ge=10, le=2_000_000_000)


class Settings(Part):
    """One environment.

    `account` may be absent: templates then refer to AWS::AccountId. `artifacts` is the folder of trained
    models, `<workload>/<container>/model.tar.gz` below it; `functions` the one of packaged Lambda functions,
    a folder each; `releases` the one of releases. A relative path counts from the repository. Without a
    `network` nothing runs in a VPC. `trust_names_source` is the one switch of roles that SageMaker may assume
    on this account's behalf only. `artifact_source` says what is served: what was trained here, or releases.
    `untrained` says whether a model that was not is left out or declared without its content, for templates
    that are read and never deployed. `options` holds, by workload, what only that one has, as its record says
    (stacks/workloads/); `-c translation_image=VALUE` overrides the option `image` of translation. `endpoints`
    names, by workload, an endpoint that exists already: the workload's API calls that one, and none is
    deployed. `workloads` holds, by workload, what is different for it in six parts.
    """

    env: Literal["dev", "prod"]
    region: Region
    account: Account | None = None
    tags: dict[TagKey, TagValue] = Field(default_factory=dict, max_length=40)
    termination_protection: bool
    trust_names_source: bool = True
    network: Network | None = None
    operations: Operations
    artifacts: str = Field(default="build/artifacts", min_length=1)
    functions: str = Field(default="build/lambda", min_length=1)
    releases: str = Field(default="releases", min_length=1)
    artifact_source: Literal["local", "release"]
    untrained: Literal["left-out", "placeholder"] = "left-out"
    options: Annotated[Options, AfterValidator(_chosen)] = Field(default={}, validate_default=True)
    endpoints: Mapping[WorkloadName, SageMakerName] = {}
    workloads: Mapping[WorkloadName, Mapping[WorkloadPart, Mapping[str, Any]]] = {}
    log_retention_days: Literal[7, 14, 30, 60, 90, 180, 365, 731, 1827]
    training: Training
    triggers: Triggers
    scoring: Scoring
    serving: Serving
    monitoring: Monitoring = Monitoring()
    api: Api
    workbench: Workbench | None = None
    studio: Studio | None = None
    mlflow: bool = False
    kubeflow: Kubeflow | None = None
    console: Console | None = None
    model_monitor: ModelMonitor | None = None

    @field_validator("studio")
    @classmethod
    def _studio_has_a_network(cls, studio: Studio | None, info: ValidationInfo) -> Studio | None:
        if studio and info.data.get("network", "wrong") is None:
            raise ValueError(
                "expected a network beside it, since a domain is in a VPC; name one, or no studio"
            )
        return studio

    @field_validator("kubeflow")
    @classmethod
    def _fits_the_environment(cls, kubeflow: Kubeflow | None, info: ValidationInfo) -> Kubeflow | None:
        if kubeflow:
            _is_declared(kubeflow.workload)
            if kubeflow.auto_mode and info.data.get("network", "wrong") is None:
                raise ValueError("expected a network beside it, since an auto_mode cluster is in a VPC")
        return kubeflow

    @field_validator("console")
    @classmethod
    def _may_read_the_apis(cls, console: Console | None, info: ValidationInfo) -> Console | None:
        api = info.data.get("api")
        if console and isinstance(api, Api) and api.allowed_origins[0] != console.origin:
            raise ValueError(
                f"expected {console.origin} first among api.allowed_origins, since what the gateway refuses "
                f"names the first; got {api.allowed_origins[0]}"
            )
        return console

    @property
    def artifacts_folder(self) -> Path:
        return ROOT / self.artifacts

    @property
    def functions_folder(self) -> Path:
        return ROOT / self.functions

    @property
    def releases_folder(self) -> Path:
        return ROOT / self.releases

    @property
    def stack_options(self) -> dict[str, Any]:
        """What every stack is given: its place, and whether somebody may delete it."""
        return {
            "env": Environment(account=self.account, region=self.region),
            "termination_protection": self.termination_protection,
        }

    def tag(self, app: App) -> None:
        """Give all that can have them the tags of the settings, and the one by which the budget counts."""
        for key, value in {**self.tags, "environment": f"slipway-{self.env}"}.items():
            Tags.of(app).add(key, value)

    @property
    def keeps_data(self) -> bool:
        """Whether buckets, keys and images outlive their stack."""
        return self.env == "prod"

    def of(self, workload: str) -> Self:
        """The settings as they are for one workload; raises SettingsError for what is wrong together."""
        mine = self.model_dump()
        for part, changes in self.workloads.get(workload, {}).items():
            mine[part] = _merged(mine[part], changes)
        settings = _validated(type(self), mine, f"workloads.{workload}.")
        _refuse_instances_without_work(workload, settings.training)
        return settings

    @classmethod
    def from_context(cls, node: Node) -> Self:
        """The environment that the app's context chooses; raises SettingsError."""
        return cls.from_mapping(node.get_all_context())

    @classmethod
    def from_mapping(cls, context: Mapping[str, Any]) -> Self:
        """Settings from context as plain data; raises SettingsError for an unknown key, a wrong type or a
        value out of range."""
        chosen = {key: value for key, value in context.items() if not _is_of_cdk(key)}
        environments = chosen.pop("environments", None)
        if not isinstance(environments, Mapping) or "env" not in chosen:
            raise SettingsError("env, environments: not in the context; run the app by `cdk` or `make synth`")
        env = chosen["env"]
        if not isinstance(env, str) or env not in environments:
            raise SettingsError(f"env: {env!r} is not one of {', '.join(sorted(environments))}")
        if not isinstance(environments[env], Mapping):
            raise SettingsError(f"environments.{env}: no settings but {environments[env]!r}")
        settings = _validated(cls, _with_options({**environments[env], **chosen}))
        for workload in workloads():
            settings._refuse_another_sign_in(workload.name, settings.of(workload.name))
        return settings

    def _refuse_another_sign_in(self, workload: str, of_workload: "Settings") -> None:
        expected, found = self.api.authorization, of_workload.api.authorization
        if self.console and found != expected:
            raise SettingsError(
                f"workloads.{workload}.api.authorization: expected {expected}, as all APIs that the console "
                f"calls have it, got {found}"
            )


def _refuse_instances_without_work(name: str, training: Training) -> None:
    [workload] = [one for one in workloads() if one.name == name]
    for key in ("instance_count", "processing_instance_count"):
        count = getattr(training, key)
        if count > 1 and not workload.shares_work:
            raise SettingsError(
                f"workloads.{name}.training.{key}: expected 1, got {count}: its scripts do not share work"
            )


def _with_options(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the options that are among them, as `<workload>_<option>`, in one mapping."""
    options = values.get("options", {})
    for workload in workloads():
        if workload.name in values:
            raise SettingsError(
                f"{workload.name}: there is no such setting; its options are options.{workload.name}"
            )
        found = {
            name: values.pop(key) for name in workload.options if (key := f"{workload.name}_{name}") in values
        }
        if found and isinstance(options, Mapping):
            options = _merged(options, {workload.name: found})
    return {**values, "options": options}


def _is_of_cdk(key: str) -> bool:
    return key in _KEYS_OF_THE_CLI or any(mark in key for mark in ":@/")


def _merged(whole: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole with the changes in it, also within the mappings that it holds."""
    return {**whole, **{key: _replaced(whole.get(key), change) for key, change in changes.items()}}


def _replaced(value: Any, change: Any) -> Any:
    both_have_members = isinstance(value, Mapping) and isinstance(change, Mapping)
    return _merged(value, change) if both_have_members else change


def _validated[S: Settings](settings: type[S], values: Mapping[str, Any], prefix: str = "") -> S:
    try:
        return settings.model_validate(values)
    except ValidationError as error:
        faults = (prefix + _describe(dict(one)) for one in error.errors())
        raise SettingsError("; ".join(faults)) from None


def _describe(error: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        replacement = _RENAMED.get(str(error["loc"][-1]))
        return f"{key}: " + (f"is now called {replacement}" if replacement else "there is no such setting")
    message = said(error)
    given = error["input"]
    return f"{key}: {message}" if isinstance(given, Mapping) else f"{key}: {message} (it is {given!r})"
