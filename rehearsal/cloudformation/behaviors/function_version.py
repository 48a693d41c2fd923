"""Versions of Lambda functions: one for each state of the function."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.behaviors.behavior import Behavior
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Resource, Situation

_FUNCTION: Final = "AWS::Lambda::Function"
_PUBLISHED: Final = "Published"
# What publishing a version doesn't look at.
_NOT_VERSIONED: Final = frozenset({"ReservedConcurrentExecutions", "Tags", "RecursiveLoop"})
_PAGE: Final = "https://github.com/aws/aws-cdk/issues/11537"


class Version(Behavior):
    """Lambda publishes no second version of a function that hasn't changed."""

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        now = self.made(resource, situation).get(_PUBLISHED)
        function = resource.properties.get("FunctionName")
        for logical_id, one in situation.resources.items():
            same = one.type == resource.type and one.properties.get("FunctionName") == function
            if same and resource.action != "update" and now and one.attributes.get(_PUBLISHED) == now:
                yield Refusal(
                    "version-exists",
                    f"A version for this Lambda function exists ( {logical_id} ). "
                    "Modify the function to create a new version.",
                    _PAGE,
                    ("change the function (a description is enough), or keep the version's logical id",),
                )

    def made(self, resource: Resource, situation: Situation) -> Mapping[str, Any]:
        """A digest of the function as it is published."""
        function = situation.state.find(_FUNCTION, str(resource.properties.get("FunctionName")))
        if function is None:
            return {}
        published = {key: one for key, one in function.properties.items() if key not in _NOT_VERSIONED}
        text = json.dumps([published, resource.properties.get("Description")], sort_keys=True)
        return {_PUBLISHED: hashlib.sha256(text.encode()).hexdigest()[:12]}
