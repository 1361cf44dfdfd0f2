#!/usr/bin/python3
"""The way out: through a proxy or without one, and how many connections it takes."""
import json
import os
import select
import socket
import socketserver
import subprocess
import tempfile
import threading

from harness import KEY, RELAIS, Relais, equal, main, test
from pairs import account
from standin import StandIn

NAME = 'upstream.example'  # resolves nowhere: who asks for it by name means the proxy
PATHS = {'chat': '/v1/chat/completions', 'anthropic': '/v1/messages', 'gemini': '/v1beta/models/m:generateContent'}


class Wrong(Exception):
    pass


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        self.buffer = b''
        self.target = None
        self.server.connections += 1

    def handle(self):
        try:
            self.socks() if self.server.kind == 'socks5' else self.http()
        except Wrong as wrong:
            self.server.wrong.append(str(wrong))
        except OSError:
            pass
        finally:
            if self.target is not None:
                self.target.close()

    def take(self, size):
        while len(self.buffer) < size:
            data = self.request.recv(65536)
            if not data:
                raise OSError
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def open(self, host, port):
        """One target a connection, whatever its name."""
        if self.target is None:
            self.asked = (host, port)
            self.server.asked.append(f'{host}:{port}')
            self.target = socket.create_connection(self.server.upstream.server_address)
        elif self.asked != (host, port):
            raise Wrong('another target')

    def pump(self, handle):
        """Until either side ends: what comes back as it is, what goes there through HANDLE."""
        while True:
            readable, _, _ = select.select([self.request, self.target], [], [], 60)
            if self.target in readable:
                data = self.target.recv(65536)
                if not data:
                    return
                self.request.sendall(data)
            if self.request in readable:
                data = self.request.recv(65536)
                if not data:
                    return
                self.buffer += data
                handle()

    def pass_on(self):
        self.target.sendall(self.buffer)
        self.buffer = b''

    def socks(self):
        version, count = self.take(2)
        if version != 5 or 0 not in self.take(count):
            raise Wrong('no greeting without a password')
        self.request.sendall(b'\x05\x00')
        version, command, reserved, kind = self.take(4)
        if (version, command, reserved, kind) != (5, 1, 0, 3):
            raise Wrong(f'no request for a name: {(version, command, reserved, kind)}')
        host = self.take(self.take(1)[0]).decode('ascii')
        self.open(host, int.from_bytes(self.take(2), 'big'))
        self.request.sendall(b'\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00')
        self.pass_on()
        self.pump(self.pass_on)

    def http(self):
        while self.target is None:
            data = self.request.recv(65536)
            if not data:
                return
            self.buffer += data
            if self.requests():
                return
        self.pump(self.requests)

    def requests(self):
        """Takes whole requests from the buffer. True when the connection has become a tunnel, and ended."""
        while b'\r\n\r\n' in self.buffer:
            raw, rest = self.buffer.split(b'\r\n\r\n', 1)
            lines = raw.decode('ascii').split('\r\n')
            method, target, version = lines[0].split(' ')
            headers = {line.split(':', 1)[0].lower(): line.split(':', 1)[1].strip() for line in lines[1:]}
            length = int(headers.get('content-length', 0))
            if len(rest) < length:
                return False
            self.buffer = rest[length:]
            self.server.requests += 1
            if version != 'HTTP/1.1' or 'proxy-authorization' in headers:
                raise Wrong(lines[0])
            if self.server.refusal:
                self.request.sendall(b'HTTP/1.1 %d No\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n' % self.server.refusal)
                continue
            if method == 'CONNECT':
                host, _, port = target.rpartition(':')
                if length or self.buffer:
                    raise Wrong('more than asked for')
                self.open(host, int(port))
                self.request.sendall(b'HTTP/1.1 200 Connected\r\n\r\n')
                self.pump(self.pass_on)
                return True
            if not target.startswith(f'http://{headers["host"]}/'):
                raise Wrong(f'not in absolute form: {target}')
            host, _, port = headers['host'].partition(':')
            self.open(host, int(port or 80))
            path = target[len(f'http://{headers["host"]}'):]
            self.target.sendall(f'{method} {path} {version}\r\n'.encode() + '\r\n'.join(lines[1:]).encode() + b'\r\n\r\n' + rest[:length])
        return False


class Proxy(socketserver.ThreadingTCPServer):
    """Strict; leads to UPSTREAM whatever is asked for, and remembers by which name."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, kind, upstream):
        super().__init__(('127.0.0.1', 0), Handler)
        self.kind, self.upstream = kind, upstream
        self.connections = self.requests = 0
        self.refusal = 0
        self.asked, self.wrong = [], []
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    @property
    def url(self):
        return f'{self.kind}://127.0.0.1:{self.server_address[1]}'


def ask(dialect, model='m', stream=False):
    if dialect == 'gemini':
        return PATHS[dialect], {'contents': [{'parts': [{'text': 'hi'}]}]}
    return PATHS[dialect], {'model': model, 'max_tokens': 9, 'stream': stream, 'messages': [{'role': 'user', 'content': 'hi'}]}


def far(dialect, upstream):
    """An account of an upstream that is not on this computer, as far as its name tells."""
    upstream.host = f'{NAME}:{upstream.server_address[1]}'
    return dict(account(dialect, upstream), base_url=f'http://{upstream.host}' + ('/v1' if dialect == 'chat' else ''))


@test
def one_connection_serves_many_requests():
    for dialect in PATHS:
        upstream = StandIn()
        with Relais(accounts=[account(dialect, upstream)]) as relais:
            for number in range(40):
                status, _, answer = relais.request('POST', *ask(dialect, stream=number % 2 == 1))
                equal(status, 200, answer)
        equal((upstream.connections, len(upstream.seen), upstream.refusals), (1, 40, []), dialect)


@test
def all_goes_through_the_proxy():
    for kind in ('http', 'socks5'):
        for dialect in PATHS:
            upstream = StandIn()
            proxy = Proxy(kind, upstream)
            with Relais('--proxy', proxy.url, accounts=[far(dialect, upstream)]) as relais:
                for number in range(20):
                    status, _, answer = relais.request('POST', *ask(dialect, stream=number % 2 == 1))
                    equal(status, 200, (kind, answer))
            equal((proxy.wrong, upstream.refusals, len(upstream.seen)), ([], [], 20), kind)
            # by its name, which is the proxy's to look up; again one connection for all
            equal((proxy.asked, proxy.connections, upstream.connections), ([upstream.host], 1, 1), kind)


@test
def what_is_encrypted_goes_through_a_tunnel():
    """Nobody vouches for the far end here: it is refused, and nothing was said to it."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = os.path.join(folder, 'key'), os.path.join(folder, 'certificate')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                        '-subj', f'/CN={NAME}', '-addext', f'subjectAltName=DNS:{NAME}', '-keyout', key, '-out', certificate],
                       check=True, capture_output=True)
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        upstream = StandIn()
        plain = upstream.get_request
        upstream.get_request = lambda: (lambda sock, peer: (context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), peer))(*plain())
        for kind in ('http', 'socks5'):
            proxy = Proxy(kind, upstream)
            row = dict(account('chat', upstream), base_url=f'https://{NAME}/v1')
            with Relais('--proxy', proxy.url, accounts=[row]) as relais:
                status, _, answer = relais.request('POST', *ask('chat'))
                equal(status, 502, answer)
                assert 'certificate' in json.loads(answer)['error']['message'], answer
            equal((proxy.wrong, proxy.asked), ([], [f'{NAME}:443']), kind)
        equal(upstream.seen, [])


@test
def this_computer_is_reached_without_it():
    upstream = StandIn()
    for kind in ('http', 'socks5'):
        proxy = Proxy(kind, upstream)
        for host in ('127.0.0.1', 'localhost'):
            upstream.host = f'{host}:{upstream.server_address[1]}'
            row = dict(account('chat', upstream), base_url=f'http://{upstream.host}/v1')
            with Relais('--proxy', proxy.url, accounts=[row]) as relais:
                status, _, answer = relais.request('POST', *ask('chat'))
                equal(status, 200, (host, answer))
        equal((proxy.connections, upstream.refusals), (0, []), kind)


@test
def a_proxy_that_does_not_help_is_named():
    upstream = StandIn()
    with socket.create_server(('127.0.0.1', 0)) as free:
        nobody = free.getsockname()[1]
    for kind in ('http', 'socks5'):
        with Relais('--proxy', f'{kind}://127.0.0.1:{nobody}', accounts=[far('chat', upstream)]) as relais:
            status, _, answer = relais.request('POST', *ask('chat'))
            equal(status, 502, answer)
            words = json.loads(answer)['error']['message']
            assert 'Could not connect to proxy server 127.0.0.1' in words, words
    proxy = Proxy('http', upstream)
    for status, scheme, wanted in ((407, 'http', 'proxy asks for a name and a password'), (407, 'https', 'proxy asks for a name and a password'),
                                   (403, 'https', 'proxy refused to connect (403)'), (502, 'https', 'proxy refused to connect (502)')):
        proxy.refusal = status
        row = dict(far('chat', upstream), base_url=f'{scheme}://{NAME}/v1')
        with Relais('--proxy', proxy.url, accounts=[row]) as relais:
            for _ in range(2):  # the account is not at fault, and stays in the choice
                got, _, answer = relais.request('POST', *ask('chat'))
                equal(got, 502, answer)
                assert wanted in json.loads(answer)['error']['message'], answer
    equal((upstream.seen, proxy.wrong), ([], []))


@test
def a_proxy_with_a_password_is_refused():
    for url, words in (('http://me:geheim@proxy.example:3128', 'leave them out'), ('proxy.example:3128', 'written as http://host:port'),
                       ('https://proxy.example:3128', 'written as http://host:port'), ('', 'written as http://host:port')):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([RELAIS, 'serve', '--port', '0', '--practice', '--proxy', url], timeout=20, capture_output=True,
                                  text=True, env=dict(os.environ, RELAIS_API_KEY=KEY, XDG_DATA_HOME=folder))
        equal(done.returncode, 64, done.stderr)
        assert '--proxy: ' in done.stderr and words in done.stderr and 'geheim' not in done.stderr, done.stderr


@test
def the_environment_says_nothing():
    """What a shell has set for other programs neither leads requests away nor leaks a key to a proxy."""
    upstream = StandIn()
    proxy = Proxy('http', upstream)
    env = {name: proxy.url for name in ('http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY')}
    relais = Relais(accounts=[far('chat', upstream)])
    relais.env.update(env)
    with relais:
        equal(relais.request('POST', *ask('chat'))[0], 502)
    equal(proxy.connections, 0)


main()
