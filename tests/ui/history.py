#!/usr/bin/python3
"""A history: history.py RELAIS WINDOW, on a display and a session bus of its own.

Requests are there after the next start, what they said only where that was asked for, what is too old or was cleared
is not, and no key is in the file.
"""
import contextlib
import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
from driver import (Program, key_of, said, see_whole_stacks, settle_in, shown, store_settings, type_keys,  # noqa: E402
                    until, wait_for)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from standin import StandIn  # noqa: E402

TITLE = 'Relais'
QUESTION = 'What is the capital of nowhere?'
ROW = 'POST /v1/chat/completions'


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(('127.0.0.1', port)) == 0


def ask(port, key):
    body = {'model': 'm', 'messages': [{'role': 'user', 'content': QUESTION}]}
    request = urllib.request.Request(f'http://127.0.0.1:{port}/v1/chat/completions', json.dumps(body).encode(),
                                     {'Content-Type': 'application/json', 'Authorization': f'Bearer {key}'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        answer.read()


def path():
    return os.path.join(os.environ['XDG_DATA_HOME'], 'relais', 'history.db')


def query(sql):
    with contextlib.closing(sqlite3.connect(path())) as file, file:
        return file.execute(sql).fetchall()


def run(window, log, port, steps, **settings):
    """One run of the program, from its start to its quit."""
    store_settings(port=port, start_at_launch='true', **settings)
    with Program([window], log) as program:
        until(lambda: answers(port), 'the proxy to run')
        type_keys(TITLE, 'alt+5')
        steps(program.root)
        program.quit(TITLE, 'ctrl+q')


def wait_for_log(n):
    until(lambda: os.path.exists(path()) and query('SELECT count(*) FROM records') == [(n,)], f'{n} rows in the file')


def check_rows(window, log, port, key):
    """What the first run was asked the second one lists, without the texts."""
    run(window, log, port, lambda root: [ask(port, key) for _ in range(3)])
    assert query('SELECT path, status, model, account FROM records') == [
        ('/v1/chat/completions', 200, 'm', 'Nowhere')] * 3
    assert query('SELECT count(*) FROM bodies') == [(0,)]
    assert stat.S_IMODE(os.stat(path()).st_mode) == 0o600
    run(window, log, port, lambda root: until(lambda: shown(root, ROW), 'the rows of the first run'))
    assert query('SELECT count(*) FROM records') == [(3,)]


def check_bodies(window, log, port, key, secret):
    """Texts where they were asked for, and no key anywhere."""
    run(window, log, port, lambda root: ask(port, key), record_bodies='true')
    said_text = query('SELECT bytes FROM bodies WHERE kind = 0')
    assert len(said_text) == 1 and QUESTION.encode() in said_text[0][0], said_text
    with open(path(), 'rb') as file:
        content = file.read()
    assert QUESTION.encode() in content
    assert key.encode() not in content and secret.encode() not in content, 'a key is in the file'


def check_retention(window, log, port):
    """What is older than it may be is gone with the next start."""
    week = int((time.time() - 7 * 86400) * 1e6)
    query(f'UPDATE records SET time_us = {week} WHERE key IN (SELECT key FROM records ORDER BY time_us LIMIT 2)')
    run(window, log, port, lambda root: wait_for_log(2), retention_days=6)


def check_clear(window, log, port, key):
    """Cleared is gone at the latest with the program, but for what was brought back."""

    def undo(root):
        until(lambda: shown(root, ROW), 'the rows')
        type_keys(TITLE, 'ctrl+l')
        wait_for(root, 'label', said('Monitor cleared'))
        type_keys(TITLE, key_of('_Undo'))  # it is there for some seconds only
        until(lambda: shown(root, ROW), 'the rows again')

    def clear(root):
        until(lambda: shown(root, ROW), 'the rows')
        type_keys(TITLE, 'ctrl+l')
        until(lambda: not shown(root, ROW), 'the rows to go')

    def see_none(root):
        wait_for(root, 'label', said('No Requests Yet'))

    run(window, log, port, undo)
    assert query('SELECT count(*) FROM records') == [(2,)]
    run(window, log, port, clear)
    assert query('SELECT count(*) FROM records') == [(0,)]
    run(window, log, port, see_none)
    run(window, log, port, lambda root: ask(port, key), log_requests='false')
    assert query('SELECT count(*) FROM records') == [(0,)]


def main():
    relais, window = sys.argv[1:]
    see_whole_stacks()
    upstream = StandIn()
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        settle_in(home)
        subprocess.run([relais, 'accounts', 'add', 'openai-compatible', '--label', 'Nowhere', '--base-url', upstream.url],
                       input=upstream.secret + '\n', capture_output=True, text=True, timeout=20, check=True)
        key = subprocess.run([relais, 'key'], capture_output=True, text=True, timeout=20, check=True).stdout.strip()
        log = os.path.join(home, 'log')
        check_rows(window, log, port, key)
        check_bodies(window, log, port, key, upstream.secret)
        check_retention(window, log, port)
        check_clear(window, log, port, key)
    print('ok')


main()
