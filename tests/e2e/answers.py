"""Answers of the four vendors to a script: a step is a list of

    ('think', text)              where the request asked for it
    ('redacted',)                Anthropic's redacted thinking
    ('text', text)
    ('call', name, arguments)
    ('length',) ('refusal', why) how it ends, else by itself
    ('bad_call',)                Gemini's end of a call that cannot be read
    ('status', number, message)  an HTTP error instead
    ('fail', message)            an error in the middle of the stream
    ('cut',)                     the connection is closed there
    ('pause', milliseconds)      nothing for so long

Each is a list of pieces, bytes or one of the last three; a whole answer is one piece."""
import json

USAGE = {'input': 100, 'cached': 40, 'output': 50, 'reasoning': 30}
ERRORS = {400: ('invalid_request_error', 'INVALID_ARGUMENT'), 401: ('authentication_error', 'UNAUTHENTICATED'),
          404: ('not_found_error', 'NOT_FOUND'), 429: ('rate_limit_error', 'RESOURCE_EXHAUSTED'),
          500: ('api_error', 'INTERNAL'), 503: ('overloaded_error', 'UNAVAILABLE'), 529: ('overloaded_error', 'UNAVAILABLE')}


def error(dialect, status, message):
    kind, grpc = ERRORS.get(status, ('api_error', 'UNKNOWN'))
    if dialect == 'anthropic':
        return {'type': 'error', 'error': {'type': kind, 'message': message}, 'request_id': 'req_up'}
    if dialect == 'gemini':
        details = [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', 'retryDelay': '20s'}] if status == 429 else []
        return {'error': {'code': status, 'message': message, 'status': grpc, 'details': details}}
    return {'error': {'message': message, 'type': kind, 'param': None, 'code': None}}


def usage(dialect):
    u = USAGE
    return {
        'chat': {'prompt_tokens': u['input'], 'completion_tokens': u['output'], 'total_tokens': u['input'] + u['output'],
                 'prompt_tokens_details': {'cached_tokens': u['cached']},
                 'completion_tokens_details': {'reasoning_tokens': u['reasoning']}},
        'responses': {'input_tokens': u['input'], 'output_tokens': u['output'], 'total_tokens': u['input'] + u['output'],
                      'input_tokens_details': {'cached_tokens': u['cached']},
                      'output_tokens_details': {'reasoning_tokens': u['reasoning']}},
        'anthropic': {'input_tokens': u['input'] - u['cached'], 'cache_creation_input_tokens': 0,
                      'cache_read_input_tokens': u['cached'], 'output_tokens': u['output'],
                      'output_tokens_details': {'thinking_tokens': u['reasoning']}},
        'gemini': {'promptTokenCount': u['input'], 'cachedContentTokenCount': u['cached'],
                   'candidatesTokenCount': u['output'] - u['reasoning'], 'thoughtsTokenCount': u['reasoning'],
                   'totalTokenCount': u['input'] + u['output']}}[dialect]


def halves(text):
    middle = (len(text) + 1) // 2
    return [part for part in (text[:middle], text[middle:]) if part]


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def sse(value, name=None, end='\n\n'):
    return ((f'event: {name}\n' if name else '') + f'data: {compact(value)}{end}').encode()


def render(vendor, dialect, model, data, step, stream):
    return globals()[dialect](vendor, model, data, step, stream)


def chat(vendor, model, data, step, stream):
    base = {'id': f'chatcmpl-{next(vendor.numbers)}', 'object': 'chat.completion.chunk', 'created': 1795000000, 'model': model}
    pieces, message, n, finish = [], {'role': 'assistant', 'content': None, 'refusal': None}, 0, 'stop'

    def chunk(delta, reason=None):
        pieces.append(sse({**base, 'choices': [{'index': 0, 'delta': delta, 'finish_reason': reason}]}))
    chunk({'role': 'assistant', 'content': ''})
    for item in step:
        kind = item[0]
        if kind == 'think':
            message['reasoning_content'] = item[1]
            for part in halves(item[1]):
                chunk({'reasoning_content': part})
        elif kind == 'text':
            message['content'] = (message['content'] or '') + item[1]
            for part in halves(item[1]):
                chunk({'content': part})
        elif kind == 'call':
            call = {'id': f'call_{next(vendor.numbers)}', 'type': 'function', 'function': {'name': item[1], 'arguments': compact(item[2])}}
            if vendor.google and n == 0:
                signature = vendor.mint('gemini', (item[1], json.dumps(item[2], sort_keys=True)))
                call['extra_content'] = {'google': {'thought_signature': signature}}
            message.setdefault('tool_calls', []).append(call)
            chunk({'tool_calls': [{'index': n, **call, 'function': {'name': item[1], 'arguments': ''}}]})
            for part in halves(compact(item[2])):
                chunk({'tool_calls': [{'index': n, 'function': {'arguments': part}}]})
            n, finish = n + 1, 'tool_calls'
        elif kind == 'length':
            finish = 'length'
        elif kind == 'refusal':
            message['refusal'] = item[1]
            chunk({'refusal': item[1]})
        elif kind == 'fail':
            return pieces + [sse(error('chat', 500, item[1])), 'end']
        else:
            pieces.append(item if kind == 'pause' else kind)
    if not stream:
        return [compact({**base, 'object': 'chat.completion', 'usage': usage('chat'),
                         'choices': [{'index': 0, 'message': message, 'logprobs': None, 'finish_reason': finish}]}).encode()]
    chunk({}, finish)
    if data.get('stream_options', {}).get('include_usage'):
        pieces.append(sse({**base, 'choices': [], 'usage': usage('chat')}))
    return pieces + [b'data: [DONE]\n\n']


def responses(vendor, model, data, step, stream):
    response = {'id': f'resp_{next(vendor.numbers)}', 'object': 'response', 'created_at': 1795000000, 'status': 'in_progress',
                'model': model, 'output': [], 'error': None, 'incomplete_details': None}
    pieces, output, sequence = [], [], iter(range(10000))

    def event(name, **more):
        pieces.append(sse({'type': name, 'sequence_number': next(sequence), **more}, name))

    def item_events(item, opened, steps):
        index = len(output)
        event('response.output_item.added', output_index=index, item=opened)
        for name, more in steps:
            event(name, item_id=item['id'], output_index=index, **more)
        event('response.output_item.done', output_index=index, item=item)
        output.append(item)
    event('response.created', response=response)
    event('response.in_progress', response=response)
    reasons = data.get('reasoning') or {}
    status, details = 'completed', None
    for item in step:
        kind = item[0]
        if kind == 'think':
            if 'reasoning.encrypted_content' not in data.get('include', []) and not reasons.get('summary'):
                continue
            shown = [{'type': 'summary_text', 'text': item[1]}] if reasons.get('summary') else []
            secret = vendor.mint('responses', item[1]) if 'reasoning.encrypted_content' in data.get('include', []) else None
            whole = {'id': f'rs_{next(vendor.numbers)}', 'type': 'reasoning', 'summary': shown, 'encrypted_content': secret}
            steps = []
            if shown:
                steps = [('response.reasoning_summary_part.added', {'summary_index': 0, 'part': {'type': 'summary_text', 'text': ''}})]
                steps += [('response.reasoning_summary_text.delta', {'summary_index': 0, 'delta': part}) for part in halves(item[1])]
                steps += [('response.reasoning_summary_text.done', {'summary_index': 0, 'text': item[1]}),
                          ('response.reasoning_summary_part.done', {'summary_index': 0, 'part': shown[0]})]
            item_events(whole, {**whole, 'summary': [], 'encrypted_content': None}, steps)
        elif kind in ('text', 'refusal'):
            key = 'text' if kind == 'text' else 'refusal'
            name = 'output_text' if kind == 'text' else 'refusal'
            part = {'type': name, key: item[1], **({'annotations': [], 'logprobs': []} if kind == 'text' else {})}
            whole = {'id': f'msg_{next(vendor.numbers)}', 'type': 'message', 'status': 'completed', 'role': 'assistant', 'content': [part]}
            steps = [('response.content_part.added', {'content_index': 0, 'part': {**part, key: ''}})]
            steps += [(f'response.{name}.delta', {'content_index': 0, 'delta': fragment}) for fragment in halves(item[1])]
            steps += [(f'response.{name}.done', {'content_index': 0, key: item[1]}),
                      ('response.content_part.done', {'content_index': 0, 'part': part})]
            item_events(whole, {**whole, 'status': 'in_progress', 'content': []}, steps)
        elif kind == 'call':
            whole = {'id': f'fc_{next(vendor.numbers)}', 'type': 'function_call', 'status': 'completed',
                     'call_id': f'call_{next(vendor.numbers)}', 'name': item[1], 'arguments': compact(item[2])}
            steps = [('response.function_call_arguments.delta', {'delta': part}) for part in halves(compact(item[2]))]
            steps += [('response.function_call_arguments.done', {'arguments': compact(item[2])})]
            item_events(whole, {**whole, 'status': 'in_progress', 'arguments': ''}, steps)
        elif kind == 'length':
            status, details = 'incomplete', {'reason': 'max_output_tokens'}
        elif kind == 'fail':
            event('response.failed', response={**response, 'status': 'failed', 'error': {'code': 'server_error', 'message': item[1]}})
            return pieces + ['end']
        else:
            pieces.append(item if kind == 'pause' else kind)
    whole = {**response, 'status': status, 'incomplete_details': details, 'output': output, 'usage': usage('responses')}
    if not stream:
        return [compact(whole).encode()]
    event(f'response.{status}', response=whole)
    return pieces


def anthropic(vendor, model, data, step, stream):
    message = {'id': f'msg_{next(vendor.numbers)}', 'type': 'message', 'role': 'assistant', 'model': model, 'content': [],
               'stop_reason': None, 'stop_sequence': None, 'usage': {**usage('anthropic'), 'output_tokens': 1}}
    pieces, content, reason = [], [], 'end_turn'

    def event(name, **more):
        pieces.append(sse({'type': name, **more}, name))

    def block(whole, opened, deltas):
        index = len(content)
        event('content_block_start', index=index, content_block=opened)
        for delta in deltas:
            event('content_block_delta', index=index, delta=delta)
        event('content_block_stop', index=index)
        content.append(whole)
    event('message_start', message=message)
    event('ping')
    thinking = data.get('thinking', {'type': 'disabled'})
    for item in step:
        kind = item[0]
        if kind == 'think':
            if thinking['type'] == 'disabled':
                continue
            text = '' if thinking.get('display') == 'omitted' else item[1]
            whole = {'type': 'thinking', 'thinking': text, 'signature': vendor.mint('anthropic', item[1])}
            block(whole, {'type': 'thinking', 'thinking': '', 'signature': ''},
                  [{'type': 'thinking_delta', 'thinking': part} for part in halves(text)] +
                  [{'type': 'signature_delta', 'signature': whole['signature']}])
        elif kind == 'redacted':
            whole = {'type': 'redacted_thinking', 'data': vendor.mint('anthropic', 'redacted')}
            block(whole, whole, [])
        elif kind == 'text':
            block({'type': 'text', 'text': item[1]}, {'type': 'text', 'text': ''},
                  [{'type': 'text_delta', 'text': part} for part in halves(item[1])])
        elif kind == 'call':
            whole = {'type': 'tool_use', 'id': f'toolu_{next(vendor.numbers)}', 'name': item[1], 'input': item[2]}
            block(whole, {**whole, 'input': {}}, [{'type': 'input_json_delta', 'partial_json': part} for part in halves(compact(item[2]))])
            reason = 'tool_use'
        elif kind == 'length':
            reason = 'max_tokens'
        elif kind == 'refusal':
            reason = 'refusal'
            block({'type': 'text', 'text': item[1]}, {'type': 'text', 'text': ''}, [{'type': 'text_delta', 'text': item[1]}])
        elif kind == 'fail':
            event('error', error={'type': 'api_error', 'message': item[1]})
            return pieces + ['end']
        else:
            pieces.append(item if kind == 'pause' else kind)
    if not stream:
        return [compact({**message, 'content': content, 'stop_reason': reason, 'usage': usage('anthropic')}).encode()]
    event('message_delta', delta={'stop_reason': reason, 'stop_sequence': None}, usage=usage('anthropic'))
    event('message_stop')
    return pieces


def gemini(vendor, model, data, step, stream):
    parts, pieces, reason, first = [], [], 'STOP', True
    about = {'modelVersion': model, 'responseId': f'r{next(vendor.numbers)}'}
    shown = data.get('generationConfig', {}).get('thinkingConfig', {}).get('includeThoughts')

    def chunk(part, **more):
        parts.append(part)
        pieces.append(sse({'candidates': [{'content': {'parts': [part], 'role': 'model'}, 'index': 0}], **about, **more}, end='\r\n\r\n'))
    calls = any(item[0] == 'call' for item in step)
    for item in step:
        kind = item[0]
        if kind == 'think':
            if shown:
                chunk({'text': item[1], 'thought': True})
        elif kind == 'text':
            for part in halves(item[1]):
                chunk({'text': part})
            if not calls and any(other[0] == 'think' for other in step):
                chunk({'text': '', 'thoughtSignature': vendor.mint('gemini', 'text')})
        elif kind == 'call':
            call = {'name': item[1], 'args': item[2]}
            if vendor.gemini_ids:
                call['id'] = f'{item[1]}.{next(vendor.numbers)}'
                vendor.ids.add(call['id'])
            part = {'functionCall': call}
            if first and vendor.gemini_signs(model):
                part['thoughtSignature'] = vendor.mint('gemini', (item[1], json.dumps(item[2], sort_keys=True)))
            first = False
            chunk(part)
        elif kind == 'length':
            reason = 'MAX_TOKENS'
        elif kind == 'refusal':
            reason = 'SAFETY'
        elif kind == 'bad_call':
            reason = 'MALFORMED_FUNCTION_CALL'
        elif kind == 'fail':
            return pieces + [sse(error('gemini', 503, item[1]), end='\r\n\r\n'), 'end']
        else:
            pieces.append(item if kind == 'pause' else kind)
    candidate = {'content': {'parts': [{'text': ''}], 'role': 'model'}, 'finishReason': reason, 'index': 0}
    if not stream:
        candidate['content']['parts'] = parts or [{'text': ''}]
        return [compact({'candidates': [candidate], 'usageMetadata': usage('gemini'), **about}).encode()]
    return pieces + [sse({'candidates': [candidate], 'usageMetadata': usage('gemini'), **about}, end='\r\n\r\n')]
