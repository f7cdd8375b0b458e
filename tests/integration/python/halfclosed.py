# SPDX-License-Identifier: MIT
"""A client with TLS 1.3 that closes its own direction: sends a message and close_notify, then reads the answer.

halfclosed.py PORT AUTHORITY
"""

import socket
import ssl
import sys

port, authority = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # set by Python 3.13; the test's authority does not meet it
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
line = socket.create_connection(("127.0.0.1", int(port)), timeout=60)


def do(step):
    """Runs a step as far as possible without reading from the line; None if it has to read."""
    try:
        return step()
    except ssl.SSLWantReadError:
        return None
    finally:
        line.sendall(outgoing.read())


def receive():
    data = line.recv(65536)
    incoming.write(data) if data else incoming.write_eof()


while not do(lambda: tls.do_handshake() or True):
    receive()
# {"action": "hello"}, which the server echoes
payload = b"\x81\xa6action\xa5hello"
do(lambda: tls.write(len(payload).to_bytes(4, "big") + payload))
do(tls.unwrap)  # sends close_notify, whose answer has not come yet
received = b""
try:
    while True:
        data = do(lambda: tls.read(65536))
        if data == b"":
            break
        if data is None:
            receive()
        else:
            received += data
except ssl.SSLError as error:  # Qt ends without sending close_notify
    print(error, file=sys.stderr)
print("echoed" if received.endswith(payload) else f"nothing: {received!r}", flush=True)
