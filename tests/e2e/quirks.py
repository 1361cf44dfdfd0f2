#!/usr/bin/python3
"""Servers that take less than the vendor whose dialect they speak: their first refusal is enough."""
import concurrent.futures
import json

from harness import Relais, equal, main, test
from pairs import account
from standin import StandIn

SCHEMA = {'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city'], 'additionalProperties': False}
TOOL = {'name': 'weather', 'description': 'of a city', 'input_schema': SCHEMA}
BODY = {'model': 'some-model', 'max_tokens': 2000, 'stream': True, 'system': 'Be brief.',
        'messages': [{'role': 'user', 'content': 'hi'}], 'tools': [TOOL],
        'tool_choice': {'type': 'auto', 'disable_parallel_tool_use': True}, 'thinking': {'type': 'enabled', 'budget_tokens': 1024}}


def lesser(dialect, upstream, **more):
    row = account(dialect, upstream, **more)
    return dict(row, provider={'gemini': 'gemini-compatible', 'chat': 'openai-compatible'}.get(dialect, row['provider']))


def ask(relais, body=BODY):
    return relais.request('POST', '/v1/messages', body, {'anthropic-version': '2023-06-01'})


def learns(dialect, names, body=BODY):
    """Each name costs one more try, once: the account's next request has none of them."""
    upstream = StandIn(strict=True)
    with Relais(accounts=[lesser(dialect, upstream)]) as relais:
        status, _, answer = ask(relais, body)
        equal(status, 200, answer)
        first = upstream.seen[-1]['body'].decode()
        for name in names:
            assert f'"{name}"' in first, (name, first)
        upstream.dislikes = names
        for tries in (len(names) + 1, 1):
            before = len(upstream.seen)
            status, _, answer = ask(relais, body)
            equal(status, 200, answer)
            equal(len(upstream.seen) - before, tries, names)
            for name in names:
                assert f'"{name}"' not in upstream.seen[-1]['body'].decode(), upstream.seen[-1]['body']
    equal(upstream.refusals + upstream.refused, [])


@test
def a_chat_server_without_stream_options():
    learns('chat', ['stream_options'])


@test
def a_chat_server_without_several():
    learns('chat', ['stream_options', 'parallel_tool_calls', 'reasoning_effort'])


@test
def a_chat_server_without_schemas():
    schema = {'format': {'type': 'json_schema', 'schema': SCHEMA}}
    learns('chat', ['json_schema'], dict(BODY, output_config=schema, tools=[], tool_choice={'type': 'auto'}))


@test
def a_schema_it_does_not_take_is_asked_for_in_words():
    schema = {'format': {'type': 'json_schema', 'schema': SCHEMA}}
    upstream = StandIn(strict=True)
    upstream.dislikes = ['json_schema']
    with Relais(accounts=[lesser('chat', upstream)]) as relais:
        status, headers, answer = ask(relais, dict(BODY, output_config=schema, tools=[], tool_choice={'type': 'auto'}))
        equal((status, headers['x-relais-dropped']), (200, 'output_config.format'), answer)
        body = json.loads(upstream.seen[-1]['body'])
        equal(body['response_format'], {'type': 'json_object'})
        first, words, schema = body['messages'][0]['content'].partition('It must follow this JSON Schema: ')
        assert first.startswith('Be brief.') and words, body['messages'][0]
        equal(json.loads(schema), SCHEMA)
    equal(upstream.refusals + upstream.refused, [])


@test
def a_responses_server_without_encrypted_reasoning():
    learns('responses', ['reasoning.encrypted_content'])


@test
def a_gemini_server_with_the_older_schemas():
    learns('gemini', ['parametersJsonSchema'])


@test
def requests_at_the_same_time_all_profit():
    upstream = StandIn(strict=True)
    upstream.dislikes = ['stream_options']
    with Relais(accounts=[lesser('chat', upstream)]) as relais:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            equal([answer[0] for answer in pool.map(lambda _: ask(relais), range(8))], [200] * 8)


@test
def another_model_of_the_account_is_asked_afresh():
    upstream = StandIn(strict=True)
    upstream.dislikes = ['stream_options']
    with Relais(accounts=[lesser('chat', upstream)]) as relais:
        equal(ask(relais)[0], 200)
        upstream.dislikes = []
        for model, wanted in (('some-model', False), ('another-model', True)):
            equal(ask(relais, dict(BODY, model=model))[0], 200)
            equal('stream_options' in upstream.seen[-1]['body'].decode(), wanted, model)


@test
def what_cannot_be_learnt_is_told_once():
    upstream = StandIn(strict=True)
    upstream.dislikes = ['messages']
    with Relais(accounts=[lesser('chat', upstream)]) as relais:
        status, _, answer = ask(relais)
        equal(status, 400, answer)
        assert "'messages'" in json.loads(answer)['error']['message'], answer
    equal(len(upstream.seen), 1)


main()
