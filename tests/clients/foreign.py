"""The real Python SDKs against a real port, with an upstream of each dialect that is not theirs: what each SDK can say goes
through Relais to the strict stand-in, and comes back as that SDK reads it. usage: foreign.py RELAIS [NAME]; prints TAP."""
import base64
import concurrent.futures
import json
import os
import queue
import sys
import traceback
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../e2e'))
warnings.filterwarnings('ignore')
for _name in ('http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'):
    os.environ.pop(_name, None)

import anthropic  # noqa: E402
import google.generativeai as generativeai  # noqa: E402
import openai  # noqa: E402
from google import genai  # noqa: E402
from google.api_core import exceptions as google_errors  # noqa: E402

from harness import KEY, Relais, equal  # noqa: E402
from standin import StandIn  # noqa: E402

PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
DATA_URL = f'data:image/png;base64,{PNG}'
UPSTREAMS = {
    'chat': ('gpt-5.2', 'openai', 'openai-chat', '/v1'),
    'responses': ('gpt-5.2', 'openai', 'openai-responses', '/v1'),
    'anthropic': ('claude-sonnet-4-5', 'anthropic', 'anthropic', ''),
    # Efforts instead of budgets, and no sampling.
    'newest-anthropic': ('claude-opus-5-5', 'anthropic', 'anthropic', ''),
    'gemini': ('gemini-3.1-pro-preview', 'gemini', 'gemini', ''),
}
TEXT = {'type': 'string'}
CITY = {'type': 'object', 'properties': {'city': TEXT}, 'required': ['city'], 'additionalProperties': False}
HARD = {
    '$schema': 'http://json-schema.org/draft-07/schema#', 'type': 'object', 'additionalProperties': False,
    '$defs': {'step': {'type': 'object', 'additionalProperties': False, 'required': ['title'], 'properties': {
        'title': {'type': 'string', 'minLength': 1, 'pattern': '^.*$'}, 'kind': {'const': 'step'},
        'when': {'type': 'string', 'format': 'uri'}}}},
    'properties': {
        'steps': {'type': 'array', 'items': {'$ref': '#/$defs/step'}},
        'mode': {'type': ['string', 'null'], 'enum': ['a', 'b', None]},
        'n': {'type': 'integer', 'exclusiveMinimum': 0, 'maximum': 9007199254740991, 'default': 1},
        'level': {'type': 'number', 'enum': [1, 2, 3]}, 'any': {},
        'target': {'anyOf': [TEXT, {'type': 'object', 'properties': {'id': {'type': 'number', 'multipleOf': 1}},
                                    'required': ['id', 'ghost']}]},
        'deep': {'type': 'object', 'properties': {'deeper': {'type': 'object', 'properties': {
            'tags': {'type': 'array', 'items': {'type': 'string', 'enum': ['x', 'y']}}}}}},
        'map': {'type': 'object', 'additionalProperties': TEXT, 'propertyNames': {'pattern': '^[a-z]+$'}},
    },
    'required': ['steps'],
}
HARD_VALUE = {'steps': [{'title': 't'}], 'mode': None, 'n': 2, 'target': {'id': 1}, 'deep': {'deeper': {'tags': ['x']}},
              'map': {'a': 'b'}}
# The oldest SDK has no JSON Schema: OpenAPI's words only.
HARD_OPENAPI = {
    'type': 'object', 'required': ['steps'],
    'properties': {
        'steps': {'type': 'array', 'items': {'type': 'object', 'required': ['title'], 'properties': {
            'title': TEXT, 'kind': {'type': 'string', 'format': 'enum', 'enum': ['step']}}}},
        'mode': {'type': 'string', 'nullable': True, 'format': 'enum', 'enum': ['a', 'b']}, 'n': {'type': 'integer'},
        'deep': {'type': 'object', 'properties': {'deeper': {'type': 'object', 'properties': {
            'tags': {'type': 'array', 'items': TEXT}}}}},
    },
}
GET_WEATHER = ('get_weather', CITY)
GET_TIME = ('get_time', CITY)
FAULTS = {400: 'BadRequestError', 401: 'AuthenticationError', 404: 'NotFoundError', 429: 'RateLimitError',
          500: 'InternalServerError', 502: 'InternalServerError', 503: 'InternalServerError', 529: 'OverloadedError'}


class Answer:
    """What an SDK read, in one form: `turn` goes into the history, calls are (id, name, arguments)."""

    def __init__(self, text, thinking, calls, turn, finish, tokens):
        self.text, self.thinking, self.calls, self.turn, self.finish, self.tokens = text, thinking, calls, turn, finish, tokens


# --- the SDKs: each says what is asked for in its own words ---
#
# body: a request of a conversation; ask: its answer, whole or streamed; open: a stream, with text_of its events and a way to
# close it; is_fault: whether an error is of the class for a status.

class OpenAI:
    dialect = None
    lacks = ()
    overloaded = 503
    error = openai.APIError

    def __init__(self, root):
        self.client = openai.OpenAI(base_url=f'{root}/v1', api_key=KEY, max_retries=0)

    def is_fault(self, error, status):
        return type(error) is getattr(openai, FAULTS[status]) and error.status_code == status

    def models(self):
        return [model.id for model in self.client.models.list()]

    @staticmethod
    def close(stream):
        stream.close()


class OpenAIChat(OpenAI):
    dialect = 'openai-chat'
    lacks = ('an image in a result', 'count tokens')
    finishes = ('stop', 'tool_calls')

    def user(self, text, image=False):
        picture = [{'type': 'text', 'text': text}, {'type': 'image_url', 'image_url': {'url': DATA_URL}}]
        return [{'role': 'user', 'content': picture if image else text}]

    def results(self, calls, texts, image):
        return [{'role': 'tool', 'tool_call_id': call[0], 'content': text} for call, text in zip(calls, texts)]

    def body(self, model, messages, tools=None, think=False, force=None, form=None):
        body = {'model': model, 'messages': messages}
        if tools:
            body['tools'] = [{'type': 'function', 'function': {'name': name, 'description': f'does {name}', 'parameters': schema}}
                             for name, schema in tools]
        if think:
            body['reasoning_effort'] = 'medium'
        if force:
            body['tool_choice'] = {'type': 'function', 'function': {'name': force}}
        if form:
            body['response_format'] = {'type': 'json_schema', 'json_schema': {'name': 'place', 'strict': form is CITY, 'schema': form}}
        return body

    def ask(self, body, stream):
        if not stream:
            return self.client.chat.completions.create(**body)
        # This SDK's own reader of streams takes strict tools only.
        tools = [{**tool, 'function': {**tool['function'], 'strict': True}} for tool in body.get('tools', [])]
        body = {**body, 'tools': tools} if tools else body
        with self.client.chat.completions.stream(**body, stream_options={'include_usage': True}) as chunks:
            return chunks.get_final_completion()

    def read(self, answer):
        choice = answer.choices[0]
        calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls or []]
        return Answer(choice.message.content or '', getattr(choice.message, 'reasoning_content', None) or '', calls,
                      [choice.message], choice.finish_reason, answer.usage.total_tokens)

    def open(self, body):
        return self.client.chat.completions.create(**body, stream=True)

    @staticmethod
    def text_of(chunk):
        return chunk.choices[0].delta.content or '' if chunk.choices else ''


class OpenAIResponses(OpenAI):
    dialect = 'openai-responses'
    finishes = ('completed', 'completed')

    @staticmethod
    def parts(text, image):
        return [{'type': 'input_text', 'text': text}, {'type': 'input_image', 'image_url': DATA_URL, 'detail': 'auto'}] if image else text

    def user(self, text, image=False):
        return [{'role': 'user', 'content': self.parts(text, image)}]

    def results(self, calls, texts, image):
        return [{'type': 'function_call_output', 'call_id': call[0], 'output': self.parts(text, image)}
                for call, text in zip(calls, texts)]

    def body(self, model, messages, tools=None, think=False, force=None, form=None):
        body = {'model': model, 'input': messages, 'store': False}
        if tools:
            body['tools'] = [{'type': 'function', 'name': name, 'description': f'does {name}', 'parameters': schema, 'strict': False}
                             for name, schema in tools]
        if think:
            body |= {'reasoning': {'effort': 'medium', 'summary': 'auto'}, 'include': ['reasoning.encrypted_content']}
        if force:
            body['tool_choice'] = {'type': 'function', 'name': force}
        if form:
            body['text'] = {'format': {'type': 'json_schema', 'name': 'place', 'strict': form is CITY, 'schema': form}}
        return body

    def ask(self, body, stream):
        if not stream:
            return self.client.responses.create(**body)
        with self.client.responses.stream(**body) as events:
            return events.get_final_response()

    def read(self, answer):
        thinking = ''.join(part.text for item in answer.output if item.type == 'reasoning' for part in item.summary)
        calls = [(item.call_id, item.name, json.loads(item.arguments)) for item in answer.output if item.type == 'function_call']
        return Answer(answer.output_text, thinking, calls, answer.output, answer.status, answer.usage.total_tokens)

    def open(self, body):
        return self.client.responses.create(**body, stream=True)

    @staticmethod
    def text_of(event):
        # This SDK hands the failure over as an event.
        if event.type == 'response.failed':
            raise openai.APIError(event.response.error.message, None, body=None)
        return event.delta if event.type == 'response.output_text.delta' else ''

    def count(self, body):
        return self.client.responses.input_tokens.count(model=body['model'], input=body['input'], tools=body['tools']).input_tokens


class Anthropic:
    dialect = 'anthropic'
    lacks = ()
    overloaded = 529
    error = anthropic.APIError
    finishes = ('end_turn', 'tool_use')

    def __init__(self, root):
        self.client = anthropic.Anthropic(base_url=root, api_key=KEY, max_retries=0)

    @staticmethod
    def content(text, image):
        return [{'type': 'text', 'text': text},
                {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': PNG}}] if image else text

    def user(self, text, image=False):
        return [{'role': 'user', 'content': self.content(text, image)}]

    def results(self, calls, texts, image):
        return [{'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': call[0], 'content': self.content(text, image)}
                                             for call, text in zip(calls, texts)]}]

    def body(self, model, messages, tools=None, think=False, force=None, form=None):
        body = {'model': model, 'messages': messages, 'max_tokens': 16000}
        if tools:
            body['tools'] = [{'name': name, 'description': f'does {name}', 'input_schema': schema} for name, schema in tools]
        if think:
            body['thinking'] = {'type': 'enabled', 'budget_tokens': 2048}
        if force:
            body['tool_choice'] = {'type': 'tool', 'name': force}
        if form:
            body['output_config'] = {'format': {'type': 'json_schema', 'schema': form}}
        return body

    def ask(self, body, stream):
        if not stream:
            return self.client.messages.create(**body)
        with self.client.messages.stream(**body) as events:
            return events.get_final_message()

    def read(self, answer):
        text = ''.join(block.text for block in answer.content if block.type == 'text')
        thinking = ''.join(block.thinking for block in answer.content if block.type == 'thinking')
        calls = [(block.id, block.name, block.input) for block in answer.content if block.type == 'tool_use']
        return Answer(text, thinking, calls, [{'role': 'assistant', 'content': answer.content}], answer.stop_reason,
                      answer.usage.input_tokens + answer.usage.output_tokens)

    def open(self, body):
        return self.client.messages.create(**body, stream=True)

    @staticmethod
    def text_of(event):
        return getattr(getattr(event, 'delta', None), 'text', '')

    @staticmethod
    def close(stream):
        stream.close()

    def count(self, body):
        return self.client.messages.count_tokens(model=body['model'], messages=body['messages'], tools=body['tools']).input_tokens

    def models(self):
        return [model.id for model in self.client.models.list()]

    def is_fault(self, error, status):
        return type(error).__name__ == FAULTS[status] and error.status_code == status


class Genai:
    dialect = 'gemini'
    lacks = ()
    overloaded = 503
    error = genai.errors.APIError
    finishes = ('STOP', 'STOP')

    def __init__(self, root):
        self.client = genai.Client(api_key=KEY, http_options={'base_url': root})

    picture = {'inline_data': {'mime_type': 'image/png', 'data': base64.b64decode(PNG)}}

    def user(self, text, image=False):
        return [{'role': 'user', 'parts': [{'text': text}] + ([self.picture] if image else [])}]

    def results(self, calls, texts, image):
        return [{'role': 'user', 'parts': [{'function_response': {
            'id': call[0], 'name': call[1], 'response': {'output': text}, **({'parts': [self.picture]} if image else {})}}
            for call, text in zip(calls, texts)]}]

    def body(self, model, contents, tools=None, think=False, force=None, form=None):
        config = {'automatic_function_calling': {'disable': True}}
        if tools:
            config['tools'] = [{'function_declarations': [
                {'name': name, 'description': f'does {name}', 'parameters_json_schema': schema} for name, schema in tools]}]
        if think:
            config['thinking_config'] = {'include_thoughts': True, 'thinking_budget': 2048}
        if force:
            config['tool_config'] = {'function_calling_config': {'mode': 'ANY', 'allowed_function_names': [force]}}
        if form:
            config |= {'response_mime_type': 'application/json', 'response_json_schema': form}
        return {'model': model, 'contents': contents, 'config': config}

    def ask(self, body, stream):
        if not stream:
            answer = self.client.models.generate_content(**body)
            return answer.candidates[0].content.parts, answer
        parts = []
        for chunk in self.client.models.generate_content_stream(**body):
            if chunk.candidates and chunk.candidates[0].content:
                parts += chunk.candidates[0].content.parts or []
        return parts, chunk

    def read(self, asked):
        parts, end = asked
        calls = [part.function_call for part in parts if part.function_call]
        return Answer(''.join(part.text for part in parts if part.text and not part.thought),
                      ''.join(part.text for part in parts if part.thought), [(call.id, call.name, call.args) for call in calls],
                      [{'role': 'model', 'parts': parts}], end.candidates[0].finish_reason.value, end.usage_metadata.total_token_count)

    def open(self, body):
        return self.client.models.generate_content_stream(**body)

    @staticmethod
    def text_of(chunk):
        return chunk.text or ''

    @staticmethod
    def close(stream):
        stream.close()

    def count(self, body):
        return self.client.models.count_tokens(model=body['model'], contents=body['contents']).total_tokens

    def models(self):
        return [model.name.removeprefix('models/') for model in self.client.models.list()]

    def is_fault(self, error, status):
        kind = genai.errors.ClientError if status < 500 else genai.errors.ServerError
        return type(error) is kind and error.code == status


class Generativeai:
    dialect = 'gemini'
    # It reads an error in a stream as an answer without candidates, and leaves its streams open.
    lacks = ('an image in a result', 'thinking with tools', 'thinking with tools, streamed', 'an error in the stream',
             'a client that aborts')
    overloaded = 503
    error = google_errors.GoogleAPICallError
    finishes = ('STOP', 'STOP')
    openapi = True

    def __init__(self, root):
        generativeai.configure(api_key=KEY, transport='rest', client_options={'api_endpoint': root})

    def user(self, text, image=False):
        return [{'role': 'user', 'parts': [text] + ([{'mime_type': 'image/png', 'data': base64.b64decode(PNG)}] if image else [])}]

    def results(self, calls, texts, image):
        return [{'role': 'function', 'parts': [{'function_response': {'name': call[1], 'response': {'output': text}}}
                                               for call, text in zip(calls, texts)]}]

    def body(self, model, contents, tools=None, force=None, form=None):
        body = {'model': model, 'contents': contents, 'request_options': {'retry': None}}
        if tools:
            body['tools'] = [{'function_declarations': [
                {'name': name, 'description': f'does {name}', 'parameters': self.openapi_of(schema)} for name, schema in tools]}]
        if force:
            body['tool_config'] = {'function_calling_config': {'mode': 'ANY', 'allowed_function_names': [force]}}
        if form:
            body['generation_config'] = {'response_mime_type': 'application/json', 'response_schema': self.openapi_of(form)}
        return body

    @staticmethod
    def openapi_of(schema):
        return {name: value for name, value in schema.items() if name != 'additionalProperties'}

    def ask(self, body, stream):
        answer = self.open(body, stream)
        answer.resolve()
        return answer

    def read(self, answer):
        content = answer.candidates[0].content
        calls = [type(part.function_call).to_dict(part.function_call) for part in content.parts if part.function_call]
        return Answer(''.join(part.text for part in content.parts), '',
                      [(call['id'], call['name'], call['args']) for call in calls], [content],
                      answer.candidates[0].finish_reason.name, answer.usage_metadata.total_token_count)

    def open(self, body, stream=True):
        body = dict(body)
        return generativeai.GenerativeModel(body.pop('model')).generate_content(**body, stream=stream)

    @staticmethod
    def text_of(chunk):
        return chunk.text

    def count(self, body):
        return generativeai.GenerativeModel(body['model']).count_tokens(body['contents'], tools=body['tools']).total_tokens

    def models(self):
        return [model.name.removeprefix('models/') for model in generativeai.list_models()]

    def is_fault(self, error, status):
        return isinstance(error, self.error) and error.code == status


SDKS = {'openai chat': OpenAIChat, 'openai responses': OpenAIResponses, 'anthropic': Anthropic, 'google-genai': Genai,
        'google-generativeai': Generativeai}

# --- what is asked of each ---

SCENARIOS = {}
vendor = StandIn(strict=True)
left = queue.SimpleQueue()
vendor.left = lambda: left.put(True)


class Run:
    def __init__(self, client, upstream, root):
        self.client, self.upstream, self.kind = client, upstream, upstream.removeprefix('newest-')
        self.model = UPSTREAMS[upstream][0]
        self.sdk = SDKS[client](root)
        self.openapi = hasattr(self.sdk, 'openapi')

    def body(self, text, **options):
        return self.sdk.body(self.model, self.sdk.user(text), **options)

    def converse(self, text, stream=False, image=False, results=('sunny \U0001f98a', 'noon'), result_image=False, **options):
        """A conversation until the model calls no more: its answers."""
        history = self.sdk.user(text, image)
        answers = []
        while not answers or answers[-1].calls:
            answer = self.sdk.read(self.sdk.ask(self.sdk.body(self.model, history, **options), stream))
            answers.append(answer)
            equal(answer.finish, self.sdk.finishes[bool(answer.calls)], 'finish')
            assert answer.tokens > 0
            assert len(answers) < 9
            history = [*history, *answer.turn, *(self.sdk.results(answer.calls, results, result_image) if answer.calls else [])]
        return answers


def scenario(name):
    def add(function):
        SCENARIOS[name] = function
        return function
    return add


def both(name):
    def add(function):
        SCENARIOS[name] = lambda run: function(run, False)
        SCENARIOS[f'{name}, streamed'] = lambda run: function(run, True)
        return function
    return add


def sent():
    with vendor.lock:
        return json.loads(vendor.seen[-1]['body'])


def called(*answers):
    return [(name, arguments) for answer in answers for _, name, arguments in answer.calls]


def spoken(answer, results, images=0):
    equal(answer.text, f'caf\u00e9 \U0001f98a after [{results}] and {images} images')


def fails(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001: what it is, is what is asked
        return error
    raise AssertionError('no error')


@both('plain')
def plain(run, stream):
    answer, = run.converse('Hello \U0001f98a', stream)
    spoken(answer, '')
    equal(answer.thinking, '')


@both('tool and its result')
def tool(run, stream):
    first, second = run.converse('TOOL:get_weather:{"city":"Oslo \u00e9"}', stream, tools=[GET_WEATHER, GET_TIME])
    equal(called(first), [('get_weather', {'city': 'Oslo \u00e9'})])
    spoken(second, 'sunny \U0001f98a')


@both('two tools at once')
def two_tools(run, stream):
    first, second = run.converse('TOOL:get_weather:{"city":"Oslo"} TOOL:get_weather:{"city":"Rome"}', stream, tools=[GET_WEATHER])
    equal(called(first), [('get_weather', {'city': 'Oslo'}), ('get_weather', {'city': 'Rome'})])
    equal(len({call[0] for call in first.calls}), 2, 'ids')
    spoken(second, 'sunny \U0001f98a, noon')


@both('three rounds')
def three_rounds(run, stream):
    text = ' THEN '.join(f'TOOL:get_weather:{{"city":"{n}"}} TOOL:get_time:{{"city":"{n}"}}' for n in (1, 2, 3))
    answers = run.converse(text, stream, tools=[GET_WEATHER, GET_TIME])
    equal(called(*answers), [(name, {'city': str(n)}) for n in (1, 2, 3) for name in ('get_weather', 'get_time')])
    spoken(answers[3], ', '.join(['sunny \U0001f98a, noon'] * 3))


@scenario('an image')
def image_shown(run):
    spoken(run.converse('Look', image=True)[0], '', 1)


@scenario('an image in a result')
def image_in_result(run):
    spoken(run.converse('TOOL:get_weather:{"city":"Oslo"}', tools=[GET_WEATHER], result_image=True)[1], 'sunny \U0001f98a', 1)


@both('thinking with tools')
def thinking(run, stream):
    answers = run.converse('THINK TOOL:get_weather:{"city":"1"} THEN TOOL:get_weather:{"city":"2"}', stream, tools=[GET_WEATHER], think=True)
    equal(called(*answers), [('get_weather', {'city': '1'}), ('get_weather', {'city': '2'})])
    spoken(answers[2], 'sunny \U0001f98a, sunny \U0001f98a')
    equal([answer.thinking for answer in answers], ['I wonder'] * 3)


@scenario('a forced tool')
def forced(run):
    answer = run.sdk.read(run.sdk.ask(run.body('TOOL:get_time:{"city":"Oslo"}', tools=[GET_WEATHER, GET_TIME], force='get_time'), False))
    equal(called(answer), [('get_time', {'city': 'Oslo'})])
    body = sent()
    equal({'chat': lambda: body['tool_choice']['function']['name'], 'responses': lambda: body['tool_choice']['name'],
           'anthropic': lambda: body['tool_choice']['name'],
           'gemini': lambda: ','.join(body['toolConfig']['functionCallingConfig']['allowedFunctionNames'])}[run.kind](), 'get_time')


def schema_sent(kind):
    body = sent()
    return {'chat': lambda: body['response_format']['json_schema']['schema'], 'responses': lambda: body['text']['format']['schema'],
            'anthropic': lambda: body['output_config']['format']['schema'],
            'gemini': lambda: body['generationConfig']['responseJsonSchema']}[kind]()


@both('structured output')
def structured(run, stream):
    answer, = run.converse('JSON', stream, form=CITY)
    equal(json.loads(answer.text), {'city': 'Oslo'})
    equal(schema_sent(run.kind)['properties']['city'], TEXT)


@scenario('a hard schema of an answer')
def hard_answer(run):
    form = HARD_OPENAPI if run.openapi else HARD
    run.converse('JSON', form=form)
    equal(set(schema_sent(run.kind)['properties']), set(form['properties']))


@scenario('a hard schema of a tool')
def hard_tool(run):
    schema = HARD_OPENAPI if run.openapi else HARD
    first, _ = run.converse(f'TOOL:edit_plan:{json.dumps(HARD_VALUE)}', tools=[('edit_plan', schema)])
    equal(called(first), [('edit_plan', HARD_VALUE)])
    tool_sent = sent()['tools'][0]
    got = {'chat': lambda: tool_sent['function']['parameters'], 'responses': lambda: tool_sent['parameters'],
           'anthropic': lambda: tool_sent['input_schema'],
           'gemini': lambda: tool_sent['functionDeclarations'][0]['parametersJsonSchema']}[run.kind]()
    equal(set(got['properties']), set(schema['properties']))


@both('errors keep their class')
def errors(run, stream):
    for status in (400, 404, 429, 500, 529):
        wanted = run.sdk.overloaded if status == 529 else status
        # a model that is limited rests for a while, and only its own attempt repeats the vendor's words
        model = f'{run.model}-busy{"-streamed" if stream else ""}' if status == 429 else run.model
        error = fails(lambda: run.sdk.ask(run.sdk.body(model, run.sdk.user(f'STATUS:{status}')), stream))
        assert run.sdk.is_fault(error, wanted), f'{status}: {error!r}, wanted {wanted}'
        assert f'the vendor says {status}' in str(error), error


@scenario('an error in the stream')
def error_in_stream(run):
    pieces = []

    def read():
        for event in run.sdk.open(run.body('FAIL')):
            pieces.append(run.sdk.text_of(event))
    error = fails(read)
    assert isinstance(error, run.sdk.error) and 'it broke' in str(error), repr(error)
    equal(''.join(pieces), 'so far')


@scenario('a client that aborts')
def aborts(run):
    while not left.empty():
        left.get()
    stream = run.sdk.open(run.body('SLOW'))
    text = next(filter(None, map(run.sdk.text_of, stream)))
    assert 'so far'.startswith(text), text
    run.sdk.close(stream)
    left.get(timeout=3)


@scenario('count tokens')
def count(run):
    tokens = run.sdk.count(run.body('How many tokens have these words?', tools=[GET_WEATHER]))
    assert 5 < tokens < 200 if run.upstream == 'chat' else tokens == 4242, tokens


@scenario('list models')
def models(run):
    names = run.sdk.models()
    assert 'm-one' in names and 'm-two' in names, names


@scenario('twenty at once')
def twenty(run):
    def one(n):
        first, second = run.converse(f'TOOL:get_weather:{{"city":"{n}"}}', n % 2 == 1, tools=[GET_WEATHER], results=[f'result {n}'])
        equal(called(first), [('get_weather', {'city': str(n)})])
        spoken(second, f'result {n}')
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))


# The last: the account is out of use behind it. What the upstream says of our key is not the client's to mend: no login dance.
@scenario("a refusal of the account's key")
def refused_key(run):
    error = fails(lambda: run.sdk.ask(run.body('STATUS:401'), False))
    assert run.sdk.is_fault(error, 502), repr(error)
    assert f'The {run.upstream}' in str(error) and vendor.secret not in str(error), error


# --- and all of them run ---

def account(upstream):
    _, provider, dialect, tail = UPSTREAMS[upstream]
    return {'id': f'a-{upstream}', 'label': f'The {upstream}', 'provider': provider, 'dialects': [dialect],
            'base_url': vendor.url + tail, 'api_key': vendor.secret}


def main():
    only = sys.argv[2] if len(sys.argv) > 2 else ''
    pairs = [(client, upstream, [name for name in SCENARIOS if name not in sdk.lacks and only in f'{client} to {upstream}: {name}'])
             for client, sdk in SDKS.items() for upstream in UPSTREAMS if UPSTREAMS[upstream][2] != sdk.dialect]
    number = failed = 0

    def report(title, function, *arguments):
        nonlocal number, failed
        number += 1
        try:
            function(*arguments)
            print(f'ok {number} {title}', flush=True)
        except Exception:  # noqa: BLE001: a test's failure is data
            failed += 1
            print(f'not ok {number} {title}', flush=True)
            print('\n'.join(f'# {line}' for line in traceback.format_exc().splitlines()), flush=True)

    print(f'1..{sum(len(names) for _, _, names in pairs) + 1}')
    for client, upstream, names in pairs:
        if not names:
            continue
        with Relais(accounts=[account(upstream)]) as relais:
            run = Run(client, upstream, relais.url)
            for name in names:
                report(f'{client} to {upstream}: {name}', SCENARIOS[name], run)
            equal(relais.stop(), 0, 'how it ended')
    report('the vendors refused nothing', lambda: equal(vendor.refused + vendor.refusals, []))
    print(f'{number - failed} passed, {failed} failed')
    sys.exit(bool(failed or number == 1))


main()
