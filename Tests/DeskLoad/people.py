"""An officer who works, and pages that are open."""
import http.client
import re
import socket
import ssl
import time
from urllib.parse import urlencode

PASSWORD = "correct horse battery staple"


class Person:
    """Somebody with a browser, as far as a load needs one: a connection for each request, as after a while without one."""

    def __init__(self, port: int, certificate: str, cookie: str = ""):
        self.port, self.cookie = port, cookie
        self.trust = ssl.create_default_context(cafile=certificate)
        self.connection = None

    def ask(self, method: str, path: str, form: dict | None = None, token: str = ""):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.trust)
            try:
                self.connection.request(method, path, urlencode(form) if form is not None else None, headers)
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        for value in answer.headers.get_all("Set-Cookie") or []:
            if "session=" in value:
                self.cookie = value.split(";")[0]
        return answer.status, text

    def log_in(self, setup: str):
        form = {"name": "duty", "password": PASSWORD, "again": PASSWORD}
        for path in (setup, "/login"):
            status, text = self.ask("POST", path, form)
            if status != 303:
                raise SystemExit(f"{path}: {status} {text[:200]}")


def watch(port: int, certificate: str, cookie: str, pages: int, results):
    """Keeps pages open until a line "stop" comes; the first page's news, by number and time, is the result."""
    trust = ssl.create_default_context(cafile=certificate)

    def open_page():
        line = trust.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
        line.sendall(f"GET /live HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        return line

    import selectors
    selector, seen, everything = selectors.DefaultSelector(), {}, 0
    lines = [open_page() for _ in range(pages)]
    for line in lines:
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ)
    selector.register(results, selectors.EVENT_READ)
    rest, witness = b"", lines[0]
    while True:
        for key, _ in selector.select(1):
            if key.fileobj is results:
                results.recv()
                results.send((seen, everything))
                return
            while True:
                try:
                    data = key.fileobj.recv(1 << 16)
                except (ssl.SSLWantReadError, BlockingIOError):
                    break
                if not data:
                    selector.unregister(key.fileobj)
                    break
                if key.fileobj is not witness:
                    continue
                at = time.monotonic_ns()
                *whole, rest = (rest + data).split(b"\n")
                for text in whole:
                    if text.startswith(b"data: *"):
                        everything += 1
                    elif text.startswith(b"data: "):
                        for number in text[6:].split(b","):
                            seen.setdefault(int(number), at)


def work(port: int, certificate: str, cookie: str, results):
    """An officer's day, without pause: lists, searches, opens, acknowledges. The result is how long each took, in seconds."""
    officer = Person(port, certificate, cookie)
    took: dict = {name: [] for name in ("list", "search", "open", "acknowledge", "fleet")}

    def timed(name, *request):
        began = time.monotonic()
        status, text = officer.ask(*request)
        took[name].append(time.monotonic() - began)
        if status not in (200, 303, 409):
            raise SystemExit(f"the officer is answered {status} for {request[:2]}: {text[:300]}")
        return status, text

    turn = 0
    while not results.poll(0.2):
        _, page = timed("list", "GET", "/alerts")
        csrf = re.search(r'name="csrf" content="([^"]+)"', page).group(1)
        timed("search", "GET", f"/alerts?q=LIFT-{turn % 40}+gw-{turn % 1000:04d}")
        fresh = re.findall(r'data-id="(\d+)" data-handling="published"', page)
        if fresh:
            identifier = fresh[turn % len(fresh)]
            timed("open", "GET", f"/alerts/{identifier}")
            timed("acknowledge", "POST", f"/alerts/{identifier}/act", {"csrf": csrf, "act": "acknowledge", "reason": "seen, being checked"})
        if turn % 20 == 0:
            timed("fleet", "GET", "/fleet")
        turn += 1
    results.recv()
    results.send(took)
