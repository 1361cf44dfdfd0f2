#!/usr/bin/python3
"""Which model is used for which, and what a translation may not change."""
import json
import os
import subprocess
import tempfile

from harness import KEY, RELAIS, Relais, equal, main, test
from pairs import MODELS, account
from rules_kit import Ruled
from standin import StandIn

PATHS = {'chat': '/v1/chat/completions', 'responses': '/v1/responses', 'anthropic': '/v1/messages'}
SEALED = 'relais1.g.YWJj'


def accounts(upstream):
    return [{'id': 'oa', 'label': 'Open', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret},
            {'id': 'an', 'label': 'Anne', 'provider': 'anthropic', 'base_url': upstream.url, 'api_key': upstream.secret},
            {'id': 'ge', 'label': 'Gem', 'provider': 'gemini', 'base_url': upstream.url, 'api_key': upstream.secret}]


def ask(dialect, model):
    """(path, body): odd numbers and white space, which must survive."""
    odd = '"temperature":0.70, "u":"\\u00e9\\/", "smell" : {"n":[1e3]},"n": 2'
    if dialect == 'gemini':
        return f'/v1beta/models/{model}:generateContent', f'{{ {odd}, "contents":[{{"parts":[{{"text":"hi"}}]}}]}}'
    said = '"input":"hi"' if dialect == 'responses' else '"messages":[{"role":"user","content":"hi"}]'
    return PATHS[dialect], f'{{"max_tokens" :9, {odd}, {said} ,  "model" : "{model}" }}\n'


@test
def e128_a_rule_changes_the_model_and_nothing_else():
    """49 and 99 among it: neither a field nobody knows nor several answers are anybody's business here."""
    upstream = StandIn()
    rules = [{'match': '*', 'model': 'never'}, {'match': 'old-*', 'model': 'other'}, {'match': 'old-one', 'model': 'new "one"/2'}]
    with Ruled(rules, accounts=accounts(upstream)) as relais:
        for dialect in ('chat', 'responses', 'anthropic', 'gemini'):
            path, body = ask(dialect, 'old-one')
            status, _, answer = relais.request('POST', path, body)
            equal(status, 200, (dialect, answer))
            seen = upstream.seen[-1]
            if dialect == 'gemini':
                equal(seen['body'], body.encode(), dialect)
                assert '/models/new%20%22one%22/2:generateContent' in seen['target'], seen
            else:
                equal(seen['body'], body.replace('"old-one"', '"new \\"one\\"/2"').encode(), dialect)
    equal(upstream.refusals, [])


@test
def a_rule_chooses_who_serves():
    upstream = StandIn(strict=True)
    rows = [account(dialect, upstream) for dialect in ('chat', 'anthropic', 'gemini')]
    rules = [{'match': 'claude-*', 'model': MODELS['gemini'], 'account': 'a-gemini'},
             {'match': 'plain', 'model': MODELS['anthropic'], 'provider': 'anthropic'},
             {'match': MODELS['chat'], 'account': 'a-chat'}]
    cases = [('claude-opus-5', 'gemini'), ('plain', 'anthropic'), (MODELS['chat'], 'chat')]
    with Ruled(rules, accounts=rows) as relais:
        for model, wanted in cases:
            body = {'model': model, 'max_tokens': 64, 'messages': [{'role': 'user', 'content': 'hi'}]}
            status, _, answer = relais.request('POST', '/v1/messages', body, {'anthropic-version': '2023-06-01'})
            equal(status, 200, (model, answer))
            equal(json.loads(answer)['type'], 'message', model)
            equal(upstream.seen[-1]['dialect'], wanted, model)
    equal(upstream.refusals + upstream.refused, [])


@test
def a_rule_that_cannot_be_met_says_which():
    upstream = StandIn()
    rows = accounts(upstream)
    rules = [{'match': 'a', 'account': 'gone'}, {'match': 'b', 'provider': 'zai'}, {'match': 'c', 'model': 'nobody-has-it'}]
    with Ruled(rules, accounts=[dict(rows[0], models=['gpt-*'])]) as relais:
        for model, words in (('a', 'No account serves the model “a”'), ('c', 'Rule 3 turns “c” into “nobody-has-it”')):
            got, _, answer = relais.request('POST', *ask('chat', model))
            equal(got, 404, (model, answer))
            assert words in json.loads(answer)['error']['message'], answer
    with Ruled(rules + [{'match': 'c', 'model': 'm-one'}], accounts=rows[:1]) as relais:
        said = relais.said()
        assert 'rules.json: rule 4 is never used: rule 3 is for “c”, too' in said, said
        assert 'rules.json: rule 1 names the account “gone”, and there is none with that id' in said, said
        assert 'rules.json: rule 2 names the provider “zai”, and no account is of it' in said and said.count('warning') == 3, said
        for model, words in (('a', 'Rule 1 sends “a” to the account “gone” only, and there is none with that id'),
                             ('b', 'Rule 2 sends “b” to accounts of “zai” only')):
            got, _, answer = relais.request('POST', *ask('chat', model))
            equal(got, 503, (model, answer))
            assert words in json.loads(answer)['error']['message'], answer
    equal(upstream.seen, [])


@test
def a_model_nobody_serves_is_told_from_those_close_to_it():
    upstream = StandIn()
    upstream.models = ['gemini-3-flash', 'gemini-3.1-pro-preview', 'gpt-5.2'] + [f'filler-{n}' for n in range(500)]
    rows = [dict(accounts(upstream)[0], models=['gemini-3*', 'gpt-*', 'filler-*'])]
    rules = [{'match': 'my-flash', 'model': 'gemini-3-flash'}, {'match': 'turned', 'model': 'the-flash'}]
    with Ruled(rules, accounts=rows) as relais:
        for dialect in ('chat', 'responses', 'anthropic', 'gemini'):
            for model, close in (('gemini-flash', '; close to it: “gemini-3-flash”'), ('MY_flash', '; close to it: “my-flash”'), ('llama', '')):
                status, _, answer = relais.request('POST', *ask(dialect, model))
                equal(status, 404, answer)
                error = json.loads(answer)['error']
                assert error['message'].startswith(f'No account serves the model “{model}”: see GET /v1/models for what there is'), error
                assert error['message'].endswith(f'there is{close}'), error
                shape = {'anthropic': 'not_found_error', 'gemini': 'NOT_FOUND'}.get(dialect, 'model_not_found')
                assert shape in error.values(), error
                assert answer.count('“'.encode()) < 6
        status, _, answer = relais.request('POST', *ask('chat', 'turned'))
        equal(status, 404, answer)
        assert 'Rule 2 turns “turned” into “the-flash”' in json.loads(answer)['error']['message'] and '“my-flash”' in answer.decode(), answer
        for path in ('/v1/models/filler', '/v1beta/models/gemini-flash'):
            status, _, answer = relais.request('GET', path)
            equal(status, 404, answer)
            assert 'close to it' in json.loads(answer)['error']['message'], answer
    equal((upstream.seen, len(upstream.listed)), ([], 1))


@test
def without_rules_an_account_that_lists_the_model_serves_it():
    openai, anthropic = StandIn(strict=True), StandIn(strict=True)
    openai.models, anthropic.models = [MODELS['chat'], 'both'], [MODELS['anthropic'], 'both']
    rows = [account('chat', openai), account('anthropic', anthropic)]
    for number, order in enumerate((rows, rows[::-1])):
        with Relais(accounts=order) as relais:
            for model, wanted in ((MODELS['anthropic'], anthropic), (MODELS['chat'], openai)):
                before = len(wanted.seen)
                for path in ('/v1/chat/completions', '/v1/messages'):
                    limit = 'max_tokens' if path == '/v1/messages' else 'max_completion_tokens'
                    body = {'model': model, limit: 64, 'messages': [{'role': 'user', 'content': 'hi'}]}
                    status, _, answer = relais.request('POST', path, body, {'anthropic-version': '2023-06-01'})
                    equal(status, 200, (model, answer))
                equal(len(wanted.seen) - before, 2, (model, number))
            # what both list goes where nothing is translated, what none lists as well
            for model in ('both', 'nobody-lists-it'):
                before = len(anthropic.seen)
                equal(relais.request('POST', '/v1/messages', dict(body, model=model), {'anthropic-version': '2023-06-01'})[0], 200)
                equal(len(anthropic.seen) - before, 1, model)
        # asked once, whatever came
        equal((len(openai.listed), len(anthropic.listed)), (number + 1, number + 1))
    equal(openai.refusals + openai.refused + anthropic.refusals + anthropic.refused, [])


@test
def rules_are_models_to_clients():
    rules = [{'match': 'my-model', 'model': 'practice'}, {'match': 'x-*', 'model': 'practice'}]
    with Ruled(rules, '--practice') as relais:
        names = [row['id'] for row in json.loads(relais.request('GET', '/v1/models')[2])['data']]
        equal(names, sorted(names))
        assert 'my-model' in names and 'x-*' not in names, names
        equal(relais.request('GET', '/v1beta/models/my-model')[0], 200)


@test
def what_is_listed_and_looked_up_is_what_is_served():
    rules = [{'match': 'any-*', 'model': 'm-one'}, {'match': 'exact', 'model': 'm-one'}, {'match': 'lost', 'account': 'gone'},
             {'match': 'm-two', 'account': 'gone'}, {'match': 'away', 'model': 'elsewhere'}]
    catch_all = {'m-one', 'any-thing', 'exact', 'away', 'unlisted'}
    for patterns, served in ((None, catch_all), (['m-*'], catch_all - {'away', 'unlisted'})):
        upstream = StandIn()
        rows = [dict(row, models=patterns) if patterns else row for row in accounts(upstream)]
        with Ruled(rules, accounts=rows) as relais:
            listed = [row['id'] for row in json.loads(relais.request('GET', '/v1/models')[2])['data']]
            equal(listed, sorted(served - {'any-thing', 'unlisted'}))
            for model in sorted(catch_all | {'lost', 'm-two'}):
                for dialect, path in (('chat', '/v1/models/'), ('anthropic', '/v1/models/'), ('gemini', '/v1beta/models/')):
                    headers = {'anthropic-version': '2023-06-01'} if dialect == 'anthropic' else {}
                    asked, _, _ = relais.request('POST', *ask(dialect, model), headers)
                    found, _, answer = relais.request('GET', path + model, headers=headers)
                    equal((asked == 200, found), (model in served, 200 if model in served else 404), (patterns, dialect, model, answer))
                    if found == 200:
                        said = json.loads(answer)
                        equal(said.get('id') or said['name'].removeprefix('models/'), model)
        equal(upstream.refusals, [])


@test
def a_fixed_account_is_the_one_that_lists():
    one, two = StandIn(), StandIn()
    one.models, two.models = ['m-one'], ['m-two']
    rows = [dict(accounts(one)[0], models=['m-one']), dict(accounts(two)[1], models=['m-two'])]
    with Relais('--scheduling', 'fixed:an', accounts=rows) as relais:
        equal([row['id'] for row in json.loads(relais.request('GET', '/v1/models')[2])['data']], ['m-two'])
        equal([relais.request('GET', f'/v1/models/m-{name}')[0] for name in ('one', 'two')], [404, 200])


@test
def a_wrong_file_is_refused_at_start():
    for text, words in (('{"rules":[{"match":"a"}]}', 'rule 1: it says nothing'), ('nonsense', ''), (None, '')):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'rules.json')
            if text is not None:
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
            done = subprocess.run([RELAIS, 'serve', '--port', '0', '--practice', '--rules-file', path], timeout=20,
                                  env=dict(os.environ, RELAIS_API_KEY=KEY, XDG_DATA_HOME=folder), capture_output=True, text=True)
            equal(done.returncode, 1, done.stderr)
            assert path in done.stderr and words in done.stderr, done.stderr


@test
def strict_translation_refuses_what_would_be_dropped():
    upstream = StandIn(strict=True)
    body = {'model': MODELS['anthropic'], 'logit_bias': {'5': 1}, 'messages': [{'role': 'user', 'content': 'hi'}]}
    with Relais(accounts=[account('anthropic', upstream)]) as relais:
        status, headers, answer = relais.request('POST', '/v1/chat/completions', body)
        equal((status, headers.get('x-relais-dropped')), (200, 'logit_bias'), answer)
    with Relais('--strict-translation', accounts=[account('anthropic', upstream)]) as relais:
        n = len(upstream.seen)
        status, _, answer = relais.request('POST', '/v1/chat/completions', body)
        error = json.loads(answer)['error']
        equal((status, error['param']), (400, 'logit_bias'), answer)
        assert 'strict translation' in error['message'], error
        equal(len(upstream.seen), n)
        body.pop('logit_bias')
        status, headers, answer = relais.request('POST', '/v1/chat/completions', body)
        equal((status, headers.get('x-relais-dropped')), (200, None), answer)


@test
def strict_translation_lets_hints_go():
    """Where to cache and which tools to load late: no answer is another without it."""
    upstream = StandIn(strict=True)
    hint = {'cache_control': {'type': 'ephemeral'}}
    body = {'model': MODELS['chat'], 'max_tokens': 9, 'system': [{'type': 'text', 'text': 'Be brief.', **hint}],
            'tools': [{'name': 'f', 'input_schema': {'type': 'object', 'properties': {}}, 'defer_loading': True, **hint}],
            'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'hi', **hint}]}]}
    with Relais('--strict-translation', accounts=[account('chat', upstream)]) as relais:
        status, headers, answer = relais.request('POST', '/v1/messages', body)
        equal((status, headers.get('x-relais-dropped')), (200, None), answer)
    seen = upstream.seen[-1]['body'].decode()
    assert 'cache_control' not in seen and 'defer_loading' not in seen, seen


@test
def e085_what_another_upstream_signed_is_kept_from_this_one():
    upstream = StandIn()
    body = json.dumps({'model': 'claude-opus-5', 'max_tokens': 9, 'messages': [
        {'role': 'user', 'content': 'hi'},
        {'role': 'assistant', 'content': [{'type': 'thinking', 'thinking': 'hm', 'signature': SEALED},
                                          {'type': 'text', 'text': 'hello'}]},
        {'role': 'user', 'content': 'again'}]})
    with Relais(accounts=accounts(upstream)) as relais:
        status, _, answer = relais.request('POST', '/v1/messages', body, {'anthropic-version': '2023-06-01'})
        equal(status, 200, answer)
    seen = upstream.seen[-1]['body'].decode()
    assert SEALED not in seen and 'thinking' not in seen, seen
    equal([len(turn['content']) for turn in json.loads(seen)['messages']], [2, 1, 5])


main()
