"""The server version that RPC clients are told.

Clients turn features off by this number; 10.0 is the one with which all of them log in, read, write, run workflows
and print reports.
"""

SERVER_VERSION = "10.0"
SERVER_VERSION_INFO = [10, 0, 0, "final", 0, ""]
PROTOCOL_VERSION = 1


def version() -> dict[str, object]:
    """What `common.version` and `/web/webclient/version_info` answer."""
    return {
        "server_version": SERVER_VERSION,
        "server_version_info": list(SERVER_VERSION_INFO),
        "server_serie": SERVER_VERSION,
        "protocol_version": PROTOCOL_VERSION,
    }
