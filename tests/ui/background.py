#!/usr/bin/python3
"""Life out of sight: background.py RELAIS WINDOW LANGUAGE, on a display and a session bus of its own.

It starts without a window and tells by notifications what happens, is brought into sight by them, by a second launch
and by scripts, is closed and goes on, starts at login and with the window, and does not end before its answers have.
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
from driver import (Program, State, application, has, key_of, on_display, press, said,  # noqa: E402
                    see_whole_stacks, settle_in, shown, store_settings, type_keys, until, wait_for)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from standin import StandIn  # noqa: E402

TITLE = 'Relais'
ID = 'dev.relais.Relais'


def add_account(relais, provider, *options, secret=None):
    subprocess.run([relais, 'accounts', 'add', provider, *options], input=secret and secret + '\n', capture_output=True,
                   text=True, timeout=20, check=True)


def ask(port, model, text='Hello', stream=False):
    """The answer, whose head is there."""
    body = {'model': model, 'stream': stream, 'messages': [{'role': 'user', 'content': text}]}
    request = urllib.request.Request(f'http://127.0.0.1:{port}/v1/chat/completions', json.dumps(body).encode(),
                                     {'Content-Type': 'application/json', 'User-Agent': 'claude-cli/2.1.330 (external, cli)'})
    try:
        return urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        return error


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(('127.0.0.1', port)) == 0


def act(*words):
    subprocess.run(['gapplication', 'action', ID, *words], timeout=10, check=True)


def look():
    until(lambda: on_display(TITLE), 'the window to be in sight')
    return until(application, 'the window on the accessibility bus')


def check_news(notices, port):
    """What happens while there is no window, and the way to it."""
    connected, trouble = said('%s Connected') % 'Claude Code', said('Trouble With an Account', 1)
    until(lambda: answers(port), 'the proxy to run')
    assert not on_display(TITLE), 'asked to keep out of sight it is in sight'
    assert ask(port, 'practice').status == 200
    notices.wait_for(connected)
    assert ask(port, 'status-401').status == 502
    body = notices.wait_for(trouble)
    assert body == said('%s: %s') % ('Refused', said('the provider refused the key')), body
    notices.press(connected)
    root = look()
    until(lambda: shown(root, 'POST /v1/chat/completions'), 'the monitor')
    assert notices.titles() == [trouble], notices.titles()


def check_login():
    """The file comes with the switch, says what it should, and goes with it."""
    path = os.path.join(os.environ['XDG_CONFIG_HOME'], 'autostart', ID + '.desktop')
    toggle = key_of('Star_t at Login')
    type_keys(TITLE, 'alt+1', toggle)
    until(lambda: os.path.exists(path), 'the file that starts it at login')
    done = subprocess.run(['desktop-file-validate', path], capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stdout) == (0, ''), done.stdout
    with open(path, encoding='utf-8') as file:
        command = next(line for line in file if line.startswith('Exec=')).strip()
    assert command == f'Exec="{os.environ["RELAIS_BINDIR"]}/relais" --background', command
    type_keys(TITLE, toggle)
    until(lambda: not os.path.exists(path), 'the file to go')


def check_closed(window, notices, port):
    """Closed it goes on; the next launch brings it back."""
    running = said('Relais Keeps Running')
    type_keys(TITLE, key_of('Keep Running _When Closed'), 'ctrl+w')
    assert notices.wait_for(running) == f'http://127.0.0.1:{port}'
    until(lambda: not on_display(TITLE), 'the window to go')
    assert answers(port), 'it ended with its window'
    subprocess.run([window], timeout=20, check=True)
    look()
    until(lambda: running not in notices.titles(), 'the notification to go')
    type_keys(TITLE, 'ctrl+w')
    notices.wait_for(running)
    notices.press(running, said('Open'))
    look()


def check_scripts(port):
    act('page', "'accounts'")
    root = look()
    until(lambda: shown(root, 'Refused'), 'the accounts')
    act('page', "'proxy'")
    act('stop')
    until(lambda: shown(root, said('Stopped')), 'it to stop')
    assert not answers(port), 'it stopped and answers'
    act('start')
    until(lambda: shown(root, said('Running')), 'it to run')
    assert answers(port), 'it runs and does not answer'


def check_waiting(program, port):
    """What is being answered is answered to its end."""
    answer = ask(port, 'practice', 'PRACTICE slow 20 150', stream=True)
    act('quit')
    assert answer.read().endswith(b'data: [DONE]\n\n'), 'it did not wait for the answer'
    program.wait('quit')
    until(lambda: not program.notices.titles(), 'what no longer holds to be withdrawn')


def check_cut(program, port):
    """Who is told of it and does not want to wait need not, even for what would have had its time."""
    stop = wait_for(program.root, 'push button', said('_Stop'))
    answer = ask(port, 'practice', 'PRACTICE slow 20 220', stream=True)
    act('quit')
    until(lambda: not has(stop, State.SENSITIVE), 'it to stop')  # before a walk that would take its time
    told = wait_for(program.root, 'label', said('Waiting for %u answer to end…', 1) % 1)
    press(told.get_parent(), said('_Quit Now'))
    program.wait('Quit Now')
    cut = answer.read()
    if b'Relais was stopped' not in cut:
        raise SystemExit(f'not ok: it waited for the whole answer, or said nothing: {cut[-200:]}')


def check_stopped(program):
    """It can be ended where it says that it goes on."""
    running = said('Relais Keeps Running')
    type_keys(TITLE, 'ctrl+w')
    program.notices.wait_for(running)
    program.notices.press(running, said('Stop'))
    program.wait('Stop')


def main():
    relais, window, language = sys.argv[1:]
    os.environ['RELAIS_BINDIR'] = os.path.dirname(relais)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    see_whole_stacks()
    upstream = StandIn()
    with tempfile.TemporaryDirectory() as home:
        settle_in(home, language)
        store_settings(port=port)
        add_account(relais, 'practice')
        add_account(relais, 'openai-compatible', '--label', 'Refused', '--base-url', upstream.url, secret=upstream.secret)
        log = os.path.join(home, 'log')
        with Program([relais, '--background'], log, in_sight=False) as program:
            check_news(program.notices, port)
            check_login()
            type_keys(TITLE, key_of('Start the Proxy With the Win_dow'))
            check_closed(window, program.notices, port)
            check_scripts(port)
            check_waiting(program, port)
        with Program([window], log) as program:
            until(lambda: answers(port), 'it to start with its window')
            check_cut(program, port)
        with Program([window], log) as program:
            until(lambda: answers(port), 'it to start again')
            check_stopped(program)
    print('ok')


main()
