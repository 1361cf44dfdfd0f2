#!/usr/bin/python3
"""The edge cases of the wire, by their numbers: what needs a real port, a real upstream, or both."""
import json
import socket
import time

from harness import KEY, Relais, equal, main, resident_kib, test, until
from pairs import MODELS, account
from standin import StandIn, WHOLE, stream_events

VERSION = {'anthropic-version': '2023-06-01'}


def chat(model, text='hi', **more):
    return {'model': model, 'messages': [{'role': 'user', 'content': text}], **more}


def messages(model, text='hi', **more):
    return {'max_tokens': 99, **chat(model, text, **more)}


def one(dialect, strict=True):
    upstream = StandIn(strict=strict)
    return upstream, Relais(accounts=[account(dialect, upstream)])


@test
def e012_an_event_of_17_mib_is_an_error():
    upstream, server = one('chat')
    upstream.script = [[('text', 'x' * (34 << 20))]]
    with server as relais:
        before = resident_kib(relais.process.pid)
        for _ in range(4):
            upstream.events.clear()
            status, _, answer = relais.request('POST', '/v1/messages', messages(MODELS['chat'], stream=True), VERSION)
            equal(status, 502, answer[:200])
            assert b'an event of more than' in answer, answer[:200]
            assert upstream.wait('gone'), 'the connection to the upstream stayed'
            until(lambda: resident_kib(relais.process.pid) < before + (16 << 10), 'the memory to be free')


@test
def what_no_client_may_make_us_hold_ends_the_answer():
    """Whole bodies, what Responses repeats at the end, and arguments that are unwrapped: each at its bound."""
    large = [('text', 'x' * (12 << 20))] * 8
    free = {'model': 'm', 'input': 'go', 'stream': True, 'tools': [{'type': 'custom', 'name': 'patch'}]}
    arguments = [('call', 'patch', {'input': 'y' * (20 << 20)})]
    cases = (('/v1/messages', messages('m'), large, 502), ('/v1/responses', {'model': 'm', 'input': 'hi', 'stream': True}, large, 200),
             ('/v1/responses', free, arguments, 200))
    for path, body, script, wanted in cases:
        upstream, server = one('chat' if path == '/v1/messages' else 'anthropic')
        upstream.script = [script]
        with server as relais:
            body['model'] = MODELS['chat' if path == '/v1/messages' else 'anthropic']
            began = time.monotonic()
            status, _, answer = relais.request('POST', path, body, VERSION)
            equal(status, wanted, answer[:300])
            assert b'larger than Relais may hold' in answer[-2000:] or b'a body of more than' in answer, answer[-300:]
            assert time.monotonic() - began < 30
            equal(relais.request('GET', '/healthz')[0], 200)


@test
def e017_gzip_is_undone():
    upstream, server = one('chat', strict=False)
    whole = (WHOLE['chat'] % 'gzip').encode()
    with server as relais:
        status, headers, answer = relais.request('POST', '/v1/chat/completions', chat('gzip'))
        equal((status, answer, headers['content-length']), (200, whole, str(len(whole))))
        assert 'content-encoding' not in headers, headers
        status, headers, answer = relais.request('POST', '/v1/messages', messages('gzip'), VERSION)
        equal((status, headers['content-length']), (200, str(len(answer))))
        assert 'content-encoding' not in headers, headers
        equal(json.loads(answer)['content'][0]['text'], json.loads(whole)['choices'][0]['message']['content'])


@test
def e018_a_client_that_leaves_stops_the_upstream():
    for path, body, dialect in (('/v1/chat/completions', chat('endless', stream=True), 'chat'),
                                ('/v1/messages', messages('endless', stream=True), 'anthropic')):
        upstream, server = one(dialect, strict=False)
        with server as relais:
            data = json.dumps(body).encode()
            sock = relais.connect()
            sock.sendall(f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
                         f'Content-Length: {len(data)}\r\n\r\n'.encode() + data)
            assert b'200 OK' in sock.recv(4096)
            left = time.monotonic()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
            sock.close()
            until(lambda: upstream.events.get('gone'), 'the upstream to be left')
            assert upstream.events['gone'] - left < 1, upstream.events['gone'] - left


@test
def e028_an_event_nobody_knows_passes_through():
    upstream, server = one('responses', strict=False)
    with server as relais:
        body = {'model': 'news', 'input': 'hi', 'stream': True}
        status, _, answer = relais.request('POST', '/v1/responses', body)
        equal((status, answer), (200, b''.join(stream_events('responses', 'news'))))
        assert b'event: response.news\n' in answer


@test
def e088_redacted_thinking_passes_through_untouched():
    upstream, server = one('anthropic', strict=False)
    body = ('{"model":"m-one", "max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":'
            '[{"type":"redacted_thinking", "data":"abc+/="},{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}').encode()
    with server as relais:
        equal(relais.request('POST', '/v1/messages', body, VERSION)[0], 200)
    equal(upstream.seen[-1]['body'], body)


@test
def e105_what_a_client_names_is_never_fetched():
    for dialect in ('gemini', 'anthropic', 'responses'):
        upstream, server = one(dialect)
        other = StandIn()
        part = {'type': 'image_url', 'image_url': {'url': f'{other.url}/a.png'}}
        with server as relais:
            status, _, answer = relais.request('POST', '/v1/chat/completions', dict(chat(MODELS[dialect]), messages=[
                {'role': 'user', 'content': [{'type': 'text', 'text': 'hi'}, part]}]))
            equal(status, 200, answer)
        assert f'{other.url}/a.png' in upstream.seen[-1]['body'].decode(), dialect
        equal((other.connections, len(upstream.seen)), (0, 1), dialect)


@test
def e111_a_call_nobody_can_read_is_asked_for_once_more():
    for client, path, body in (('chat', '/v1/chat/completions', chat), ('anthropic', '/v1/messages', messages)):
        for stream in (False, True):
            upstream, server = one('gemini')
            upstream.bad_calls = 1
            upstream.script = [[('text', 'good')]]
            with server as relais:
                status, _, answer = relais.request('POST', path, body(MODELS['gemini'], stream=stream), VERSION)
                assert status == 200 and b'go' in answer, (client, status, answer)
                equal(len(upstream.seen), 2)
                upstream.bad_calls = 2
                status, _, answer = relais.request('POST', path, body(MODELS['gemini'], stream=stream), VERSION)
                equal((status, len(upstream.seen)), (502, 4), answer)


@test
def e116_a_refused_account_is_no_401_for_the_client():
    for dialect in ('chat', 'anthropic', 'gemini'):
        upstream = StandIn(strict=True)
        with Relais(accounts=[account(dialect, upstream)]) as relais:
            upstream.script = [[('status', 401, 'bad key')]]
            path, body = ('/v1/messages', messages(MODELS[dialect])) if dialect != 'anthropic' else ('/v1/chat/completions', chat(MODELS[dialect]))
            status, headers, answer = relais.request('POST', path, body, VERSION)
            equal((status, headers.get('x-should-retry')), (502, 'false'), answer)
            status, headers, answer = relais.request('POST', path, body, VERSION)
            equal((status, headers.get('x-should-retry'), len(upstream.seen)), (502, 'false', 1), 'it is out of the choice now')
            assert f'“The {dialect}” had its key refused' in answer.decode(), answer


@test
def e117_how_long_to_wait_is_told():
    upstream, server = one('gemini')
    with server as relais:
        status, headers, answer = relais.request('POST', '/v1/chat/completions', chat(MODELS['gemini'], 'STATUS:429'))
        equal((status, headers.get('retry-after'), headers.get('retry-after-ms')), (429, '20', '20000'), answer)


@test
def e118_an_overloaded_upstream():
    upstream, server = one('anthropic')
    with server as relais:
        equal(relais.request('POST', '/v1/chat/completions', chat(MODELS['anthropic'], 'STATUS:529'))[0], 503)
    upstream, server = one('chat')
    with server as relais:
        status, _, answer = relais.request('POST', '/v1/messages', messages(MODELS['chat'], 'STATUS:529'), VERSION)
        equal((status, json.loads(answer)['error']['type']), (529, 'overloaded_error'), answer)


@test
def e119_no_html_of_an_upstream():
    upstream, server = one('chat', strict=False)
    with server as relais:
        for path, body in (('/v1/chat/completions', chat('html-502')), ('/v1/messages', messages('html-502'))):
            status, _, answer = relais.request('POST', path, body, VERSION)
            equal(status, 502, answer)
            assert '502 (text/html)' in json.loads(answer)['error']['message'] and b'<' not in answer, answer


@test
def e120_a_wrong_key_in_every_shape():
    with Relais('--practice', '--auth-mode', 'strict') as relais:
        for path, find in (('/v1/chat/completions', lambda data: data['error']['code'] == 'invalid_api_key'),
                           ('/v1/responses', lambda data: data['error']['code'] == 'invalid_api_key'),
                           ('/v1/messages', lambda data: data['error']['type'] == 'authentication_error'),
                           ('/v1beta/models/m:generateContent', lambda data: data['error']['status'] == 'UNAUTHENTICATED')):
            status, _, answer = relais.request('POST', path, {}, {'Authorization': 'Bearer sk-wrong-0123456789'}, auth=False)
            equal(status, 401, answer)
            assert find(json.loads(answer)), answer


@test
def e121_wrong_base_urls_are_served_with_the_right_one():
    with Relais('--practice') as relais:
        for path, body in (('/v1/chat/completions/responses', {'model': 'm', 'input': 'hi'}), ('/v1/v1/messages', messages('m')),
                           ('/v1/v1beta/models/m:generateContent', {'contents': [{'parts': [{'text': 'hi'}]}]})):
            status, headers, answer = relais.request('POST', path, body)
            equal(status, 200, answer)
            assert f':{relais.port}' in headers['x-relais-hint'], headers
            shape = json.loads(answer)
            equal(('output' in shape, 'stop_reason' in shape, 'candidates' in shape),
                  ('responses' in path, 'messages' in path, 'Content' in path), answer)


@test
def e122_three_lists_of_models():
    with Relais('--practice') as relais:
        plain = json.loads(relais.request('GET', '/v1/models')[2])
        anthropic = json.loads(relais.request('GET', '/v1/models', headers=VERSION)[2])
        gemini = json.loads(relais.request('GET', '/v1/models', headers={'x-goog-api-key': KEY})[2])
        equal((plain['object'], plain['data'][0]['object']), ('list', 'model'))
        equal((anthropic['has_more'], anthropic['data'][0]['type']), (False, 'model'))
        assert gemini['models'][0]['name'].startswith('models/'), gemini


@test
def e123_either_key_of_the_anthropic_sdks():
    with Relais('--practice', '--auth-mode', 'strict') as relais:
        for headers in ({'Authorization': f'Bearer {KEY}'}, {'x-api-key': KEY}):
            equal(relais.request('POST', '/v1/messages', messages('m'), dict(VERSION, **headers), auth=False)[0], 200)


@test
def e124_a_key_in_the_query_goes_nowhere():
    upstream, server = one('gemini', strict=False)
    server.arguments += ['--auth-mode', 'strict']
    with server as relais:
        body = {'contents': [{'parts': [{'text': 'hi'}]}]}
        status, _, answer = relais.request('POST', f'/v1beta/models/m:generateContent?key={KEY}', body, auth=False)
        equal(status, 200, answer)
        equal(upstream.seen[-1]['target'], '/v1beta/models/m:generateContent')
        assert KEY not in relais.said()
    equal(upstream.refusals, [])


@test
def e126_an_earlier_answer_is_only_known_to_its_vendor():
    for dialect in ('chat', 'anthropic', 'gemini'):
        upstream, server = one(dialect)
        with server as relais:
            body = {'model': MODELS[dialect], 'input': 'hi', 'previous_response_id': 'resp_1'}
            status, _, answer = relais.request('POST', '/v1/responses', body)
            error = json.loads(answer)['error']
            equal((status, error['code'], error['param']), (400, 'previous_response_not_found', 'previous_response_id'), dialect)
        equal(upstream.seen, [])


@test
def e125_the_query_of_claude_code():
    upstream, server = one('anthropic', strict=False)
    with server as relais:
        equal(relais.request('POST', '/v1/messages?beta=true', messages('m-one'), VERSION)[0], 200)
    upstream, server = one('chat')
    with server as relais:
        equal(relais.request('POST', '/v1/messages?beta=true', messages(MODELS['chat']), VERSION)[0], 200)
    equal(upstream.refusals + upstream.refused, [])


main()
