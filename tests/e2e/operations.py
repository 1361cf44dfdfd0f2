#!/usr/bin/python3
"""What is asked besides answers: counts of tokens, embeddings, and the older text completions."""
import base64
import json
import struct

from harness import Relais, equal, main, test
from pairs import MODELS, account
from standin import StandIn

PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
SCHEMA = {'type': 'object', 'properties': {'city': {'type': 'string'}}}
VERSION = {'anthropic-version': '2023-06-01'}


def count(dialect, model, text='hi'):
    """(path, body) of a question with a system text, a turn and a tool"""
    if dialect == 'anthropic':
        return '/v1/messages/count_tokens?beta=true', {
            'model': model, 'system': 'Be brief.', 'messages': [{'role': 'user', 'content': text}],
            'tools': [{'name': 'weather', 'description': 'of a city', 'input_schema': SCHEMA}]}
    if dialect == 'responses':
        return '/v1/responses/input_tokens', {
            'model': model, 'instructions': 'Be brief.', 'input': text,
            'tools': [{'type': 'function', 'name': 'weather', 'description': 'of a city', 'strict': False, 'parameters': SCHEMA}]}
    return f'/v1beta/models/{model}:countTokens', {'generateContentRequest': {
        'model': f'models/{model}', 'systemInstruction': {'parts': [{'text': 'Be brief.'}]},
        'contents': [{'role': 'user', 'parts': [{'text': text}]}],
        'tools': [{'functionDeclarations': [{'name': 'weather', 'description': 'of a city', 'parametersJsonSchema': SCHEMA}]}]}}


def tokens(answer):
    data = json.loads(answer)
    return data.get('input_tokens', data.get('totalTokens'))


@test
def counts_are_asked_of_any_upstream_that_counts():
    for upstream_dialect in ('anthropic', 'responses', 'gemini'):
        upstream = StandIn(strict=True)
        with Relais(accounts=[account(upstream_dialect, upstream)]) as relais:
            for dialect in ('anthropic', 'responses', 'gemini'):
                path, body = count(dialect, MODELS[upstream_dialect])
                status, headers, answer = relais.request('POST', path, body, VERSION)
                equal((status, tokens(answer), headers.get('x-relais-estimated')), (200, 4242, None), (dialect, upstream_dialect, answer))
                equal(upstream.seen[-1]['said']['turns'], [('user', [('text', 'hi')])], (dialect, upstream_dialect))
        equal(upstream.refusals + upstream.refused, [], upstream_dialect)


@test
def counts_are_guessed_where_nobody_counts():
    """Text bytes / 4, other characters / 1.5, 4 a message, schemas like text, and a picture's usual price."""
    upstream = StandIn(strict=True)
    with Relais(accounts=[account('chat', upstream)]) as relais:
        for text, wanted in (('x' * 4000, 1000), ('\u4e2d' * 1500, 1000)):
            for dialect in ('anthropic', 'responses', 'gemini'):
                path, body = count(dialect, MODELS['chat'], text)
                status, headers, answer = relais.request('POST', path, body, VERSION)
                equal((status, headers.get('x-relais-estimated')), (200, 'true'), answer)
                assert wanted <= tokens(answer) <= wanted + 40, (dialect, answer)
        picture = {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': PNG}}
        path, body = count('anthropic', MODELS['chat'], [picture])
        assert 765 <= tokens(relais.request('POST', path, body, VERSION)[2]) <= 805
    equal(upstream.seen, [])


@test
def counting_never_fails_for_an_upstreams_fault():
    upstream = StandIn(strict=True)
    for upstream_dialect, statuses in (('anthropic', (404, 405, 500, 529)), ('gemini', (400, 404, 429, 500, 401))):
        with Relais(accounts=[account(upstream_dialect, upstream)]) as relais:
            for upstream.uncounted in statuses:
                status, headers, answer = relais.request('POST', *count('anthropic', MODELS[upstream_dialect]), VERSION)
                equal((status, headers.get('x-relais-estimated')), (200, 'true'), (upstream.uncounted, upstream_dialect, answer))
    gone = dict(account('anthropic', upstream), base_url='http://127.0.0.1:9')
    with Relais(accounts=[gone]) as relais:
        equal(relais.request('POST', *count('anthropic', 'claude-opus-5'), VERSION)[0], 200)


@test
def a_broken_question_is_refused():
    upstream = StandIn(strict=True)
    with Relais(accounts=[account('chat', upstream)]) as relais:
        status, _, answer = relais.request('POST', '/v1/messages/count_tokens', {'model': 'm', 'messages': 7}, VERSION)
        equal((status, json.loads(answer)['error']['type']), (400, 'invalid_request_error'), answer)


@test
def the_practice_account_counts():
    with Relais('--practice') as relais:
        for dialect in ('anthropic', 'responses', 'gemini'):
            status, headers, answer = relais.request('POST', *count(dialect, 'practice'), VERSION)
            equal((status, headers.get('x-relais-estimated')), (200, 'true'), answer)


@test
def text_completions_are_answered_by_any_upstream():
    for upstream_dialect in ('responses', 'anthropic', 'gemini'):
        upstream = StandIn(strict=True)
        with Relais(accounts=[account(upstream_dialect, upstream)]) as relais:
            body = {'model': MODELS[upstream_dialect], 'prompt': ['Say it'], 'max_tokens': 50, 'best_of': 1, 'echo': False, 'logprobs': None}
            status, _, answer = relais.request('POST', '/v1/completions', body)
            equal(status, 200, answer)
            data = json.loads(answer)
            equal((data['object'], data['choices'][0]['finish_reason'], data['choices'][0]['logprobs']), ('text_completion', 'stop', None))
            equal(upstream.seen[-1]['said']['turns'], [('user', [('text', 'Say it')])], upstream_dialect)
            assert data['id'].startswith('cmpl-') and data['usage']['completion_tokens'] == 50, data
            text = data['choices'][0]['text']
            status, headers, answer = relais.request('POST', '/v1/completions', dict(
                body, prompt='Say it', stream=True, stream_options={'include_usage': True}))
            equal((status, headers['content-type'].partition(';')[0]), (200, 'text/event-stream'))
            events = [line[6:] for line in answer.decode().split('\n') if line.startswith('data: ')]
            equal(events.pop(), '[DONE]')
            chunks = [json.loads(event) for event in events]
            equal({chunk['object'] for chunk in chunks}, {'text_completion'})
            equal(''.join(chunk['choices'][0]['text'] for chunk in chunks if chunk['choices']), text, upstream_dialect)
            equal([chunk['choices'][0]['finish_reason'] for chunk in chunks if chunk['choices']][-1], 'stop')
            equal(chunks[-1]['usage']['completion_tokens'], 50)
        equal(upstream.refusals + upstream.refused, [], upstream_dialect)


@test
def text_completions_that_cannot_be_translated_say_why():
    upstream = StandIn(strict=True)
    with Relais(accounts=[account('anthropic', upstream)]) as relais:
        for field, value in (('prompt', ['a', 'b']), ('prompt', [1, 2]), ('prompt', None), ('best_of', 3), ('echo', True),
                             ('suffix', 'x'), ('logprobs', 1), ('n', 2)):
            body = {'model': MODELS['anthropic'], 'prompt': 'a', field: value}
            status, _, answer = relais.request('POST', '/v1/completions', body)
            equal((status, json.loads(answer)['error']['param']), (400, field), answer)
        status, _, answer = relais.request('POST', '/v1/completions', {'model': MODELS['anthropic'], 'prompt': 'STATUS:429'})
        equal((status, json.loads(answer)['error']['type']), (429, 'rate_limit_error'), answer)
        equal(len(upstream.seen), 1)


@test
def the_practice_account_completes_text():
    with Relais('--practice') as relais:
        status, _, answer = relais.request('POST', '/v1/completions', {'model': 'practice', 'prompt': 'Hello'})
        equal(status, 200, answer)
        assert 'Hello' in json.loads(answer)['choices'][0]['text'], answer


@test
def who_can_make_no_embeddings_says_so():
    upstream = StandIn()
    rows = [{'id': 'a', 'provider': 'anthropic', 'base_url': upstream.url, 'api_key': upstream.secret}]
    for provider, path, body, speaker in (
            ('anthropic', '/v1/embeddings', {'model': 'e', 'input': 'x'}, 'OpenAI Chat Completions or Gemini'),
            ('anthropic', '/v1beta/models/e:embedContent', {'content': {'parts': [{'text': 'x'}]}}, 'Gemini'),
            ('openai', '/v1beta/models/e:embedContent', {'content': {'parts': [{'text': 'x'}]}}, 'Gemini')):
        with Relais(accounts=[dict(rows[0], provider=provider)]) as relais:
            status, _, answer = relais.request('POST', path, body)
            equal(status, 503, answer)
            equal(json.loads(answer)['error']['message'],
                  f'No account that serves “e” can make embeddings for this request: add one that speaks {speaker}')


@test
def embeddings_are_made_by_gemini():
    upstream = StandIn()
    with Relais(accounts=[account('gemini', upstream)]) as relais:
        body = {'model': 'gemini-embedding-001', 'input': ['one', 'three'], 'dimensions': 2}
        status, _, answer = relais.request('POST', '/v1/embeddings', body)
        equal(status, 200, answer)
        assert b'"embedding":[3.50,3.50]' in answer, answer     # digits are kept
        data = json.loads(answer)
        equal([(row['index'], row['embedding']) for row in data['data']], [(0, [3.5, 3.5]), (1, [5.5, 5.5])])
        equal((data['object'], data['model']), ('list', 'gemini-embedding-001'))
        status, _, answer = relais.request('POST', '/v1/embeddings', {'model': 'e', 'input': 'four', 'encoding_format': 'base64'})
        equal(base64.b64decode(json.loads(answer)['data'][0]['embedding']), struct.pack('<3f', 4.5, 4.5, 4.5), answer)
        for field, value in (('input', [[1, 2]]), ('input', [1, 2]), ('input', []), ('input', None), ('dimensions', 0), ('encoding_format', 'int8')):
            status, _, answer = relais.request('POST', '/v1/embeddings', dict({'model': 'e', 'input': 'x'}, **{field: value}))
            equal((status, json.loads(answer)['error']['param']), (400, field), answer)
    equal(upstream.refusals, [])


main()
