"""Our own image, in the repository before anything is deployed that runs it."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs.model.image import OwnImage, content_tag
from stacks.constructs.model.image_build import ImageBuild
from stacks.constructs.storage.artifact import S3Prefix
from stacks.platform.foundation import Foundation
from stacks.settings import ROOT, Settings

_SOURCE = ROOT / "containers" / "script_mode"


class ScriptModeImage(Stack):
    """`image` is the one that runs our own containers; stacks that use it wait for its build."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, foundation: Foundation, **kwargs: Any
    ) -> None:
        super().__init__(scope, id, **kwargs)
        name = f"slipway-{settings.env}-image"
        tag = content_tag(_SOURCE)
        ImageBuild(
            self,
            "Build",
            name=name,
            source=_SOURCE,
            tag=tag,
            repository=foundation.image_repository,
            # CodePipeline keeps what it hands on below the first 20 characters of its own name.
            work=S3Prefix(foundation.artifact_bucket, name),
            logs=foundation.logs,
        )
        CfnOutput(self, "Image", value=f"{foundation.image_repository_name}:{tag}")
        self.image = OwnImage(self, foundation.image_repository_name, tag)
