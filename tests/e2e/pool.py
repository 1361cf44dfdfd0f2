#!/usr/bin/python3
"""Several accounts, and what becomes of a request when they fail: each story on real ports, with scripted faults."""
import http.client
import json
import os
import random
import signal
import socket
import threading
import time

from harness import KEY, Relais, equal, main, test, until

OK = {'id': 'c', 'object': 'chat.completion', 'created': 1, 'model': 'm', 'usage': {'prompt_tokens': 3, 'completion_tokens': 4, 'total_tokens': 7},
      'choices': [{'index': 0, 'message': {'role': 'assistant', 'content': 'served'}, 'finish_reason': 'stop'}]}
MESSAGE = {'id': 'msg_1', 'type': 'message', 'role': 'assistant', 'model': 'm', 'content': [{'type': 'text', 'text': 'served'}],
           'stop_reason': 'end_turn', 'stop_sequence': None, 'usage': {'input_tokens': 3, 'output_tokens': 4}}
GEMINI = {'candidates': [{'content': {'parts': [{'text': 'served'}], 'role': 'model'}, 'finishReason': 'STOP', 'index': 0}],
          'usageMetadata': {'promptTokenCount': 3, 'candidatesTokenCount': 4, 'totalTokenCount': 7}}
EVENTS = [b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n',
          b'data: {"choices":[{"index":0,"delta":{"content":"ser"}}]}\n\n', b'data: {"choices":[{"index":0,"delta":{"content":"ved"}}]}\n\n',
          b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n']
RETRY_INFO = {'@type': 'type.googleapis.com/google.rpc.RetryInfo', 'retryDelay': '30s'}
SEED = os.environ.get('RELAIS_SEED', '20261126')
DAY = {'@type': 'type.googleapis.com/google.rpc.QuotaFailure', 'violations': [{'quotaId': 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}]}


class Chunked:
    """An answer whose length its head does not say."""

    def __init__(self, kind, *pieces, whole=True):
        self.kind, self.pieces, self.whole = kind, pieces, whole

    def send(self, peer):
        kind = f'Content-Type: {self.kind}\r\n' if self.kind else ''
        peer.sendall(f'HTTP/1.1 200 X\r\n{kind}Transfer-Encoding: chunked\r\n\r\n'.encode())
        for piece in self.pieces:
            peer.sendall(b'%x\r\n%s\r\n' % (len(piece), piece))
        if self.whole:
            peer.sendall(b'0\r\n\r\n')
        return self.whole


class Vendor:
    """An upstream that does as it is told: `script` holds what its next answers are, the last one again and again."""

    def __init__(self, *script):
        self.script, self.seen, self.lock = list(script) or ['ok'], [], threading.Lock()
        self.heads = []
        self.gate, self.models, self.lists = threading.Event(), ['m-one', 'm-two', 'gemini-3-flash'], 0
        self.socket = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}'
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def next(self):
        with self.lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def serve(self, peer):
        file = peer.makefile('rb')
        try:
            while True:
                line = file.readline()
                if not line:
                    return
                target, length, head = line.split()[1].decode(), 0, {}
                while (field := file.readline().strip()):
                    name, _, value = field.decode().partition(':')
                    head[name.lower()] = value.strip()
                    length = int(value) if name.lower() == 'content-length' else length
                body = file.read(length)
                if line.startswith(b'GET'):
                    self.list(peer)
                    continue
                with self.lock:
                    self.seen.append((target, json.loads(body)))
                    self.heads.append(head)
                if not self.answer(peer, target, self.next()):
                    return
        except (OSError, ValueError):
            pass
        finally:
            peer.close()

    @staticmethod
    def send(peer, status, headers, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = ''.join(f'{name}: {value}\r\n' for name, value in ({'content-type': 'application/json'} | headers).items())
        peer.sendall(f'HTTP/1.1 {status} X\r\n{head}Content-Length: {len(raw)}\r\n\r\n'.encode() + raw)
        return True

    def list(self, peer):
        """Of the models, in all dialects at once; `models` None: there is none."""
        self.lists += 1
        if self.models is None:
            self.send(peer, 404, {}, {'error': {'message': 'no list'}})
        else:
            self.send(peer, 200, {}, {'object': 'list', 'data': [{'id': name, 'object': 'model', 'type': 'model'} for name in self.models],
                                      'models': [{'name': f'models/{name}'} for name in self.models], 'has_more': False})

    def answer(self, peer, target, step):
        if callable(step):
            step = step()
        if step == 'reset':
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
            return False
        if step == 'close':
            return False
        if isinstance(step, Chunked):
            return step.send(peer)
        if step in ('stream', 'cut', 'silent', 'early-error', 'late-error', 'big-error', 'held'):
            return self.stream(peer, step)
        if step == 'ok' and 'ount' in target:
            return self.send(peer, 200, {}, {'input_tokens': 5, 'totalTokens': 5})
        if step == 'ok':
            whole = MESSAGE if '/messages' in target else GEMINI if ':generate' in target else OK
            return self.send(peer, 200, {}, whole)
        if step == 'error-200':
            return self.send(peer, 200, {}, {'error': {'message': 'not today', 'type': 'server_error'}})
        status, headers, body = step
        return self.send(peer, status, headers, body)

    def stream(self, peer, step):
        if step == 'big-error':
            peer.sendall(b'HTTP/1.1 500 X\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n')
            for _ in range(64):
                peer.sendall(b'x' * 16384)
            return False
        peer.sendall(b'HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')

        def chunk(data):
            peer.sendall(b'%x\r\n%s\r\n' % (len(data), data))
        error = b'data: {"error":{"message":"broke down","type":"server_error","code":500}}\n\n'
        if step == 'early-error':
            chunk(error)
        elif step == 'silent':
            return False
        else:
            chunk(EVENTS[0])
            chunk(EVENTS[1])
            if step == 'cut':
                return False
            if step == 'held':
                self.gate.wait(20)
            for event in [error] if step == 'late-error' else EVENTS[2:]:
                chunk(event)
        peer.sendall(b'0\r\n\r\n')
        return True


def refusal(status, message='no', headers=None, **more):
    return status, headers or {}, {'error': dict({'message': message, 'type': 'x', 'code': None}, **more)}


def limited(seconds, message='slow down'):
    return refusal(429, message, {'retry-after': str(seconds)})


def account(name, vendor, provider='openai', **more):
    return dict({'id': name, 'label': name.upper(), 'provider': provider, 'base_url': vendor.url, 'api_key': f'key-of-{name}-012345'}, **more)


def pool(*vendors, **more):
    return [account(name, vendor, **more) for name, vendor in zip('abcdefghij', vendors)]


def ask(relais, model='m-one', words='hi', stream=False, **more):
    body = dict({'model': model, 'messages': [{'role': 'user', 'content': words}], 'stream': stream}, **more)
    status, headers, answer = relais.request('POST', '/v1/chat/completions', body)
    return status, headers, answer.decode()


def message_of(answer):
    return json.loads(answer)['error']['message']


def counts(*vendors):
    return tuple(len(vendor.seen) for vendor in vendors)


def story(name):
    """A name for what a function does in each of several cases."""
    def add(function):
        function.__name__ = name
        return test(function)
    return add


# --- who is asked next ---

FAULTS = {
    'a 429': limited(30), 'a 429 without a word': refusal(429), 'a 500': refusal(500), 'a 503': refusal(503), 'a 529': refusal(529),
    'a refused key': refusal(401, 'bad key'), 'a 402': refusal(402), 'a 403': refusal(403, 'not for you'),
    'credit that is gone': refusal(429, 'quota', code='insufficient_quota'), 'a model nobody there knows': refusal(404, 'The model does not exist', code='model_not_found'),
    'a redirect': (302, {'Location': 'http://127.0.0.1:1/'}, b''), 'a reset': 'reset', 'a connection that just closes': 'close',
    'an error in a 200': 'error-200', 'a refusal too long to hold': 'big-error',
}
for _name, _fault in FAULTS.items():
    def _run(fault=_fault):
        bad, good = Vendor(fault), Vendor()
        with Relais(accounts=pool(bad, good)) as relais:
            status, _, answer = ask(relais)
            # a connection that was used before may just be stale: that is tried once more, silently
            equal((status, counts(bad, good)), (200, (2 if fault in ('reset', 'close') else 1, 1)), answer)
            assert 'served' in answer, answer
            until(lambda: '“A”' in relais.said(), 'the line that says so')
    story(f'{_name} goes on to the next account')(_run)

for _name, _fault in {'an error as its first event': 'early-error', 'an end before its first event': 'silent', 'a 429': limited(30)}.items():
    def _run(fault=_fault):
        bad, good = Vendor(fault), Vendor('stream')
        with Relais(accounts=pool(bad, good)) as relais:
            status, _, answer = ask(relais, stream=True)
            equal((status, counts(bad, good)), (200, (1, 1)), answer)
            equal(answer, b''.join(EVENTS).decode())
    story(f'a stream with {_name} goes on to the next account')(_run)

for _name, _fault in {'cut': 'cut', 'broken by an error': 'late-error'}.items():
    def _run(fault=_fault):
        bad, good = Vendor(fault), Vendor('stream')
        with Relais(accounts=pool(bad, good)) as relais:
            status, _, answer = ask(relais, stream=True)
            equal((status, counts(bad, good)), (200, (1, 0)), answer)
            assert answer.startswith((EVENTS[0] + EVENTS[1]).decode()) and 'error' in answer and '[DONE]' not in answer.split('error')[0], answer
            # three in a row are held against it, good heads or not
            for _ in range(2):
                ask(relais, stream=True)
            equal(counts(bad, good), (3, 0))
            equal((ask(relais, stream=True)[0], counts(bad, good)), (200, (3, 1)))
    story(f'a stream {_name} after its first word is nobody else’s')(_run)

for _status in (400, 413, 422):
    def _run(status=_status):
        bad, good = Vendor(refusal(status, 'your fault')), Vendor()
        with Relais(accounts=pool(bad, good)) as relais:
            got, _, answer = ask(relais)
            equal((got, message_of(answer), counts(bad, good)), (status, 'your fault', (1, 0)))
            bad.script = ['ok']
            equal((ask(relais)[0], counts(bad, good)), (200, (2, 0)), 'nothing is held against it')
    story(f'a {_status} is the request’s own fault')(_run)


# what the body says is the account's fault is that to the client as well, whatever the status
ACCOUNT_FAULTS = {
    'anthropic': (400, {}, {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'Your credit balance is too low to access the API.'}}),
    'openai': refusal(429, 'You exceeded your current quota', type='insufficient_quota', code='insufficient_quota'),
    'gemini': (400, {}, {'error': {'code': 400, 'message': 'API key not valid.', 'status': 'INVALID_ARGUMENT', 'details': [{'reason': 'API_KEY_INVALID'}]}}),
}
REQUEST_FAULTS = {
    'anthropic': (400, {}, {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'no credit for that tool'}}),
    'openai': refusal(400, 'insufficient_quota is no parameter'),
    'gemini': (400, {}, {'error': {'code': 400, 'message': 'API_KEY_INVALID is no tool', 'status': 'INVALID_ARGUMENT'}}),
}
for _name in ACCOUNT_FAULTS:
    def _run(provider=_name):
        asked = {'/v1/chat/completions': {'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]},
                 '/v1/messages': {'model': 'm-one', 'max_tokens': 9, 'messages': [{'role': 'user', 'content': 'hi'}]},
                 '/v1beta/models/m-one:generateContent': {'contents': [{'parts': [{'text': 'hi'}]}]}}
        for path, body in asked.items():
            for fault, wanted in ((ACCOUNT_FAULTS[provider], 502), (REQUEST_FAULTS[provider], 400)):
                vendor = Vendor(fault)
                with Relais(accounts=pool(vendor, provider=provider)) as relais:
                    status, headers, answer = relais.request('POST', path, body)
                    named = 'The upstream refused the account “A”' in json.loads(answer)['error']['message']
                    equal((status, named, counts(vendor)), (wanted, wanted == 502, (1,)), (path, answer))
                    equal(headers.get('x-should-retry'), 'false' if wanted == 502 else None, path)
    story(f'what a body of {_name} says of the account is told as that')(_run)


@test
def connection_refused_goes_on_to_the_next_account():
    gone, good = Vendor(), Vendor()
    gone.close()
    with Relais(accounts=pool(gone, good)) as relais:
        equal((ask(relais)[0], counts(good)), (200, (1,)))


@test
def what_rests_for_an_hour_is_nothing_to_wait_for_while_others_are_free():
    vendors = [Vendor(refusal(403, 'not for you')), Vendor(refusal(500)), Vendor(refusal(500)), Vendor()]
    with Relais(accounts=pool(*vendors)) as relais:
        status, headers, answer = ask(relais)
        equal((status, counts(*vendors), 'retry-after' in headers), (502, (1, 1, 1, 0), False))
        assert '“D” was not asked' in answer and 'may be free' not in answer, answer


@test
def three_attempts_are_the_most():
    bad = [Vendor(refusal(500, f'fault {n}')) for n in range(5)]
    with Relais(accounts=pool(*bad)) as relais:
        status, headers, answer = ask(relais)
        equal((status, counts(*bad), headers.get('x-should-retry')), (502, (1, 1, 1, 0, 0), 'false'))
        for n in range(3):
            assert f'“{"ABC"[n]}” answered 500: fault {n}' in message_of(answer), answer


@test
def an_organization_is_for_the_one_account_it_may_be_of():
    """The key of another would be refused for it."""
    named = {'OpenAI-Organization': 'org-x', 'OpenAI-Project': 'proj-x'}
    body = {'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]}
    for provider, n, wanted in (('openai', 1, 'org-x'), ('openai', 2, None), ('openai-compatible', 1, None)):
        vendors = [Vendor() for _ in range(n)]
        with Relais(accounts=pool(*vendors, provider=provider)) as relais:
            equal(relais.request('POST', '/v1/chat/completions', body, named)[0], 200)
            equal((vendors[0].heads[0].get('openai-organization'), 'openai-project' in vendors[0].heads[0]), (wanted, wanted is not None))
    vendor = Vendor(refusal(401, 'OpenAI-Organization header should match', code='mismatched_organization'), 'ok')
    with Relais(accounts=pool(vendor)) as relais:
        status, _, answer = relais.request('POST', '/v1/chat/completions', body, named)
        assert status >= 400 and b'should match' in answer, (status, answer)
        equal((ask(relais)[0], counts(vendor)), (200, (2,)), 'the key is good')


# --- how long ---

WAITS = {
    'retry-after-ms': ({'retry-after-ms': '30000'}, {'message': 'x'}), 'retry-after': ({'retry-after': '30'}, {'message': 'x'}),
    'a date': (lambda: {'retry-after': time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(time.time() + 31))}, {'message': 'x'}),
    'anthropic-ratelimit': (lambda: {'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset':
                                     time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 31))}, {'message': 'x'}),
    'x-ratelimit': ({'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '30s'}, {'message': 'x'}),
    'RetryInfo': ({}, {'message': 'x', 'details': [RETRY_INFO]}), 'words': ({}, {'message': 'Please retry in 30.0s.'}),
}
for _name, (_headers, _error) in WAITS.items():
    def _run(headers=_headers, error=_error):
        given = headers() if callable(headers) else headers
        vendor = Vendor((429, given, {'error': error}))
        with Relais(accounts=pool(vendor)) as relais:
            for _ in range(2):
                status, headers, answer = ask(relais)
                equal(status, 429, answer)
                assert 27 <= int(headers['retry-after']) <= 31, headers
            equal(counts(vendor), (1,), 'it is left alone until then')
    story(f'a wait told by {_name} is kept and passed on')(_run)


@test
def a_quota_of_the_day_ends_at_midnight_pacific():
    vendor = Vendor((429, {}, {'error': {'code': 429, 'message': 'exhausted', 'status': 'RESOURCE_EXHAUSTED', 'details': [DAY, RETRY_INFO]}}))
    with Relais(accounts=[account('a', vendor, 'gemini')]) as relais:
        ask(relais, 'gemini-3-flash')
        status, headers, answer = ask(relais, 'gemini-3-flash')
        equal((status, counts(vendor), headers['x-should-retry']), (429, (1,), 'false'), answer)
        assert 0 < int(headers['retry-after']) <= 25 * 3600 and 'quota of the day' in message_of(answer), (headers, answer)


@test
def an_odd_wait_is_capped_at_a_day():
    vendor = Vendor(limited(10 ** 9))
    with Relais(accounts=pool(vendor)) as relais:
        equal((ask(relais)[1]['retry-after'], ask(relais)[1]['retry-after'] in ('86400', '86399'), counts(vendor)), ('86400', True, (1,)))


@test
def a_limit_of_one_model_leaves_the_others():
    vendor, other = Vendor(limited(30), 'ok'), Vendor()
    with Relais(accounts=pool(vendor, other)) as relais:
        equal((ask(relais, 'm-one')[0], counts(vendor, other)), (200, (1, 1)))
        equal((ask(relais, 'm-two')[0], counts(vendor, other)), (200, (2, 1)))
        equal((ask(relais, 'm-one')[0], counts(vendor, other)), (200, (2, 2)))


@test
def a_short_wait_is_waited_out():
    vendor = Vendor(limited(1), 'ok')
    with Relais(accounts=pool(vendor)) as relais:
        began = time.monotonic()
        status, _, answer = ask(relais)
        took = time.monotonic() - began
        equal((status, counts(vendor)), (200, (2,)), answer)
        assert 0.9 < took < 3, took
        until(lambda: 'held 1.0 s' in relais.said(), 'the line that says so')


@test
def a_wait_beyond_the_longest_is_told_at_once():
    vendor = Vendor(limited(3), 'ok')
    with Relais('--max-wait', '2', accounts=pool(vendor)) as relais:
        began = time.monotonic()
        status, headers, _ = ask(relais)
        equal((status, headers['retry-after'], time.monotonic() - began < 1), (429, '3', True))


@test
def a_conversation_waits_for_its_account():
    first, second = Vendor('ok', limited(1), 'ok'), Vendor()
    with Relais(accounts=pool(first, second)) as relais:
        equal(ask(relais)[0], 200)
        equal((ask(relais)[0], counts(first, second)), (200, (3, 0)))


@test
def a_conversation_moves_when_its_account_takes_too_long():
    first, second = Vendor('ok', limited(30), 'ok'), Vendor()
    with Relais('--max-wait', '1', accounts=pool(first, second)) as relais:
        for _ in range(4):
            equal(ask(relais)[0], 200)
        equal(counts(first, second), (2, 3), 'and stays there')


@test
def new_conversations_go_to_the_free_account():
    first, second = Vendor('ok', limited(30)), Vendor()
    with Relais(accounts=pool(first, second)) as relais:
        ask(relais, words='one')
        ask(relais, words='two')
        equal((ask(relais, words='three')[0], counts(first, second)), (200, (2, 2)))


# --- what is held against an account, and how it ends ---

@test
def a_key_refused_on_one_of_three_is_out():
    bad, good, spare = Vendor(refusal(401, 'bad key')), Vendor(), Vendor()
    with Relais(accounts=pool(bad, good, spare)) as relais:
        for _ in range(4):
            equal(ask(relais)[0], 200)
        equal(counts(bad, good, spare), (1, 4, 0))
        assert 'key-of-' not in relais.said()


@test
def the_breaker_opens_after_three_faults_and_only_orders():
    bad, good = Vendor(refusal(500)), Vendor()
    with Relais('--scheduling', 'performance-first', accounts=pool(bad, good)) as relais:
        for _ in range(12):
            equal(ask(relais)[0], 200)
        equal(counts(bad), (3,), 'three in a row, then no more')
    alone = Vendor(refusal(500))
    with Relais(accounts=pool(alone)) as relais:
        for _ in range(6):
            equal(ask(relais)[0], 500)
        equal(counts(alone), (6,), 'one account is never worse off than without Relais')
        alone.script = ['ok']
        equal(ask(relais)[0], 200)


@test
def the_breaker_closes_when_an_answer_begins():
    """Not when it ends: that may be minutes later, and the account is out as long."""
    vendor, other = Vendor(refusal(500), refusal(500), refusal(500), 'held', 'ok'), Vendor()
    with Relais('--scheduling', 'balance', accounts=pool(vendor, other)) as relais:
        for _ in range(8):
            equal(ask(relais)[0], 200)
        equal(counts(vendor), (3,))
        other.script, other.seen = [limited(1), 'ok'], []
        thread = threading.Thread(target=lambda: ask(relais, stream=True))
        thread.start()
        end = until(lambda: len(vendor.seen) == 4 and time.monotonic() + 1.1, 'the stream')
        until(lambda: time.monotonic() > end, 'the other to be free again')
        for _ in range(4):
            equal(ask(relais)[0], 200)
        equal(counts(vendor, other), (6, 3))
        vendor.gate.set()
        thread.join(20)


@test
def a_good_answer_ends_a_row_of_faults():
    vendor, other = Vendor(refusal(500), refusal(500), 'ok', refusal(500), refusal(500), 'ok'), Vendor()
    with Relais('--scheduling', 'balance', accounts=pool(vendor, other)) as relais:
        for _ in range(12):
            equal(ask(relais)[0], 200)
        assert counts(vendor)[0] >= 6, counts(vendor, other)


@test
def all_cooling_names_each_and_the_earliest_end():
    vendors = [Vendor(limited(seconds, f'wait {seconds}')) for seconds in (50, 30, 40)]
    with Relais(accounts=pool(*vendors)) as relais:
        for own in (True, False):
            status, headers, answer = ask(relais)
            equal(status, 429, answer)
            assert 28 <= int(headers['retry-after']) <= 30 and 'x-should-retry' not in headers, headers
            for label, seconds in zip('ABC', (50, 30, 40)):
                assert f'“{label}” is rate limited' in answer, answer
                equal(f'wait {seconds}' in answer, own, 'what it said of another request is not told')
        equal(counts(*vendors), (1, 1, 1))


@test
def who_asked_to_wait_is_not_called_rate_limited():
    vendors = [Vendor(refusal(503, 'busy', {'retry-after': '50'})) for _ in range(2)]
    with Relais(accounts=pool(*vendors)) as relais:
        for _ in range(2):
            answer = ask(relais)[2]
            assert '“A” asked to wait for another ' in answer and '“B” asked to wait' in answer, answer


@test
def the_error_is_in_the_callers_dialect():
    vendors = [Vendor(limited(30)), Vendor(limited(20))]
    with Relais(accounts=pool(*vendors)) as relais:
        body = {'model': 'm-one', 'max_tokens': 9, 'messages': [{'role': 'user', 'content': 'hi'}]}
        status, headers, answer = relais.request('POST', '/v1/messages', body)
        equal((status, json.loads(answer)['error']['type'], headers['retry-after']), (429, 'rate_limit_error', '20'), answer)
        status, headers, answer = relais.request('POST', '/v1beta/models/m-one:generateContent', {'contents': [{'parts': [{'text': 'hi'}]}]})
        equal((status, json.loads(answer)['error']['status']), (429, 'RESOURCE_EXHAUSTED'), answer)


@test
def some_limited_and_some_broken_is_503_with_the_end():
    vendors = [Vendor(limited(30)), Vendor(refusal(401, 'bad key'))]
    with Relais(accounts=pool(*vendors)) as relais:
        for _ in range(2):
            status, headers, answer = ask(relais)
            equal(status, 503, answer)
            assert 28 <= int(headers['retry-after']) <= 30, headers


@test
def all_broken_is_502_without_an_end():
    vendors = [Vendor(refusal(401, 'bad key')), Vendor(refusal(402, 'pay first')), Vendor(refusal(500, 'dead'))]
    with Relais(accounts=pool(vendors[0], vendors[2])) as relais:
        status, headers, answer = ask(relais)
        equal((status, headers['x-should-retry'], 'retry-after' in headers), (502, 'false', False), answer)
        assert 'bad key' in answer and 'dead' in answer, answer
    with Relais(accounts=pool(vendors[1])) as relais:
        status, headers, answer = ask(relais)
        equal((status, headers['x-should-retry']), (502, 'false'), answer)


@test
def a_model_nobody_knows_is_not_found():
    """As with one account: no wait, and what comes close."""
    vendors = [Vendor(refusal(404, 'The model does not exist', code='model_not_found')) for _ in range(2)]
    for vendor in vendors:
        vendor.models = ['m-once']
    for rows in (pool(*vendors[:1]), pool(*vendors)):
        with Relais(accounts=rows) as relais:
            for _ in range(2):
                status, headers, answer = ask(relais)
                equal((status, json.loads(answer)['error']['code'], 'retry-after' in headers), (404, 'model_not_found', False), answer)
        assert len(rows) == 1 or '“m-once”' in answer and '“B” does not know the model' in answer, answer
    with Relais(accounts=pool(vendors[0], Vendor(refusal(403, 'not for you')))) as relais:
        for _ in range(2):
            status, headers, answer = ask(relais)
            equal((status, headers['x-should-retry'], 'retry-after' in headers), (502, 'false', False), answer)


for _name, _headers in {'without a word': {}, 'that says at once': {'retry-after': '0'},
                        'with a date that is past': {'retry-after': 'Thu, 26 Nov 2020 08:00:00 GMT'}}.items():
    def _run(headers=_headers):
        vendors = [Vendor(refusal(429, 'slow down', headers)) for _ in range(2)]
        with Relais(accounts=pool(*vendors)) as relais:
            for n in range(1, 3):
                status, headers, answer = ask(relais)
                equal((status, headers['retry-after'], 'x-should-retry' in headers, counts(*vendors)), (429, '5', False, (n, n)), answer)
    story(f'a 429 of all {_name} is a 429')(_run)


@test
def what_only_orders_is_no_wait():
    """Who comes back at once is served by whoever can by then: nobody is told to stay away."""
    vendors = [Vendor(refusal(500, 'dead')) for _ in range(2)]
    with Relais(accounts=pool(*vendors)) as relais:
        for n in range(1, 6):
            status, headers, answer = ask(relais)
            equal((status, 'retry-after' in headers, counts(*vendors)), (502, False, (n, n)), answer)


# --- dispatch and scheduling ---

@test
def exclusive_serves_alone_and_fallback_when_it_cannot():
    zai, spare, pooled = Vendor('ok', limited(30)), Vendor(), Vendor()
    rows = [account('g', spare, 'gemini', dispatch='fallback'), account('p', pooled), account('z', zai, 'anthropic', dispatch='exclusive')]
    with Relais('--scheduling', 'balance', accounts=rows[:1] + rows[2:]) as relais:
        equal((ask(relais)[0], counts(zai, spare)), (200, (1, 0)))
        equal((ask(relais)[0], counts(zai, spare)), (200, (2, 1)), 'z.ai is limited: the fallback serves')
        equal((ask(relais)[0], counts(zai, spare)), (200, (2, 2)))
    zai.script, zai.seen, spare.seen = ['ok'], [], []
    with Relais('--scheduling', 'balance', accounts=rows) as relais:
        for _ in range(3):
            equal(ask(relais)[0], 200)
        equal(counts(zai, pooled, spare), (3, 0, 0))


@test
def off_and_disabled_accounts_are_never_asked():
    off, out, good = Vendor(), Vendor(), Vendor(refusal(500))
    rows = [account('a', off, dispatch='off'), account('b', out, enabled=False), account('c', good)]
    with Relais(accounts=rows) as relais:
        equal((ask(relais)[0], counts(off, out, good)), (500, (0, 0, 1)))


@test
def balance_takes_the_least_recently_used():
    vendors = [Vendor(), Vendor(), Vendor()]
    with Relais('--scheduling', 'balance', accounts=pool(*vendors)) as relais:
        for _ in range(9):
            ask(relais)
        equal(counts(*vendors), (3, 3, 3))


@test
def performance_first_takes_turns_for_each_model():
    vendors = [Vendor(), Vendor()]
    with Relais('--scheduling', 'performance-first', accounts=pool(*vendors)) as relais:
        for _ in range(4):
            ask(relais, 'm-one')
            ask(relais, 'm-two')
        equal(counts(*vendors), (4, 4))
        for vendor in vendors:
            equal([body['model'] for _, body in vendor.seen].count('m-one'), 2)


@test
def cache_first_keeps_a_conversation_and_fills_in_list_order():
    vendors = [Vendor(), Vendor()]
    with Relais(accounts=pool(*vendors)) as relais:
        for words in ('one', 'two', 'one', 'three'):
            ask(relais, words=words)
        equal(counts(*vendors), (4, 0))


def message(relais, words, count=False, session=None):
    """What Claude Code does: counts, then asks."""
    body = {'model': 'm-one', 'messages': [{'role': 'user', 'content': words}]}
    body.update({} if count else {'max_tokens': 9})
    headers = {'anthropic-version': '2023-06-01', **({'x-claude-code-session-id': session} if session else {})}
    return relais.request('POST', '/v1/messages' + ('/count_tokens' if count else ''), body, headers)


def messages(*vendors):
    return tuple(sum('ount' not in target for target, _ in vendor.seen) for vendor in vendors)


for _mode in ('balance', 'performance-first'):
    for _provider in ('anthropic', 'gemini'):
        def _run(mode=_mode, provider=_provider):
            vendors = [Vendor(), Vendor()]
            with Relais('--scheduling', mode, accounts=pool(*vendors, provider=provider)) as relais:
                for n in range(6):
                    equal(message(relais, f'q{n}', count=True)[0], 200)
                    equal(message(relais, f'q{n}')[0], 200)
                equal((messages(*vendors), counts(*vendors)), ((3, 3), (6, 6)))
        story(f'{_mode}: a count takes no turn of a message, {_provider}')(_run)


@test
def a_count_moves_no_conversation():
    first, second = Vendor('ok', limited(2), 'ok'), Vendor()
    with Relais(accounts=pool(first, second, provider='anthropic')) as relais:
        for words, session in (('one', 's'), ('two', 't')):
            equal(message(relais, words, session=session)[0], 200)
        equal((messages(first, second), message(relais, 'one', count=True, session='s')[0]), ((2, 1), 200))
        equal((message(relais, 'more', session='s')[0], messages(first, second)), (200, (3, 1)), 'it waits for its account')


@test
def a_fixed_account_serves_all_or_nothing():
    vendors = [Vendor(), Vendor(refusal(500, 'mine'))]
    with Relais('--scheduling', 'fixed:b', accounts=pool(*vendors)) as relais:
        status, _, answer = ask(relais)
        equal((status, message_of(answer), counts(*vendors)), (500, 'mine', (0, 1)))
    with Relais('--scheduling', 'fixed:b', accounts=pool(*vendors[:1]) + [account('b', vendors[1], enabled=False)]) as relais:
        status, _, answer = ask(relais)
        equal((status, counts(*vendors)), (503, (0, 1)))
        assert 'set to answer everything' in message_of(answer), answer


@test
def a_lower_priority_waits_for_the_higher_to_fail():
    first, second = Vendor('ok', refusal(500), refusal(500), refusal(500), 'ok'), Vendor()
    rows = [account('b', second, priority=9), account('a', first, priority=1)]
    with Relais('--scheduling', 'balance', accounts=rows) as relais:
        for _ in range(5):
            equal(ask(relais)[0], 200)
        equal(counts(first, second), (4, 4))


@test
def a_conversation_is_one_by_what_the_client_says():
    first, second = Vendor('ok', limited(30), 'ok'), Vendor()
    with Relais('--max-wait', '0', accounts=pool(first, second)) as relais:
        ask(relais, words='one', prompt_cache_key='k')
        ask(relais, words='two', prompt_cache_key='k')
        equal((ask(relais, words='three', prompt_cache_key='k')[0], counts(first, second)), (200, (2, 2)))


@test
def a_list_that_failed_once_keeps_nobody_out():
    first, second = Vendor(), Vendor()
    first.models = None
    with Relais('--scheduling', 'balance', accounts=[account('a', first, priority=-5), account('b', second)]) as relais:
        for n in range(5):
            equal(ask(relais, words=str(n))[0], 200)
        equal((counts(first, second), first.lists, second.lists), ((5, 0), 1, 1))


@test
def only_who_is_known_to_have_the_model_is_asked():
    first, second = Vendor(refusal(404, 'The model does not exist', code='model_not_found')), Vendor('ok', limited(30))
    first.models = ['m-other']
    for scheduling in ('cache-first', 'balance', 'performance-first'):
        first.seen, second.seen, second.script = [], [], ['ok', limited(30)]
        with Relais('--scheduling', scheduling, '--max-wait', '0', accounts=pool(first, second)) as relais:
            equal((ask(relais)[0], counts(first, second)), (200, (0, 1)))
            for words in ('slow down', '“B” is rate limited'):
                status, headers, answer = ask(relais)
                equal((status, counts(first, second)), (429, (0, 2)), 'its limit is not made a model that nobody knows')
                assert 28 <= int(headers['retry-after']) <= 30 and words in answer, answer
    with Relais('--scheduling', 'fixed:a', accounts=pool(first, second)) as relais:
        equal((ask(relais)[0], counts(first, second)), (404, (1, 2)), 'the fixed one has no other to stand behind')
    first, second = Vendor(), Vendor()
    with Relais(accounts=pool(first, second)) as relais:
        equal((ask(relais, 'm-none')[0], counts(first, second)), (200, (1, 0)), 'nobody lists it: the first in the list')


@test
def an_answer_has_begun_with_its_first_byte():
    """What breaks off behind its head is another account's to answer, with whatever status that has."""
    for head in (Chunked('application/json', whole=False), Chunked('application/json', b' \n', whole=False), Chunked('', whole=False)):
        for answer, status in (('ok', 200), (refusal(400, 'no such thing'), 400), (limited(9), 503)):
            with Relais('--max-wait', '0', accounts=pool(Vendor(head), Vendor(answer))) as relais:
                equal(ask(relais)[0], status)
                assert 'CRITICAL' not in relais.said(), relais.said()
        with Relais(accounts=pool(Vendor(head))) as relais:
            equal(ask(relais)[0], 502)
    broken = Chunked('application/json', b'{"id":', whole=False)
    with Relais(accounts=pool(Vendor(broken), Vendor())) as relais:
        try:
            ask(relais)
            raise AssertionError('what had begun was taken for whole')
        except http.client.IncompleteRead:
            pass


@test
def a_long_answer_of_no_known_length_goes_through():
    body = json.dumps(dict(OK, system_fingerprint='x' * 600000)).encode()
    for kind in ('application/json', 'text/plain', ''):
        vendor = Vendor(Chunked(kind, b'\n', *(body[i:i + 50000] for i in range(0, len(body), 50000))))
        with Relais(accounts=pool(vendor)) as relais:
            status, _, answer = ask(relais)
            equal((status, json.loads(answer)['system_fingerprint']), (200, 'x' * 600000))


@test
def a_web_page_is_no_answer():
    """What a wrong base URL gives, with a status of 200, in each way an answer can be held."""
    def page(kind, words=b'<!doctype html><title>Welcome</title>'):
        return lambda: (200, {'content-type': kind}, words)
    for wrong in (page('text/html'), page('application/json', b''), page('text/plain', b'Welcome'), page('application/json', b'"ok"'),
                  Chunked('text/html', b'<html>', b'x' * 300000), Chunked('', b'Welcome'), Chunked('application/json', b' ', b'\n')):
        for path, body in (('/v1/chat/completions', {'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]}),
                           ('/v1/embeddings', {'model': 'm-one', 'input': 'hi'})):
            first, second = Vendor(wrong), Vendor()
            with Relais(accounts=pool(first)) as relais:
                status, _, answer = relais.request('POST', path, body)
                equal((status, json.loads(answer)['error']['type']), (502, 'server_error'), answer)
                assert 'base URL' in message_of(answer), answer
            with Relais(accounts=pool(first, second)) as relais:
                equal((relais.request('POST', path, body)[0], counts(first, second)), (200, (2, 1)))
    with Relais(accounts=pool(Vendor(page('text/html')))) as relais:
        status, _, answer = relais.request('POST', '/v1/messages', {'model': 'm-one', 'max_tokens': 9, 'messages': [{'role': 'user', 'content': 'hi'}]})
        equal((status, json.loads(answer)['error']['type']), (502, 'api_error'), answer)
        assert 'base URL' in message_of(answer), answer


# --- the rest ---

@test
def an_account_that_points_at_relais_itself():
    with socket.create_server(('127.0.0.1', 0)) as probe:
        port = probe.getsockname()[1]
    rows = [{'id': 'me', 'label': 'Me', 'provider': 'openai', 'base_url': f'http://localhost:{port}/v1', 'api_key': 'key-of-me-0123456'}]
    relais = Relais('--port', str(port), accounts=rows)
    with relais:
        status, headers, answer = ask(relais)
        equal((status, headers['x-should-retry'], json.loads(answer)['error']['code']), (508, 'false', 'loop_detected'), answer)
        assert '“Me” points at this Relais itself' in answer, answer


@test
def claude_code_finds_the_second_gemini_account():
    """A tool call of Claude Code's on two Gemini accounts, the first of which is over quota."""
    over = Vendor((429, {}, {'error': {'code': 429, 'message': 'exhausted', 'status': 'RESOURCE_EXHAUSTED', 'details': [DAY]}}))
    call = {'candidates': [{'content': {'role': 'model', 'parts': [{'functionCall': {'name': 'Read', 'args': {'path': 'a'}}, 'thoughtSignature': 'c2ln'}]},
                            'finishReason': 'STOP', 'index': 0}], 'usageMetadata': {'promptTokenCount': 3, 'candidatesTokenCount': 4, 'totalTokenCount': 7}}
    good = Vendor((200, {}, call), 'ok')
    tool = {'name': 'Read', 'description': 'r', 'input_schema': {'type': 'object', 'properties': {'path': {'type': 'string'}}}}
    with Relais(accounts=pool(over, good, provider='gemini')) as relais:
        body = {'model': 'gemini-3-flash', 'max_tokens': 64, 'tools': [tool], 'messages': [{'role': 'user', 'content': 'read a'}]}
        status, _, answer = relais.request('POST', '/v1/messages', body, {'anthropic-version': '2023-06-01', 'User-Agent': 'claude-cli/2.1'})
        said = json.loads(answer)
        equal((status, said['content'][-1]['type'], counts(over, good)), (200, 'tool_use', (1, 1)), answer)
        body['messages'] += [{'role': 'assistant', 'content': said['content']},
                             {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': said['content'][-1]['id'], 'content': 'text'}]}]
        status, _, answer = relais.request('POST', '/v1/messages', body, {'anthropic-version': '2023-06-01', 'User-Agent': 'claude-cli/2.1'})
        equal((status, counts(over, good)), (200, (1, 2)), answer)
        until(lambda: '“A” quota 429' in relais.said(), 'why the second served it')


@test
def a_suspended_server_wakes_up_with_its_waits_over():
    vendor = Vendor(limited(2), 'ok')
    with Relais('--max-wait', '0', accounts=pool(vendor)) as relais:
        equal(ask(relais)[0], 429)
        os.kill(relais.process.pid, signal.SIGSTOP)
        end = time.monotonic() + 2.1
        until(lambda: time.monotonic() > end, 'the wait to be over')
        os.kill(relais.process.pid, signal.SIGCONT)
        equal((ask(relais)[0], counts(vendor)), (200, (2,)))


@test
def a_held_request_ends_when_its_client_leaves_and_when_the_server_stops():
    vendor = Vendor(limited(8))
    with Relais(accounts=pool(vendor)) as relais:
        raw = json.dumps({'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]}).encode()
        sock = relais.connect()
        sock.sendall(f'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n'
                     f'Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n'.encode() + raw)
        until(lambda: vendor.seen, 'the request')
        sock.close()
        until(lambda: 'm-one' in relais.said(), 'its line')
        equal(counts(vendor), (1,))
    vendor = Vendor(limited(8))
    with Relais(accounts=pool(vendor)) as relais:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(ask(relais)))
        thread.start()
        until(lambda: vendor.seen, 'the request')
        began = time.monotonic()
        relais.stop()
        thread.join(10)
        assert time.monotonic() - began < 6, 'it was held on'
        equal((answers[0][0], counts(vendor)), (429, (1,)), answers)


class Stormy(Vendor):
    """Fails at random, but the same way in each run: by how often it was asked for the model."""

    def __init__(self, name):
        super().__init__()
        self.name, self.asked, self.served = name, {}, 0

    def answer(self, peer, target, step):
        with self.lock:
            model = self.seen.pop()[1]['model']
            self.asked[model] = n = self.asked.get(model, 0) + 1
        roll = random.Random(f'{SEED}{self.name}{model}{n}').random()
        faults = ((.01, limited(1)), (.05, refusal(500)), (.08, refusal(529)), (.1, 'reset'), (.12, 'error-200'), (.125, refusal(403, 'not now')))
        fault = next((fault for below, fault in faults if roll < below), 'ok')
        self.served += fault == 'ok'
        return super().answer(peer, target, fault)


@test
def ten_accounts_five_models_ten_thousand_requests():
    """A request fails only where three accounts failed it, or none was left to ask; who serves is as the mode promises."""
    for mode in ('cache-first', 'balance', 'performance-first'):
        vendors = [Stormy(name) for name in 'abcdefghij']
        failed, others, counter = [], [], iter(range(3334))
        with Relais('--scheduling', mode, '--max-wait', '0', '--no-log', accounts=pool(*vendors)) as relais:
            def work():
                connection = http.client.HTTPConnection('127.0.0.1', relais.port, timeout=60)
                for n in counter:
                    body = {'model': f'm-{n % 5}', 'messages': [{'role': 'user', 'content': f'conversation {n % 40}'}]}
                    status, _, answer = relais.request('POST', '/v1/chat/completions', body, connection=connection)
                    if status != 200:
                        tried = answer.count(b'answered ') + answer.count(b'could not be used')
                        (failed if tried == 3 or b'was not asked' not in answer else others).append(answer)
                connection.close()
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(100)
        equal(others, [], mode)
        served = [vendor.served for vendor in vendors]
        equal(sum(served) + len(failed), 3334, (mode, served))
        assert len(failed) < 50, (mode, len(failed))
        print(f'# {mode}: {served}, {len(failed)} failed', flush=True)
        if mode != 'cache-first':
            # whoever broke three times in a row is left out for half a minute, which may be all there is
            assert min(served) > 10 and max(served) < 1667, (mode, served)  # nobody starves, and nobody carries it all


@test
def fifty_at_once_are_all_served_while_one_account_can():
    bad, good = Vendor(limited(30)), Vendor()
    with Relais('--scheduling', 'balance', accounts=pool(bad, good)) as relais:
        statuses = []
        threads = [threading.Thread(target=lambda n=n: statuses.append(ask(relais, words=str(n))[0])) for n in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        equal(statuses, [200] * 50)


main()
