#!/usr/bin/python3
"""Same dialect on both sides: the bytes go through, and the upstream's manners do not leak."""
import http.client
import json
import socket
import time

from harness import KEY, SLACK_KIB, Relais, equal, main, open_files, resident_kib, test, until
from standin import StandIn, WHOLE, stream_events

DIALECTS = ('chat', 'responses', 'anthropic', 'gemini')
PATHS = {'chat': '/v1/chat/completions', 'responses': '/v1/responses', 'anthropic': '/v1/messages'}


def accounts(upstream, **more):
    key = upstream.secret
    rows = [
        {'id': 'oa', 'label': 'Open', 'provider': 'openai', 'base_url': upstream.url, 'api_key': key},
        {'id': 'an', 'label': 'Anne', 'provider': 'anthropic', 'base_url': upstream.url + '/v1/messages', 'api_key': key},
        {'id': 'ge', 'label': 'Gem', 'provider': 'gemini', 'base_url': upstream.url + '/v1beta/', 'api_key': key},
    ]
    return [dict(row, **more) for row in rows]


def ask(dialect, model, stream=False):
    """(path, body): odd numbers, odd order, odd white space: what a re-serialiser would change"""
    flag = ',  "stream":true' if stream else ''
    odd = '"temperature":0.70, "seed" : 12345678901234567890,"e":1e3, "u":"\\u00e9\\/"'
    if dialect == 'gemini':
        method = 'streamGenerateContent?alt=sse' if stream else 'generateContent'
        return f'/v1beta/models/{model}:{method}', f'{{ {odd}, "contents":[{{"parts":[{{"text":"hi \U0001f98a"}}]}}]}}'
    said = '"input":"hi"' if dialect == 'responses' else '"messages":[{"role":"user","content":"hi \U0001f98a"}]'
    return PATHS[dialect], f'{{"max_tokens" :9, {odd}, {said} , "model":"{model}"{flag}}}\n'


@test
def whole_bodies_go_through_byte_by_byte():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for dialect in DIALECTS:
            path, body = ask(dialect, 'm-one')
            status, headers, answer = relais.request('POST', path, body)
            equal(status, 200, (dialect, answer))
            equal(answer, (WHOLE[dialect] % 'm-one').encode(), dialect)
            equal(upstream.seen[-1]['body'], body.encode(), dialect)
            equal(headers['content-type'], 'application/json', dialect)
    equal(upstream.refusals, [])


@test
def streams_go_through_byte_by_byte():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for dialect in DIALECTS:
            path, body = ask(dialect, 'm-one', True)
            status, headers, answer = relais.request('POST', path, body)
            equal(status, 200, (dialect, answer))
            equal(answer, b''.join(stream_events(dialect, 'm-one')), dialect)
            equal(headers['content-type'], 'text/event-stream', dialect)
            equal(headers['cache-control'], 'no-cache', dialect)
            equal(upstream.seen[-1]['body'], body.encode(), dialect)
    equal(upstream.refusals, [])


@test
def events_are_not_held_back():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        path, body = ask('chat', 'slow-60', True)
        connection = http.client.HTTPConnection('127.0.0.1', relais.port, timeout=10)
        connection.request('POST', path, body.encode(), {'Content-Type': 'application/json', 'Authorization': f'Bearer {KEY}'})
        answer = connection.getresponse()
        arrivals, data = [], b''
        while True:
            piece = answer.read1(65536)
            if not piece:
                break
            arrivals.append(time.monotonic())
            data += piece
        equal(data, b''.join(stream_events('chat', 'slow-60')))
        assert len(arrivals) >= 7, f'only {len(arrivals)} pieces: events were gathered'


@test
def header_lists_hold_in_both_directions():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        path, body = ask('anthropic', 'm-one')
        status, headers, answer = relais.request('POST', path, body, {
            'x-api-key': KEY, 'Cookie': 'a=b', 'Referer': 'http://127.0.0.1/', 'X-Forwarded-For': '10.0.0.1',
            'x-app': 'cli', 'anthropic-beta': 'one,two', 'anthropic-version': '2026-10-21', 'User-Agent': 'Test/1',
            'X-Stainless-Lang': 'js', 'Range': 'bytes=0-1', 'Accept-Encoding': 'gzip, br'})
        equal(status, 200, answer)
        sent = upstream.seen[-1]['headers']
        equal((sent['anthropic-beta'], sent['anthropic-version'], sent['user-agent'], sent['x-stainless-lang']),
              ('one,two', '2026-10-21', 'Test/1', 'js'))
        for name in ('set-cookie', 'server', 'alt-svc'):
            assert name not in headers, name
        equal((headers['request-id'], headers['anthropic-ratelimit-requests-remaining']), ('up-1', '98'))
        assert KEY not in json.dumps(sent), 'the client key travelled'
    equal(upstream.refusals, [])


@test
def keys_in_the_query_stay_here():
    upstream = StandIn()
    with Relais('--auth-mode', 'strict', accounts=accounts(upstream)) as relais:
        path, body = ask('gemini', 'm-one')
        status, _, answer = relais.request('POST', f'{path}?key={KEY}', body, auth=False)
        equal(status, 200, answer)
        assert KEY not in upstream.seen[-1]['target']
        status, _, _ = relais.request('POST', f'{path}?key=sk-wrong-key-0000', body, auth=False)
        equal(status, 401)
        assert KEY not in relais.said()
    equal(upstream.refusals, [])


@test
def counting_tokens_and_versions_go_through():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        status, _, answer = relais.request('POST', '/v1/messages/count_tokens?beta=true',
                                           '{"model":"m-one","messages":[]}')
        equal((status, json.loads(answer)), (200, {'input_tokens': 42}))
        status, _, answer = relais.request('POST', '/v1/models/m-one:countTokens', '{"contents":[]}')
        equal((status, json.loads(answer)), (200, {'totalTokens': 42}))
        assert upstream.seen[-1]['target'].startswith('/v1/models/'), upstream.seen[-1]['target']
    equal(upstream.refusals, [])


@test
def wrong_base_urls_are_repaired_with_a_hint():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for path, dialect, hint in (('/v1/chat/completions/responses', 'responses', '/v1'),
                                    ('/v1/v1/messages', 'anthropic', ''), ('/chat/completions', 'chat', '/v1'),
                                    ('/v1/v1beta/models/m-one:generateContent', 'gemini', '')):
            status, headers, answer = relais.request('POST', path, ask(dialect, 'm-one')[1])
            equal(status, 200, (path, answer))
            equal(headers['x-relais-hint'], f'base URL should be {relais.url}{hint}', path)
            equal(answer, (WHOLE[dialect] % 'm-one').encode(), path)
        status, headers, _ = relais.request('POST', *ask('chat', 'm-one'))
        assert 'x-relais-hint' not in headers
    equal(upstream.refusals, [])


@test
def bad_bodies_are_refused_in_the_callers_dialect():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for body in ('', '[]', '{', 'nonsense', '{"model":"a","model":"b","messages":[]}',
                     '{"mod\\u0065l":"a","model":"b","messages":[]}', '{"messages":[]}', '{"model":7}', '{"model":""}',
                     '{"model":"a","stream":true,"stream":false}', '{"a":' * 200 + '1' + '}' * 200, '{"model":"\udc80"}'):
            raw = body.encode('utf-8', 'surrogateescape')
            status, _, answer = relais.request('POST', PATHS['chat'], raw)
            equal(status, 400, body[:40])
            equal(json.loads(answer)['error']['type'], 'invalid_request_error', body[:40])
            status, _, answer = relais.request('POST', PATHS['anthropic'], raw)
            equal((status, json.loads(answer)['type']), (400, 'error'), body[:40])
        status, _, answer = relais.request('POST', '/v1beta/models/m-one:generateContent', '{')
        equal((status, json.loads(answer)['error']['status']), (400, 'INVALID_ARGUMENT'))
    equal(upstream.seen, [])


@test
def broken_json_is_told_as_such():
    with Relais('--practice') as relais:
        status, _, answer = relais.request('POST', PATHS['chat'], '{bad')
        error = json.loads(answer)['error']
        equal((status, error['param']), (400, None))
        assert 'not valid JSON' in error['message'] and 'line 1, column 2' in error['message'] and 'key' not in error['message'], error


@test
def every_status_has_its_phrase():
    with Relais('--practice') as relais:
        for number, phrase in ((429, 'Too Many Requests'), (431, 'Request Header Fields Too Large'), (451, 'Unavailable For Legal Reasons'),
                               (503, 'Service Unavailable')):
            connection = http.client.HTTPConnection('127.0.0.1', relais.port, timeout=30)
            connection.request('POST', PATHS['chat'], json.dumps({'model': 'm', 'messages': [{'role': 'user', 'content': f'PRACTICE status {number}'}]}),
                               {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            equal((answer.status, answer.reason), (number, phrase))
            connection.close()
        connection = http.client.HTTPConnection('127.0.0.1', relais.port, timeout=30)
        connection.request('GET', '/v1/models', headers={'Host': 'evil.example'})
        answer = connection.getresponse()
        equal((answer.status, answer.reason), (421, 'Misdirected Request'))
        connection.close()
    with Relais('--practice', '--auth-mode', 'strict') as relais:
        for headers in ({}, {'x-api-key': 'sk-wrong-0123456789'}):
            status, _, answer = relais.request('GET', '/v1/models', headers=headers, auth=False)
            assert status == 401 and 'the one that “relais serve” was given by RELAIS_API_KEY' in json.loads(answer)['error']['message'], answer


@test
def what_is_stored_at_a_vendor_names_no_model():
    upstream = StandIn()
    rows = accounts(upstream, models=['m-*'])
    with Relais('--practice', accounts=rows) as relais:
        for _ in range(3):
            relais.request('GET', '/v1/responses/resp_1')
    equal(upstream.refusals, ['no such path /v1/responses/resp_1'] * 3, 'patterns do not stand in the way')
    with Relais(accounts=[row for row in rows if row['provider'] == 'anthropic']) as relais:
        status, _, answer = relais.request('GET', '/v1/responses/resp_1')
        equal(status, 503)
        equal(json.loads(answer)['error']['message'], 'No account speaks OpenAI Responses: add one that does')
        status, _, answer = relais.request('POST', PATHS['chat'], {'model': 'gpt-5', 'messages': []})
        equal(status, 404)
        assert '“gpt-5”' in json.loads(answer)['error']['message'], answer


@test
def vendor_errors_go_through_and_account_faults_do_not():
    upstream = StandIn()
    with Relais('--max-wait', '0', accounts=accounts(upstream)[:1]) as relais:
        for number in (400, 404, 413, 422, 429, 500, 503):
            status, headers, answer = relais.request('POST', *ask('chat', f'status-{number}'))
            equal((status, json.loads(answer)['error']['type']), (number, 'upstream_words'))
            equal(headers.get('retry-after'), '7' if number == 429 else None)
    for number in (402, 403):
        with Relais(accounts=accounts(upstream)[:1]) as relais:
            status, headers, answer = relais.request('POST', *ask('chat', f'status-{number}'))
            equal((status, headers['x-should-retry']), (502, 'false'))
            assert '“Open”' in json.loads(answer)['error']['message']
    rows = accounts(upstream)
    rows[0]['models'] = ['m-*', 'status-401']
    rows[1]['models'] = rows[2]['models'] = ['m-*']
    with Relais(accounts=rows) as relais:
        status, headers, answer = relais.request('POST', *ask('chat', 'status-401'))
        message = json.loads(answer)['error']['message']
        equal((status, headers['x-should-retry']), (502, 'false'))
        assert 'Incorrect API key' in message and '“Open”' in message, message
        assert upstream.secret not in message and 'vendor.example' not in message, message
        for _ in range(4):
            status, _, answer = relais.request('POST', *ask('chat', 'm-one'))
            equal(status, 200, (answer, 'the others serve on'))
            assert upstream.seen[-1]['dialect'] in ('anthropic', 'gemini'), 'a rejected key is not tried again'
        status, _, answer = relais.request('POST', *ask('anthropic', 'm-one'))
        equal((status, upstream.seen[-1]['dialect']), (200, 'anthropic'))
        assert upstream.secret not in relais.said()


@test
def foreign_answers_are_told_in_words():
    upstream = StandIn()
    rows = accounts(upstream)
    for row, words in zip(rows, (['html-*', 'gzip', 'short'], ['redirect'], [])):
        row['models'] = words or ['m-*']
    with Relais(accounts=rows) as relais:
        status, headers, answer = relais.request('POST', *ask('chat', 'html-502'))
        equal((status, headers['content-type']), (502, 'application/json'))
        equal(json.loads(answer)['error']['message'], 'The upstream answered 502 (text/html)')
        before = upstream.connections
        status, _, answer = relais.request('POST', *ask('anthropic', 'redirect'))
        equal((status, json.loads(answer)['error']['type']), (502, 'api_error'))
        equal(upstream.connections - before <= 1, True, 'a redirect was followed')
        status, headers, answer = relais.request('POST', *ask('chat', 'gzip'))
        equal((status, answer), (200, (WHOLE['chat'] % 'gzip').encode()))
        assert 'content-encoding' not in headers
        status, _, answer = relais.request('POST', *ask('chat', 'short'))
        equal(status, 502, 'a body that ends too early is no answer')


@test
def streams_that_end_badly_say_so():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for dialect in DIALECTS:
            path, body = ask(dialect, 'cut-3', True)
            status, _, answer = relais.request('POST', path, body)
            good = b''.join(stream_events(dialect, 'cut-3')[:3])
            equal((status, answer[:len(good)]), (200, good), dialect)
            tail = answer[len(good):].decode()
            assert 'error' in tail or 'response.failed' in tail, (dialect, tail)
    for dialect in DIALECTS:
        wanted = {'chat': 'openai', 'responses': 'openai'}.get(dialect, dialect)
        with Relais(accounts=[row for row in accounts(upstream) if row['provider'] == wanted]) as relais:
            try:
                status, _, answer = relais.request('POST', *ask(dialect, 'half', True))
            except http.client.IncompleteRead:
                continue
            if dialect in ('responses', 'anthropic'):     # not a word was said: the status can still tell
                equal((status, b'error' in answer), (502, True), answer)
                continue
            raise AssertionError(f'{dialect}: half an event was passed off as a whole stream')


@test
def a_stale_connection_is_replaced_silently():
    upstream = StandIn()
    upstream.close_after = 1
    with Relais(accounts=accounts(upstream)) as relais:
        for _ in range(30):
            status, _, answer = relais.request('POST', *ask('chat', 'm-one'))
            equal(status, 200, answer)
        equal(len(upstream.seen), 30)
    upstream = StandIn()
    upstream.stale = True
    with Relais(accounts=accounts(upstream, models=['*'])) as relais:
        for _ in range(10):
            path, body = ask('anthropic', 'm-one')
            status, _, answer = relais.request('POST', path, body, {'anthropic-beta': 'one'})
            equal(status, 200, answer)
            equal(upstream.seen[-1]['headers']['anthropic-beta'], 'one')
            equal(upstream.seen[-1]['body'], body.encode())
        equal((len(upstream.seen), upstream.dropped), (10, 9))
    upstream = StandIn()
    with Relais(accounts=accounts(upstream, models=['*'])) as relais:
        for _ in range(30):
            equal(relais.request('POST', *ask('chat', 'm-one'))[0], 200)
        assert upstream.connections <= 2, f'{upstream.connections} connections for 30 requests'


@test
def a_client_that_leaves_ends_the_upstreams_work():
    for model, stream in (('hang', False), ('slow-10000', True), ('endless', True)):
        upstream = StandIn()
        with Relais(accounts=accounts(upstream)) as relais:
            path, body = ask('chat', model, stream)
            sock = relais.connect()
            raw = body.encode()
            sock.sendall(f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n'
                         f'Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n'.encode() + raw)
            until(lambda: upstream.seen, 'the request upstream')
            if model == 'endless':
                sock.recv(4096)
            left = time.monotonic()
            sock.close()
            gone = upstream.wait('gone')
            assert gone and gone - left < 0.1, f'{model}: {gone and gone - left} s'


@test
def a_reader_that_stops_costs_little():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        before = resident_kib(relais.process.pid)
        path, body = ask('chat', 'endless', True)
        raw = body.encode()
        sock = relais.connect()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.sendall(f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n'
                     f'Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n'.encode() + raw)

        def stalled(last=[-1, 0.0]):
            if upstream.sent != last[0]:
                last[:] = [upstream.sent, time.monotonic()]
            return upstream.sent > 0 and time.monotonic() - last[1] > 0.5
        until(stalled, 'the upstream to be held up', 20)
        assert upstream.sent < 40 << 20, f'{upstream.sent} bytes were taken'
        grown = resident_kib(relais.process.pid) - before
        assert grown < 6 * 1024 + SLACK_KIB, f'{grown} KiB more'
        status, _, answer = relais.request('GET', '/healthz')
        equal((status, answer), (200, b'{"status":"ok"}'))
        sock.close()


@test
def accounts_are_picked_by_order_priority_and_patterns():
    one, two = StandIn('key-one-0123456789'), StandIn('key-two-0123456789')

    def account(name, upstream, **more):
        return dict({'id': name, 'label': name, 'provider': 'openai', 'base_url': upstream.url + '/v1',
                     'api_key': upstream.secret}, **more)
    for scheduling in ('balance', 'performance-first'):
        one.seen, two.seen = [], []
        with Relais('--scheduling', scheduling, accounts=[account('a', one), account('b', two)]) as relais:
            for _ in range(6):
                relais.request('POST', *ask('chat', 'm-one'))
        equal((len(one.seen), len(two.seen)), (3, 3), (scheduling, 'equals take turns'))
    one.seen, two.seen = [], []
    with Relais(accounts=[account('a', one), account('b', two)]) as relais:
        for _ in range(3):
            relais.request('POST', *ask('chat', 'm-one'))
    equal((len(one.seen), len(two.seen)), (3, 0), 'a conversation stays, and begins with the first of the list')
    with Relais(accounts=[account('a', one, priority=5), account('b', two, priority=1)]) as relais:
        for _ in range(4):
            relais.request('POST', *ask('chat', 'm-one'))
    equal((len(one.seen), len(two.seen)), (3, 4), 'the lower priority value goes first')
    with Relais(accounts=[account('a', one, models=['claude-*']), account('b', two, enabled=False),
                          account('c', two, dispatch='off')]) as relais:
        equal(relais.request('POST', *ask('chat', 'claude-x'))[0], 200)
        status, _, answer = relais.request('POST', *ask('chat', 'gpt-5'))
        equal((status, json.loads(answer)['error']['code']), (404, 'model_not_found'))
    equal((len(one.seen), len(two.seen)), (4, 4))
    with Relais(accounts=[account('a', one, dialects=['openai-responses'])]) as relais:
        for dialect in ('responses', 'chat'):
            equal(relais.request('POST', *ask(dialect, 'm-one'))[0], 200)
            equal(one.seen[-1]['dialect'], 'responses', 'the account may be used in this dialect only')
        status, _, answer = relais.request('POST', '/v1/embeddings', '{"model":"m-one","input":"hi"}')
        equal((status, json.loads(answer)['error']['code']), (503, 'no_account_available'))


@test
def models_are_listed_in_three_shapes():
    upstream = StandIn()
    rows = accounts(upstream, models=['m-*', 'pinned'])
    with Relais(accounts=rows) as relais:
        _, _, answer = relais.request('GET', '/v1/models')
        equal([row['id'] for row in json.loads(answer)['data']], ['m-one', 'm-two', 'pinned'])
        _, _, answer = relais.request('GET', '/v1/models', headers={'anthropic-version': '2023-06-01'})
        equal([(row['type'], row['id']) for row in json.loads(answer)['data']],
              [('model', 'm-one'), ('model', 'm-two'), ('model', 'pinned')])
        for path, headers in (('/v1/models', {'x-goog-api-key': KEY}), ('/v1beta/models', {})):
            _, _, answer = relais.request('GET', path, headers=headers)
            equal([row['name'] for row in json.loads(answer)['models']],
                  ['models/m-one', 'models/m-two', 'models/pinned'])
        status, _, answer = relais.request('GET', '/v1/models/m-two')
        equal((status, json.loads(answer)['id']), (200, 'm-two'))
        status, _, answer = relais.request('GET', '/v1beta/models/none')
        equal((status, json.loads(answer)['error']['status']), (404, 'NOT_FOUND'))
    equal(upstream.refusals, [])


@test
def secrets_are_nowhere():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream), env={'G_MESSAGES_DEBUG': 'all'}) as relais:
        for model in ('m-one', 'status-401', 'status-500', 'html-500', 'short'):
            relais.request('POST', *ask('chat', model))
        relais.request('POST', PATHS['chat'], '{', {'Authorization': 'Bearer sk-another-key-000000'}, auth=False)
        with open(f'/proc/{relais.process.pid}/cmdline', 'rb') as file:
            line = file.read()
        for secret in (KEY, upstream.secret, 'sk-another-key-000000'):
            assert secret not in relais.said(), 'a secret was logged'
            assert secret.encode() not in line, 'a secret is in the argument list'


@test
def nothing_piles_up():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        pid = relais.process.pid

        def round_of_requests():
            for dialect in DIALECTS:
                for stream in (False, True):
                    equal(relais.request('POST', *ask(dialect, 'm-one', stream))[0], 200)
        for _ in range(20):
            round_of_requests()
        files, memory = open_files(pid), resident_kib(pid)
        for _ in range(100):
            round_of_requests()
        until(lambda: open_files(pid) <= files + 2, 'descriptors to be back')
        grown = resident_kib(pid) - memory
        assert grown < 2048 + SLACK_KIB, f'{grown} KiB more after 800 requests'


@test
def a_torn_whole_answer_is_no_good_one():
    upstream = StandIn()
    with Relais(accounts=accounts(upstream)) as relais:
        for dialect in DIALECTS:
            path, body = ask(dialect, 'torn')
            connection = http.client.HTTPConnection('127.0.0.1', relais.port, timeout=30)
            connection.request('POST', path, body.encode(), {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            equal((answer.status, upstream.seen[-1]['dialect']), (200, dialect))
            try:
                answer.read()
            except http.client.IncompleteRead:
                continue
            finally:
                connection.close()
            raise AssertionError(f'{dialect}: half an answer passed for a whole one')
    equal(upstream.refusals, [])


main()
