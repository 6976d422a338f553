"""XML-RPC: `/xmlrpc/<service>` with text fault codes, `/xmlrpc/2/<service>` with numbers, and OpenERP 6.1's paths."""

from __future__ import annotations

from collections.abc import Callable

from core.http.errors import HTTPError
from core.http.payload import MalformedRequest
from core.http.request import Request, Response
from core.http.routing import route
from core.rpc.faults import Trouble, trouble_of
from core.rpc.marshal import outgoing
from core.rpc.services import SERVICES, call_service
from core.rpc.services.caller import Caller
from core.rpc.xml_reader import read_call
from core.rpc.xml_writer import write_answer, write_fault

_NAMES = "any(" + ", ".join(SERVICES) + ")"


@route(
    f"/xmlrpc/<{_NAMES}:service>", f"/openerp/xmlrpc/1/<{_NAMES}:service>",
    methods=("POST",), auth="none", csrf=False,
)  # fmt: skip
def plain(request: Request, service: str) -> Response:
    """The plain door: a fault's code is a text."""
    return _answer(request, service, _plain_fault)


@route(f"/xmlrpc/2/<{_NAMES}:service>", methods=("POST",), auth="none", csrf=False)
def numbered(request: Request, service: str) -> Response:
    """The versioned door: a fault's code is a number."""
    return _answer(request, service, _numbered_fault)


def _answer(request: Request, service: str, fault: Callable[[Trouble], bytes]) -> Response:
    status, wait = 200, 0
    try:
        method, parameters = read_call(request.read_body())
        caller = Caller(request)
        body = write_answer(outgoing(call_service(caller, service, method, parameters)))
    except HTTPError:
        raise
    except Exception as error:  # noqa: BLE001 - the caller gets a fault whatever happened, the log a number
        trouble = trouble_of(error, request)
        if isinstance(error, MalformedRequest) or trouble.status == 503:
            status, wait = trouble.status, trouble.retry_after
        body = fault(trouble)
    response = Response(body, status=status, content_type="text/xml; charset=utf-8")
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _plain_fault(trouble: Trouble) -> bytes:
    if trouble.title == "AccessDenied":
        return write_fault("AccessDenied", trouble.message)
    code = f"warning -- {trouble.title}\n\n{trouble.message}" if trouble.title else trouble.message
    return write_fault(code, trouble.message)


def _numbered_fault(trouble: Trouble) -> bytes:
    return write_fault(trouble.code, trouble.message)
