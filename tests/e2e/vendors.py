"""What the four vendors refuse, written from their documentation and sharing no code with the proxy, and what a
request says once its dialect is taken away. `Vendor` is one of them with a memory of what it signed."""
import base64
import hashlib
import itertools
import json
import re

BYPASS = 'skip_thought_signature_validator'
SCHEMA_OPENAPI = {'type', 'format', 'title', 'description', 'nullable', 'enum', 'items', 'minItems', 'maxItems',
                  'properties', 'required', 'propertyOrdering', 'minProperties', 'maxProperties', 'minLength',
                  'maxLength', 'pattern', 'minimum', 'maximum', 'anyOf', 'default', 'example'}
SCHEMA_JSON = {'$id', '$defs', '$ref', '$anchor', 'type', 'format', 'title', 'description', 'enum', 'items',
               'prefixItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'anyOf', 'oneOf', 'properties',
               'additionalProperties', 'required', 'propertyOrdering'}


class Refused(Exception):
    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def need(condition, message):
    if not condition:
        raise Refused(message)


def only(value, allowed, where):
    need(isinstance(value, dict), f'{where}: an object is wanted')
    unknown = sorted(set(value) - set(allowed.split() if isinstance(allowed, str) else allowed))
    need(not unknown, f'{where}: unknown {unknown}')


def number(value, low, high, where):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high,
         f'{where}: {value!r} is not between {low} and {high}')


def parse(body):
    def pairs(items):
        names = [name for name, _ in items]
        need(len(names) == len(set(names)), f'a name twice in {names}')
        return dict(items)
    try:
        return json.loads(body.decode('utf-8'), object_pairs_hook=pairs)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refused(f'no JSON: {error}') from error


def claude_version(model):
    match = re.search(r'claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?![0-9])', model)
    return int(match[1]) * 100 + int(match[2] or 0) if match else 9999


def gemini_version(model):
    match = re.search(r'gemini-(\d+)', model)
    return int(match[1]) if match else 9


def check_strict(schema, where):
    if schema.get('type') == 'object' or 'properties' in schema:
        need(schema.get('additionalProperties') is False, f'{where}: strict wants additionalProperties false')
        need(set(schema.get('required', [])) == set(schema.get('properties', {})), f'{where}: strict wants all required')
        for name, child in schema.get('properties', {}).items():
            check_strict(child, f'{where}.{name}')


def check_schema(schema, allowed, where, upper):
    need(isinstance(schema, dict), f'{where}: a schema is an object')
    only(schema, allowed, where)
    if '$ref' in schema:
        need(all(key.startswith('$') for key in schema), f'{where}: keys beside $ref')
    kind = schema.get('type')
    if upper:
        need(kind is None or isinstance(kind, str), f'{where}: type is one name')
        need('type' not in schema or 'anyOf' not in schema, f'{where}: type beside anyOf')
        need('enum' not in schema or all(isinstance(value, str) for value in schema['enum']), f'{where}: enum of strings')
    if isinstance(kind, str):
        names = 'STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL'.split()
        need(kind in names if upper else kind.upper() in names, f'{where}: type {kind!r}')
    need(isinstance(schema.get('required', []), list), f'{where}: required is a list')
    for name in schema.get('required', []):
        need(name in schema.get('properties', {}), f'{where}: required {name!r} is not a property')
    for name, child in schema.get('properties', {}).items():
        check_schema(child, allowed, f'{where}.{name}', upper)
    for key in ('$defs',):
        for name, child in schema.get(key, {}).items():
            check_schema(child, allowed, f'{where}.{key}.{name}', upper)
    if isinstance(schema.get('items'), dict):
        check_schema(schema['items'], allowed, f'{where}.items', upper)
    if isinstance(schema.get('additionalProperties'), dict):
        check_schema(schema['additionalProperties'], allowed, f'{where}.additionalProperties', upper)
    for key in ('anyOf', 'oneOf', 'prefixItems'):
        for index, child in enumerate(schema.get(key, [])):
            check_schema(child, allowed, f'{where}.{key}[{index}]', upper)


def base64_ok(data, where):
    try:
        base64.b64decode(data, validate=True)
    except Exception as error:
        raise Refused(f'{where}: {error}') from error


class Vendor:
    """Checks requests and mints ids and signatures; `read` tells what was said."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.signed = {}        # signature -> what it was given for
        self.ids = set()        # of Gemini's calls
        self.gemini_ids = False # whether its calls have ids
        self.google = False     # whether Chat is Google's, which signs calls

    @staticmethod
    def gemini_signs(model):
        return gemini_version(model) >= 3

    def mint(self, dialect, what):
        mark = f'{dialect}:{next(self.numbers)}:'.encode() + hashlib.sha256(repr(what).encode()).digest()
        value = base64.b64encode(mark).decode()
        self.signed[value] = (dialect, what)
        return value

    def verify(self, dialect, value, what, where):
        need(self.signed.get(value) == (dialect, what), f'{where}: Corrupted thought signature / thinking block {value!r:.60}')

    def check(self, dialect, model, data):
        getattr(self, 'check_' + dialect)(model, data)

    # --- OpenAI Chat ---

    def check_chat(self, model, data):
        only(data, '''model messages stream stream_options max_tokens max_completion_tokens temperature top_p n stop
             presence_penalty frequency_penalty logit_bias logprobs top_logprobs seed tools tool_choice
             parallel_tool_calls response_format reasoning_effort verbosity user safety_identifier prompt_cache_key
             metadata store service_tier modalities audio prediction web_search_options''', 'body')
        if re.match(r'gpt-5|o\d', model):
            need('max_tokens' not in data, "Unsupported parameter: 'max_tokens', use 'max_completion_tokens'")
        need(not ('max_tokens' in data and 'max_completion_tokens' in data), 'both max_tokens')
        if 'stream_options' in data:
            need(data.get('stream') is True, 'stream_options without stream')
            only(data['stream_options'], 'include_usage include_obfuscation', 'stream_options')
        for name, high in (('temperature', 2), ('top_p', 1)):
            if name in data:
                number(data[name], 0, high, name)
        stop = data.get('stop', [])
        need(isinstance(stop, str) or 0 <= len(stop) <= 4, 'stop: at most 4')
        need(data.get('reasoning_effort', 'low') in ('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'), 'reasoning_effort')
        for key in ('user', 'safety_identifier'):
            need(len(data.get(key, '')) <= 64, f'{key} is too long')
        self.openai_tools(data, chat=True)
        form = data.get('response_format')
        if form is not None:
            only(form, 'type json_schema', 'response_format')
            if form['type'] == 'json_schema':
                only(form['json_schema'], 'name description schema strict', 'json_schema')
                need(re.fullmatch(r'[A-Za-z0-9_-]{1,64}', form['json_schema'].get('name', '')), 'json_schema.name')
                if form['json_schema'].get('strict'):
                    check_strict(form['json_schema']['schema'], 'schema')
        open_calls = []
        need(data['messages'], 'messages is empty')
        last = max([index for index, message in enumerate(data['messages']) if message.get('role') == 'user'], default=-1)
        for index, message in enumerate(data['messages']):
            where = f'messages[{index}]'
            role = message.get('role')
            if role == 'tool':
                only(message, 'role content tool_call_id', where)
                need(message['tool_call_id'] in open_calls, f"{where}: 'tool' must be a response to a preceding 'tool_calls'")
                open_calls.remove(message['tool_call_id'])
                self.chat_texts(message['content'], where)
                continue
            need(not open_calls, f'{where}: tool_call_ids without a response: {open_calls}')
            if role == 'assistant':
                only(message, 'role content tool_calls refusal name', where)
                calls = message.get('tool_calls')
                need(calls is None or calls, f'{where}: tool_calls is empty')
                if message.get('content') is not None:
                    self.chat_texts(message['content'], where, refusal=True)
                need(calls or message.get('content') is not None or message.get('refusal'), f'{where}: nothing in it')
                for call in calls or []:
                    self.chat_call(call, where)
                    if self.google:
                        self.google_signature(call, call is calls[0], index > last, where)
                    need(call['id'] not in open_calls, f'{where}: one id twice')
                    open_calls.append(call['id'])
            elif role in ('system', 'developer'):
                only(message, 'role content name', where)
                self.chat_texts(message['content'], where)
            elif role == 'user':
                only(message, 'role content name', where)
                self.chat_user(message['content'], where)
            else:
                raise Refused(f'{where}: role {role!r}')
        need(not open_calls, f'tool_call_ids without a response: {open_calls}')

    def google_signature(self, call, first, current, where):
        signature = call.get('extra_content', {}).get('google', {}).get('thought_signature')
        if signature is None or signature == BYPASS:
            need(not (first and current and signature is None), f'Function call is missing a thought_signature in functionCall parts. {where}')
            need(first or signature is None, f'{where}: only the first call is signed')
        else:
            function = call['function']
            self.verify('gemini', signature, (function['name'], json.dumps(json.loads(function['arguments']), sort_keys=True)), where)

    def chat_call(self, call, where):
        only(call, 'id type function custom' + (' extra_content' if self.google else ''), where)
        need(isinstance(call['id'], str) and 0 < len(call['id']) <= 64, f'{where}: call id')
        if call['type'] == 'custom':
            only(call['custom'], 'name input', where)
            return
        only(call['function'], 'name arguments', where)
        need(isinstance(call['function']['arguments'], str), f'{where}: arguments is no string')
        need(isinstance(json.loads(call['function']['arguments']), dict), f'{where}: arguments is no object')
        need(re.fullmatch(r'[A-Za-z0-9_-]{1,64}', call['function']['name']), f'{where}: name')

    @staticmethod
    def chat_texts(content, where, refusal=False):
        if isinstance(content, str):
            return
        need(isinstance(content, list) and content, f'{where}: content')
        for part in content:
            need(part.get('type') == 'text' and isinstance(part.get('text'), str) or refusal and part.get('type') == 'refusal',
                 f'{where}: only texts here')

    @staticmethod
    def chat_user(content, where):
        if isinstance(content, str):
            return
        need(isinstance(content, list) and content, f'{where}: content')
        for part in content:
            kind = part.get('type')
            only(part, {'type', kind}, where)
            if kind == 'text':
                need(isinstance(part['text'], str), f'{where}: text')
            elif kind == 'image_url':
                only(part['image_url'], 'url detail', where)
                Vendor.image_url(part['image_url']['url'], where)
            elif kind == 'file':
                only(part['file'], 'file_data filename file_id', where)
                need(part['file'].get('file_data', '').startswith('data:') and part['file'].get('filename'), f'{where}: file')
            elif kind == 'input_audio':
                only(part['input_audio'], 'data format', where)
                need(part['input_audio']['format'] in ('wav', 'mp3'), f'{where}: audio')
            else:
                raise Refused(f'{where}: part {kind!r}')

    @staticmethod
    def image_url(url, where):
        if re.match(r'https?://', url):
            return
        match = re.fullmatch(r'data:image/(png|jpeg|gif|webp);base64,(.+)', url, re.S)
        need(match, f'{where}: image {url[:40]!r}')
        base64_ok(match[2], where)

    @staticmethod
    def openai_tools(data, chat):
        tools = data.get('tools')
        need(tools is None or 0 < len(tools) <= 128, 'tools: 1 to 128')
        names = []
        for index, tool in enumerate(tools or []):
            where = f'tools[{index}]'
            if tool['type'] == 'custom':
                names.append((tool['custom'] if chat else tool)['name'])
                continue
            need(tool['type'] == 'function', f'{where}: type {tool["type"]!r}')
            if chat:
                only(tool, 'type function', where)
                function = tool['function']
                only(function, 'name description parameters strict', where)
            else:
                function = tool
                only(function, 'type name description parameters strict', where)
                need('strict' in tool and 'parameters' in tool, f'{where}: strict and parameters are required')
            need(re.fullmatch(r'[A-Za-z0-9_-]{1,64}', function['name']), f'{where}: name {function["name"]!r}')
            if 'parameters' in function:
                need(isinstance(function['parameters'], dict), f'{where}: parameters')
                need(function['parameters'].get('type', 'object') == 'object', f'{where}: parameters is of type object')
                if function.get('strict'):
                    check_strict(function['parameters'], where)
            names.append(function['name'])
        need(len(names) == len(set(names)), 'one tool twice')
        choice = data.get('tool_choice')
        need(choice is None or names, "tool_choice is only allowed when 'tools' are specified")
        need('parallel_tool_calls' not in data or names, "parallel_tool_calls is only allowed when 'tools' are specified")
        if isinstance(choice, str):
            need(choice in ('none', 'auto', 'required'), 'tool_choice')
        elif choice is not None and choice['type'] == 'allowed_tools':
            inner = choice['allowed_tools'] if chat else choice
            for tool in inner['tools']:
                need((tool['function'] if chat else tool)['name'] in names, 'tool_choice: unknown tool')
        elif choice is not None:
            need((choice[choice['type']] if chat else choice)['name'] in names, 'tool_choice: unknown tool')

    # --- OpenAI Responses ---

    def check_responses(self, model, data):
        only(data, '''model input instructions stream stream_options max_output_tokens max_tool_calls temperature top_p
             top_logprobs tools tool_choice parallel_tool_calls text reasoning include store metadata user
             safety_identifier prompt_cache_key service_tier truncation background previous_response_id conversation
             prompt context_management''', 'body')
        need(data.get('store') is False, 'store must be false: nothing of a stranger is kept')
        need(data.get('max_output_tokens', 16) >= 16, 'max_output_tokens: at least 16')
        for name, high in (('temperature', 2), ('top_p', 1)):
            if name in data:
                number(data[name], 0, high, name)
        self.openai_tools(data, chat=False)
        only(data.get('text', {}), 'format verbosity', 'text')
        form = data.get('text', {}).get('format', {'type': 'text'})
        only(form, 'type name description schema strict', 'text.format')
        if form['type'] == 'json_schema':
            need(re.fullmatch(r'[A-Za-z0-9_-]{1,64}', form.get('name', '')), 'text.format.name')
            if form.get('strict'):
                check_strict(form['schema'], 'schema')
        only(data.get('reasoning') or {}, 'effort summary', 'reasoning')
        need((data.get('reasoning') or {}).get('effort', 'low') in ('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'), 'effort')
        for value in data.get('include', []):
            need(value in ('reasoning.encrypted_content', 'message.output_text.logprobs'), f'include {value!r}')
        if isinstance(data['input'], str):
            return
        need(data['input'], 'input is empty')
        calls, answered = {}, set()
        for index, item in enumerate(data['input']):
            where = f'input[{index}]'
            kind = item.get('type', 'message')
            if kind == 'message':
                only(item, 'type role content id status', where)
                self.responses_message(item, where)
            elif kind in ('function_call', 'custom_tool_call'):
                only(item, 'type id call_id name arguments input status namespace', where)
                need(0 < len(item['call_id']) <= 64 and item['call_id'] not in calls, f'{where}: call_id {item["call_id"]!r}')
                if kind == 'function_call':
                    need(isinstance(item['arguments'], str) and isinstance(json.loads(item['arguments']), dict), f'{where}: arguments')
                    need(re.fullmatch(r'[A-Za-z0-9_-]{1,64}', item['name']), f'{where}: name')
                calls[item['call_id']] = kind
            elif kind in ('function_call_output', 'custom_tool_call_output'):
                only(item, 'type id call_id output status', where)
                need(item['call_id'] in calls and item['call_id'] not in answered,
                     f'{where}: no tool call found for function call output {item["call_id"]}')
                answered.add(item['call_id'])
                if not isinstance(item['output'], str):
                    need(item['output'], f'{where}: output is empty')
                    for part in item['output']:
                        need(part['type'] in ('input_text', 'input_image', 'input_file'), f'{where}: {part["type"]}')
            elif kind == 'reasoning':
                only(item, 'type id summary encrypted_content content status', where)
                need('summary' in item, f'{where}: summary is required')
                need(item.get('encrypted_content') in self.signed and self.signed[item['encrypted_content']][0] == 'responses',
                     f'{where}: encrypted_content could not be verified')
                need(index + 1 < len(data['input']) and data['input'][index + 1].get('type', 'message') in
                     ('message', 'function_call', 'custom_tool_call', 'reasoning') and
                     data['input'][index + 1].get('role', 'assistant') == 'assistant',
                     f'{where}: reasoning was provided without its required following item')
            else:
                raise Refused(f'{where}: type {kind!r}')
        need(set(calls) == answered, f'No tool output found for function calls {sorted(set(calls) - answered)}')

    def responses_message(self, item, where):
        need(item['role'] in ('user', 'assistant', 'system', 'developer'), f'{where}: role')
        if isinstance(item['content'], str):
            return
        need(item['content'], f'{where}: content is empty')
        for part in item['content']:
            if item['role'] == 'assistant':
                need(part['type'] in ('output_text', 'refusal'), f'{where}: {part["type"]} in the assistant\'s')
                continue
            need(part['type'] in ('input_text', 'input_image', 'input_file'), f'{where}: {part["type"]}')
            if part['type'] == 'input_image':
                only(part, 'type image_url detail file_id', where)
                self.image_url(part['image_url'], where)
            elif part['type'] == 'input_text':
                only(part, 'type text', where)
            else:
                only(part, 'type file_data file_url filename file_id', where)

    # --- Anthropic ---

    def check_anthropic(self, model, data):
        version = claude_version(model)
        only(data, '''model messages max_tokens system stream stop_sequences temperature top_p top_k tools tool_choice
             thinking output_config metadata service_tier container context_management mcp_servers''', 'body')
        need(isinstance(data.get('max_tokens'), int) and data['max_tokens'] > 0, 'max_tokens')
        thinking = data.get('thinking', {'type': 'disabled'})
        only(thinking, 'type budget_tokens display', 'thinking')
        manual = thinking['type'] == 'enabled'
        need(thinking['type'] in ('enabled', 'disabled', 'adaptive'), 'thinking.type')
        need(not (manual and version > 406), 'thinking.type.enabled is not supported for this model; use adaptive')
        need(not (thinking['type'] == 'adaptive' and version < 406), 'adaptive thinking is not supported on this model')
        if manual:
            need(1024 <= thinking['budget_tokens'] < data['max_tokens'], 'budget_tokens: at least 1024, below max_tokens')
            need('temperature' not in data and 'top_k' not in data, 'temperature and top_k go not with thinking')
            need(data.get('tool_choice', {'type': 'auto'})['type'] in ('auto', 'none'), 'thinking goes not with a forced tool')
        else:
            need('budget_tokens' not in thinking, 'budget_tokens without enabled')
        for name in ('temperature', 'top_p'):
            if name in data:
                need(version <= 406, f'{name} is not supported on this model')
                number(data[name], 0, 1, name)
        need('top_k' not in data or version <= 406, 'top_k is not supported on this model')
        need(not (401 <= version <= 406 and 'temperature' in data and 'top_p' in data), 'temperature and top_p, not both')
        output = data.get('output_config', {})
        only(output, 'effort format', 'output_config')
        if 'effort' in output:
            need(version >= 406 and output['effort'] in ('low', 'medium', 'high', 'xhigh', 'max'), 'output_config.effort')
        if 'format' in output:
            only(output['format'], 'type schema', 'output_config.format')
            need(version >= 405 and output['format']['type'] == 'json_schema', 'output_config.format')
        only(data.get('metadata', {}), 'user_id', 'metadata')
        for sequence in data.get('stop_sequences', []):
            need(sequence.strip(), 'stop_sequences: white space only')
        names = self.anthropic_tools(data)
        if isinstance(data.get('system'), list):
            for block in data['system']:
                only(block, 'type text cache_control', 'system')
                need(block['text'], 'system: text content blocks must be non-empty')
        else:
            need('system' not in data or data['system'], 'system is empty')
        self.anthropic_messages(data['messages'], version, names, manual)

    @staticmethod
    def anthropic_tools(data):
        names = []
        for index, tool in enumerate(data.get('tools', [])):
            where = f'tools.{index}'
            only(tool, 'name description input_schema strict type cache_control defer_loading eager_input_streaming', where)
            need(re.fullmatch(r'[a-zA-Z0-9_-]{1,128}', tool['name']), f'{where}: name {tool["name"]!r}')
            need(isinstance(tool['input_schema'], dict) and tool['input_schema'].get('type') == 'object',
                 f'{where}.input_schema.type: Field required')
            for key in ('oneOf', 'allOf', 'anyOf'):
                need(key not in tool['input_schema'], f'{where}.input_schema: {key} at the top')
            names.append(tool['name'])
        need(len(names) == len(set(names)), 'tools: Tool names must be unique')
        choice = data.get('tool_choice')
        if choice is not None:
            only(choice, 'type name disable_parallel_tool_use', 'tool_choice')
            need(names, 'tool_choice may only be specified while providing tools')
            need(choice['type'] in ('auto', 'any', 'tool', 'none'), 'tool_choice.type')
            need(choice['type'] != 'tool' or choice['name'] in names, 'tool_choice: unknown tool')
        return names

    def anthropic_messages(self, messages, version, names, manual):
        need(messages and messages[0]['role'] == 'user', "messages: first message must use the user role")
        last, asked = None, []
        # with manual thinking every tool turn since the user's last words begins with its thinking
        chain = next((n for n in range(len(messages) - 1, -1, -1) if messages[n]['role'] == 'user' and
                      (isinstance(messages[n]['content'], str) or
                       all(block['type'] != 'tool_result' for block in messages[n]['content']))), 0)
        for index, message in enumerate(messages):
            where = f'messages.{index}'
            only(message, 'role content', where)
            role, content = message['role'], message['content']
            need(role in ('user', 'assistant', 'system'), f'{where}: role')
            if role == 'system':
                need(version >= 408 and last == 'user', f'{where}: Unexpected role "system"')
            need(role != last, f'{where}: roles must alternate')
            blocks = [{'type': 'text', 'text': content}] if isinstance(content, str) else content
            need(blocks, f'{where}: content is empty')
            if role == 'assistant' and manual and index > chain and any(block['type'] == 'tool_use' for block in blocks):
                need(blocks[0]['type'] in ('thinking', 'redacted_thinking'),
                     f'{where}: Expected `thinking` or `redacted_thinking`, but found `{blocks[0]["type"]}`')
            results = [block for block in blocks if block['type'] == 'tool_result']
            if role == 'user':
                need(all(block['type'] == 'tool_result' for block in blocks[:len(results)]),
                     f'{where}: tool_result blocks must come first')
                need(sorted(block['tool_use_id'] for block in results) == sorted(asked),
                     f'{where}: `tool_use` ids {asked} want `tool_result` blocks immediately after')
                asked = []
            need(not asked, f'{where}: `tool_use` ids were found without `tool_result` blocks: {asked}')
            for number_, block in enumerate(blocks):
                self.anthropic_block(role, block, f'{where}.content.{number_}')
                if block['type'] == 'tool_use':
                    need(names, f'{where}: Requests with tool_use blocks must define tools')
                    need(block['id'] not in asked, f'{where}: tool_use ids must be unique')
                    asked.append(block['id'])
            last = role
        need(not asked, f'`tool_use` ids were found without `tool_result` blocks: {asked}')

    def anthropic_block(self, role, block, where):
        kind = block['type']
        allowed = {'text': ('type text cache_control citations', 'user assistant system'),
                   'image': ('type source cache_control', 'user'), 'document': ('type source title context cache_control', 'user'),
                   'tool_use': ('type id name input cache_control caller', 'assistant'),
                   'tool_result': ('type tool_use_id content is_error cache_control', 'user'),
                   'thinking': ('type thinking signature', 'assistant'), 'redacted_thinking': ('type data', 'assistant')}
        need(kind in allowed and role in allowed[kind][1].split(), f'{where}: {kind} of {role}')
        only(block, allowed[kind][0], where)
        if kind == 'text':
            need(block['text'].strip(), f'{where}: text content blocks must be non-empty')
        elif kind == 'image' or kind == 'document':
            self.anthropic_source(kind, block['source'], where)
        elif kind == 'tool_use':
            need(re.fullmatch(r'[a-zA-Z0-9_-]+', block['id']), f'{where}.id: String should match pattern')
            need(re.fullmatch(r'[a-zA-Z0-9_-]{1,128}', block['name']), f'{where}.name: String should match pattern')
            need(isinstance(block['input'], dict), f'{where}.input: Input should be a valid dictionary')
        elif kind == 'tool_result':
            content = block.get('content', '')
            for inner in content if isinstance(content, list) else []:
                need(inner['type'] in ('text', 'image', 'document'), f'{where}: {inner["type"]} in a result')
                self.anthropic_block('user', inner, where)
        elif kind == 'thinking':
            need(self.signed.get(block['signature'], ('',))[0] == 'anthropic', f'{where}: Invalid `signature` in `thinking` block')
            need(block['thinking'] in ('', self.signed[block['signature']][1]), f'{where}: thinking blocks cannot be modified')
        else:
            self.verify('anthropic', block['data'], 'redacted', where)

    @staticmethod
    def anthropic_source(kind, source, where):
        need(source['type'] in ('base64', 'url', 'text'), f'{where}: source {source["type"]}')
        if source['type'] != 'base64':
            return
        only(source, 'type media_type data', where)
        base64_ok(source['data'], where)
        kinds = ('image/png', 'image/jpeg', 'image/gif', 'image/webp') if kind == 'image' else ('application/pdf',)
        need(source['media_type'] in kinds, f'{where}: media type {source["media_type"]!r}')
        magic = {'image/png': b'\x89PNG', 'image/jpeg': b'\xff\xd8', 'image/gif': b'GIF8'}.get(source['media_type'], b'')
        need(base64.b64decode(source['data']).startswith(magic), f'{where}: the bytes are no {source["media_type"]}')

    # --- Gemini ---

    def check_gemini(self, model, data):
        version = gemini_version(model)
        only(data, 'contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels', 'body')
        if 'systemInstruction' in data:
            only(data['systemInstruction'], 'role parts', 'systemInstruction')
            need(data['systemInstruction']['parts'], 'systemInstruction: empty')
            for part in data['systemInstruction']['parts']:
                only(part, 'text', 'systemInstruction')
        names = []
        for tool in data.get('tools', []):
            only(tool, 'functionDeclarations', 'tools')
            need(tool['functionDeclarations'], 'functionDeclarations is empty')
            for function in tool['functionDeclarations']:
                where = f'function {function["name"]}'
                only(function, 'name description parameters parametersJsonSchema', where)
                need(not ('parameters' in function and 'parametersJsonSchema' in function), f'{where}: both schemas')
                need(re.fullmatch(r'[A-Za-z_][A-Za-z0-9_.:-]{0,127}', function['name']), f'{where}: name')
                if 'parameters' in function:
                    need(function['parameters'].get('properties'), f'{where}: parameters without properties')
                    check_schema(function['parameters'], SCHEMA_OPENAPI, where, True)
                if 'parametersJsonSchema' in function:
                    check_schema(function['parametersJsonSchema'], SCHEMA_JSON, where, False)
                names.append(function['name'])
        need(len(names) == len(set(names)), 'Duplicate function declaration')
        only(data.get('toolConfig', {}), 'functionCallingConfig', 'toolConfig')
        calling = data.get('toolConfig', {}).get('functionCallingConfig', {})
        only(calling, 'mode allowedFunctionNames', 'functionCallingConfig')
        need(calling.get('mode', 'AUTO') in ('AUTO', 'ANY', 'NONE', 'VALIDATED'), 'mode')
        need('allowedFunctionNames' not in calling or calling['mode'] in ('ANY', 'VALIDATED'), 'allowedFunctionNames wants ANY')
        need(set(calling.get('allowedFunctionNames', [])) <= set(names), 'allowedFunctionNames: unknown')
        need(names or calling.get('mode', 'AUTO') in ('AUTO', 'NONE'), 'mode ANY without functions')
        self.gemini_config(data.get('generationConfig', {}), version)
        self.gemini_contents(data['contents'], version)

    @staticmethod
    def gemini_config(config, version):
        only(config, '''maxOutputTokens temperature topP topK candidateCount stopSequences seed presencePenalty
             frequencyPenalty responseMimeType responseSchema responseJsonSchema thinkingConfig mediaResolution
             responseLogprobs logprobs responseModalities''', 'generationConfig')
        if 'temperature' in config:
            number(config['temperature'], 0, 2, 'temperature')
        if 'topP' in config:
            number(config['topP'], 0, 1, 'topP')
        need(len(config.get('stopSequences', [])) <= 5, 'stopSequences: at most 5')
        need(config.get('maxOutputTokens', 1) > 0, 'maxOutputTokens')
        need(not ('responseSchema' in config and 'responseJsonSchema' in config), 'both response schemas')
        if 'responseJsonSchema' in config:
            need(config.get('responseMimeType') == 'application/json', 'a schema wants application/json')
            check_schema(config['responseJsonSchema'], SCHEMA_JSON, 'responseJsonSchema', False)
        thinking = config.get('thinkingConfig', {})
        only(thinking, 'thinkingBudget thinkingLevel includeThoughts', 'thinkingConfig')
        need(not ('thinkingBudget' in thinking and 'thinkingLevel' in thinking), 'thinkingLevel and thinkingBudget, not both')
        need('thinkingLevel' not in thinking or version >= 3, 'Thinking level is not supported for this model')
        need(thinking.get('thinkingLevel', 'LOW') in ('MINIMAL', 'LOW', 'MEDIUM', 'HIGH'), 'thinkingLevel')

    def gemini_contents(self, contents, version):
        need(contents, 'contents is not specified')
        current = max((n for n, content in enumerate(contents) if content.get('role') != 'model' and
                       any('functionResponse' not in part for part in content['parts'])), default=-1)
        asked, last = [], None
        for index, content in enumerate(contents):
            where = f'contents[{index}]'
            only(content, 'role parts', where)
            role = content.get('role')
            need(role in ('user', 'model'), f'{where}: role {role!r}: please use user or model')
            need(content['parts'], f'{where}.parts must not be empty')
            calls, answers = [], []
            for number_, part in enumerate(content['parts']):
                self.gemini_part(role, part, f'{where}.parts[{number_}]')
                if 'functionCall' in part:
                    calls.append((part['functionCall']['name'], part['functionCall'].get('id')))
                    self.gemini_signature(part, len(calls) == 1, version, index > current, f'{where}.parts[{number_}]')
                elif 'thoughtSignature' in part:
                    need(self.signed.get(part['thoughtSignature'], ('',))[0] == 'gemini', f'{where}: Corrupted thought signature')
                if 'functionResponse' in part:
                    answers.append((part['functionResponse']['name'], part['functionResponse'].get('id')))
            if asked or answers:
                need(answers == asked and len(answers) == len(content['parts']),
                     f'{where}: function response parts {answers} must equal function call parts {asked} of the turn before')
            need(not calls or last == 'user', f'{where}: function call turn must come after a user or function response turn')
            asked, last = calls, role
        need(not asked, 'a function call turn is last')

    def gemini_signature(self, part, first, version, current, where):
        call = part['functionCall']
        value = part.get('thoughtSignature')
        if value == BYPASS:
            need(first and version >= 3, f'{where}: the bypass belongs to the first call of a step, for Gemini 3')
        elif value is not None:
            self.verify('gemini', value, (call['name'], json.dumps(call.get('args', {}), sort_keys=True)), where)
        else:
            need(not first or version < 3 or not current,
                 f'Function call is missing a thought_signature in functionCall parts. {where} {call["name"]}')

    def gemini_part(self, role, part, where):
        only(part, 'text inlineData fileData functionCall functionResponse thoughtSignature thought mediaResolution', where)
        kinds = set(part) & {'text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'}
        need(len(kinds) == 1, f'{where}: required oneof field data must have one initialized field')
        if 'inlineData' in part:
            only(part['inlineData'], 'mimeType data', where)
            base64_ok(part['inlineData']['data'], where)
        if 'fileData' in part:
            only(part['fileData'], 'mimeType fileUri', where)
        if 'functionCall' in part:
            need(role == 'model', f'{where}: a call of the user')
            only(part['functionCall'], 'id name args', where)
            need(isinstance(part['functionCall'].get('args', {}), dict), f'{where}: args')
            need(part['functionCall'].get('id') is None or part['functionCall']['id'] in self.ids, f'{where}: id is not ours')
        if 'functionResponse' in part:
            need(role == 'user', f'{where}: a response of the model')
            only(part['functionResponse'], 'id name response parts', where)
            need(isinstance(part['functionResponse']['response'], dict), f'{where}: response is a Struct')
            need(part['functionResponse']['name'], f'{where}: name is empty')
            for inner in part['functionResponse'].get('parts', []):
                only(inner, 'inlineData fileData', where)


# --- what was said, whatever the dialect ---

def media(mime, data):
    return ('image' if mime.startswith('image/') else 'file', hashlib.sha256(base64.b64decode(data + '==')).hexdigest()[:12])


def data_url(url):
    match = re.match(r'data:([^;,]*)[^,]*,(.*)', url, re.S)
    return media(match[1], match[2]) if match else ('url', url)


def read(dialect, data):
    """{system: texts, tools: names, turns: [(role, items)]}; roles are user, assistant, results."""
    said = {'system': [], 'tools': [], 'turns': []}

    def add(role, items):
        items = [item for item in items if item != ('text', '')]
        if said['turns'] and said['turns'][-1][0] == role:
            said['turns'][-1][1].extend(items)
        elif items:
            said['turns'].append((role, list(items)))
    globals()['read_' + dialect](data, said, add)
    return said


def chat_items(content):
    if content is None or isinstance(content, str):
        return [('text', content or '')]
    items = []
    for part in content:
        if part['type'] == 'image_url':
            items.append(data_url(part['image_url']['url']))
        elif part['type'] == 'file':
            items.append(data_url(part['file']['file_data']))
        else:
            items.append(('text', part.get('text', part.get('refusal', ''))))
    return items


def read_chat(data, said, add):
    said['tools'] = [tool['function']['name'] for tool in data.get('tools', []) if 'function' in tool]
    for message in data['messages']:
        role = message['role']
        if role in ('system', 'developer') and not said['turns']:
            said['system'] += [text for _, text in chat_items(message['content'])]
        elif role == 'tool':
            add('results', [('result', message['tool_call_id'], chat_items(message['content']))])
        else:
            add('assistant' if role == 'assistant' else 'user', chat_items(message.get('content')))
            add('assistant', [('call', call['id'], call['function']['name'], json.loads(call['function']['arguments'] or '{}'))
                              for call in message.get('tool_calls') or []])


def responses_items(content):
    if isinstance(content, str):
        return [('text', content)]
    items = []
    for part in content:
        if part['type'] == 'input_image':
            items.append(data_url(part['image_url']))
        elif part['type'] == 'input_file':
            items.append(data_url(part['file_data']) if 'file_data' in part else ('url', part['file_url']))
        else:
            items.append(('text', part.get('text', part.get('refusal', ''))))
    return items


def read_responses(data, said, add):
    for tool in data.get('tools', []):
        said['tools'] += [inner['name'] for inner in tool['tools']] if tool['type'] == 'namespace' else \
            [tool['name']] if tool['type'] in ('function', 'custom') else []
    said['system'] = [data['instructions']] if data.get('instructions') else []
    for item in [{'role': 'user', 'content': data['input']}] if isinstance(data['input'], str) else data['input']:
        kind = item.get('type', 'message')
        if kind == 'message' and item['role'] in ('system', 'developer') and not said['turns']:
            said['system'] += [text for _, text in responses_items(item['content'])]
        elif kind == 'message':
            add('assistant' if item['role'] == 'assistant' else 'user', responses_items(item['content']))
        elif kind == 'function_call':
            add('assistant', [('call', item['call_id'], item['name'], json.loads(item['arguments'] or '{}'))])
        elif kind == 'function_call_output':
            add('results', [('result', item['call_id'], responses_items(item['output']))])


def anthropic_items(content):
    if isinstance(content, str):
        return [('text', content)]
    items = []
    for block in content:
        source = block.get('source', {})
        if block['type'] == 'text':
            items.append(('text', block['text']))
        elif source.get('type') == 'base64':
            items.append(media(source['media_type'], source['data']))
        elif source.get('type') == 'url':
            items.append(('url', source['url']))
        elif block['type'] == 'tool_use':
            items.append(('call', block['id'], block['name'], block['input']))
    return items


def read_anthropic(data, said, add):
    said['tools'] = [tool['name'] for tool in data.get('tools', []) if 'input_schema' in tool]
    system = data.get('system', [])
    said['system'] = [system] if isinstance(system, str) else [block['text'] for block in system]
    for message in data['messages']:
        content = message['content']
        for block in content if isinstance(content, list) else []:
            if block['type'] == 'tool_result':
                add('results', [('result', block['tool_use_id'], anthropic_items(block.get('content', '')))])
        add('assistant' if message['role'] == 'assistant' else 'user', anthropic_items(content))


def gemini_items(parts, calls):
    items = []
    for part in parts:
        if 'functionCall' in part:
            call = part['functionCall']
            calls.append((call['name'], f'{call["name"]}#{len(calls)}'))
            items.append(('call', calls[-1][1], call['name'], call.get('args', {})))
        elif 'inlineData' in part:
            items.append(media(part['inlineData']['mimeType'], part['inlineData']['data']))
        elif 'fileData' in part:
            items.append(('url', part['fileData']['fileUri']))
        elif 'text' in part and not part.get('thought'):
            items.append(('text', part['text']))
    return items


def read_gemini(data, said, add):
    for tool in data.get('tools', []):
        said['tools'] += [function['name'] for function in tool.get('functionDeclarations', [])]
    instruction = data.get('systemInstruction', {'parts': []})
    said['system'] = [part['text'] for part in instruction['parts']]
    calls, answered = [], 0
    for content in data['contents']:
        for part in content['parts']:
            if 'functionResponse' in part:
                response = part['functionResponse']
                answer = response['response']
                text = answer.get('output', answer.get('result', answer)) if len(answer) == 1 else answer
                number_ = next(n for n in range(answered, len(calls)) if calls[n][0] == response['name'])
                calls[number_], calls[answered] = calls[answered], calls[number_]
                add('results', [('result', calls[answered][1],
                                 [('text', text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))] +
                                 gemini_items(response.get('parts', []), []))])
                answered += 1
        add('assistant' if content.get('role') == 'model' else 'user', gemini_items(content['parts'], calls))
