#!/usr/bin/python3
"""Another dialect upstream: the twelve pairs, against vendors that refuse what the real ones refuse."""
import json
import time

import answers
from clients import CLIENTS, PNG, SCHEMA, Error
from harness import KEY, Relais, equal, main, test, until
from pairs import MODELS, account
from standin import StandIn
from vendors import BYPASS

PAIRS = [(client, upstream) for client in CLIENTS for upstream in MODELS if client != upstream]
STOPS = {'chat': 'stop', 'responses': 'completed', 'anthropic': 'end_turn', 'gemini': 'STOP'}
CALLS = {'chat': 'tool_calls', 'responses': 'completed', 'anthropic': 'tool_use', 'gemini': 'STOP'}
LENGTHS = {'chat': 'length', 'responses': 'max_output_tokens', 'anthropic': 'max_tokens', 'gemini': 'MAX_TOKENS'}
TEXT = 'caf\u00e9 \U0001f98a \u2028 "quoted" \\ done'


class Case:
    """A strict vendor behind Relais, and a client of another dialect."""

    def __init__(self, upstream_dialect, script=None, **more):
        self.dialect = upstream_dialect
        self.upstream = StandIn(strict=True)
        self.upstream.script = script
        self.accounts = [account(upstream_dialect, self.upstream, **more)]
        self.relais = Relais(accounts=self.accounts)

    def __enter__(self):
        self.relais.__enter__()
        return self

    def restart(self, talk):
        """Another Relais for the client: it remembers nothing."""
        self.relais.__exit__(None, None, None)
        self.relais = Relais(accounts=self.accounts).__enter__()
        talk.relais = self.relais

    def __exit__(self, *what):
        self.relais.__exit__(*what)
        self.upstream.shutdown()
        self.upstream.server_close()
        if what[0] is None:
            equal(self.upstream.refusals, [])
            equal(self.upstream.refused, [], self.dialect)

    def client(self, dialect, model=None, **options):
        return CLIENTS[dialect](self.relais, model or MODELS[self.dialect], **options)

    @property
    def body(self):
        return json.loads(self.upstream.seen[-1]['body'])

    @property
    def said(self):
        return self.upstream.seen[-1]['said']


def each(function):
    """One test for each pair, whole and streamed."""
    for client, upstream in PAIRS:
        for stream in (False, True):
            def run(client=client, upstream=upstream, stream=stream):
                function(client, upstream, stream)
            run.__name__ = f'{function.__name__}: {client} to {upstream}{", streamed" if stream else ""}'
            test(run)


def each_pair(function):
    for client, upstream in PAIRS:
        def run(client=client, upstream=upstream):
            function(client, upstream)
        run.__name__ = f'{function.__name__}: {client} to {upstream}'
        test(run)


def dropped(answer):
    return sorted(answer.headers['x-relais-dropped'].split(', ')) if 'x-relais-dropped' in answer.headers else []


def no_ids(turns):
    """Turns without the calls' ids, which each dialect makes its own; results by order."""
    return [(role, [(item[0], *item[2:]) if item[0] in ('call', 'result') else item for item in items]) for role, items in turns]


@each
def plain(client, upstream, stream):
    with Case(upstream, [[('text', TEXT)]]) as case:
        talk = case.client(client)
        talk.say('hi \U0001f98a')
        answer = talk.ask(stream)
        equal((answer.text, answer.calls, answer.thinking, answer.finish), (TEXT, [], '', STOPS[client]))
        equal(answer.usage, (100, 40, 50, 30))
        equal(dropped(answer), [])
        equal(case.said['turns'], [('user', [('text', 'hi \U0001f98a')])])
        equal(case.body.get('model', MODELS[upstream]), MODELS[upstream])
        equal(case.upstream.seen[-1]['headers']['user-agent'].split('/')[0], 'Relais')


@each
def system_and_history(client, upstream, stream):
    with Case(upstream, [[('text', 'one')]]) as case:
        talk = case.client(client, system='Be brief.\nBe kind.')
        for words in ('first', 'second', 'third'):
            talk.say(words)
            equal(talk.ask(stream).text, 'one')
        equal(case.said['system'], ['Be brief.\nBe kind.'])
        equal(case.said['turns'], [('user', [('text', 'first')]), ('assistant', [('text', 'one')]), ('user', [('text', 'second')]),
                                   ('assistant', [('text', 'one')]), ('user', [('text', 'third')])])


def tool_loop(case, client, stream, steps, results, **options):
    """Runs the script's tool turns to their end; the last answer."""
    talk = case.client(client, tools=('get_weather', 'get_time'), **options.pop('request', {}))
    for name, value in options.items():
        setattr(talk, name, value)
    talk.say('go')
    turns = [('user', [('text', 'go')])]
    for number, step in enumerate(steps):
        answer = talk.ask(stream)
        wanted = [(item[1], item[2]) for item in step if item[0] == 'call']
        equal([(name, args) for _, name, args in answer.calls], wanted)
        equal(answer.finish, CALLS[client])
        texts = [('text', item[1]) for item in step if item[0] == 'text']
        equal(answer.text, ''.join(text for _, text in texts))
        talk.give(answer, [(f'{result} {number}', None) for result in results[:len(wanted)]])
        turns.append(('assistant', texts + [('call', *call) for call in wanted]))
        turns.append(('results', [('result', [('text', f'{result} {number}')]) for result in results[:len(wanted)]]))
    answer = talk.ask(stream)
    equal((answer.text, answer.calls, answer.finish), ('done', [], STOPS[client]))
    equal(no_ids(case.said['turns']), turns)
    equal(case.said['tools'], ['get_weather', 'get_time'])
    return answer


@each
def a_tool_and_its_result(client, upstream, stream):
    steps = [[('text', 'Let me look. '), ('call', 'get_weather', {'city': 'Oslo \u00e9', 'n': 12345678901234567890, 'deep': [{'a': None}]})]]
    with Case(upstream, steps + [[('text', 'done')]]) as case:
        tool_loop(case, client, stream, steps, ['sunny \U0001f98a'])


@each
def n070_parallel_tools(client, upstream, stream):
    steps = [[('call', 'get_weather', {'city': 'Oslo'}), ('call', 'get_weather', {'city': 'Rome'}), ('call', 'get_time', {})]]
    with Case(upstream, steps + [[('text', 'done')]]) as case:
        tool_loop(case, client, stream, steps, ['cold', 'warm', 'noon'])


@each
def three_rounds_of_tools(client, upstream, stream):
    steps = [[('call', 'get_weather', {'city': str(n)}), ('call', 'get_time', {'city': str(n)})] for n in range(3)]
    with Case(upstream, steps + [[('text', 'done')]]) as case:
        tool_loop(case, client, stream, steps, ['cold', 'noon'])


@each
def gemini_ids_come_back(client, upstream, stream):
    if upstream != 'gemini':
        return
    steps = [[('call', 'get_weather', {'city': str(n)}), ('call', 'get_weather', {'city': str(n)})] for n in range(2)]
    with Case(upstream, steps + [[('text', 'done')]]) as case:
        case.upstream.vendor.gemini_ids = True
        tool_loop(case, client, stream, steps, ['cold', 'noon'])
        ids = [part['functionResponse'].get('id') for content in case.body['contents'] for part in content['parts'] if 'functionResponse' in part]
        assert all(ids), f'the ids it gave are gone: {ids}'


@each
def an_image(client, upstream, stream):
    with Case(upstream, [[('text', 'a dot')]]) as case:
        talk = case.client(client)
        talk.say('what is this?', PNG)
        equal(talk.ask(stream).text, 'a dot')
        (role, items), = case.said['turns']
        equal((role, [item[0] for item in items]), ('user', ['text', 'image']))


@each
def an_image_in_a_result(client, upstream, stream):
    with Case(upstream, [[('call', 'get_weather', {'city': 'Oslo'})], [('text', 'done')]]) as case:
        talk = case.client(client, tools=('get_weather',))
        talk.say('go')
        talk.give(talk.ask(stream), [('a map', PNG)])
        equal(talk.ask(stream).text, 'done')
        found = [item for _, items in case.said['turns'] for item in items if item[0] == 'image']
        found += [part for _, items in case.said['turns'] for item in items if item[0] == 'result' for part in item[2] if part[0] == 'image']
        equal(len(found), 1, 'the image reached the vendor')


@each
def thinking_with_tools(client, upstream, stream):
    """What was signed comes back to who signed it, also from clients that hand it back as their dialect does."""
    steps = [[('think', f'hm {n}'), ('call', 'get_weather', {'city': str(n)})] for n in range(2)]
    with Case(upstream, steps + [[('think', 'so'), ('text', 'done')]]) as case:
        answer = tool_loop(case, client, stream, steps, ['cold'], request={'think': True})
        equal(answer.thinking, 'so' if upstream != 'chat' or client else '')
        expect_signatures(case, len(steps))


def expect_signatures(case, n):
    if case.dialect == 'gemini':
        found = [part['thoughtSignature'] for content in case.body['contents'] for part in content['parts'] if 'functionCall' in part and 'thoughtSignature' in part]
        equal((len(found), BYPASS in found), (n, False), 'signatures that came back')
    elif case.dialect == 'anthropic':
        equal(len([1 for message in case.body['messages'] for block in message['content']
                   if isinstance(block, dict) and block['type'] == 'thinking']), n, 'thinking blocks that came back')
        equal(case.body['thinking']['type'], 'enabled')
    elif case.dialect == 'responses':
        equal(len([1 for item in case.body['input'] if item.get('type') == 'reasoning']), n, 'reasoning items that came back')


def signed_loop(case, client, stream, keep, restart, steps):
    """A tool loop with thinking, from a client that hands back what was signed or drops it; the client and its last answer."""
    case.upstream.script = steps + [[('think', 'so'), ('text', 'done')]]
    talk = case.client(client, tools=('get_weather', 'get_time'), think=True)
    talk.keep = keep
    talk.say('go')
    for step in steps:
        answer = talk.ask(stream)
        wanted = [(item[1], item[2]) for item in step if item[0] == 'call']
        equal([(name, args) for _, name, args in answer.calls], wanted)
        talk.give(answer, [(f'{name} {args["city"]}', None) for name, args in wanted])
        if restart:
            case.restart(talk)
    answer = talk.ask(stream)
    equal((answer.text, answer.calls, answer.finish), ('done', [], STOPS[client]))
    turns = [item for step in steps for item in step if item[0] == 'call']
    equal([item[2:] for _, items in case.said['turns'] for item in items if item[0] == 'call'], [item[1:] for item in turns])
    return talk, answer


def each_memory(upstream, clients):
    """One test for each client, whole and streamed, keeping what was signed and not, of one Relais and of one a round."""
    def add(function):
        for client in clients:
            for number in range(8):
                stream, keep, restart = bool(number & 1), bool(number & 2), bool(number & 4)

                def run(client=client, stream=stream, keep=keep, restart=restart):
                    function(client, stream, keep, restart)
                run.__name__ = (f'{function.__name__}: {client} to {upstream}{", streamed" if stream else ""}'
                                f'{", kept" if keep else ", dropped"}{", restarted" if restart else ""}')
                test(run)
    return add


@each_memory('gemini', ('chat', 'responses', 'anthropic'))
def five_signed_rounds(client, stream, keep, restart):
    """82 to 84: each first call has its own signature back, and the documented stand-in for it only where nobody has it any more."""
    steps = [[('think', f'hm {n}'), ('call', 'get_weather', {'city': f'w{n}'}), ('call', 'get_time', {'city': f't{n}'})] for n in range(5)]
    with Case('gemini') as case:
        signed_loop(case, client, stream, keep, restart, steps)
        calls = [part for content in case.body['contents'] for part in content['parts'] if 'functionCall' in part]
        equal([('thoughtSignature' in part) for part in calls], [True, False] * 5, 'the first of each turn is signed')
        found = [part['thoughtSignature'] for part in calls if 'thoughtSignature' in part]
        if restart and not keep:
            equal(found, [BYPASS] * 5)
        else:
            equal([case.upstream.vendor.signed[value][1][0] for value in found], ['get_weather'] * 5)


@each_memory('chat', ('responses', 'anthropic', 'gemini'))
def rounds_signed_by_googles_chat(client, stream, keep, restart):
    """Google's Chat Completions sign calls as Gemini does; one that wants them back is known from its first refusal, too."""
    steps = [[('call', 'get_weather', {'city': f'w{n}'}), ('call', 'get_time', {'city': f't{n}'})] for n in range(3)]
    with Case('chat', provider='openai-compatible') as case:
        case.upstream.vendor.google = True
        case.upstream.script = steps + [[('text', 'done')]]
        talk = case.client(client, 'gemini-3-pro-preview', tools=('get_weather', 'get_time'), think=True)
        talk.keep = keep
        talk.say('go')
        for step in steps:
            answer = talk.ask(stream)
            equal([(name, args) for _, name, args in answer.calls], [item[1:] for item in step])
            talk.give(answer, [(name, None) for _, name, _ in answer.calls])
            if restart:
                case.restart(talk)
        equal(talk.ask(stream).text, 'done')
        found = [call.get('extra_content', {}).get('google', {}).get('thought_signature')
                 for message in case.body['messages'] for call in message.get('tool_calls', [])]
        equal([value is None for value in found], [False, True] * 3, 'the first of each turn is signed')
        if restart and not keep:
            equal(found[::2], [BYPASS] * 3)
        else:
            equal([case.upstream.vendor.signed[value][1][0] for value in found[::2]], ['get_weather'] * 3)
        equal(len(case.upstream.refused), 3 if restart else 0)
        case.upstream.refused.clear()


@each_memory('anthropic', ('chat', 'responses'))
def five_rounds_of_thinking(client, stream, keep, restart):
    """86, 87: each turn begins with its thinking; where that is lost, thinking is off for the rest of the loop, and said to be; it is
    back with the next words of the user."""
    steps = [[('think', f'hm {n}'), ('call', 'get_weather', {'city': f'w{n}'}), ('call', 'get_time', {'city': f't{n}'})] for n in range(5)]
    with Case('anthropic') as case:
        talk, answer = signed_loop(case, client, stream, keep, restart, steps)
        thoughts = [[block['type'] for block in message['content']][0] for message in case.body['messages'] if message['role'] == 'assistant']
        if restart and (client == 'chat' or not keep):
            equal((case.body['thinking'], thoughts), ({'type': 'disabled'}, ['tool_use'] * 5))
            equal(dropped(answer), [{'chat': 'reasoning_effort', 'responses': 'reasoning'}[client]])
        else:
            equal((case.body['thinking']['type'], thoughts), ('enabled', ['thinking'] * 5))
            equal((answer.thinking, dropped(answer)), ('so', []))
        talk.say('again')
        answer = talk.ask(stream)
        equal((case.body['thinking']['type'], answer.thinking, dropped(answer)), ('enabled', 'hm 0', []))


@each
def a_forced_tool(client, upstream, stream):
    with Case(upstream, [[('call', 'get_time', {'city': 'Oslo'})]]) as case:
        talk = case.client(client, tools=('get_weather', 'get_time'), force='get_time')
        talk.say('go')
        equal(talk.ask(stream).calls[0][1], 'get_time')
        body = case.body
        equal({'chat': lambda: body['tool_choice']['function']['name'], 'responses': lambda: body['tool_choice']['name'],
               'anthropic': lambda: body['tool_choice']['name'],
               'gemini': lambda: body['toolConfig']['functionCallingConfig']['allowedFunctionNames'][0]}[upstream](), 'get_time')


@each
def structured_output(client, upstream, stream):
    with Case(upstream, [[('text', '{"city":"Oslo"}')]]) as case:
        talk = case.client(client, schema=SCHEMA)
        talk.say('where?')
        answer = talk.ask(stream)
        equal(json.loads(answer.text), {'city': 'Oslo'})
        body = case.body
        sent = {'chat': lambda: body['response_format']['json_schema']['schema'], 'responses': lambda: body['text']['format']['schema'],
                'anthropic': lambda: body['output_config']['format']['schema'],
                'gemini': lambda: body['generationConfig']['responseJsonSchema']}[upstream]()
        equal(sent, SCHEMA)
        equal(dropped(answer), [])


@each
def length_and_refusal(client, upstream, stream):
    with Case(upstream, [[('text', 'half a'), ('length',)]]) as case:
        talk = case.client(client)
        talk.say('go')
        answer = talk.ask(stream)
        equal((answer.text, answer.finish), ('half a', LENGTHS[client]))
        case.upstream.script = [[('text', 'I '), ('refusal', 'cannot')]]
        answer = case.client(client)
        answer.say('go')
        answer = answer.ask(stream)
        assert upstream == 'gemini' or 'cannot' in answer.text + answer.refusal, (answer.text, answer.refusal)


def failure(body, client):
    error = body['response']['error'] if 'response' in body else body['error']
    return error['message'], error.get('type', error.get('status', error.get('code')))


@each
def errors_keep_their_meaning(client, upstream, stream):
    """11: 117, 118 among them."""
    with Case(upstream) as case:
        for status, wanted in ((400, 400), (404, 404), (500, 500), (503, 503), (529, 529 if client == 'anthropic' else 503), (429, 429)):
            case.upstream.script = [[('status', status, f'the vendor says {status}')]]
            talk = case.client(client)
            talk.say('go')
            try:
                talk.ask(stream)
                raise AssertionError('no error')
            except Error as error:
                equal(error.status, wanted, status)
                equal(failure(error.body, client)[0], f'the vendor says {status}')
                shape = {'chat': 'param', 'responses': 'param', 'anthropic': 'type', 'gemini': 'status'}[client]
                assert shape in error.body['error'], error.body
                if status == 429:
                    equal((error.headers['retry-after'], error.headers['retry-after-ms']), ('20', '20000'))
                else:
                    assert 'retry-after' not in error.headers


@each
def n116_a_rejected_key_is_not_the_clients(client, upstream, stream):
    with Case(upstream) as case:
        case.upstream.script = [[('status', 401, f'bad key {case.upstream.secret}')]]
        talk = case.client(client)
        talk.say('go')
        try:
            talk.ask(stream)
            raise AssertionError('no error')
        except Error as error:
            equal((error.status, error.headers['x-should-retry']), (502, 'false'))
            message = failure(error.body, client)[0]
            assert f'The {upstream}' in message and case.upstream.secret not in message, message


@each_pair
def n26_an_error_in_the_stream(client, upstream):
    with Case(upstream, [[('text', 'so far'), ('fail', 'it broke')]]) as case:
        talk = case.client(client)
        talk.say('go')
        try:
            talk.ask(True)
            raise AssertionError('no error')
        except Error as error:
            equal(error.status, 200)
            assert 'it broke' in failure(error.body, client)[0], error.body


@each_pair
def n23_a_cut_stream_is_an_error(client, upstream):
    with Case(upstream) as case:
        for step in ([('text', 'so far'), ('cut',)], [('text', 'so far'), ('call', 'get_time', {'a': 1}), ('cut',)]):
            case.upstream.script = [step]
            talk = case.client(client, tools=('get_time',))
            talk.say('go')
            try:
                talk.ask(True)
                raise AssertionError('no error')
            except Error as error:
                equal(error.status, 200)


@each_pair
def n25_an_error_first_is_a_status(client, upstream):
    with Case(upstream, [[('fail', 'it broke')]]) as case:
        talk = case.client(client)
        talk.say('go')
        try:
            talk.ask(True)
            raise AssertionError('no error')
        except Error as error:
            assert error.status >= 500, error.status
            assert 'it broke' in failure(error.body, client)[0], error.body


@each_pair
def n18_a_client_that_leaves_ends_the_upstreams_work(client, upstream):
    with Case(upstream, [[('text', 'so far'), ('pause', 10000), ('text', 'never')]]) as case:
        talk = case.client(client)
        talk.say('go')
        path, body = talk.request(True)
        raw = json.dumps(body).encode()
        sock = case.relais.connect()
        sock.sendall(f'POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n'
                     f'Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n'.encode() + raw)
        got = b''
        while b'far' not in got:
            got += sock.recv(4096)
        left = time.monotonic()
        sock.close()
        gone = case.upstream.wait('gone')
        assert gone and gone - left < 0.1, f'{gone and gone - left} s'


main()
