"""MiniStack's CloudFormation over sequences of templates from the standard input: after each template the
stack's status, and the type and name of each of its resources."""

import asyncio
import json
import sys
from typing import Any

from ministack.services import cloudformation


async def call(action: str, **parameters: str) -> bytes:
    query = {"Action": [action], **{key: [value] for key, value in parameters.items()}}
    answer = await cloudformation.handle_request("POST", "/", {}, b"", query)
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.gather(*tasks, return_exceptions=True)
    body = answer[2]
    return body if isinstance(body, bytes) else str(body).encode()


async def deployed(name: str, templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for template in templates:
        stack = cloudformation._stacks.get(name)
        seen = len(cloudformation._stack_events.get(stack["StackId"], [])) if stack else 0
        exists = stack is not None and stack["StackStatus"] not in ("DELETE_COMPLETE", "ROLLBACK_COMPLETE")
        await call(
            "UpdateStack" if exists else "CreateStack",
            StackName=name,
            TemplateBody=json.dumps(template),
            **{"Capabilities.member.1": "CAPABILITY_NAMED_IAM"},
        )
        stack = cloudformation._stacks.get(name) or {}
        resources = {
            id: one.get("PhysicalResourceId")
            for id, one in stack.get("_resources", {}).items()
            if not one.get("ResourceStatus", "").startswith("DELETE")
        }
        events = cloudformation._stack_events.get(stack.get("StackId"), [])[seen:]
        failed = [one for one in events if one["ResourceStatus"].endswith("_FAILED")]
        reason = failed[0].get("ResourceStatusReason", "") if failed else ""
        found.append({"status": stack.get("StackStatus"), "resources": resources, "reason": reason})
    return found


async def main() -> None:
    json.dump(
        [await deployed(f"stack-{number}", one) for number, one in enumerate(json.load(sys.stdin))],
        sys.stdout,
    )


asyncio.run(main())
