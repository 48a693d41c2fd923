"""A connection as it is."""

import socket


def read_to_the_end(connection: socket.socket) -> bytes:
    """Everything that is said until the other side ends the connection."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer
