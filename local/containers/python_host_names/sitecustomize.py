"""Lets Python resolve the host names of a job's instances; see local/containers/host_names.py."""

import json
import os
import socket

_ADDRESSES = json.loads(os.environ.get("SLIPWAY_HOST_NAMES", "{}"))
_getaddrinfo, _gethostbyname = socket.getaddrinfo, socket.gethostbyname


def getaddrinfo(host, *arguments, **keywords):  # type: ignore[no-untyped-def]
    return _getaddrinfo(_ADDRESSES.get(host, host), *arguments, **keywords)


def gethostbyname(host):  # type: ignore[no-untyped-def]
    return _gethostbyname(_ADDRESSES.get(host, host))


socket.getaddrinfo, socket.gethostbyname = getaddrinfo, gethostbyname
