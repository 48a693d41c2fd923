"""Our own images, each in its repository before anything is deployed that runs it."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, CfnOutput, Stack
from constructs import Construct

from stacks.constructs.model.build_context import ImageSource, content_tag, image_sources
from stacks.constructs.model.image import Image, OwnImage
from stacks.constructs.model.image_build import ImageBuild
from stacks.platform.foundation import Foundation
from stacks.settings import Settings


class OwnImageStack(Stack):
    """`image` is what `source` is built into; stacks that use it wait for its build, and for no other."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        source: ImageSource,
        settings: Settings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        tag = content_tag(source.folder)
        repository = source.repository_name(settings.env)
        ImageBuild(
            self,
            "Build",
            name=source.build_name(settings.env),
            source=source.folder,
            tag=tag,
            repository=foundation.image_repositories[source.name],
            work=foundation.builds(source),
            logs=foundation.logs,
        )
        CfnOutput(self, "Image", value=f"{repository}:{tag}")
        self.image = OwnImage(self, repository, tag)


def own_images(app: App, *, settings: Settings, **kwargs: Any) -> Mapping[str, Image]:
    """Declares the stack of each image that we build; the images by their names in versions.toml."""
    return {
        one.name: OwnImageStack(
            app, one.stack_name(settings.env), source=one, settings=settings, **kwargs
        ).image
        for one in image_sources()
    }
