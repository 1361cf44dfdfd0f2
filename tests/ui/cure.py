#!/usr/bin/python3
"""The second story, by the keyboard alone: cure.py PROGRAM LANGUAGE WIDTH light|dark, on a display and a session bus of
its own.

First run, an account of one's own at an upstream, Start, a client that gets its answer; then one that asks for a
model nobody serves, and is cured by a rule from the monitor.
"""
import json
import os
import socket
import sys
import tempfile
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
from driver import (Program, focused, key_of, said, see_whole_stacks, settle_in, shown, tab_to,  # noqa: E402
                    type_keys, type_text, until, wait_for)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from standin import StandIn  # noqa: E402

SERVED = 'gemini-3.1-pro-preview'
UNSERVED = 'claude-sonnet-4-5'


def ask(port, model):
    """The status and the answer's text, or the error's."""
    body = {'model': model, 'max_tokens': 50, 'messages': [{'role': 'user', 'content': 'Hello'}]}
    request = urllib.request.Request(f'http://127.0.0.1:{port}/v1/messages', json.dumps(body).encode(),
                                     {'Content-Type': 'application/json', 'anthropic-version': '2023-06-01'})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)['content'][0]['text']
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)['error']['message']


def find_window(root, title):
    windows = [root.get_child_at_index(number) for number in range(root.get_child_count())]
    return next((window for window in windows if window and window.get_name() == title), None)


def fill(title, *fields):
    """Each by its mnemonic."""
    for name, text in fields:
        type_keys(title, key_of(name), 'ctrl+a')
        type_text(text)


def add_account(root, upstream):
    title = said('Add Account')
    type_keys('Relais', 'ctrl+n')
    dialog = until(lambda: find_window(root, title), 'the dialog')
    type_keys(title, key_of('_Provider'), 'End', 'Up', 'Return')
    until(lambda: shown(dialog, said('Base _URL, like https://example.com')), 'a provider with an address of one’s own')
    fill(title, ('_Name', 'Mine'), ('Base _URL', upstream.url), ('API _Key', upstream.secret))
    type_keys(title, key_of('_Add'))
    until(lambda: not find_window(root, title), 'the dialog to close')
    until(lambda: shown(root, said('Start the proxy to let clients connect')), 'the next step')


def start(root, port):
    type_keys('Relais', 'alt+1', key_of('_Port'), 'ctrl+a')
    type_text(str(port))
    type_keys('Relais', 'ctrl+Return')
    until(lambda: shown(root, said('Running')), 'the proxy to run')
    until(lambda: shown(root, said('_Connect a Client')), 'the next step')
    type_keys('Relais', key_of('_Connect a Client'))
    until(lambda: shown(root, SERVED), 'the account’s models on the Connect page')


def open_newest(root):
    """Its details, from the list of the Monitor page."""
    title = said('Request Details')
    type_keys('Relais', 'alt+5')
    tab_to('Relais', root, ('table row', 'list item'))
    type_keys('Relais', 'Home')
    type_keys('Relais', 'Return')
    return until(lambda: find_window(root, title), 'the details')


def story(root, upstream, port):
    until(lambda: shown(root, said('Add an account first')), 'where a first run begins')
    add_account(root, upstream)
    start(root, port)
    status, text = ask(port, SERVED)
    assert status == 200 and 'caf' in text, (status, text)

    status, text = ask(port, UNSERVED)
    assert status == 404 and UNSERVED in text, (status, text)
    details = open_newest(root)
    wait_for(details, 'label', '404')
    type_keys(said('Request Details'), key_of('_Add Rule…'))
    title = said('Add Rule')
    until(lambda: find_window(root, title), 'the dialog of the rule')
    fill(title, ('_Model to Use (optional)', SERVED))
    type_keys(title, key_of('_Add'))
    until(lambda: not find_window(root, title), 'the dialog to close')

    status, text = until(lambda: (answer := ask(port, UNSERVED))[0] == 200 and answer, 'the rule to hold')
    assert 'caf' in text, text
    details = open_newest(root)
    wait_for(details, 'label', '200')
    for words in (UNSERVED, SERVED, said('Model Rule')):
        wait_for(details, 'label', words)
    type_keys(said('Request Details'), 'Escape')
    type_keys('Relais', 'alt+3')
    until(lambda: shown(root, f'{UNSERVED} → {SERVED}'), 'the rule on its page')
    type_keys('Relais', 'ctrl+Return', 'alt+1')
    until(lambda: shown(root, said('Stopped')), 'the proxy to stop')
    assert focused(root), 'nothing has the focus'


def main():
    window, language, width, look = sys.argv[1:]
    see_whole_stacks()
    upstream = StandIn(strict=True)
    upstream.models, upstream.only_listed = [SERVED], True
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        settle_in(home, language, int(width), look == 'dark')
        with Program([window], os.path.join(home, 'log')) as program:
            story(program.root, upstream, port)
            program.quit('Relais', 'ctrl+q')
    print('ok')


main()
