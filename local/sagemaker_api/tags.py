"""AddTags, ListTags and DeleteTags of whatever has an ARN here."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from assembly import Resource
from assembly.place import Place
from local.aws.errors import AwsError, validation
from local.sagemaker_api.answers import of_template
from local.sagemaker_api.listing import paged
from local.sagemaker_api.records import Records

MOST = 50
_PAGE = 50
Request = Mapping[str, Any]


class Tagged(Protocol):
    """Resources of one kind that have tags."""

    def tags(self, name: str) -> Mapping[str, str] | None:
        """The tags of one of them, None if there is none of that name."""
        ...

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None: ...


class Tags:
    """The operations over all that is `tagged`, by what its ARNs have before the name."""

    def __init__(self, place: Place, tagged: Mapping[str, Tagged]) -> None:
        self._place = place
        self._tagged = tagged

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        return {"AddTags": self._add, "ListTags": self._list, "DeleteTags": self._delete}

    def _find(self, request: Request) -> tuple[Tagged, str, dict[str, str]]:
        arn = request["ResourceArn"]
        path, _, name = arn.removeprefix(self._place.arn("sagemaker", "")).partition("/")
        kind = self._tagged.get(path)
        tags = None if kind is None else kind.tags(name)
        if kind is None or tags is None:
            raise validation(f'Could not find resource "{arn}".')
        return kind, name, dict(tags)

    def _add(self, request: Request) -> Request:
        kind, name, tags = self._find(request)
        tags |= tags_of(request)
        if len(tags) > MOST:
            limit = f"A resource has at most {MOST} tags; with these it would have {len(tags)}"
            raise AwsError("ResourceLimitExceeded", limit)
        kind.set_tags(name, tags)
        return {"Tags": _listed(tags)}

    def _list(self, request: Request) -> Request:
        return paged("Tags", _listed(self._find(request)[2]), {"MaxResults": _PAGE, **request})

    def _delete(self, request: Request) -> Request:
        kind, name, tags = self._find(request)
        kind.set_tags(name, {key: one for key, one in tags.items() if key not in request["TagKeys"]})
        return {}


def _listed(tags: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def tags_of(request: Request) -> dict[str, str]:
    """The tags of a request by their keys; raises AwsError for a key that is there twice, or is AWS's own."""
    tags: dict[str, str] = {}
    for one in request.get("Tags", []):
        if one["Key"] in tags:
            raise validation(f"Duplicate tag keys found: {one['Key']}")
        if one["Key"].lower().startswith("aws:"):
            raise validation(f"The tag key {one['Key']} is reserved: aws: is for AWS's own tags")
        tags[one["Key"]] = one["Value"]
    return tags


def tags_by_name(records: Records, declared: Iterable[Resource], name: str) -> Mapping[str, str] | None:
    """The tags of what a client has made, or else the template; None if neither has this name."""
    if (record := records.find(name)) is not None:
        return dict(record["tags"])
    return next((one.tags for one in declared if one.known_name == name), None)


def put_tags(records: Records, name: str, tags: Mapping[str, str], arn: str) -> None:
    """Keep the tags of what a client has made; raises AwsError for what the template declares."""
    record = records.find(name)
    if record is None:
        raise of_template(arn)
    records.put(name, {**record, "tags": dict(tags)})
