#!/usr/bin/python3
"""The command line as a person meets it: what starts, what does not and why, and the real keyring."""
import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time

from harness import KEY, RELAIS, Relais, equal, main, test, until
from proxy_kit import Proxy
from standin import StandIn

FOLDER = tempfile.TemporaryDirectory(prefix='relais-commands-')


def run(*arguments, feed='', env=None, timeout=30):
    """(exit status, stdout, stderr) of one command in a home of its own"""
    environment = dict(os.environ, HOME=FOLDER.name, XDG_DATA_HOME=FOLDER.name, XDG_CONFIG_HOME=FOLDER.name, **(env or {}))
    for name in ('RELAIS_API_KEY', 'DISPLAY', 'WAYLAND_DISPLAY'):
        if name not in (env or {}):
            environment.pop(name, None)
    done = subprocess.run([RELAIS, *arguments], input=feed, env=environment, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def write(name, text, mode=0o600):
    path = os.path.join(FOLDER.name, name)
    if os.path.exists(path):
        os.unlink(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, mode), 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)
    return path


@test
def help_and_version():
    status, out, _ = run('--help')
    equal(status, 0)
    assert 'relais serve' in out
    for command in ('serve', 'accounts', 'key', 'check'):
        status, out, _ = run(command, '--help')
        equal(status, 0, command)
        assert f'relais {command}' in out, out
    status, out, _ = run('--version')
    assert status == 0 and re.fullmatch(r'relais \d+\.\d+\.\d+\n', out)
    # what build-aux/run calls: answered without a display
    equal(run('--practice', '--version')[:2], (0, out))
    equal(run('--practice', '--help'), run('--help'))
    status, _, err = run('frobnicate')
    assert status == 64 and 'frobnicate' in err
    for command in ('serve', 'accounts', 'key', 'check'):
        status, _, err = run(command, '--no-such')
        assert status == 64 and '--no-such' in err and f'relais {command} --help' in err, err
    for line in (['--bogus'], ['--practice', '--bogus'], ['--port', '8046']):
        status, out, err = run(*line)
        assert (status, out) == (64, '') and 'there is no option “--' in err and 'relais serve' in err, err
    equal(run('--practice')[0], 69, 'no display')
    for line in (['serve', 'more'], ['check', 'more'], ['key', 'more']):
        status, _, err = run(*line)
        assert status == 64 and f'relais {line[0]} --help' in err, err


@test
def a_provider_nobody_knows_is_refused_before_the_keyring_is_asked():
    status, out, err = run('accounts', 'add', 'foo')
    equal((status, out), (64, ''))
    assert '“foo”' in err and 'gemini, anthropic, openai, zai' in err and 'keyring' not in err, err
    status, out, err = run('accounts', 'add', 'openai-compatible')
    assert (status, out) == (64, '') and '--base-url' in err and 'keyring' not in err, err


@test
def an_empty_pool_does_not_start():
    empty = write('empty.json', '{"accounts":[]}')
    status, out, err = run('serve', '--port', '0', '--accounts-file', empty)
    equal((status, out), (1, ''))
    assert 'No account available: add one first' in err and f'{empty} has no account that is enabled' in err, err
    assert 'relais accounts add' not in err, err
    paused = write('paused.json', '{"accounts":[{"id":"a","provider":"practice","enabled":false}]}')
    status, out, err = run('serve', '--port', '0', '--accounts-file', paused)
    assert status == 1 and 'No account available' in err
    # a machine without a keyring: neither command sends to the other one in a circle
    nowhere = {'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nonexistent'}
    status, out, err = run('serve', '--port', '0', env=nowhere)
    assert (status, out) == (1, '') and '--accounts-file' in err and 'accounts add' not in err, err
    status, out, err = run('accounts', 'add', 'practice', env=nowhere)
    assert (status, out) == (1, '') and '--accounts-file' in err, err


@test
def a_taken_port_is_named_with_its_owner_and_a_way_out():
    with socket.socket() as holder:
        holder.bind(('127.0.0.1', 0))
        holder.listen()
        port = holder.getsockname()[1]
        status, out, err = run('serve', '--practice', '--port', str(port))
        equal((status, out), (1, ''))
        assert f'127.0.0.1:{port} is already in use by python3' in err, err
        way = re.search(r'Port (\d+) is free: use --port \1', err)
        assert way, err
    with Relais('--practice') as relais:
        status, out, err = run('serve', '--practice', '--port', str(relais.port))
        assert status == 1 and f':{relais.port} is already in use by relais' in err, err


@test
def bad_settings_are_told_and_quote_no_secret():
    secret = 'sk-very-secret-0123456789'
    cases = [
        ('{"accounts":[{"id":"a","provider":"openai","api_key":"' + secret + '"}', 'not valid JSON'),
        ('{"accounts":{}}', '“accounts”'),
        ('{"accounts":[{"id":"a b","provider":"openai","api_key":"' + secret + '"}]}', '“id”'),
        ('{"accounts":[{"id":"a","provider":"nobody","api_key":"' + secret + '"}]}', 'no provider “nobody”'),
        ('{"accounts":[{"id":"a","provider":"openai"}]}', 'API key is missing'),
        ('{"accounts":[{"id":"a","provider":"openai","api_key":"' + secret + '\\n"}]}', 'API key must not'),
        ('{"accounts":[{"id":"a","provider":"openai-compatible"}]}', 'base URL is missing'),
        ('{"accounts":[{"id":"a","provider":"openai-compatible","base_url":"ftp://x"}]}', 'http://'),
        ('{"accounts":[{"id":"a","provider":"openai-compatible","base_url":"http://u:p@x"}]}', 'user name'),
        ('{"accounts":[{"id":"a","provider":"openai-compatible","base_url":"http://a%0d%0ab/"}]}', 'base URL'),
        ('{"accounts":[{"id":"a","provider":"openai","api_key":"x","dialects":["klingon"]}]}', 'account 1 (“a”): “dialects”: there is no dialect “klingon”'),
        ('{"accounts":[{"id":"a","provider":"openai","api_key":"x","dialects":["openai-chat","gemini"]}]}',
         'account 1 (“a”): “dialects”: the provider “openai” does not speak “gemini”, only: openai-chat, openai-responses'),
        ('{"accounts":[{"id":"a","provider":"zai","api_key":"x","base_urls":{"klingon":"http://x"}}]}',
         'account 1 (“a”): “base_urls”: there is no dialect “klingon”; there are: openai-chat, openai-responses, anthropic, gemini'),
        ('{"accounts":[{"id":"a","provider":"zai","api_key":"x","base_urls":{"openai-chat":"http://x","gemini":"http://x"}}]}',
         'account 1 (“a”): “base_urls”: the provider “zai” does not speak “gemini”, only: openai-chat, anthropic'),
        # also where “dialects” leaves it unused
        ('{"accounts":[{"id":"a","provider":"zai","api_key":"x","dialects":["anthropic"],"base_urls":{"openai-chat":"x"}}]}',
         'account 1 (“a”): “base_urls”, “openai-chat”: The base URL must start with http'),
        ('{"accounts":[{"id":"b","provider":"practice"},{"id":"a","provider":"practice"},{"id":"a","provider":"practice"}]}',
         'account 3 (“a”): account 2 has the same id'),
        ('', 'the file is empty; it should look like {"accounts": ['),
        (' \n ', 'the file is empty'),
        ('[]', 'the file holds an array, not an object; it should look like'),
        ('"' + secret + '"', 'the file holds no object'),
        ('{}', '“accounts” is missing; it should look like'),
        ('{"accounts":["' + secret + '"]}', 'account 1 must be an object'),
        ('{"accounts": [\n  {"id": "a", "provider": "openai", "api_key": "' + secret + '",}\n]}',
         'not valid JSON: no name in double quotes at line 2, column 76'),
        ('{"accounts":[{"provider":"openai"}]}', 'account 1: “id” is missing'),
        ('{"accounts":[{"id":"work"}]}', 'account 1 (“work”): “provider” is missing'),
        ('{"accounts":[{"id":"p","provider":"practice"},{"id":"work","provider":"opnai"}]}',
         'account 2 (“work”): There is no provider “opnai”; there are: gemini, anthropic, openai, zai, openrouter, '),
        ('{"accounts":[{"id":"work","provider":"openai","key":"' + secret + '"}]}',
         'account 1 (“work”): the unknown field “key” is ignored; there are: id, label, provider, base_url,'),
        ('{"accounts":[{"id":"work","provider":"openai","' + secret + '":1}]}', 'account 1 (“work”): an unknown field is ignored'),
        ('{"accounts":[{"id":"a","provider":"practice","priority":1.5}]}', '“priority”'),
        ('{"accounts":[{"id":"a","provider":"practice","dispatch":"maybe"}]}', '“dispatch”'),
    ]
    for text, words in cases:
        status, out, err = run('serve', '--port', '0', '--accounts-file', write('bad.json', text))
        equal((status, out), (1, ''), text)
        assert words in err, (words, err)
        assert secret not in err, err
    with Relais(accounts=[{'id': 'a', 'provider': 'practice', 'modles': []}]) as relais:
        assert 'account 1 (“a”): the unknown field “modles” is ignored' in relais.said(), relais.said()
    good = '{"accounts":[{"id":"a","provider":"practice"}]}'
    status, _, err = run('serve', '--port', '0', '--accounts-file', write('open.json', good, 0o644))
    assert status == 1 and 'chmod 600' in err, err
    status, _, err = run('serve', '--port', '0', '--practice', '--api-key-file', write('key', KEY, 0o644))
    assert status == 1 and 'chmod 600' in err, err
    status, _, err = run('serve', '--port', '0', '--practice', env={'RELAIS_API_KEY': 'too-short'})
    assert status == 1 and 'sk-' in err and 'too-short' not in err, err
    for port in ('80', '65536', '-1', 'eighty', '8045x', '', '99999999999999999999'):
        status, _, err = run('serve', '--practice', '--port', port)
        assert status == 64 and 'from 1024 to 65535' in err and f'not “{port}”' in err, err
    for option, numbers, bad in (('--max-wait', '0 to 60', '61'), ('--first-byte-timeout', '1 to 3600', '0'),
                                 ('--gap-timeout', '1 to 3600', '3601'), ('--gap-timeout', '1 to 3600', '5m')):
        status, _, err = run('serve', '--practice', option, bad)
        assert status == 64 and f'{option} takes a number of seconds from {numbers}, not “{bad}”' in err, err
    status, _, err = run('serve', '--practice', '--auth-mode', 'sometimes')
    assert status == 64 and 'all_except_health' in err


@test
def health_is_exact_and_needs_the_key_in_strict_only():
    for mode in ('off', 'auto', 'all_except_health', 'strict'):
        with Relais('--practice', '--auth-mode', mode) as relais:
            status, headers, body = relais.request('GET', '/healthz', auth=False)
            if mode == 'strict':
                equal(status, 401)
                equal(headers['www-authenticate'], 'Bearer')
                status, headers, body = relais.request('GET', '/healthz')
            equal((status, body, headers['content-type']), (200, b'{"status":"ok"}', 'application/json'), mode)
            equal(relais.request('GET', '/v1/models', auth=False)[0], 401 if mode in ('strict', 'all_except_health') else 200, mode)


@test
def a_key_is_made_once_and_kept_for_its_owner_only():
    folder = os.path.join(FOLDER.name, 'made')
    keys = []
    for _ in range(2):
        with Relais('--practice', '--auth-mode', 'strict', '--data-dir', folder, key=None) as relais:
            path = os.path.join(folder, 'client-key')
            equal(os.stat(path).st_mode & 0o777, 0o600)
            equal(os.stat(folder).st_mode & 0o777, 0o700)
            with open(path, encoding='ascii') as file:
                keys.append(file.read().strip())
            assert re.fullmatch(r'sk-[A-Za-z0-9]{43}', keys[-1])
            equal(relais.request('GET', '/healthz', auth=False, headers={'x-api-key': keys[-1]})[0], 200)
            assert path in relais.said() and keys[-1] not in relais.said()
            equal(run('key', '--no-keyring', '--data-dir', folder), (0, keys[-1] + '\n', ''))
    equal(keys[0], keys[1])
    fresh = run('key', 'new', '--no-keyring', '--data-dir', folder)[1]
    assert fresh.strip() != keys[0]
    with open(path, encoding='ascii') as file:
        equal(file.read() + '\n', fresh)
    equal(os.stat(path).st_mode & 0o777, 0o600)


@test
def the_key_of_another_place_is_printed_too():
    equal(run('key', env={'RELAIS_API_KEY': KEY}), (0, KEY + '\n', ''))
    kept = write('kept-key', KEY + '\n')
    equal(run('key', 'show', '--api-key-file', kept), (0, KEY + '\n', ''))
    for more in ([], ['--no-keyring']):
        status, out, err = run('key', 'new', '--api-key-file', kept, *more)
        assert (status, out) == (1, '') and 'change it there' in err, err
    status, out, err = run('key', '--api-key-file', write('open-key', KEY, 0o644))
    assert (status, out) == (1, '') and 'chmod 600' in err, err


@test
def the_start_says_whether_a_key_is_needed_and_where_it_is():
    for arguments, words in ((['--auth-mode', 'off'], 'no client key is needed'), ([], 'no client key is needed'),
                             (['--lan', '--auth-mode', 'off'], 'no client key is needed\n'),
                             (['--lan'], 'every request but GET /healthz needs the client key'),
                             (['--auth-mode', 'all_except_health'], 'every request but GET /healthz needs the client key'),
                             (['--auth-mode', 'strict'], 'every request needs the client key')):
        with Relais('--practice', *arguments) as relais:
            assert words in relais.said() and 'from RELAIS_API_KEY' in relais.said() and KEY not in relais.said(), relais.said()
    kept = write('kept-key', KEY)
    with Relais('--practice', '--api-key-file', kept, key=None) as relais:
        assert f'the client key is the one from {kept}' in relais.said() and KEY not in relais.said(), relais.said()


@test
def who_lacks_the_key_is_told_where_it_is():
    def words(relais, path, headers=None, **more):
        status, _, answer = relais.request('POST', path, {}, headers=headers, auth=False)
        equal(status, 401, answer)
        answer = json.loads(answer)
        equal({name: answer[name] if name == 'type' else answer['error'][name] for name in more}, more)
        return answer['error']['message']

    kept = write('kept-key', KEY)
    folder = os.path.join(FOLDER.name, 'told')
    general = 'the one that the Relais window shows and “relais key” prints;'
    for arguments, key, place in ((['--api-key-file', kept], None, f'the one that “relais serve” was given by {kept};'),
                                  (['--data-dir', folder], None, f'the one in {folder}/client-key;'),
                                  ([], KEY, 'the one that “relais serve” was given by RELAIS_API_KEY;')):
        with Relais('--practice', '--auth-mode', 'strict', '--allowed-host', 'relais.example', *arguments, key=key) as relais:
            for message in (words(relais, '/v1/messages', type='error'),
                            words(relais, '/v1beta/models/m:generateContent', status='UNAUTHENTICATED'),
                            words(relais, '/v1/chat/completions', {'x-api-key': 'sk-wrong-0123456789'}, code='invalid_api_key')):
                assert place in message and KEY not in message and 'sk-wrong' not in message, message
            # through a tunnel or a proxy the peer is this computer, and who asks is not
            message = words(relais, '/v1/chat/completions', {'Host': 'relais.example'})
            assert general in message and FOLDER.name not in message and 'RELAIS_API_KEY' not in message, message


@test
def no_child_and_no_neighbour_sees_the_key_in_the_environment():
    with Relais('--practice') as relais:
        with open(f'/proc/{relais.process.pid}/environ', 'rb') as file:
            said = file.read()
        assert b'XDG_DATA_HOME=' in said and KEY.encode() not in said, said
    # the window is a program of its own: here one that prints what it was given
    program = os.path.join(FOLDER.name, 'tree/src/cli/relais')
    os.makedirs(os.path.dirname(program), exist_ok=True)
    shutil.copy(RELAIS, program)
    os.makedirs(os.path.join(FOLDER.name, 'tree/src/app'), exist_ok=True)
    write('tree/src/app/relais-window', '#!/bin/sh\nenv\n', 0o755)
    done = subprocess.run([program], env=dict(os.environ, RELAIS_API_KEY=KEY), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and 'PATH=' in done.stdout and KEY not in done.stdout, done


@test
def a_stop_lets_answers_end_and_takes_no_new_ones():
    with Relais('--practice') as relais:
        answers = []
        body = {'model': 'm', 'stream': True, 'messages': [{'role': 'user', 'content': 'PRACTICE slow 8 100'}]}
        sock = relais.connect()
        raw = json.dumps(body).encode()
        sock.sendall(b'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
                     b'Content-Length: %d\r\n\r\n' % len(raw) + raw)
        answers.append(sock.recv(65536))
        relais.process.send_signal(signal.SIGTERM)
        until(lambda: 'stopping' in relais.said(), 'the word that it stops')

        def refused():
            try:
                relais.connect().close()
            except ConnectionRefusedError:
                return True
            return False
        until(refused, 'the listener to close')
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            answers.append(piece)
        assert b''.join(answers).endswith(b'data: [DONE]\n\n\r\n0\r\n\r\n'), b''.join(answers)[-80:]
        equal(relais.process.wait(10), 0)


def running(relais, prompt, stream=True, path='/v1/chat/completions', **more):
    """A request whose answer is not there yet."""
    sock = relais.connect()
    raw = json.dumps(dict({'model': 'm', 'stream': stream, 'max_tokens': 99, 'messages': [{'role': 'user', 'content': prompt}]}, **more)).encode()
    sock.sendall(b'POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n' % (path.encode(), len(raw)) + raw)
    return sock


def rest_of(sock):
    pieces = []
    while piece := sock.recv(65536):
        pieces.append(piece)
    return b''.join(pieces)


@test
def a_stop_cuts_what_does_not_end_in_time():
    with Relais('--practice') as relais:
        chat, claude = running(relais, 'PRACTICE slow 100 1000'), running(relais, 'PRACTICE slow 100 1000', path='/v1/messages')
        whole = running(relais, 'PRACTICE slow 100 1000', False)
        chat.recv(65536), claude.recv(65536)
        begun = time.monotonic()
        relais.process.send_signal(signal.SIGTERM)
        equal(relais.process.wait(15), 0)
        took = time.monotonic() - begun
        assert 4 < took < 8, f'{took} s'
        for sock, words in ((chat, b'data: {"error":{"message":"Relais was stopped'), (claude, b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Relais was stopped'),
                            (whole, b'"message":"Relais was stopped before this answer had ended"')):
            answer = rest_of(sock)
            assert words in answer and answer.endswith((b'\r\n0\r\n\r\n', b'}')), answer[-300:]
            assert sock is not whole or answer.startswith(b'HTTP/1.1 503 '), answer
        equal(relais.said().count(': Relais was stopped before this answer had ended'), 3, relais.said())


@test
def a_second_signal_ends_the_wait():
    with Relais('--practice') as relais:
        sock = running(relais, 'PRACTICE slow 100 1000')
        sock.recv(65536)
        relais.process.send_signal(signal.SIGTERM)
        until(lambda: 'stopping' in relais.said(), 'the word that it stops')
        begun = time.monotonic()
        relais.process.send_signal(signal.SIGTERM)
        equal(relais.process.wait(15), 0)
        took = time.monotonic() - begun
        assert took < 3, f'{took} s'
        assert b'"message":"Relais was stopped' in rest_of(sock)
        assert ': Relais was stopped before' in relais.said(), relais.said()


@test
def lan_without_a_key_warns():
    with Relais('--practice', '--lan', '--auth-mode', 'off') as relais:
        assert 'anyone on this network' in relais.said()
    with Relais('--practice', '--lan') as relais:
        assert 'anyone on this network' not in relais.said()
        equal(relais.request('GET', '/v1/models', auth=False)[0], 401, 'auto means a key on the LAN')
        equal(relais.request('GET', '/healthz', auth=False)[0], 200)


@test
def hosts_and_pages_are_let_in_by_option():
    hosts = {'Host': 'relais.example'}
    pages = {'Origin': 'https://app.example'}
    with Relais('--practice') as relais:
        for headers, status, option in ((hosts, 421, '--allowed-host relais.example'), (pages, 403, '--allowed-origin https://app.example')):
            got, _, body = relais.request('GET', '/v1/models', headers=headers)
            equal(got, status)
            assert f'relais serve {option};' in json.loads(body)['error']['message'], body
    with Relais('--practice', '--allowed-host', 'relais.example', '--allowed-host', 'other.example',
                '--allowed-origin', 'https://more.example', '--allowed-origin', 'https://app.example') as relais:
        equal(relais.request('GET', '/v1/models', headers=hosts)[0], 200)
        equal(relais.request('GET', '/v1/models', headers={'Host': 'other.example'})[0], 200)
        equal(relais.request('GET', '/v1/models', headers={'Host': 'third.example'})[0], 421)
        status, headers, _ = relais.request('GET', '/v1/models', headers=pages)
        equal((status, headers['access-control-allow-origin']), (200, 'https://app.example'))
    for line, words in ((['--allowed-host', 'http://relais.example'], 'without http://'), (['--allowed-host', 'a:80'], 'a port'),
                        (['--allowed-origin', 'app.example'], 'https://app.example'), (['--allowed-origin', 'null'], 'no origin')):
        status, out, err = run('serve', '--practice', *line)
        assert (status, out) == (64, '') and line[0] in err and f'“{line[1]}”' in err and words in err, err


STAMP = r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d '


def lines_of(relais):
    """What was said of requests, without when and how long"""
    return [re.sub(r' (\d+ ms|\d+\.\d s)(?=: |$)', '', line[20:]) for line in relais.said().splitlines() if re.match(STAMP, line)]


@test
def each_request_has_a_line_that_tells_no_secret():
    upstream = StandIn()
    rows = [{'id': 'a', 'label': 'W\x1bork', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret, 'dialects': ['openai-chat']}]
    rules = write('log-rules.json', json.dumps({'rules': [{'match': 'my-model', 'model': 'm-one'}]}))
    cases = []
    with Relais('--auth-mode', 'strict', '--rules-file', rules, accounts=rows) as relais:
        def ask(line, method, path, body=None, headers=None, auth=True):
            relais.request(method, path, body, headers, auth)
            cases.append(line)
            until(lambda: len(lines_of(relais)) == len(cases), line)

        def chat(model, line):
            ask(f'POST /v1/chat/completions {line}', 'POST', '/v1/chat/completions',
                {'model': model, 'messages': [{'role': 'user', 'content': 'a PROMPT of mine'}]})
        ask('GET /healthz 200', 'GET', '/healthz')
        chat('my-model', 'my-model → m-one “W\ufffdork” 200')
        chat('m-one', 'm-one “W\ufffdork” 200')
        chat('status-400', 'status-400 “W\ufffdork” 400: the upstream answered 400')
        chat('m\x1b[2J\n', 'm\ufffd[2J  “W\ufffdork” 200')
        ask('POST /v1/chat/completions 400: The request names no model: set “model” to a non-empty string', 'POST', '/v1/chat/completions',
            {'messages': [{'role': 'user', 'content': 'a PROMPT of mine'}]})
        ask('GET /v1/models 401: The API key sent as x-api-key and key= in the query is not the key of this Relais', 'GET',
            '/v1/models?key=sk-guess-0123456789', headers={'x-api-key': 'sk-guess-9876543210'}, auth=False)
        ask('GET /v1/nothing/%1b[2J/[hidden] 404: Nothing is served at this URL', 'GET', '/v1/nothing/%1b[2J/sk-guess-0123456789')
        ask('GET /v1/models 421: Relais does not answer to the host “evil.example”', 'GET', '/v1/models', headers={'Host': 'evil.example'})
        equal(lines_of(relais), cases)
        # the one line that is no request's
        chat('status-401', 'status-401 “W\ufffdork” 502: the upstream answered 401')
        until(lambda: 'account “W\ufffdork”: key rejected by the upstream; ' in relais.said(), 'the word of the key')
        equal(lines_of(relais), cases)
        relais.stop()
        equal(relais.process.stdout.read(), '', 'beside the line that it listens')
        for secret in ('guess', 'PROMPT', KEY, upstream.secret, '\x1b', 'vendor says'):
            assert secret not in relais.said(), relais.said()
    with Relais('--practice', '--no-log') as relais:
        relais.request('GET', '/healthz')
        relais.stop()
        equal(lines_of(relais), [])


@test
def what_an_upstream_quotes_is_told_to_who_asked_alone():
    upstream = StandIn()
    upstream.refusal = 401, {'error': {'message': 'While serving prompt “a SECRET of mine”', 'type': 'x', 'code': None}}
    rows = [{'id': name, 'label': name, 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret} for name in 'ab']
    with Relais(accounts=rows) as relais:
        for attempt in range(2):
            answer = relais.request('POST', '/v1/chat/completions', {'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]})
            equal((answer[0], b'SECRET' in answer[2]), (502, attempt == 0), answer)
        lines = until(lambda: len(lines_of(relais)) == 2 and lines_of(relais), 'their lines')
        ask = 'POST /v1/chat/completions m-one'
        assert lines[0].startswith(f'{ask} “b” 502: the upstream answered 401 (“a” bad-key 401'), lines
        assert lines[1].startswith(f'{ask} 502: No account could serve this request: “a” had its key refused (correct it); “b” had'), lines
        assert 'SECRET' not in relais.said(), relais.said()


@test
def a_flood_is_counted():
    with Relais('--practice', '--auth-mode', 'strict') as relais:
        for _ in range(30):
            relais.request('GET', '/v1/models', auth=False)
        for i in range(150):
            relais.request('GET', f'/v1/nothing/{i}')
        relais.stop()
        lines = lines_of(relais)
        equal(lines[:2], ['GET /v1/models 401: No API key was sent', 'GET /v1/nothing/0 404: Nothing is served at this URL'])
        equal(len(lines), 100)
        assert '\n… 29 more like it: GET /v1/models 401: No API key was sent\n… 51 more requests\n' in relais.said(), relais.said()


@test
def who_reads_no_line_holds_up_nothing():
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    server = subprocess.Popen([RELAIS, 'serve', '--practice', '--port', '0', '--data-dir', FOLDER.name], stdout=subprocess.PIPE,
                              stderr=writer, text=True)
    os.close(writer)
    said = []

    def ask(connection, path):
        connection.request('GET', path)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def read():
        with open(reader, encoding='utf-8') as file:
            said.extend(file)
    thread = threading.Thread(target=read, daemon=True)
    try:
        connection = http.client.HTTPConnection('127.0.0.1', int(re.search(r':(\d+)\n', server.stdout.readline())[1]), timeout=10)
        for _ in range(1500):
            equal(ask(connection, '/healthz' + '/' * 150), 200)
        # somebody looks: what was kept comes, then what comes now, and of the rest how much it was
        thread.start()
        equal(ask(connection, '/nothing'), 404)
        until(lambda: any('/nothing' in line or 'more requests' in line for line in said), 'the last line', 30)
    finally:
        server.terminate()
        equal(server.wait(10), 0)
        server.stdout.close()
    thread.join(10)
    shown = sum(bool(re.match(STAMP, line)) for line in said)
    counted = sum(int(number) for number in re.findall(r'^… (\d+) more requests$', ''.join(said), re.M))
    assert counted > 0 and shown + counted == 1501, (shown, counted)
    # nor does one who is never there
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    server = subprocess.Popen([RELAIS, 'serve', '--practice', '--port', '0', '--data-dir', FOLDER.name], stdout=subprocess.PIPE,
                              stderr=writer, text=True)
    os.close(writer)
    try:
        connection = http.client.HTTPConnection('127.0.0.1', int(re.search(r':(\d+)\n', server.stdout.readline())[1]), timeout=10)
        for _ in range(50):
            equal(ask(connection, '/healthz' + '/' * 150), 200)
    finally:
        server.terminate()
        equal(server.wait(10), 0)
        server.stdout.close()
        os.close(reader)


@test
def the_start_says_what_to_try():
    for arguments in ([], ['--auth-mode', 'strict']):
        with Relais('--practice', *arguments) as relais:
            shown = until(lambda: re.search(r'^  curl .*\n    -d .*\n', relais.said(), re.M), 'what to try')[0]
            done = subprocess.run(['bash', '-c', shown.replace('THE-CLIENT-KEY', KEY)], capture_output=True, text=True, timeout=60)
            assert 'practice account' in json.loads(done.stdout)['choices'][0]['message']['content'], done


@test
def check_says_what_works():
    status, out, err = run('check', '--practice')
    equal(status, 0, out + err)
    for dialect in ('openai-chat', 'openai-responses', 'anthropic', 'gemini'):
        assert re.search(rf'ok +{dialect} +answered by \S+ of “Practice” in \d+ ms', out), out
    assert re.search(r'ok +Practice +lists \d+ models, \d+ ms', out), out
    upstream = StandIn()
    rows = [{'id': 'a', 'label': 'Mine', 'provider': 'openai', 'base_url': upstream.url, 'api_key': 'wrong-key-000'}]
    status, out, err = run('check', '--accounts-file', write('check.json', json.dumps({'accounts': rows})))
    equal(status, 1, out)
    # one that works and one that does not: requests are tried, the exit status tells
    rows = [dict(rows[0], base_url='http://127.0.0.1:9', models=['m-*']), {'id': 'p', 'provider': 'practice'}]
    status, out, err = run('check', '--accounts-file', write('check.json', json.dumps({'accounts': rows})))
    equal(status, 1, out)
    equal([line.split()[0] for line in out.splitlines()], ['ok', 'problem'] + ['ok'] * 6, out)
    assert re.search(r'problem +Mine +Connection refused: nothing listens on port 9 of 127.0.0.1', out), out


@test
def check_needs_no_list_where_the_models_are_given():
    upstream = StandIn()
    upstream.models = None
    row = {'id': 'a', 'label': 'Mine', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret}
    for more, kind, wanted in (({}, 'problem', 1), ({'models': ['m-*', 'm-one']}, 'note', 0)):
        status, out, err = run('check', '--accounts-file', write('check.json', json.dumps({'accounts': [dict(row, **more)]})))
        equal(status, wanted, out + err)
        assert re.search(rf'{kind} +Mine +the list of models: 404: no list', out), out
        equal(len(re.findall(r'ok +\S+ +answered by m-one of “Mine”', out)), 0 if wanted else 4, out)


@test
def a_fixed_account_that_is_not_there_does_not_start():
    rows = [{'id': name, 'provider': 'practice'} for name in 'ab']
    for more in (['--practice'], ['--accounts-file', write('fixed.json', json.dumps({'accounts': rows}))]):
        status, out, err = run('serve', '--port', '0', *more, '--scheduling', 'fixed:nobody')
        ids = '“practice”' if '--practice' in more else '“a”, “b”'
        equal((status, out), (1, ''), err)
        assert f'relais serve: --scheduling fixed:nobody: no account has that id; there is {ids}\n' in err, err


@test
def check_says_each_thing_once():
    for text, words in (('{"accounts":[]}', 'none yet'), ('{', 'is not valid JSON'),
                        ('{"accounts":[{"id":"a","provider":"practice","enabled":false}]}', 'all of them are paused')):
        status, out, err = run('check', '--accounts-file', write('check.json', text))
        equal((status, err), (1, ''), text)
        equal([line for line in out.splitlines() if line.startswith('problem')], out.splitlines()[-1:], out)
        assert words in out.splitlines()[-1] and 'BAD' not in out, out
    # lists its models, answers nothing: one line for all four dialects, not four
    rows = [{'id': 'a', 'label': 'Mine', 'provider': 'anthropic', 'base_url': StandIn().url, 'api_key': 'wrong-key-000'}]
    status, out, err = run('check', '--accounts-file', write('check.json', json.dumps({'accounts': rows})))
    equal(status, 1, out + err)
    last = out.splitlines()[-1]
    assert last.startswith('problem  openai-chat, openai-responses, anthropic, gemini '), out
    equal([line.split()[0] for line in out.splitlines()], ['ok', 'ok', 'ok', 'problem'], out)


@test
def check_asks_a_model_that_chats():
    upstream = StandIn()
    # a name is no order to the terminal
    rows = [{'id': 'a', 'label': 'M\x1b[2J', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret}]
    path = write('check.json', json.dumps({'accounts': rows}))

    def check(*models):
        upstream.models = list(models)
        status, out, err = run('check', '--accounts-file', path)
        assert 'M\ufffd[2J' in out and '\x1b' not in out and err == '', out + err
        return status, [line.split()[0] for line in out.splitlines()[3:]], out
    status, kinds, out = check('babbage-002', 'm-one', 'text-embedding-3')
    equal((status, kinds), (0, ['ok'] * 4), out)
    assert 'babbage' not in out, out
    # one that takes no such request is said to, and the next one is asked
    status, kinds, out = check('status-404', 'zz-one')
    equal((status, kinds), (0, ['note'] + ['ok'] * 4), out)
    status, kinds, out = check('status-400', 'status-404', 'status-422', 'zz-one')
    equal((status, kinds), (1, ['note'] * 3 + ['problem']), out)
    assert 'may be the models’ fault' in out, out
    # where there is nothing else, that is asked
    equal(check('babbage-002')[:2], (0, ['ok'] * 4))
    # what is no fault of the model is one of all
    status, kinds, out = check('status-500', 'zz-one')
    equal((status, kinds), (1, ['problem']), out)


def examples(path, kind):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
    with open(os.path.join(root, path), encoding='utf-8') as file:
        return re.findall(rf'^```{kind}\n(.*?)^```$', file.read(), re.S | re.M)


@test
def the_documents_say_what_works_when_pasted():
    rules, accounts = examples('README.md', 'json')
    with Relais('--accounts-file', write('readme.json', accounts), '--rules-file', write('rules.json', rules)) as relais:
        assert 'unknown field' not in relais.said(), relais.said()
    (script,) = examples('docs/practice.md', 'sh')
    (curl,) = [text for text in examples('README.md', 'sh') if text.startswith('curl')]
    with Relais('--practice') as relais:
        def paste(text):
            text = text.replace('127.0.0.1:8045', f'127.0.0.1:{relais.port}')
            return subprocess.run(['bash', '-c', text], capture_output=True, text=True, timeout=60)
        done = paste(curl)
        assert 'practice account' in json.loads(done.stdout)['choices'][0]['message']['content'], done
        done = paste(script)
        equal(re.findall(r'^HTTP/1.1 (\d+)', done.stdout, re.M), ['200'] * 6 + ['429', '200'])
        for words in ('\\"city\\"', '"reasoning_content":"', 'piece 5 of 5', 'closed the stream before its end', 'as it was asked to'):
            assert words in done.stdout, (words, done.stdout)
        equal(done.stderr, '')


@test
def the_practice_account_steps_back_for_others():
    upstream = StandIn()
    rows = [{'id': 'p', 'provider': 'practice'},
            {'id': 'a', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret}]
    with Relais(accounts=rows) as relais:
        body = {'model': 'm-one', 'messages': [{'role': 'user', 'content': 'hi'}]}
        for _ in range(4):
            assert b'practice account' not in relais.request('POST', '/v1/chat/completions', body)[2].lower()
        assert b'practice account' in relais.request('POST', '/v1/chat/completions', dict(body, model='practice'))[2].lower()
        equal(len(upstream.seen), 4)


# The keyring: the real daemon on a bus of its own; this file calls itself inside it.

def in_keyring(case, daemon):
    """Runs CASE below with DAEMON, a shell line, on a private bus; its output"""
    runtime = os.path.join(FOLDER.name, 'run')
    os.makedirs(runtime, 0o700, exist_ok=True)
    env = dict(os.environ, HOME=FOLDER.name, XDG_DATA_HOME=os.path.join(FOLDER.name, 'keys'), XDG_RUNTIME_DIR=runtime,
               RELAIS_CASE=case, RELAIS_G_DEBUG=os.environ.get('G_DEBUG', ''))
    for name in ('RELAIS_API_KEY', 'G_DEBUG'):  # the daemon has warnings of its own
        env.pop(name, None)
    os.makedirs(env['XDG_DATA_HOME'], 0o700, exist_ok=True)
    # The bus starts the keyring's daemon at most, not its prompter: that dies without a display, and a daemon that
    # waits for it just then waits for ever.
    services = os.path.join(FOLDER.name, f'services-{case}')
    os.makedirs(services, exist_ok=True)
    if daemon:
        write(f'services-{case}/org.freedesktop.secrets.service', '[D-BUS Service]\nName=org.freedesktop.secrets\n'
              'Exec=/usr/bin/setpriv --pdeathsig KILL /usr/bin/gnome-keyring-daemon --start --foreground --components=secrets\n')
    config = write('bus.conf', f'<busconfig><type>session</type><listen>unix:tmpdir={FOLDER.name}</listen>'
                   f'<servicedir>{services}</servicedir><policy context="default"><allow send_destination="*" '
                   'eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>')
    line = f'{daemon or ":"}; exec {sys.executable} {sys.argv[0]} {RELAIS}'
    # into a file: the end of a pipe comes only when the last daemon has let go of it
    with tempfile.TemporaryFile('w+', encoding='utf-8') as said:
        done = subprocess.run(['dbus-run-session', '--config-file', config, '--', 'sh', '-c', line], env=env,
                              stdout=said, stderr=subprocess.STDOUT, timeout=120)
        said.seek(0)
        equal(done.returncode, 0, f'{case}: {said.read()}')


UNLOCKED = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null'
LOCKED = 'gnome-keyring-daemon --start --components=secrets >/dev/null'
SECRET = 'sk-account-0123456789abcdef'


def strict():
    return dict(os.environ, G_DEBUG=os.environ['RELAIS_G_DEBUG'])


def keyring_run(*arguments, feed=''):
    done = subprocess.run([RELAIS, *arguments], input=feed, env=strict(), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def keyring_serve():
    """What a server says until it listens"""
    serve = subprocess.Popen([RELAIS, 'serve', '--port', '0'], env=strict(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        serve.stdout.readline()
    finally:
        serve.terminate()
    return serve.communicate(timeout=15)[1]


def case_ready():
    upstream = StandIn(SECRET)
    status, out, err = keyring_run('accounts', 'add', 'openai-compatible', '--label', 'My Work', '--base-url', upstream.url, feed=SECRET + '\n')
    equal(status, 0, out + err)
    account = re.match(r'(\S+): added\n', out)[1]
    assert 'lists 2 models, ' in out, out
    found = subprocess.run(['secret-tool', 'search', '--all', 'provider', 'openai-compatible'], capture_output=True, text=True)
    assert SECRET in found.stdout and account in found.stdout + found.stderr, found
    status, out, _ = keyring_run('accounts')
    equal(out, f'{account}\tMy Work\topenai-compatible\tpooled\t0\t*\tyes\tactive\n')
    # to a person, a table
    screen, terminal = os.openpty()
    equal(subprocess.run([RELAIS, 'accounts'], stdout=terminal, env=strict(), timeout=60).returncode, 0)
    shown = os.read(screen, 4096).decode().splitlines()
    equal(shown[0].split(), 'ID LABEL PROVIDER DISPATCH PRIORITY MODELS ENABLED STATE'.split())
    equal([shown[1][shown[0].index(title):].split('  ')[0] for title in ('ID', 'LABEL', 'PROVIDER', 'MODELS', 'STATE')],
          [account, 'My Work', 'openai-compatible', '*', 'active'], shown)
    # once more is no second one, and asks for no key
    again = ['accounts', 'add', 'openai-compatible', '--base-url', upstream.url]
    status, out, err = keyring_run(*again, '--label', 'Spare', '--model', 'm-*', '--model', 'gpt-4o', '--dispatch', 'fallback', '--no-key')
    spare = re.match(r'(\S+): added\n', out)[1]
    assert f'{spare}\tSpare\topenai-compatible\tfallback\t0\tm-*,gpt-4o\tyes\tactive\n' in keyring_run('accounts')[1]
    equal(keyring_run('accounts', 'remove', spare)[0], 0)
    status, out, err = keyring_run(*again, '--label', 'Spare', '--dispatch', 'sometimes', '--no-key')
    assert (status, out) == (1, '') and 'sometimes' in err, (status, err)
    status, out, err = keyring_run(*again, '--label', ' My Work ')
    assert (status, out) == (1, '') and f'already, {account}; ' in err and f'relais accounts remove {account}\n' in err, err
    assert '--label' in err and 'standard input' not in err, err
    said = keyring_serve()
    assert 'the client key is in the keyring: “relais key” prints it' in said, said
    key = keyring_run('key')[1].strip()
    assert re.fullmatch(r'sk-[A-Za-z0-9]{43}', key), key
    assert key not in said
    equal(keyring_run('key', 'show')[1].strip(), key, 'it survives')
    fresh = keyring_run('key', 'new')[1].strip()
    assert fresh != key
    equal(keyring_run('key'), (0, fresh + '\n', ''))
    # the key of servers without a keyring is another one, and said to be
    other = keyring_run('key', '--no-keyring')[1].strip()
    assert other not in (fresh, key)
    status, out, err = keyring_run('key')
    assert out.strip() == fresh and 'client-key' in err and '--no-keyring' in err, err
    os.unlink(os.path.join(os.environ['XDG_DATA_HOME'], 'relais/client-key'))
    serve = subprocess.Popen([RELAIS, 'serve', '--port', '0', '--auth-mode', 'strict'], env=strict(), stdout=subprocess.PIPE,
                             text=True)
    try:
        port = re.search(r':(\d+)\n', serve.stdout.readline())[1]
        asked = subprocess.run(['curl', '-sS', f'127.0.0.1:{port}/v1/models', '-H', f'x-api-key: {fresh}'], capture_output=True, text=True)
        equal([row['id'] for row in json.loads(asked.stdout)['data']], ['m-one', 'm-two'])
        with open(f'/proc/{serve.pid}/cmdline', encoding='ascii') as file:
            assert fresh not in file.read()
    finally:
        serve.terminate()
        serve.wait(15)
    for folder, _, names in os.walk(os.environ['HOME']):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, 'rb') as file:
                    data = file.read()
                assert SECRET.encode() not in data and fresh.encode() not in data, f'in clear in {path}'
    equal(keyring_run('accounts', 'remove', 'nobody')[0], 1)
    # what was asked for was done, tested or not
    status, out, err = keyring_run('accounts', 'add', 'openai-compatible', '--label', 'Off', '--base-url', 'http://127.0.0.1:1', '--no-key')
    account = re.match(r'(\S+): added\n', out)[1]
    assert status == 0 and f'it is kept all the same; “relais accounts test {account}”' in err, err
    equal(keyring_run('accounts', 'test', account)[0], 1)
    equal(keyring_run('accounts', 'remove', account)[0], 0)


def case_keyless():
    """Who needs no key is not asked for one; a server that may need none takes the end of the input for that"""
    status, out, err = keyring_run('accounts')
    assert (status, out) == (0, '') and 'relais accounts add PROVIDER' in err and 'gemini, anthropic' in err, err
    upstream = StandIn()
    held, writer = os.pipe()  # nothing comes, and no end of it
    for line in (['practice'], ['openai-compatible', '--base-url', upstream.url, '--no-key']):
        done = subprocess.run([RELAIS, 'accounts', 'add', *line], stdin=held, env=strict(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and 'lists ' in done.stdout, done
    os.close(held)
    os.close(writer)
    status, out, err = keyring_run('accounts', 'add', 'openai-compatible', '--base-url', upstream.url, '--label', 'Other')
    assert status == 0 and 'lists ' in out, out + err
    status, out, err = keyring_run('accounts', 'add', 'openai')
    assert (status, out) == (1, '') and 'standard input' in err, err
    status, out, err = keyring_run('accounts', 'add', 'openai', feed='sk-' + 'x' * 5000 + '\n')
    assert (status, out) == (1, '') and 'too long' in err and 'xxx' not in err, err
    status, out, err = keyring_run('accounts', 'add', 'practice', '--label', 'Another')
    assert (status, out) == (1, '') and 'already' in err and 'remove practice' in err, err
    rows = [line.split('\t')[:3] for line in keyring_run('accounts')[1].splitlines()]
    equal(sorted(row[1:] for row in rows), [['OpenAI-compatible', 'openai-compatible'], ['Other', 'openai-compatible'],
                                            ['Practice account', 'practice']])
    for row in rows:
        equal(keyring_run('accounts', 'remove', row[0])[0], 0)


def case_far():
    """A provider that only the proxy reaches"""
    upstream = StandIn(SECRET)
    upstream.host = f'upstream.example:{upstream.server_address[1]}'
    for kind in ('http', 'socks5'):
        proxy = Proxy(kind, upstream)
        out = ['--proxy', proxy.url]
        status, said, err = keyring_run('accounts', 'add', 'openai-compatible', '--label', kind, '--base-url', f'http://{upstream.host}/v1', *out,
                                        feed=SECRET + '\n')
        account = re.match(r'(\S+): added\n', said)[1]
        assert status == 0 and 'lists 2 models' in said, said + err
        status, said, err = keyring_run('accounts', 'test', account, *out)
        assert status == 0 and 'lists 2 models' in said, said + err
        equal((proxy.wrong, proxy.asked), ([], [upstream.host] * 2))
        equal(keyring_run('accounts', 'test', account)[0], 1, 'without it')
        equal(keyring_run('accounts', 'remove', account)[0], 0)
    for verb in (['add', 'openai'], ['test', 'x'], ['list']):
        status, said, err = keyring_run('accounts', *verb, '--proxy', 'http://me:geheim@proxy.example:1')
        assert (status, said) == (64, '') and '--proxy: ' in err and 'geheim' not in err, err


def case_prompt():
    """Whatever ends or stops the wait for a key, the terminal echoes after it"""
    def echoes():
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    def lead():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # a gate in the background ignores some, which would be handed down
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
            signal.signal(number, signal.SIG_DFL)

    screen, terminal = os.openpty()
    script = '"$@"; read x; fg'  # with job control: a program that stops gives it back
    for keys in (b'\x03', b'\x1c', b'hang up', b'\x1a', b'\n'):
        shell = subprocess.Popen(['sh', '-mc', script, 'sh', RELAIS, 'accounts', 'add', 'openai'], stdin=terminal,
                                 stdout=terminal, stderr=terminal, env=strict(), preexec_fn=lead)
        try:
            until(lambda: not echoes(), 'the prompt')
            if keys == b'hang up':
                os.killpg(os.tcgetpgrp(screen), signal.SIGHUP)
            else:
                os.write(screen, keys)
            until(echoes, f'an echo after {keys}')
            if keys == b'\x1a':
                os.write(screen, b'\n')
                until(lambda: not echoes(), 'silence again')
                os.write(screen, b'\x03')
                until(echoes, 'an echo again')
        finally:
            shell.kill()
            shell.wait()


def case_locked():
    status, out, err = keyring_run('accounts')
    equal((status, out), (1, ''))
    assert 'keyring is locked' in err.lower(), err
    status, out, err = keyring_run('accounts', 'add', 'practice')
    assert status == 1 and 'locked' in err, err
    status, out, err = keyring_run('serve', '--port', '0')
    assert status == 1 and 'keyring is locked' in err.lower(), err
    for line in (['key'], ['key', 'new']):
        status, out, err = keyring_run(*line)
        assert (status, out) == (1, '') and 'locked' in err, err
    # nothing is made up in the place of what the keyring may hold
    assert not os.path.exists(os.path.join(os.environ['XDG_DATA_HOME'], 'relais/client-key'))


def case_file_first():
    """A keyring without a key does not outdo the file that has one"""
    kept = keyring_run('key', '--no-keyring')[1]
    equal(keyring_run('key'), (0, kept, ''))
    upstream = StandIn(SECRET)
    status, out, err = keyring_run('accounts', 'add', 'openai-compatible', '--base-url', upstream.url, feed=SECRET + '\n')
    equal(status, 0, out + err)
    said = keyring_serve()
    assert re.search(r'the client key is in /\S+/relais/client-key\n', said), said
    equal(keyring_run('accounts', 'remove', out.split(':')[0])[0], 0)
    os.unlink(os.path.join(os.environ['XDG_DATA_HOME'], 'relais/client-key'))


def case_still_there():
    status, out, _ = keyring_run('accounts')
    assert 'My Work' in out, out
    equal(keyring_run('accounts', 'remove', out.split('\t')[0])[0], 0)
    equal(keyring_run('accounts')[1], '')


def case_absent():
    status, out, err = keyring_run('accounts')
    assert status == 1 and 'No keyring service' in err, err
    status, out, err = keyring_run('serve', '--port', '0')
    assert status == 1 and 'No account available' in err, err
    status, key, err = keyring_run('key')
    assert status == 0 and re.fullmatch(r'sk-[A-Za-z0-9]{43}\n', key), err
    equal(keyring_run('key'), (0, key, ''), 'it is kept')
    equal(keyring_run('key', '--no-keyring'), (0, key, ''), 'as the server keeps it')
    fresh = keyring_run('key', 'new')
    assert fresh[0] == 0 and fresh[1] != key, fresh
    equal(keyring_run('key'), fresh)


@test
def the_keyring_keeps_accounts_and_key():
    in_keyring('file_first', UNLOCKED)
    in_keyring('keyless', UNLOCKED)
    in_keyring('ready', UNLOCKED)


@test
def an_account_is_tested_through_the_proxy():
    in_keyring('far', UNLOCKED)


@test
def the_terminal_echoes_after_a_prompt():
    in_keyring('prompt', UNLOCKED)


@test
def a_locked_keyring_says_so_and_loses_nothing():
    in_keyring('locked', LOCKED)
    in_keyring('still_there', UNLOCKED)


@test
def an_absent_keyring_says_so():
    in_keyring('absent', '')


if 'RELAIS_CASE' in os.environ:
    globals()['case_' + os.environ['RELAIS_CASE']]()
else:
    main()
