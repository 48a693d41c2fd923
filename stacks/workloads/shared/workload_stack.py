"""What every stack of a workload is: named after it, with its settings, and tagged so that its cost shows."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from aws_cdk import Stack, Tags
from constructs import Construct

from stacks.constructs.model.image import Image
from stacks.settings import Settings
from stacks.workloads.shared.record import Workload

type Purpose = Literal["training", "batch", "monitoring"]
# Of these the local runner reads the promise.
_ANSWERING = ["AWS::SageMaker::Endpoint", "AWS::SageMaker::Pipeline"]


class WorkloadStack(Stack):
    """A stack whose `settings` are the environment's as they are for its workload, and `options` its own.
    `images` are those that we build, by their names in versions.toml.

    What people and other programs know by name is called `name`, or begins with it.

    `answers` is what the workload promises of its containers' answers: as many records as are asked about,
    each number finite. A workload that promises less says so in its own stacks: `one-per-record`, `finite`,
    `header` (the first record may be one, which is not answered) or `any`.
    """

    answers = "one-per-record finite"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workload: Workload,
        settings: Settings,
        images: Mapping[str, Image],
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        self.workload = workload.name
        self.settings = settings.of(workload.name)
        self.images = images
        self.options = settings.options[workload.name]
        self.name = f"slipway-{settings.env}-{workload.name}"
        Tags.of(self).add("workload", workload.name)
        Tags.of(self).add("answers", self.answers, include_resource_types=_ANSWERING)


def tag_variant(scope: Construct, variant: str) -> None:
    """Say of which of a workload's models the resources in `scope` are; the empty variant is the workload's
    own model, and untagged."""
    if variant:
        Tags.of(scope).add("variant", variant)


def tag_purpose(pipeline: Construct, purpose: Purpose) -> None:
    """Say what a pipeline is for: a workload has several."""
    Tags.of(pipeline).add("purpose", purpose)


def pascal(name: str) -> str:
    """A folder or a variant as part of a construct's ID."""
    return "".join(word.capitalize() for word in re.findall(r"[a-z]+", name))
