"""A city platform by HTTPS for tests: Python's own http.server and ssl, told by files what to answer, and keeping what it took.

    python3 platform.py FOLDER PORT [CERTIFICATE KEY [CLIENT_AUTHORITY]]

In FOLDER:
    default.json    how requests are answered; {} takes everything
    next/           one file a request, used up in the order of their names before default.json counts again
    refused         ids of events, one a line: a batch with one of them is answered with 422
    token           where there is one, it must come as bearer token
    status          the answer to a gateway's own status at /v1/status; 204 where there is no such file
    statuses.jsonl  those that came
    decisions.json  a list, offered at /v1/decisions
    events.jsonl    every event that was taken, one a line, written before the answer
    requests.jsonl  every request with its answer

An answer: {"status": 503, "retry_after": "2", "body": "…", "hang": true, "close": true, "cut": true, "slow": 0.05, "keep": true}
    hang: no answer at all. close: the connection ends instead. cut: it ends in the middle of the answer's body. slow: seconds before each read of 4096 bytes.
    keep: the events are taken all the same, so that the sender does not know it. blind: they are taken and not looked at.
"""
import http.server
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse

folder, port = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()


def read(name, otherwise):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return otherwise


def append(name, value):
    with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
        file.write(json.dumps(value, ensure_ascii=False) + "\n")


def next_answer():
    with lock:
        for name in sorted(os.listdir(os.path.join(folder, "next"))):
            path = os.path.join(folder, "next", name)
            with open(path, encoding="utf-8") as file:
                answer = json.load(file)
            os.remove(path)
            return answer
    return json.loads(read("default.json", "{}"))


class Platform(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def is_known(self):
        token = read("token", "").strip()
        return not token or self.headers.get("Authorization") == "Bearer " + token

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        place = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(place.query))
        if not self.is_known():
            return self.answer(401)
        if place.path != "/v1/decisions":
            return self.answer(404)
        append("polls.jsonl", query)
        end = time.time() + min(2.0, float(query.get("wait", 0)))
        while True:
            decisions = [d for d in json.loads(read("decisions.json", "[]")) if not isinstance(d, dict) or d.get("sequence", 0) > int(query["after"])]
            if decisions:
                return self.answer(200, json.dumps(decisions).encode(), [("Content-Type", "application/json")])
            if time.time() >= end:
                return self.answer(204)
            time.sleep(0.05)

    def take_status(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = int(read("status", "204")) if self.is_known() else 401
        with lock:
            append("statuses.jsonl", {"status": status, "document": json.loads(body)})
        return self.answer(status)

    def do_POST(self):
        if self.path == "/v1/status":
            return self.take_status()
        answer = next_answer()
        if answer.get("hang") and not answer.get("keep"):
            time.sleep(3600)
        left, parts = int(self.headers.get("Content-Length", 0)), []
        while left > 0:
            time.sleep(answer.get("slow", 0))
            part = self.rfile.read(min(left, 4096))
            if not part:
                return
            parts.append(part)
            left -= len(part)
        body = b"".join(parts)
        kind = self.headers.get("Content-Type", "")
        status = answer.get("status", 202)
        if not self.is_known():
            status = 401
        elif answer.get("blind"):
            return self.answer(status)
        elif status < 300:
            status = self.take(body, kind, status)
        elif answer.get("keep"):
            self.take(body, kind, 202)
        request = {"path": self.path, "status": status, "bytes": len(body), "type": kind, "headers": dict(self.headers.items())}
        with lock:
            append("requests.jsonl", request)
        if answer.get("hang"):
            time.sleep(3600)
        if answer.get("close"):
            self.close_connection = True
            return
        if answer.get("cut"):
            self.send_response(status)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half an ")
            self.wfile.flush()
            self.close_connection = True
            return
        headers = [("Retry-After", answer["retry_after"])] if "retry_after" in answer else []
        self.answer(status, answer.get("body", "").encode(), headers)

    def take(self, body, kind, status):
        is_batch = kind.startswith("application/cloudevents-batch+json")
        if is_batch and json.loads(read("default.json", "{}")).get("no_batches"):
            return 415
        events = json.loads(body)
        if not isinstance(events, list):
            events = [events]
        refused = read("refused", "").split()
        if any(event.get("id") in refused for event in events):
            return 422
        with lock:
            for event in events:
                append("events.jsonl", {"batch": len(events) if is_batch else 0, "event": event})
        return status


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    context = None

    def finish_request(self, request, address):
        # The handshake belongs to the connection's own thread.
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, address)

    def handle_error(self, request, address):
        with lock:
            append("errors.jsonl", str(sys.exc_info()[1]))


os.makedirs(os.path.join(folder, "next"), exist_ok=True)
server = Server(("127.0.0.1", port), Platform)
if len(sys.argv) > 4:
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(sys.argv[3], sys.argv[4])
    if len(sys.argv) > 5:
        server.context.verify_mode = ssl.CERT_REQUIRED
        server.context.load_verify_locations(sys.argv[5])
server.serve_forever()
