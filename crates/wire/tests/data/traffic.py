#!/usr/bin/env python3
"""The traffic that the captures here are of: ping and pong on loopback, over UDP and TCP."""
import socket
import sys


def udp(family, address):
    server, client = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
    server.bind((address, 40001))
    client.bind((address, 40002))
    client.sendto(b"ping", (address, 40001))
    server.recv(100)
    server.sendto(b"pong", (address, 40002))
    client.recv(100)


def tcp(family, address):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 40003))
    listener.listen()
    client = socket.socket(family)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind((address, 40004))
    client.connect((address, 40003))
    server, _ = listener.accept()
    client.sendall(b"ping")
    server.recv(100)
    server.sendall(b"pong")
    client.recv(100)
    client.close()
    server.close()


def fragmented():
    """Two packets, where the MTU of loopback was made 1280."""
    server, client = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 40001))
    client.bind(("127.0.0.1", 40002))
    client.sendto(b"ping" * 500, ("127.0.0.1", 40001))


KINDS = {
    "udp4": lambda: udp(socket.AF_INET, "127.0.0.1"),
    "udp6": lambda: udp(socket.AF_INET6, "::1"),
    "tcp4": lambda: tcp(socket.AF_INET, "127.0.0.1"),
    "tcp6": lambda: tcp(socket.AF_INET6, "::1"),
    "fragmented": fragmented,
}
for kind in sys.argv[1:]:
    KINDS[kind]()
