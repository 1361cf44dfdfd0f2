#!/usr/bin/python3
"""The main story through the accessibility bus: story.py PROGRAM, on a display and a session bus of its own.

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
from driver import (Atspi, Program, State, find, has, press, text_of, type_keys, until,  # noqa: E402
                    wait_for, walk)

BUTTONS = ('push button', 'toggle button', 'check box', 'spin button', 'text', 'menu button')


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
    return True


def story(root):
    wait_for(root, 'label', 'Stopped')
    wait_for(root, 'label', 'Add an account first')
    until(lambda: check_names(root), 'a walk over all controls')  # some go meanwhile, as toasts do

    press(root, 'Add Account…')
    dialog = until(lambda: find(root, 'dialog', 'Add Account') or find(root, 'frame', 'Add Account'), 'the dialog')
    add = wait_for(dialog, 'push button', 'Add')
    assert not has(add, State.SENSITIVE), 'nothing to add yet'
    type_keys('Add Account', 'alt+p', 'End', 'Return')
    press(dialog, 'Add')
    wait_for(root, 'label', 'Account added')
    press(root, 'Proxy', 'page tab')
    wait_for(root, 'label', 'Start the proxy to let clients connect')

    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        number = free.getsockname()[1]
    port = wait_for(root, 'spin button', 'Port')
    assert has(port, State.SENSITIVE)
    Atspi.Value.set_current_value(port, number)
    press(root, 'Start')
    wait_for(root, 'label', 'Running')
    wait_for(root, 'label', '1 of 1 account active')
    assert not has(port, State.SENSITIVE), 'the port can be changed while running'

    press(root, 'Copy API Key')
    wait_for(root, 'label', 'API key copied')
    key = subprocess.run(['xclip', '-o', '-selection', 'clipboard'], capture_output=True, timeout=5, text=True,
                         check=True).stdout
    assert key.startswith('sk-') and key == text_of(find(root, 'text', 'API Key')), 'what is shown is not what is copied'
    answer = ask(number, key)
    assert 'practice' in answer.lower(), answer

    press(root, 'Monitor', 'page tab')
    wait_for(root, 'label', '/v1/chat/completions')
    wait_for(root, 'label', '200')
    until(lambda: check_names(root), 'another walk over all controls')
    press(root, 'Stop')
    press(root, 'Proxy', 'page tab')
    wait_for(root, 'label', 'Stopped')
    try:
        ask(number, key)
        raise SystemExit('not ok: it still answers')
    except urllib.error.URLError:
        pass


def main():
    with tempfile.TemporaryDirectory() as home:
        runtime = os.path.join(home, 'run')
        os.mkdir(runtime, 0o700)
        os.environ.update(HOME=home, XDG_DATA_HOME=os.path.join(home, 'data'), XDG_RUNTIME_DIR=runtime)
        subprocess.run(['gnome-keyring-daemon', '--unlock', '--components=secrets'], input=b'pw', check=True, timeout=20,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with Program(sys.argv[1:], os.path.join(home, 'log')) as program:
            story(program.root)
            program.quit('Relais', 'ctrl+q')
    print('ok')


main()
