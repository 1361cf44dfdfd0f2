"""What the end-to-end tests share: a running relais, raw requests, and results in TAP."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

RELAIS = sys.argv[1]
KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDE'
# A sanitizer keeps freed memory for a while: bounds on memory are wider under one.
with open(RELAIS, 'rb') as _file:
    SANITIZED = b'__asan_init' in _file.read()
SLACK_KIB = 32 * 1024 if SANITIZED else 0
_tests = []


def test(function):
    _tests.append(function)
    return function


def main():
    print(f'1..{len(_tests)}')
    failed = 0
    for number, function in enumerate(_tests, 1):
        try:
            function()
            print(f'ok {number} {function.__name__}', flush=True)
        except Exception as error:  # noqa: BLE001: a test's failure is data
            failed += 1
            import traceback
            print(f'not ok {number} {function.__name__}', flush=True)
            for line in traceback.format_exc().splitlines() + [f'{type(error).__name__}: {error}']:
                print(f'# {line}', flush=True)
            traceback.print_exc()
    sys.exit(bool(failed))


def equal(got, wanted, what=''):
    if got != wanted:
        raise AssertionError(f'{what}: got {got!r}, wanted {wanted!r}')


class Relais:
    """relais serve on a free port, with the accounts given; ended by leaving the block."""

    def __init__(self, *arguments, accounts=None, key=KEY, env=None):
        self.folder = tempfile.TemporaryDirectory(prefix='relais-test-')
        self.arguments = list(arguments)
        self.env = dict(os.environ, XDG_DATA_HOME=self.folder.name, XDG_CONFIG_HOME=self.folder.name, **(env or {}))
        for name in ('http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'):
            self.env.pop(name, None)
        if SANITIZED:
            self.env['ASAN_OPTIONS'] = self.env.get('ASAN_OPTIONS', '') + ':quarantine_size_mb=4'
        if key is not None:
            self.env['RELAIS_API_KEY'] = key
        if accounts is not None:
            path = os.path.join(self.folder.name, 'accounts.json')
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'w', encoding='utf-8') as file:
                json.dump({'accounts': accounts}, file)
            self.arguments += ['--accounts-file', path]

    def __enter__(self):
        self.errors = open(os.path.join(self.folder.name, 'stderr'), 'w+', encoding='utf-8')
        self.process = subprocess.Popen([RELAIS, 'serve', '--port', '0', *self.arguments], env=self.env,
                                        stdout=subprocess.PIPE, stderr=self.errors, stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(r'listening on (http://127\.0\.0\.1:(\d+))\n', line)
        if not match:
            self.__exit__(None, None, None)
            raise AssertionError(f'it did not start: {line!r} {self.said()}')
        self.url, self.port = match[1], int(match[2])
        return self

    def said(self):
        self.errors.flush()
        with open(self.errors.name, encoding='utf-8') as file:
            return file.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError('it did not stop within 15 s')
        return self.process.returncode

    def __exit__(self, kind, *_):
        status = self.stop()
        said = self.said()
        self.errors.close()
        self.process.stdout.close()
        self.folder.cleanup()
        if kind is None and status not in (0, 1):
            raise AssertionError(f'it ended with {status}: {said[-2000:]}')

    def connect(self):
        sock = socket.create_connection(('127.0.0.1', self.port), 10)
        sock.settimeout(20)
        return sock

    def request(self, method, path, body=None, headers=None, auth=True, connection=None):
        """(status, headers with lower-case names, body bytes)"""
        own = connection is None
        connection = connection or http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        send = {'Content-Type': 'application/json'} if body is not None else {}
        if auth:
            send['Authorization'] = f'Bearer {KEY}'
        send.update(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        connection.request(method, path, body, send)
        answer = connection.getresponse()
        data = answer.read()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        if own:
            connection.close()
        return answer.status, fields, data


def open_files(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def resident_kib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(r'VmRSS:\s+(\d+)', file.read())[1])


def until(check, what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f'waited {seconds} s for {what}')
