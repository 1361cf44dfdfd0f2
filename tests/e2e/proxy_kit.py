"""A proxy, HTTP or SOCKS5, that forgives nothing."""
import select
import socket
import socketserver
import threading


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
