"""The edge that the functions of an API share: routes, CORS, problems, and one log line a request.

A Lambda function adds its operations; each takes a Request and returns a Response or raises a Problem.
"""

import time
import uuid
from collections.abc import Callable, Collection
from http import HTTPMethod
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from prediction_service.cors import CORRELATION_HEADER, Cors
from prediction_service.problem import CONTENT_TYPE, Problem
from prediction_service.request import NoProxyEventError, Request

_SECURITY_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class LambdaContext(Protocol):
    """What is used of the context that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


type OperationFunction = Callable[[Request, LambdaContext], Response[str]]
type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class Api:
    """Operations by path and method, answered as API Gateway's REST proxy integration expects it.

    An instance answers one request at a time, as a Lambda execution environment does.
    """

    def __init__(self, *, cors: Cors, logger: Logger) -> None:
        self._cors = cors
        self._logger = logger
        self._methods: dict[str, list[str]] = {}
        self._request: Request
        self._context: LambdaContext
        self._resolver = APIGatewayRestResolver(debug=False)
        self._resolver.not_found(self._refuse_route)
        self._resolver.exception_handler(Problem)(self._report)
        self._resolver.exception_handler(Exception)(self._report_unexpected)

    def add(self, method: HTTPMethod, path: str, operation: OperationFunction) -> None:
        """Answers `method` on `path`, and OPTIONS with what a browser asks before it sends that method."""
        if path not in self._methods:
            self._methods[path] = [HTTPMethod.OPTIONS]
            self._resolver.route(path, HTTPMethod.OPTIONS)(lambda: self._preflight(path))
        self._methods[path].append(method)
        self._resolver.route(path, method)(lambda: self._perform(operation))

    def handle(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """The response to a proxy event of API Gateway; 400 for an event of any other form."""
        try:
            request = Request.from_event(event)
        except NoProxyEventError as error:
            return self._refuse_event(error.fields)
        return self.respond(request, context)

    def respond(self, request: Request, context: LambdaContext) -> dict[str, Any]:
        """The response to a request, as a proxy integration returns it."""
        started = time.perf_counter()
        self._request = request
        self._context = context
        self._logger.set_correlation_id(request.correlation_id)
        self._logger.append_keys(request_id=request.request_id)
        # Powertools routes by these two; all else it is given could only make it fail in ways of its own.
        route = {"httpMethod": request.method, "path": request.path, "headers": {}, "requestContext": {}}
        answer = self._resolver.resolve(route, context)  # type: ignore[arg-type]
        answer["multiValueHeaders"].update(
            self._common_headers(request.headers.get("origin"), request.correlation_id)
        )
        self._logger.info(
            "request",
            method=request.method,
            path=request.path if request.path in self._methods else "other",
            status=answer["statusCode"],
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return answer

    def _common_headers(self, origin: str | None, correlation_id: str) -> dict[str, list[str]]:
        headers = {
            **self._cors.headers(origin),
            **_SECURITY_HEADERS,
            CORRELATION_HEADER: correlation_id,
        }
        return {name: [value] for name, value in headers.items()}

    def _refuse_event(self, fields: Collection[str]) -> dict[str, Any]:
        """The response where there is no request; the log gets the names of the fields at fault."""
        request_id = str(uuid.uuid4())
        problem = Problem(400, "The event is not an API Gateway REST proxy event.")
        self._logger.set_correlation_id(request_id)
        self._logger.append_keys(request_id=request_id)
        self._logger.warning("problem", status=problem.status, detail=problem.detail, fields=fields)
        return {
            "statusCode": problem.status,
            "multiValueHeaders": {"Content-Type": [CONTENT_TYPE], **self._common_headers(None, request_id)},
            "body": problem.body(request_id),
            "isBase64Encoded": False,
        }

    def _perform(self, operation: OperationFunction) -> Response[str]:
        self._request.refuse_foreign_parts()
        return operation(self._request, self._context)

    def _preflight(self, path: str) -> Response[str]:
        methods = self._methods[path]
        headers = self._cors.preflight_headers(self._request.headers.get("origin"), methods)
        return Response(204, body="", headers={"Allow": ", ".join(methods), **headers})

    def _refuse_route(self, _: Exception) -> Response[str]:
        methods = self._methods.get(self._request.path.rstrip("/"))
        if methods is None:
            return self._report(Problem(404, f"Path not found. Available paths: {', '.join(self._methods)}."))
        allowed = ", ".join(methods)
        return self._report(
            Problem(405, f"Method not allowed. Allowed methods: {allowed}.", headers={"Allow": allowed})
        )

    def _report(self, problem: Problem) -> Response[str]:
        self._logger.warning("problem", status=problem.status, detail=problem.detail, cause=problem.cause)
        body = problem.body(self._request.request_id)
        return Response(problem.status, CONTENT_TYPE, body, headers=problem.headers)

    def _report_unexpected(self, error: Exception) -> Response[str]:
        # An exception's message and trace may hold the caller's values: the log gets type and place.
        frame = error.__traceback__
        while frame and frame.tb_next:
            frame = frame.tb_next
        place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else None
        self._logger.error("fault", error=type(error).__name__, place=place)
        return self._report(Problem(500, "Internal error. The log has the details under this requestId."))
