"""Clients of the four dialects that hold a conversation: each builds its vendor's requests, reads answers as strictly as
the vendor's SDK does, and puts them into its history as that SDK would."""
import json

from harness import equal

SCHEMA = {'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city'], 'additionalProperties': False}
PNG = ('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')


class Error(Exception):
    """An answer of another status than 200, or a stream that said it failed."""

    def __init__(self, status, headers, body):
        super().__init__(f'{status} {body}')
        self.status, self.headers, self.body = status, headers, body


class Answer:
    def __init__(self):
        self.text, self.thinking, self.refusal = '', '', ''
        self.calls = []         # (id, name, arguments)
        self.finish = None
        self.usage = None       # input, cached, output, reasoning
        self.headers = {}


def events(data):
    """[(name, text)]; every event whole, LF only."""
    assert b'\r' not in data, data
    assert data.endswith(b'\n\n'), data[-40:]
    found = []
    for block in data.decode('utf-8').split('\n\n')[:-1]:
        name, text = None, None
        for line in block.split('\n'):
            if line.startswith('event: '):
                assert name is None
                name = line[7:]
            elif line.startswith('data: '):
                assert text is None, 'one data line an event'
                text = line[6:]
            else:
                assert line.startswith(':'), line
        if text is not None:
            found.append((name, text))
    return found


class Client:
    dialect = None

    def __init__(self, relais, model, system=None, tools=(), **options):
        self.relais, self.model, self.system, self.tools, self.options = relais, model, system, tools, options
        self.history = []
        self.keep = True        # hand back what was signed

    def ask(self, stream=False):
        path, body = self.request(stream)
        self.sent = body
        status, headers, data = self.relais.request('POST', path, body, self.headers)
        if status != 200:
            equal(headers['content-type'], 'application/json')
            raise Error(status, headers, json.loads(data))
        answer = Answer()
        answer.headers = headers
        if stream:
            equal(headers['content-type'], 'text/event-stream; charset=utf-8')
            self.read_stream(events(data), answer)
        else:
            equal(headers['content-type'], 'application/json')
            self.read_whole(json.loads(data), answer)
        ids = [call[0] for call in answer.calls]
        equal(len(ids), len(set(ids)), 'call ids repeat')
        return answer

    headers = {}


class Chat(Client):
    dialect = 'chat'

    def request(self, stream):
        body = {'model': self.model, 'messages': list(self.history)}
        if self.system:
            body['messages'].insert(0, {'role': 'system', 'content': self.system})
        if self.tools:
            body['tools'] = [{'type': 'function', 'function': {'name': name, 'description': f'does {name}', 'parameters': SCHEMA}} for name in self.tools]
        if stream:
            body.update(stream=True, stream_options={'include_usage': True})
        options = dict(self.options)
        if options.pop('think', None):
            body['reasoning_effort'] = 'medium'
        if 'force' in options:
            body['tool_choice'] = {'type': 'function', 'function': {'name': options.pop('force')}}
        if 'schema' in options:
            body['response_format'] = {'type': 'json_schema', 'json_schema': {'name': 'place', 'strict': True, 'schema': options.pop('schema')}}
        return '/v1/chat/completions', {**body, **options}

    def say(self, text, image=None):
        content = text if image is None else [{'type': 'text', 'text': text},
                                              {'type': 'image_url', 'image_url': {'url': f'data:image/png;base64,{image}'}}]
        self.history.append({'role': 'user', 'content': content})

    def give(self, answer, results):
        for (id_, _, _), (text, image) in zip(answer.calls, results):
            content = text if image is None else [{'type': 'text', 'text': text},
                                                  {'type': 'image_url', 'image_url': {'url': f'data:image/png;base64,{image}'}}]
            self.history.append({'role': 'tool', 'tool_call_id': id_, 'content': content})

    def take(self, message):
        message = {key: value for key, value in message.items() if key in ('role', 'content', 'tool_calls')}
        if not self.keep:
            message['tool_calls'] = [{key: value for key, value in call.items() if key != 'extra_content'} for call in message.get('tool_calls', [])]
            if not message['tool_calls']:
                del message['tool_calls']
        self.history.append(message)

    def read_usage(self, usage, answer):
        answer.usage = (usage['prompt_tokens'], usage['prompt_tokens_details']['cached_tokens'], usage['completion_tokens'],
                        usage['completion_tokens_details']['reasoning_tokens'])
        equal(usage['total_tokens'], usage['prompt_tokens'] + usage['completion_tokens'])

    def finish(self, message, reason, answer):
        answer.text = message['content'] or ''
        answer.refusal = message.get('refusal') or ''
        answer.thinking = message.get('reasoning_content') or ''
        answer.calls = [(call['id'], call['function']['name'], json.loads(call['function']['arguments'])) for call in message.get('tool_calls', [])]
        answer.finish = reason
        self.take(message)

    def read_whole(self, data, answer):
        equal(data['object'], 'chat.completion')
        self.read_usage(data['usage'], answer)
        self.finish(data['choices'][0]['message'], data['choices'][0]['finish_reason'], answer)

    def read_stream(self, found, answer):
        equal(found[-1], (None, '[DONE]'))
        message, reason, ids = {'content': None}, None, set()
        for name, text in found[:-1]:
            equal(name, None)
            data = json.loads(text)
            if 'error' in data:
                raise Error(200, answer.headers, data)
            equal(data['object'], 'chat.completion.chunk')
            ids.add((data['id'], data['created'], data['model']))
            if not data['choices']:
                self.read_usage(data['usage'], answer)
                continue
            assert reason is None, 'a choice behind the finish'
            equal(data['usage'], None)
            choice = data['choices'][0]
            equal(choice['index'], 0)
            delta = choice['delta']
            for key in ('content', 'refusal', 'reasoning_content'):
                if delta.get(key):
                    message[key] = (message.get(key) or '') + delta[key]
            if 'role' in delta:
                message['role'] = delta['role']
            for call in delta.get('tool_calls', []):
                calls = message.setdefault('tool_calls', [])
                if call['index'] == len(calls):
                    equal(call['type'], 'function')
                    assert call['id'] and call['function']['name']
                    calls.append({**call, 'function': dict(call['function'])})
                    del calls[-1]['index']
                else:
                    assert 'id' not in call and 'name' not in call['function'], 'once'
                    calls[call['index']]['function']['arguments'] += call['function']['arguments']
            reason = choice['finish_reason']
        equal(len(ids), 1, 'id, created, model are constant')
        equal(message['role'], 'assistant')
        assert reason, 'missing finish_reason'
        self.finish(message, reason, answer)


class Responses(Client):
    dialect = 'responses'

    def request(self, stream):
        body = {'model': self.model, 'input': list(self.history), 'store': False}
        if self.system:
            body['instructions'] = self.system
        if self.tools:
            body['tools'] = [{'type': 'function', 'name': name, 'description': f'does {name}', 'parameters': SCHEMA, 'strict': False} for name in self.tools]
        if stream:
            body['stream'] = True
        options = dict(self.options)
        if options.pop('think', None):
            body['reasoning'] = {'effort': 'medium', 'summary': 'auto'}
            if self.keep:
                body['include'] = ['reasoning.encrypted_content']
        if 'force' in options:
            body['tool_choice'] = {'type': 'function', 'name': options.pop('force')}
        if 'schema' in options:
            body['text'] = {'format': {'type': 'json_schema', 'name': 'place', 'strict': True, 'schema': options.pop('schema')}}
        return '/v1/responses', {**body, **options}

    def say(self, text, image=None):
        content = [{'type': 'input_text', 'text': text}]
        if image is not None:
            content.append({'type': 'input_image', 'image_url': f'data:image/png;base64,{image}', 'detail': 'auto'})
        self.history.append({'role': 'user', 'content': text if image is None else content})

    def give(self, answer, results):
        for (id_, _, _), (text, image) in zip(answer.calls, results):
            output = text if image is None else [{'type': 'input_text', 'text': text},
                                                 {'type': 'input_image', 'image_url': f'data:image/png;base64,{image}'}]
            self.history.append({'type': 'function_call_output', 'call_id': id_, 'output': output})

    def read_whole(self, data, answer):
        equal(data['object'], 'response')
        for item in data['output']:
            if item['type'] == 'reasoning':
                answer.thinking += ''.join(part['text'] for part in item['summary'])
                if self.keep and item.get('encrypted_content'):
                    self.history.append(item)
                continue
            self.history.append(item)
            if item['type'] == 'message':
                for part in item['content']:
                    if part['type'] == 'output_text':
                        answer.text += part['text']
                    else:
                        answer.refusal += part['refusal']
            else:
                equal(item['type'], 'function_call')
                answer.calls.append((item['call_id'], item['name'], json.loads(item['arguments'])))
        answer.finish = data['status'] if data['status'] != 'incomplete' else data['incomplete_details']['reason']
        usage = data['usage']
        answer.usage = (usage['input_tokens'], usage['input_tokens_details']['cached_tokens'], usage['output_tokens'],
                        usage['output_tokens_details']['reasoning_tokens'])

    def read_stream(self, found, answer):
        items, done, final, parts, ids = {}, {}, None, {}, set()
        for number, (name, text) in enumerate(found):
            data = json.loads(text)
            equal(data['type'], name)
            equal(data['sequence_number'], number)
            assert final is None, 'nothing behind the end'
            if 'response' in data:
                ids.add(data['response']['id'])
            if name == 'response.failed':
                raise Error(200, answer.headers, data)
            if name in ('response.created', 'response.in_progress'):
                equal((number, data['response']['output']), (('response.created', 'response.in_progress').index(name), []))
            elif name in ('response.completed', 'response.incomplete'):
                final = data['response']
            elif name == 'response.output_item.added':
                equal(data['output_index'], len(items))
                assert len(done) == len(items), 'one item at a time'
                items[data['output_index']] = data['item']['id']
            elif name == 'response.output_item.done':
                equal(items[data['output_index']], data['item']['id'])
                done[data['output_index']] = data['item']
            else:
                equal(items[data['output_index']], data['item_id'], name)
                key = (data['item_id'], data.get('content_index', data.get('summary_index')))
                if name.endswith('part.added'):
                    parts[key] = ''
                elif name.endswith('.delta'):
                    assert key in parts or 'arguments' in name, f'{name} before its part'
                    parts[key] = parts.get(key, '') + data['delta']
                elif not name.endswith('part.done'):
                    equal(next(data[k] for k in ('text', 'refusal', 'arguments') if k in data), parts.get(key, ''), name)
        equal(len(ids), 1, 'one response id')
        equal([done[index] for index in sorted(done)], final['output'])
        self.read_whole(final, answer)


class Anthropic(Client):
    dialect = 'anthropic'
    headers = {'anthropic-version': '2023-06-01'}

    def request(self, stream):
        body = {'model': self.model, 'messages': list(self.history), 'max_tokens': 20000}
        if self.system:
            body['system'] = [{'type': 'text', 'text': self.system, 'cache_control': {'type': 'ephemeral'}}]
        if self.tools:
            body['tools'] = [{'name': name, 'description': f'does {name}', 'input_schema': SCHEMA} for name in self.tools]
        if stream:
            body['stream'] = True
        options = dict(self.options)
        if options.pop('think', None):
            body['thinking'] = {'type': 'enabled', 'budget_tokens': 8192}
        if 'force' in options:
            body['tool_choice'] = {'type': 'tool', 'name': options.pop('force')}
        if 'schema' in options:
            body['output_config'] = {'format': {'type': 'json_schema', 'schema': options.pop('schema')}}
        return '/v1/messages', {**body, **options}

    @staticmethod
    def image(data):
        return {'type': 'image', 'source': {'type': 'base64', 'media_type': 'image/png', 'data': data}}

    def say(self, text, image=None):
        blocks = [{'type': 'text', 'text': text}] + ([self.image(image)] if image else [])
        self.history.append({'role': 'user', 'content': blocks})

    def give(self, answer, results):
        self.history.append({'role': 'user', 'content': [
            {'type': 'tool_result', 'tool_use_id': id_, 'content': text if image is None else [{'type': 'text', 'text': text}, self.image(image)]}
            for (id_, _, _), (text, image) in zip(answer.calls, results)]})

    def read_whole(self, data, answer):
        equal((data['type'], data['role']), ('message', 'assistant'))
        for block in data['content']:
            if block['type'] == 'text':
                answer.text += block['text']
            elif block['type'] == 'thinking':
                answer.thinking += block['thinking']
                assert block['signature'] is not None
            elif block['type'] == 'tool_use':
                answer.calls.append((block['id'], block['name'], block['input']))
            else:
                equal(block['type'], 'redacted_thinking')
        kept = [block for block in data['content'] if self.keep or 'thinking' not in block['type']]
        if kept:
            self.history.append({'role': 'assistant', 'content': kept})
        answer.finish = data['stop_reason']
        usage = data['usage']
        cached = usage.get('cache_read_input_tokens') or 0
        answer.usage = (usage['input_tokens'] + cached + (usage.get('cache_creation_input_tokens') or 0), cached, usage['output_tokens'],
                        (usage.get('output_tokens_details') or {}).get('thinking_tokens', 0))

    def read_stream(self, found, answer):
        message, opened, partial, ended = None, None, '', False
        for name, text in found:
            data = json.loads(text)
            equal(data['type'], name)
            if name == 'error':
                raise Error(200, answer.headers, data)
            assert not ended, 'nothing behind message_stop'
            if name == 'message_start':
                message = data['message']
                equal((message['content'], type(message['usage'])), ([], dict))
            elif name == 'content_block_start':
                equal((opened, data['index']), (None, len(message['content'])), 'one block at a time, numbered')
                message['content'].append(data['content_block'])
                opened, partial = data['index'], ''
            elif name == 'content_block_delta':
                equal(data['index'], opened)
                block, delta = message['content'][opened], data['delta']
                if delta['type'] == 'text_delta':
                    block['text'] += delta['text']
                elif delta['type'] == 'thinking_delta':
                    block['thinking'] += delta['thinking']
                elif delta['type'] == 'signature_delta':
                    equal(block['signature'], '', 'one signature')
                    block['signature'] = delta['signature']
                else:
                    equal(delta['type'], 'input_json_delta')
                    partial += delta['partial_json']
            elif name == 'content_block_stop':
                equal(data['index'], opened)
                if message['content'][opened]['type'] == 'tool_use':
                    message['content'][opened]['input'] = json.loads(partial or '{}')
                opened = None
            elif name == 'message_delta':
                equal(opened, None)
                message['stop_reason'] = data['delta']['stop_reason']
                message['usage'].update(data['usage'])
            elif name == 'message_stop':
                ended = True
            else:
                equal(name, 'ping')
        assert ended, 'message_stop is missing'
        self.read_whole(message, answer)


class Gemini(Client):
    dialect = 'gemini'

    def request(self, stream):
        body = {'contents': list(self.history), 'generationConfig': {}}
        if self.system:
            body['systemInstruction'] = {'parts': [{'text': self.system}]}
        if self.tools:
            body['tools'] = [{'functionDeclarations': [{'name': name, 'description': f'does {name}', 'parametersJsonSchema': SCHEMA} for name in self.tools]}]
        options = dict(self.options)
        if options.pop('think', None):
            body['generationConfig']['thinkingConfig'] = {'thinkingBudget': 8192, 'includeThoughts': True}
        if 'force' in options:
            body['toolConfig'] = {'functionCallingConfig': {'mode': 'ANY', 'allowedFunctionNames': [options.pop('force')]}}
        if 'schema' in options:
            body['generationConfig'].update(responseMimeType='application/json', responseJsonSchema=options.pop('schema'))
        method = 'streamGenerateContent?alt=sse' if stream else 'generateContent'
        return f'/v1beta/models/{self.model}:{method}', {**body, **options}

    def say(self, text, image=None):
        parts = [{'text': text}] + ([{'inlineData': {'mimeType': 'image/png', 'data': image}}] if image else [])
        self.history.append({'role': 'user', 'parts': parts})

    def give(self, answer, results):
        parts = []
        for (id_, name, _), (text, image) in zip(answer.calls, results):
            response = {'id': id_, 'name': name, 'response': {'output': text}}
            if image is not None:
                response['parts'] = [{'inlineData': {'mimeType': 'image/png', 'data': image}}]
            parts.append({'functionResponse': response})
        self.history.append({'role': 'user', 'parts': parts})

    def finish(self, parts, reason, usage, answer):
        for part in parts:
            assert part, 'an empty part'
            if 'functionCall' in part:
                call = part['functionCall']
                answer.calls.append((call['id'], call['name'], call['args']))
            elif part.get('thought'):
                answer.thinking += part.get('text', '')
            else:
                answer.text += part.get('text', '')
        kept = [part for part in parts if part != {'text': ''}]
        if not self.keep:
            kept = [{key: value for key, value in part.items() if key != 'thoughtSignature'} for part in kept if not part.get('thought')]
        if kept:
            self.history.append({'role': 'model', 'parts': kept})
        answer.finish = reason
        answer.usage = (usage['promptTokenCount'], usage.get('cachedContentTokenCount', 0),
                        usage['candidatesTokenCount'] + usage.get('thoughtsTokenCount', 0), usage.get('thoughtsTokenCount', 0))

    def read_whole(self, data, answer):
        candidate = data['candidates'][0]
        self.finish(candidate['content'].get('parts', []), candidate['finishReason'], data['usageMetadata'], answer)

    def read_stream(self, found, answer):
        parts, reason, usage = [], None, None
        for name, text in found:
            equal(name, None, 'an event line loses the chunk')
            data = json.loads(text)
            if 'error' in data:
                raise Error(200, answer.headers, data)
            usage = data.get('usageMetadata', usage)
            for candidate in data.get('candidates', []):
                assert reason is None, 'a candidate behind the finish'
                more = candidate['content'].get('parts', [])
                assert len(more) <= 1, 'one part a chunk'
                parts += more
                reason = candidate.get('finishReason')
        assert reason, 'no finishReason'
        self.finish(parts, reason, usage, answer)


CLIENTS = {client.dialect: client for client in (Chat, Responses, Anthropic, Gemini)}
