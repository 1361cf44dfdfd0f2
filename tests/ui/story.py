#!/usr/bin/python3
"""The main story through the accessibility bus: story.py PROGRAM LANGUAGE WIDTH light|dark, on a display and a session bus
of its own.

Open, add the practice account through the dialog, start, copy the key, send a request with it, see it in the
monitor, stop. The keyring is a real one, in a directory that goes afterwards.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
from driver import (Atspi, Program, State, find, has, key_of, press, said, settle_in, text_of,  # noqa: E402
                    type_keys, until, wait_for, walk)

BUTTONS = ('push button', 'toggle button', 'check box', 'spin button', 'text', 'menu button')
LISTS = ('table row', 'page tab list')


def ask(port, key):
    body = {'model': 'practice', 'messages': [{'role': 'user', 'content': 'Hello'}]}
    request = urllib.request.Request(f'http://127.0.0.1:{port}/v1/chat/completions', json.dumps(body).encode(),
                                     {'Content-Type': 'application/json', 'Authorization': f'Bearer {key}'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)['choices'][0]['message']['content']


def parents(node):
    while (node := node.get_parent()) is not None:
        yield node


def check_names(root):
    for node in walk(root):
        if node.get_role_name() in BUTTONS and has(node, State.VISIBLE) and has(node, State.SENSITIVE):
            above = [n.get_role_name() + ' ' + repr(n.get_name()) for n in parents(node)]
            assert node.get_name() and not node.get_name().startswith('Gtk'), \
                f'a {node.get_role_name()} is called “{node.get_name()}”, in {above}'
        if node.get_role_name() in LISTS:
            assert node.get_name() and not node.get_name().startswith(('Gtk', 'Adw')), \
                f'a {node.get_role_name()} is called “{node.get_name()}”'
    return True


def story(root):
    wait_for(root, 'label', said('Stopped'))
    wait_for(root, 'label', said('Add an account first'))
    until(lambda: check_names(root), 'a walk over all controls')  # some go meanwhile, as toasts do

    press(root, said('_Add Account…'))
    dialog = until(lambda: find(root, 'dialog', said('Add Account')) or find(root, 'frame', said('Add Account')), 'the dialog')
    add = wait_for(dialog, 'push button', said('_Add'))
    assert not has(add, State.SENSITIVE), 'nothing to add yet'
    type_keys(said('Add Account'), key_of('_Provider'), 'End', 'Return')
    press(dialog, said('_Add'))
    wait_for(root, 'label', said('Account added'))
    press(root, said('Pro_xy'), 'page tab')
    wait_for(root, 'label', said('Start the proxy to let clients connect'))

    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        number = free.getsockname()[1]
    port = wait_for(root, 'spin button', said('_Port'))
    assert has(port, State.SENSITIVE)
    Atspi.Value.set_current_value(port, number)
    press(root, said('_Start'))
    wait_for(root, 'label', said('Running'))
    wait_for(root, 'label', said('%u of %u account active', 1) % (1, 1))
    assert not has(port, State.SENSITIVE), 'the port can be changed while running'

    press(root, said('Copy API Key'))
    wait_for(root, 'label', said('API key copied'))
    key = subprocess.run(['xclip', '-o', '-selection', 'clipboard'], capture_output=True, timeout=5, text=True,
                         check=True).stdout
    assert key.startswith('sk-') and key == text_of(find(root, 'text', said('API _Key'))), 'what is shown is not what is copied'
    answer = ask(number, key)
    assert 'practice' in answer.lower(), answer

    press(root, said('_Monitor'), 'page tab')
    wait_for(root, 'label', '/v1/chat/completions')
    wait_for(root, 'label', '200')
    until(lambda: check_names(root), 'another walk over all controls')
    press(root, said('_Stop'))
    press(root, said('Pro_xy'), 'page tab')
    wait_for(root, 'label', said('Stopped'))
    try:
        ask(number, key)
        raise SystemExit('not ok: it still answers')
    except urllib.error.URLError:
        pass


def main():
    window, language, width, look = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        settle_in(home, language, int(width), look == 'dark')
        with Program([window], os.path.join(home, 'log')) as program:
            story(program.root)
            program.quit('Relais', 'ctrl+q')
    print('ok')


main()
