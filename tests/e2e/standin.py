"""A strict stand-in for the four vendors, on loopback. It shares no code with the proxy, refuses what the
vendors refuse, and remembers the bytes it was sent. The model's name says how to behave:

    cut-N          stream N events, then close cleanly without the end marker
    half           close in the middle of an event
    slow-MS        MS milliseconds between events
    endless        events until the client is gone
    status-N       an error of that status, in the vendor's shape
    html-N         an HTML error page
    redirect       302 to elsewhere
    gzip           a gzip body, though identity was asked for
    short          a Content-Length longer than the body
    torn           half a chunked body, then a clean end
    hang           no answer at all
    news           an event nobody knows, in a stream of Responses
    anything else  a good answer

`StandIn(strict=True)` reads the bodies as well, refuses there what the vendors refuse (vendors.py), and answers by
`script`, a list of steps (answers.py): one for each tool turn since the user's last words; or, where none is set, by what
the user says: `TOOL:name:{…}` any number of times, `STATUS:n`, `THINK`, `FAIL`.
"""
import gzip
import json
import re
import select
import socket
import socketserver
import threading
import time

import answers
import vendors

FORBIDDEN = {'cookie', 'origin', 'referer', 'x-forwarded-for', 'forwarded', 'via', 'te', 'trailer', 'upgrade',
             'proxy-authorization', 'proxy-connection', 'x-app', 'sec-fetch-site', 'range', 'expect'}
SECRET = {'chat': ('authorization', 'Bearer '), 'responses': ('authorization', 'Bearer '),
          'anthropic': ('x-api-key', ''), 'gemini': ('x-goog-api-key', '')}
USAGE = (7, 5)

WHOLE = {
    'chat': '{"id":"chatcmpl-1","object":"chat.completion","created":1795000000,"model":"%s","choices":[{"index":0,'
            '"message":{"role":"assistant","content":"caf\\u00e9 \U0001f98a","refusal":null},"logprobs":null,'
            '"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12},'
            '"temperature":0.70, "big":12345678901234567890}',
    'responses': '{"id":"resp_1","object":"response","created_at":1795000000,"status":"completed","model":"%s",'
                 '"output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":'
                 '[{"type":"output_text","text":"caf\\u00e9","annotations":[]}]}],"usage":{"input_tokens":7,'
                 '"output_tokens":5,"total_tokens":12},"x":1e3}',
    'anthropic': '{"id":"msg_1","type":"message","role":"assistant","model":"%s","content":[{"type":"text","text":'
                 '"caf\\u00e9"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":7,'
                 '"output_tokens":5}}',
    'gemini': '{"candidates":[{"content":{"parts":[{"text":"caf\\u00e9"}],"role":"model"},"finishReason":"STOP",'
              '"index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12},'
              '"modelVersion":"%s","responseId":"r1"}',
}


def stream_events(dialect, model, words=('Hel', 'lo ', 'caf\u00e9 ', '\U0001f98a')):
    """The events of a good stream, as bytes, terminators included."""
    out = []
    if dialect == 'chat':
        base = f'"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795000000,"model":"{model}"'
        out.append(f'data: {{{base},"choices":[{{"index":0,"delta":{{"role":"assistant","content":""}},"finish_reason":null}}]}}\n\n')
        for word in words:
            out.append(f'data: {{{base},"choices":[{{"index":0,"delta":{{"content":"{word}"}},"finish_reason":null}}]}}\n\n')
        out.append(f'data: {{{base},"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}\n\n')
        out.append(f'data: {{{base},"choices":[],"usage":{{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}}}\n\n')
        out.append('data: [DONE]\n\n')
    elif dialect == 'responses':
        head = f'"id":"resp_1","object":"response","created_at":1795000000,"model":"{model}"'
        out.append(f'event: response.created\ndata: {{"type":"response.created","sequence_number":0,"response":{{{head},"status":"in_progress","output":[]}}}}\n\n')
        if model == 'news':
            out.append('event: response.news\ndata: {"type":"response.news","sequence_number":0,"news":[1]}\n\n')
        for n, word in enumerate(words, 1):
            out.append(f'event: response.output_text.delta\ndata: {{"type":"response.output_text.delta","sequence_number":{n},"item_id":"msg_1","output_index":0,"content_index":0,"delta":"{word}"}}\n\n')
        out.append(f'event: response.completed\ndata: {{"type":"response.completed","sequence_number":9,"response":{{{head},"status":"completed","output":[],"usage":{{"input_tokens":7,"output_tokens":5,"total_tokens":12}}}}}}\n\n')
    elif dialect == 'anthropic':
        out.append(f'event: message_start\ndata: {{"type":"message_start","message":{{"id":"msg_1","type":"message","role":"assistant","model":"{model}","content":[],"stop_reason":null,"usage":{{"input_tokens":7,"output_tokens":1}}}}}}\n\n')
        out.append('event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n')
        for word in words:
            out.append(f'event: content_block_delta\ndata: {{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{word}"}}}}\n\n')
        out.append('event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n')
        out.append('event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}\n\n')
        out.append('event: message_stop\ndata: {"type":"message_stop"}\n\n')
    else:
        for word in words:
            out.append(f'data: {{"candidates":[{{"content":{{"parts":[{{"text":"{word}"}}],"role":"model"}},"index":0}}],"modelVersion":"{model}"}}\r\n\r\n')
        out.append(f'data: {{"candidates":[{{"content":{{"parts":[{{"text":""}}],"role":"model"}},"finishReason":"STOP","index":0}}],"usageMetadata":{{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12}},"modelVersion":"{model}"}}\r\n\r\n')
    return [event.encode() for event in out]


def error_body(dialect, status, message):
    if dialect == 'anthropic':
        return {'type': 'error', 'error': {'type': 'api_error', 'message': message}, 'request_id': 'req_up'}
    if dialect == 'gemini':
        return {'error': {'code': status, 'message': message, 'status': 'UNKNOWN'}}
    return {'error': {'message': message, 'type': 'upstream_words', 'param': None, 'code': None}}


class Refuse(Exception):
    pass


class Handler(socketserver.BaseRequestHandler):
    """One connection, read byte by byte: nothing is forgiven."""

    def setup(self):
        self.buffer = b''
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.server.lock:
            self.server.connections += 1

    def handle(self):
        served = 0
        while True:
            try:
                head = self.read_head()
                if head is None:
                    return
                self.server.served += 1
                if served and self.server.stale:
                    self.server.dropped += 1
                    return
                keep = self.answer(*head)
                served += 1
            except (ConnectionError, BrokenPipeError, TimeoutError):
                self.server.note('gone')
                return
            except Refuse as refusal:
                with self.server.lock:
                    self.server.refusals.append(str(refusal))
                body = json.dumps({'error': {'message': f'stand-in: {refusal}', 'type': 'strict', 'param': None, 'code': None}}).encode()
                self.request.sendall(b'HTTP/1.1 418 Strict\r\nContent-Type: application/json\r\nConnection: close\r\n'
                                     b'Content-Length: %d\r\n\r\n' % len(body) + body)
                return
            if not keep or self.server.close_after == served:
                return

    def read_head(self):
        while b'\r\n\r\n' not in self.buffer:
            data = self.request.recv(65536)
            if not data:
                return None
            self.buffer += data
        raw, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        lines = raw.decode('ascii').split('\r\n')
        method, target, version = lines[0].split(' ')
        if version != 'HTTP/1.1':
            raise Refuse(f'version {version}')
        headers = {}
        for line in lines[1:]:
            name, value = line.split(':', 1)
            name = name.lower()
            if name in headers and name != 'anthropic-beta':
                raise Refuse(f'header {name} twice')
            headers[name] = f'{headers[name]},{value.strip()}' if name in headers else value.strip()
        length = headers.get('content-length', '0')
        if 'transfer-encoding' in headers or not length.isdigit():
            raise Refuse('body not framed by Content-Length')
        while len(self.buffer) < int(length):
            data = self.request.recv(1 << 20)
            if not data:
                raise ConnectionError
            self.buffer += data
        body, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        if self.buffer:
            raise Refuse('bytes behind the body')
        return method, target, headers, body

    def check(self, method, target, headers, body):
        """Returns (dialect, model, stream) or refuses."""
        path, _, query = target.partition('?')
        bad = FORBIDDEN & set(headers)
        if bad:
            raise Refuse(f'headers that must not travel: {sorted(bad)}')
        if headers.get('accept-encoding') != 'identity':
            raise Refuse('identity was not asked for')
        if headers.get('host') != self.server.host:
            raise Refuse('Host is not ours')
        if re.search(r'(^|&)key=', query):
            raise Refuse('a key in the query')
        gemini = re.fullmatch(r'/(v1beta|v1)/models/([^:]+):(generateContent|streamGenerateContent|countTokens|batchEmbedContents)', path)
        if path in ('/v1/chat/completions', '/v1/completions', '/v1/embeddings'):
            dialect = 'chat'
        elif path in ('/v1/responses', '/v1/responses/input_tokens'):
            dialect = 'responses'
        elif path in ('/v1/messages', '/v1/messages/count_tokens'):
            dialect = 'anthropic'
        elif gemini:
            dialect = 'gemini'
        elif path in ('/v1/models', '/v1beta/models') and method == 'GET':
            return 'models', path, False
        else:
            raise Refuse(f'no such path {path}')
        name, prefix = SECRET['chat'] if self.server.bearer else SECRET[dialect]
        if not headers.get(name, '').startswith(prefix + self.server.secret):
            raise Refuse(f'{dialect} wants its key in {name}')
        for other in {'authorization', 'x-api-key', 'x-goog-api-key', 'api-key'} - {name}:
            if other in headers:
                raise Refuse(f'a second credential in {other}')
        if dialect == 'anthropic' and 'anthropic-version' not in headers:
            raise Refuse('anthropic-version is missing')
        if method != 'POST' or headers.get('content-type') != 'application/json':
            raise Refuse('not a JSON POST')
        data = json.loads(body)
        if dialect == 'gemini':
            if 'contents' not in data and 'generateContentRequest' not in data and gemini[3] != 'batchEmbedContents':
                raise Refuse('contents is missing')
            stream = gemini[3] == 'streamGenerateContent'
            if stream and 'alt=sse' not in query:
                raise Refuse('only event streams here')
            return dialect, gemini[2], stream
        if not isinstance(data.get('model'), str):
            raise Refuse('model is missing')
        if dialect == 'anthropic' and not path.endswith('count_tokens') and not isinstance(data.get('max_tokens'), int):
            raise Refuse('max_tokens is missing')
        if ('input' if dialect == 'responses' or path == '/v1/embeddings' else
                'prompt' if path == '/v1/completions' else 'messages') not in data:
            raise Refuse('nothing was said')
        return dialect, data['model'], bool(data.get('stream'))

    def answer(self, method, target, headers, body):
        if target == '/_last':
            with self.server.lock:
                last = self.server.seen[-1]
            return self.send(200, json.dumps({'dialect': last['dialect'], 'model': last['model'], 'body': json.loads(last['body'])}).encode())
        dialect, model, stream = self.check(method, target, headers, body)
        with self.server.lock:
            (self.server.listed if dialect == 'models' else self.server.seen).append({'method': method, 'target': target, 'headers': headers, 'body': body,
                                     'dialect': dialect, 'model': model})
        if dialect != 'models' and self.server.only_listed and model not in self.server.models:
            words = (f'models/{model} is not found for API version v1beta, or is not supported for generateContent.'
                     if dialect == 'gemini' else f'The model `{model}` does not exist or you do not have access to it.')
            return self.send(404, json.dumps(error_body(dialect, 404, words)).encode())
        if dialect != 'models' and self.server.refusal:
            status, answer = self.server.refusal
            return self.send(status, json.dumps(answer).encode())
        extra = ('x-request-id: up-1\r\nrequest-id: up-1\r\nServer: vendor\r\nSet-Cookie: track=1\r\nAlt-Svc: h3=":443"\r\n'
                 'x-ratelimit-remaining-requests: 99\r\nanthropic-ratelimit-requests-remaining: 98\r\n')
        if dialect == 'models':
            names = self.server.models
            if names is None:
                return self.send(404, json.dumps(error_body('openai-chat', 404, 'no list')).encode())
            data = {'models': [{'name': f'models/{name}'} for name in names]} if model == '/v1beta/models' else \
                {'object': 'list', 'data': [{'id': name, 'object': 'model'} for name in names]}
            return self.send(200, json.dumps(data).encode())
        if re.search('/count_tokens|:countTokens|/input_tokens', target) and self.server.vendor is not None:
            return self.count(dialect, model, body, extra)
        if ':batchEmbedContents' in target:
            return self.embed(model, json.loads(body), extra)
        if self.server.vendor is not None:
            return self.converse(dialect, model, stream, body, extra)
        kind, _, number = model.partition('-')
        number = int(number) if number.isdigit() else 0
        if kind == 'hang':
            self.wait_for_leave(60)
            return False
        if kind == 'status':
            words = f'the vendor says {number}'
            if number == 401:
                words = f'Incorrect API key provided: {self.server.secret}. Write to help@vendor.example'
            retry = 'retry-after: 7\r\n' if number == 429 else ''
            return self.send(number, json.dumps(error_body(dialect, number, words)).encode(), extra + retry)
        if kind == 'html':
            return self.send(number, b'<html><body><h1>Bad gateway</h1></body></html>', extra, 'text/html; charset=utf-8')
        if kind == 'redirect':
            return self.send(302, b'', 'Location: http://127.0.0.1:1/elsewhere\r\n')
        whole = (WHOLE[dialect] % model).encode()
        if target.startswith('/v1/messages/count_tokens'):
            whole = b'{"input_tokens": 42}'
        if target.partition('?')[0].endswith(':countTokens'):
            whole = b'{"totalTokens": 42}'
        if kind == 'gzip':
            return self.send(200, gzip.compress(whole), extra + 'Content-Encoding: gzip\r\n')
        if kind == 'torn':
            self.request.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
            self.chunk(whole[:len(whole) // 2])
            self.request.sendall(b'0\r\n\r\n')
            return True
        if kind == 'short':
            self.request.sendall(f'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(whole) + 50}\r\n\r\n'.encode() + whole)
            return False
        if not stream:
            return self.send(200, whole, extra)
        self.request.sendall(f'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{extra}Transfer-Encoding: chunked\r\n\r\n'.encode())
        events = stream_events(dialect, model)
        if kind == 'endless':
            self.endless(events[1])
            return False
        if kind == 'cut':
            events = events[:number]
        if kind == 'half':
            events = events[:2] + [events[2][:25]]
        for event in events:
            if kind == 'slow':
                if self.wait_for_leave(number / 1000):
                    raise ConnectionError
            self.chunk(event)
        self.request.sendall(b'0\r\n\r\n')
        return True

    def converse(self, dialect, model, stream, body, extra):
        vendor, scripted = self.server.vendor, False
        for name in self.server.dislikes:
            if f'"{name}"'.encode() in body:
                words = f"Unsupported parameter: '{name}' is not supported here."
                return self.send(400, json.dumps(answers.error(dialect, 400, words)).encode(), extra)
        try:
            with self.server.lock:
                data = vendors.parse(body)
                vendor.check(dialect, model, data)
                said = vendors.read(dialect, data)
                self.server.seen[-1]['said'] = said
                step = self.step(said)
                if self.server.bad_calls:
                    self.server.bad_calls -= 1
                    step = [('bad_call',)]
                if step[0][0] == 'status':
                    scripted = True
                    raise vendors.Refused(step[0][2], step[0][1])
                pieces = answers.render(vendor, dialect, model, data, step, stream)
        except vendors.Refused as refusal:
            if refusal.status == 400 and not scripted:
                self.server.refused.append((dialect, str(refusal)))
            wait = 'retry-after: 20\r\n' if refusal.status == 429 and dialect != 'gemini' else ''
            return self.send(refusal.status, json.dumps(answers.error(dialect, refusal.status, str(refusal))).encode(), extra + wait)
        if not stream:
            for piece in pieces:
                if piece == 'cut':
                    return False
            return self.send(200, pieces[-1], extra)
        self.request.sendall(f'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{extra}Transfer-Encoding: chunked\r\n\r\n'.encode())
        try:
            for piece in pieces:
                if piece == 'cut':
                    return False
                if piece == 'end':
                    break
                if not isinstance(piece, tuple):
                    self.chunk(piece)
                elif self.wait_for_leave(piece[1] / 1000):
                    raise ConnectionError
            self.request.sendall(b'0\r\n\r\n')
        except ConnectionError:
            self.server.left()
            raise
        return True

    def count(self, dialect, model, body, extra):
        """A good question about a good request, or a refusal."""
        data = vendors.parse(body)
        try:
            if self.server.uncounted:
                raise vendors.Refused('no counting here', self.server.uncounted)
            if dialect == 'gemini':
                vendors.only(data, 'contents generateContentRequest', 'countTokens')
                vendors.need(('contents' in data) != ('generateContentRequest' in data), 'one of both')
                data = data.get('generateContentRequest', data)
                if 'model' in data:
                    vendors.need(data.pop('model') == f'models/{model}', 'another model')
            elif dialect == 'anthropic':
                vendors.only(data, 'model messages system tools tool_choice thinking', 'count_tokens')
                data['max_tokens'] = 64000
            else:
                vendors.only(data, 'model input instructions tools tool_choice text reasoning', 'input_tokens')
                data['store'] = False
            self.server.vendor.check(dialect, model, data)
            self.server.seen[-1]['said'] = vendors.read(dialect, data)
        except vendors.Refused as refusal:
            if refusal.status == 400:
                self.server.refused.append((dialect, str(refusal)))
            return self.send(refusal.status, json.dumps(answers.error(dialect, refusal.status, str(refusal))).encode(), extra)
        answer = {'gemini': {'totalTokens': 4242}, 'anthropic': {'input_tokens': 4242},
                  'responses': {'object': 'response.input_tokens', 'input_tokens': 4242}}[dialect]
        return self.send(200, json.dumps(answer).encode(), extra)

    def embed(self, model, data, extra):
        vectors = []
        for request in data['requests']:
            vendors.only(request, 'model content outputDimensionality', 'batchEmbedContents')
            vendors.need(request['model'] == f'models/{model}', 'another model')
            size = request.get('outputDimensionality', 3)
            text = request['content']['parts'][0]['text']
            vectors.append('{"values":[' + ','.join(['%d.50' % len(text)] * size) + ']}')
        return self.send(200, ('{"embeddings":[' + ','.join(vectors) + ']}').encode(), extra)

    def step(self, said):
        number = 0
        for role, items in reversed(said['turns']):
            # what a tool returned besides words follows its results where they take none
            if role == 'user' and not (items[0][0] == 'text' and ' returned by ' in items[0][1]):
                break
            number += role == 'assistant' and any(item[0] == 'call' for item in items)
        turns = [[item[1] for item in items if item[0] == 'text'] for role, items in said['turns'] if role == 'user']
        # programs put reminders of their own around the user's words
        words = [text for text in turns[-1] if re.match('(TOOL|STATUS):|THINK|FAIL|SLOW|JSON', text)] or turns[-1] if turns else []
        script = self.server.script or self.read_script(words[-1] if words else '', said)
        return script[min(number, len(script) - 1)]

    @staticmethod
    def read_script(text, said):
        status = re.search(r'STATUS:(\d+)', text)
        if status:
            return [[('status', int(status[1]), f'the vendor says {status[1]}')]]
        rounds = [[('call', name, json.loads(value)) for name, value in re.findall(r'TOOL:(\w+):(\{.*?\})(?= |$)', part)]
                  for part in re.split(r' THEN (?=TOOL:)', text)]
        rounds = [calls for calls in rounds if calls]
        think = [('think', 'I wonder')] if 'THINK' in text or rounds else []
        if 'FAIL' in text:
            return [[('text', 'so far'), ('fail', 'it broke')]]
        if 'SLOW' in text:
            return [[('text', 'so far'), ('pause', 10000), ('text', 'never')]]
        if 'JSON' in text:
            return [[('text', '{"city":"Oslo"}')]]
        given = [item for _, items in said['turns'] for item in items if item[0] == 'result']
        shown = [item for _, items in said['turns'] for item in items] + [part for item in given for part in item[2]]
        images = sum(item[0] == 'image' for item in shown)
        results = ', '.join(' '.join(part[1] for part in item[2] if part[0] == 'text') for item in given)
        last = think + [('text', f'caf\u00e9 \U0001f98a after [{results}] and {images} images')]
        return [think + calls for calls in rounds] + [last]

    def chunk(self, data):
        self.request.sendall(b'%x\r\n' % len(data) + data + b'\r\n')

    def endless(self, event):
        piece = event * max(1, 16384 // len(event))
        end = time.monotonic() + 60
        while time.monotonic() < end and self.server.sent < 400 << 20:
            self.chunk(piece)
            self.server.sent += len(piece)

    def wait_for_leave(self, seconds):
        readable, _, _ = select.select([self.request], [], [], seconds)
        if readable:
            self.server.note('gone')
        return bool(readable)

    def send(self, status, body, extra='', kind='application/json'):
        self.request.sendall(f'HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n'.encode() + body)
        return True


class StandIn(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, secret='vendor-key-0123456789', strict=False):
        super().__init__(('127.0.0.1', 0), Handler)
        self.secret = secret
        self.host = f'127.0.0.1:{self.server_address[1]}'  # what it is called
        self.lock = threading.Lock()
        self.seen, self.listed, self.refusals, self.events = [], [], [], {}
        self.connections = self.served = self.sent = 0
        self.bearer = False         # wants its key as OpenAI does, whatever the dialect
        self.close_after = 0        # requests per connection; 0: keep it
        self.stale = False          # close on the second request of a connection, unanswered
        self.dropped = 0
        self.vendor = vendors.Vendor() if strict else None
        self.script = None
        self.refusal = None         # (status, body) for whatever is asked but lists of models
        self.only_listed = False    # a model that is not listed is a 404
        self.bad_calls = 0          # so many of Gemini's answers are a call that cannot be read
        self.uncounted = 0          # a status: counting fails with it
        self.dislikes = []          # names that get a 400 wherever they stand in a body, as lesser servers do
        self.refused = []           # (dialect, why): requests the vendors would not take
        self.models = ['m-one', 'm-two']
        self.left = lambda: None    # called when a client goes before its stream ends
        self.arrived = threading.Condition()
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def note(self, what):
        with self.arrived:
            self.events[what] = time.monotonic()
            self.arrived.notify_all()

    def wait(self, what, seconds=5):
        with self.arrived:
            return self.arrived.wait_for(lambda: what in self.events, seconds) and self.events[what]


if __name__ == '__main__':
    import sys
    upstream = StandIn(strict='--strict' in sys.argv)
    upstream.left = lambda: print('left', flush=True)
    print(upstream.url, flush=True)
    sys.stdin.read()
    for dialect_, why in upstream.refused:
        print(f'refused by {dialect_}: {why}', flush=True)
    for why in upstream.refusals:
        print(f'refused: {why}', flush=True)
