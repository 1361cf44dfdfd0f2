#!/usr/bin/python3
"""Which account serves, by its role: off, pooled, fallback, exclusive."""
import json
import os
import subprocess
import tempfile

from harness import KEY, RELAIS, Relais, equal, main, test
from pairs import MODELS, account
from rules_kit import Ruled
from standin import StandIn

# what the preset of the window puts in
ZAI_RULES = [{'match': 'claude-*opus*', 'model': 'glm-5.2', 'provider': 'zai'},
             {'match': 'claude-*sonnet*', 'model': 'glm-4.7', 'provider': 'zai'},
             {'match': 'claude-*haiku*', 'model': 'glm-4.5-air', 'provider': 'zai'}]


def zai(upstream, **more):
    upstream.bearer = True
    return {'id': 'z', 'label': 'Zed', 'provider': 'zai', 'api_key': upstream.secret,
            'base_urls': {'anthropic': upstream.url, 'openai-chat': upstream.url + '/v1'}, **more}


def say(relais, path, model, stream=False):
    body = {'model': model, 'max_tokens': 64, 'stream': stream, 'messages': [{'role': 'user', 'content': 'hi'}]}
    if 'generateContent' in path:
        body = {'contents': [{'role': 'user', 'parts': [{'text': 'hi'}]}]}
    return relais.request('POST', path.format(model), body, {'anthropic-version': '2023-06-01'})


@test
def an_account_of_zai_alone_serves():
    upstream = StandIn()
    upstream.models = ['glm-5.2', 'glm-4.7', 'glm-4.5-air']
    cases = [('/v1/messages', 'claude-opus-5', 'anthropic', 'glm-5.2'), ('/v1/messages', 'claude-sonnet-4-5', 'anthropic', 'glm-4.7'),
             ('/v1/messages', 'claude-haiku-4-5', 'anthropic', 'glm-4.5-air'), ('/v1/chat/completions', 'claude-3-opus', 'chat', 'glm-5.2'),
             ('/v1/messages', 'glm-4.7', 'anthropic', 'glm-4.7'), ('/v1/chat/completions', 'glm-4.7', 'chat', 'glm-4.7')]
    with Ruled(ZAI_RULES, accounts=[zai(upstream)]) as relais:
        assert 'warning' not in relais.said(), relais.said()
        for path, asked, dialect, used in cases:
            for stream in (False, True):
                status, _, answer = say(relais, path, asked, stream)
                equal(status, 200, (asked, answer))
                equal((upstream.seen[-1]['dialect'], upstream.seen[-1]['model']), (dialect, used), asked)
        # what speaks neither is translated
        for path in ('/v1beta/models/{}:generateContent', '/v1/responses'):
            body = {'model': 'claude-opus-5', 'input': 'hi'} if 'responses' in path else {'contents': [{'parts': [{'text': 'hi'}]}]}
            status, _, answer = relais.request('POST', path.format('claude-opus-5'), body)
            equal((status, upstream.seen[-1]['model']), (200, 'glm-5.2'), answer)
        names = [row['id'] for row in json.loads(relais.request('GET', '/v1/models')[2])['data']]
        equal(names, ['glm-4.5-air', 'glm-4.7', 'glm-5.2'])
    equal(upstream.refusals, [])


@test
def an_exclusive_account_goes_before_a_pooled_one_and_a_fallback_behind():
    one, two, three = StandIn(), StandIn(), StandIn()
    one.models, two.models, three.models = ['glm-5.2', 'shared'], [MODELS['gemini'], 'shared', 'spare'], ['shared', 'pooled', 'spare']
    rows = [account('gemini', two, dispatch='fallback'), account('chat', three), zai(one, dispatch='exclusive', models=['glm-*', 'shared'])]
    cases = [('shared', one), ('glm-5.2', one), ('pooled', three), ('spare', three), (MODELS['gemini'], two)]
    with Relais(accounts=rows) as relais:
        for model, wanted in cases:
            for path in ('/v1/messages', '/v1/chat/completions', '/v1beta/models/{}:generateContent'):
                before = len(wanted.seen)
                status, _, answer = say(relais, path, model)
                equal(status, 200, (model, answer))
                equal(len(wanted.seen), before + 1, (model, path))
    # without the one in the middle the fallback serves what the exclusive one does not
    with Relais(accounts=[rows[0], rows[2]]) as relais:
        for model, wanted in (('shared', one), ('anything', two)):
            before = len(wanted.seen)
            equal(say(relais, '/v1/messages', model)[0], 200, model)
            equal(len(wanted.seen), before + 1, model)
    equal(one.refusals + two.refusals + three.refusals, [])


@test
def nothing_starts_without_an_account_in_use():
    upstream = StandIn()
    for rows in ([], [zai(upstream, dispatch='off')], [zai(upstream, enabled=False)]):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'accounts.json')
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'w', encoding='utf-8') as file:
                json.dump({'accounts': rows}, file)
            done = subprocess.run([RELAIS, 'serve', '--port', '0', '--accounts-file', path], timeout=20, capture_output=True, text=True,
                                  env=dict(os.environ, RELAIS_API_KEY=KEY, XDG_DATA_HOME=folder))
            equal(done.returncode, 1, done.stderr)
            assert 'No account available: add one first' in done.stderr, done.stderr


main()
