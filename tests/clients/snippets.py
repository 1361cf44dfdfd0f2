"""The snippets people paste, as they stand but for port and key, plus a streamed and a tool-call request of each
Python SDK. usage: snippets.py RELAIS; prints TAP."""
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
import warnings

warnings.filterwarnings('ignore')
KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDE'
folder = tempfile.TemporaryDirectory(prefix='relais-python-')
relais = subprocess.Popen([sys.argv[1], 'serve', '--practice', '--port', '0', '--auth-mode', 'strict'], text=True,
                          env=dict(os.environ, RELAIS_API_KEY=KEY, XDG_DATA_HOME=folder.name), stdout=subprocess.PIPE)
root = re.search(r'http://\S+', relais.stdout.readline())[0]
SCHEMA = {'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city']}
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def practice(text):
    assert 'practice account' in text.lower(), text


# --- openai ---

@test
def openai_snippet():
    from openai import OpenAI

    client = OpenAI(
        base_url=f"{root}/v1",
        api_key=KEY,
    )
    response = client.chat.completions.create(
        model="gemini-3-flash",
        messages=[{"role": "user", "content": "Hello"}],
    )
    print('#', response.choices[0].message.content)
    practice(response.choices[0].message.content)


def openai_client():
    from openai import OpenAI
    return OpenAI(base_url=f'{root}/v1', api_key=KEY, max_retries=0)


@test
def openai_chat_streamed():
    chunks = openai_client().chat.completions.create(model='gemini-3-flash', stream=True,
                                                     messages=[{'role': 'user', 'content': 'Hello'}])
    practice(''.join(chunk.choices[0].delta.content or '' for chunk in chunks if chunk.choices))


@test
def openai_chat_tool():
    tools = [{'type': 'function', 'function': {'name': 'get_weather', 'parameters': SCHEMA}}]
    messages = [{'role': 'user', 'content': 'PRACTICE tool'}]
    client = openai_client()
    message = client.chat.completions.create(model='gemini-3-flash', messages=messages, tools=tools).choices[0].message
    call = message.tool_calls[0]
    assert isinstance(json.loads(call.function.arguments)['city'], str)
    messages += [message, {'role': 'tool', 'tool_call_id': call.id, 'content': 'sunny, 21 degrees'}]
    follow = client.chat.completions.create(model='gemini-3-flash', messages=messages, tools=tools)
    assert 'sunny, 21 degrees' in follow.choices[0].message.content


@test
def openai_responses_plain_streamed_tool():
    client = openai_client()
    practice(client.responses.create(model='gemini-3-flash', input='Hello').output_text)
    with client.responses.stream(model='gemini-3-flash', input='Hello') as stream:
        for _ in stream:
            pass
        practice(stream.get_final_response().output_text)
    tools = [{'type': 'function', 'name': 'get_weather', 'parameters': SCHEMA, 'strict': False}]
    answer = client.responses.create(model='gemini-3-flash', input='PRACTICE tool', tools=tools)
    call = next(item for item in answer.output if item.type == 'function_call')
    assert isinstance(json.loads(call.arguments)['city'], str)


# --- google-generativeai, over REST ---

@test
def google_generativeai_snippet():
    import google.generativeai as genai

    genai.configure(
        api_key=KEY,
        transport="rest",
        client_options={"api_endpoint": root},
    )
    model = genai.GenerativeModel("gemini-3-flash")
    response = model.generate_content("Hello")
    print('#', response.text)
    practice(response.text)


@test
def google_generativeai_streamed():
    import google.generativeai as genai
    pieces = list(genai.GenerativeModel('gemini-3-flash').generate_content('Hello', stream=True))
    practice(''.join(piece.text for piece in pieces))
    assert len(pieces) > 1


@test
def google_generativeai_tool():
    import google.generativeai as genai

    def get_weather(city: str) -> str:
        """Weather in a city."""
        return f'sunny in {city}, 21 degrees'
    model = genai.GenerativeModel('gemini-3-flash', tools=[get_weather])
    chat = model.start_chat(enable_automatic_function_calling=True)
    assert '21 degrees' in chat.send_message('PRACTICE tool').text


@test
def google_generativeai_models_and_errors():
    import google.generativeai as genai
    from google.api_core import exceptions
    names = [model.name for model in genai.list_models()]
    assert names == ['models/gemini-3-flash', 'models/practice'], names
    try:
        genai.GenerativeModel('gemini-3-flash').generate_content('PRACTICE status 429', request_options={'retry': None})
    except exceptions.TooManyRequests:
        return
    raise AssertionError('no error')


# --- anthropic ---

@test
def anthropic_snippet():
    from anthropic import Anthropic

    client = Anthropic(
        base_url=root,
        api_key=KEY,
    )
    response = client.messages.create(
        model="claude-opus-5-5",
        max_tokens=1024,
        messages=[{"role": "user", "content": "Hello"}],
    )
    print('#', response.content[0].text)
    practice(response.content[0].text)


@test
def anthropic_streamed_and_tool():
    from anthropic import Anthropic
    client = Anthropic(base_url=root, api_key=KEY, max_retries=0)
    base = {'model': 'claude-opus-5-5', 'max_tokens': 1024}
    with client.messages.stream(**base, messages=[{'role': 'user', 'content': 'Hello'}]) as stream:
        practice(''.join(stream.text_stream))
    tools = [{'name': 'get_weather', 'description': 'Weather', 'input_schema': SCHEMA}]
    messages = [{'role': 'user', 'content': 'PRACTICE tool'}]
    answer = client.messages.create(**base, tools=tools, messages=messages)
    call = next(block for block in answer.content if block.type == 'tool_use')
    assert answer.stop_reason == 'tool_use' and isinstance(call.input['city'], str)
    messages += [{'role': 'assistant', 'content': answer.content},
                 {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': call.id, 'content': 'sunny, 21 degrees'}]}]
    assert 'sunny, 21 degrees' in client.messages.create(**base, tools=tools, messages=messages).content[0].text


# --- google-genai ---

@test
def google_genai_snippet():
    from google import genai

    client = genai.Client(
        api_key=KEY,
        http_options={"base_url": root},
    )
    response = client.models.generate_content(
        model="gemini-3-flash",
        contents="Hello",
    )
    print('#', response.text)
    practice(response.text)


@test
def google_genai_streamed_and_tool():
    from google import genai
    client = genai.Client(api_key=KEY, http_options={'base_url': root})
    practice(''.join(chunk.text or '' for chunk in client.models.generate_content_stream(model='gemini-3-flash', contents='Hello')))

    def get_weather(city: str) -> str:
        """Weather in a city."""
        return f'sunny in {city}, 21 degrees'
    answer = client.models.generate_content(model='gemini-3-flash', contents='PRACTICE tool', config={'tools': [get_weather]})
    assert '21 degrees' in answer.text, answer


def main():
    failed = 0
    print(f'1..{len(TESTS)}')
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            print(f'ok {number} {function.__name__}', flush=True)
        except Exception:  # noqa: BLE001: a test's failure is data
            failed += 1
            print(f'not ok {number} {function.__name__}', flush=True)
            print('\n'.join(f'# {line}' for line in traceback.format_exc().splitlines()), flush=True)
    relais.terminate()
    code = relais.wait(15)
    folder.cleanup()
    print(f'{len(TESTS) - failed} passed, {failed} failed')
    sys.exit(1 if failed or code else 0)


main()
