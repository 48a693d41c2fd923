"""New routes of an API that is there already, which anyone may call."""

from collections.abc import Iterator

from review.resource_changes import Fate
from review.resources import Resource
from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.values import Reference, Text, show
from review.verdict.finding import Finding, Severity

_ROUTES = {"AWS::ApiGateway::Method": "RestApiId", "AWS::ApiGatewayV2::Route": "ApiId"}


def open_methods(review: StackReview) -> Iterator[Finding]:
    """Every added method without authorization and API key; a browser's preflight request has neither."""
    added = {change.resource.path for change in review.of(Fate.ADDED)}
    for change in review.of(Fate.ADDED):
        api = _ROUTES.get(change.resource.type)
        if not api or review.standing is not Standing.KEPT or not _is_open(change.resource):
            continue
        if not {one.path for one in _references(change.resource, api)} & added:
            reason = "anyone may call it: the new method asks for no authorization"
            yield Finding(Severity.WEAKENS, review.name, resource_cell(change), reason, "Added", 1)


def _is_open(route: Resource) -> bool:
    def value(name: str, default: str) -> str:
        properties = route.properties if isinstance(route.properties, dict) else {}
        return show(properties[name]) if name in properties else default

    preflight = value("HttpMethod", value("RouteKey", "")).startswith("OPTIONS")
    return (
        not preflight
        and value("AuthorizationType", "NONE") == "NONE"
        and value("ApiKeyRequired", "false") == "false"
    )


def _references(route: Resource, name: str) -> list[Reference]:
    value = route.properties.get(name) if isinstance(route.properties, dict) else None
    return value.references if isinstance(value, Text) else []
