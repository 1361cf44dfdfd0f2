#!/usr/bin/python3
"""The way out: through a proxy or without one, and how many connections it takes."""
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile

from harness import KEY, RELAIS, Relais, equal, main, test
from pairs import account
from proxy_kit import Proxy
from standin import StandIn

LENT_STORE = sys.argv[2]
NAME = 'upstream.example'  # resolves nowhere: who asks for it by name means the proxy
PATHS = {'chat': '/v1/chat/completions', 'anthropic': '/v1/messages', 'gemini': '/v1beta/models/m:generateContent'}


def ask(dialect, model='m', stream=False):
    if dialect == 'gemini':
        return PATHS[dialect], {'contents': [{'parts': [{'text': 'hi'}]}]}
    return PATHS[dialect], {'model': model, 'max_tokens': 9, 'stream': stream, 'messages': [{'role': 'user', 'content': 'hi'}]}


def far(dialect, upstream):
    """An account of an upstream that is not on this computer, as far as its name tells."""
    upstream.host = f'{NAME}:{upstream.server_address[1]}'
    return dict(account(dialect, upstream), base_url=f'http://{upstream.host}' + ('/v1' if dialect == 'chat' else ''))


def certify(folder, name, more, signer=None):
    """(certificate, key): its own authority, or signed by the one given"""
    key, certificate = os.path.join(folder, f'{name}.key'), os.path.join(folder, f'{name}.crt')
    sign = ['-CA', signer[0], '-CAkey', signer[1]] if signer else []
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', f'/CN={name}', '-keyout', key, '-out', certificate, *sign,
                    *(['-addext', f'subjectAltName={more}'] if more else [])], check=True, capture_output=True)
    return certificate, key


def encrypt(upstream, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    plain = upstream.get_request
    upstream.get_request = lambda: (lambda sock, peer: (context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), peer))(*plain())


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
def the_doctor_goes_the_same_way():
    upstream = StandIn()
    proxy = Proxy('socks5', upstream)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'accounts.json')
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'w', encoding='utf-8') as file:
            json.dump({'accounts': [far('chat', upstream)]}, file)
        for more, status in (['--proxy', proxy.url], 0), ([], 1), (['--proxy', 'proxy.example'], 64):
            done = subprocess.run([RELAIS, 'check', '--accounts-file', path, *more], timeout=60, capture_output=True, text=True,
                                  env=dict(os.environ, XDG_DATA_HOME=folder))
            equal(done.returncode, status, done.stdout + done.stderr)
    equal(([row['dialect'] for row in upstream.seen], proxy.wrong, set(proxy.asked)), (['chat'] * 4, [], {upstream.host}))


@test
def what_is_encrypted_goes_through_a_tunnel():
    """Nobody vouches for the far end here: it is refused, and nothing was said to it."""
    with tempfile.TemporaryDirectory() as folder:
        upstream = StandIn()
        encrypt(upstream, *certify(folder, NAME, f'DNS:{NAME}'))
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
def an_authority_of_ones_own_is_trusted_once_the_system_does():
    """The system's store is a file: it is lent another one, as update-ca-certificates would write it."""
    with tempfile.TemporaryDirectory() as folder:
        authority = certify(folder, 'Authority', None)
        store = os.path.join(folder, 'store')
        with open(store, 'w', encoding='ascii') as file, open('/etc/ssl/certs/ca-certificates.crt', encoding='ascii') as system, \
                open(authority[0], encoding='ascii') as own:
            file.write(system.read() + own.read())
        lent = {'LD_PRELOAD': LENT_STORE, 'RELAIS_TEST_STORE': store, 'ASAN_OPTIONS': 'verify_asan_link_order=0'}
        for name, env, wanted in (('localhost', {}, 502), ('localhost', lent, 200), (NAME, lent, 502)):
            upstream = StandIn()
            upstream.host = f'localhost:{upstream.server_address[1]}'
            encrypt(upstream, *certify(folder, name, f'DNS:{name}', authority))
            row = dict(account('chat', upstream), base_url=f'https://{upstream.host}/v1')
            with Relais(accounts=[row], env=env) as relais:
                status, _, answer = relais.request('POST', *ask('chat'))
                equal(status, wanted, (name, answer))
                equal(relais.request('GET', '/v1/models')[2].count(b'm-one'), status == 200)
                assert status == 200 or 'certificate' in json.loads(answer)['error']['message'], answer
            equal((len(upstream.seen), upstream.refusals), (int(status == 200), []))


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
