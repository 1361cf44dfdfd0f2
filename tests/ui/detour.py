#!/usr/bin/python3
"""Claude Code on two Gemini accounts, the first of which is over quota: detour.py RELAIS WINDOW CLAUDE, on a display
and a session bus of its own.

It asks, reads a file by its own tool and ends well; the window then says of each of its requests why the second
account served it.
"""
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
from driver import (Atspi, Program, State, has, press, see_whole_stacks, settle_in, store_settings,  # noqa: E402
                    type_keys, until, wait_for, walk)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
from standin import StandIn  # noqa: E402

MODEL = 'gemini-3.1-pro-preview'
SECRET = 'MARMALADE-4711'
WORDS = 'You exceeded your current quota, please check your plan and billing details.'
OVER = {'error': {'code': 429, 'message': WORDS, 'status': 'RESOURCE_EXHAUSTED', 'details': [
    {'@type': 'type.googleapis.com/google.rpc.QuotaFailure', 'violations': [
        {'quotaMetric': 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
         'quotaId': 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}]},
    {'@type': 'type.googleapis.com/google.rpc.RetryInfo', 'retryDelay': '30s'}]}}
FOUND = [f'First: quota of the day used up \\(429\\) \\(“{WORDS}”\\)\nSecond: answered',
         f'First not asked: quota of the day used up, for \\d+ (h|min|s) \\(“{WORDS}”\\)\nSecond: answered']


class Wall(http.server.BaseHTTPRequestHandler):
    """The proxy to all but this computer: refuses."""

    def log_message(self, *_):
        pass

    def refuse(self):
        self.send_error(403)

    do_CONNECT = do_GET = do_POST = refuse


def add_account(relais, label, upstream):
    done = subprocess.run([relais, 'accounts', 'add', 'gemini-compatible', '--label', label, '--base-url', upstream.url],
                          input=upstream.secret + '\n', capture_output=True, text=True, timeout=20, check=True)
    return re.search(r'^(\S+): added$', done.stdout, re.M)[1]


def read_by_claude(claude, home, port, wall):
    """What Claude Code answers to who wants a file read."""
    project = os.path.join(home, 'project')
    os.makedirs(project)
    path = os.path.join(project, 'secret.txt')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(SECRET + '\n')
    proxy = f'http://127.0.0.1:{wall.server_address[1]}'
    environment = {name: proxy for name in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')}
    environment.update(HOME=home, PATH='/usr/bin:/bin', LANG='C.UTF-8', TERM='dumb', NO_COLOR='1', TMPDIR=home,
                       NO_PROXY='127.0.0.1,localhost', no_proxy='127.0.0.1,localhost',
                       ANTHROPIC_BASE_URL=f'http://127.0.0.1:{port}', ANTHROPIC_API_KEY='sk-not-asked-for',
                       CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC='1', DISABLE_TELEMETRY='1', DISABLE_AUTOUPDATER='1',
                       DISABLE_ERROR_REPORTING='1')
    prompt = f'TOOL:Read:{{"file_path":"{path}"}}'
    done = subprocess.run([claude, '-p', '--allowedTools', 'Read', '--', prompt], cwd=project, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0 and SECRET in done.stdout, (done.returncode, done.stdout, done.stderr)


def list_rows(root):
    return [node for node in walk(root) if node.get_role_name() == 'label' and has(node, State.VISIBLE)
            and node.get_name() == 'POST /v1/messages']


def find_window(root, title):
    windows = [root.get_child_at_index(number) for number in range(root.get_child_count())]
    return next((window for window in windows if window and window.get_name() == title), None)


def click(node):
    box = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    window = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Relais$'], capture_output=True, text=True,
                            timeout=5, check=True).stdout.split()[-1]
    subprocess.run(['xdotool', 'mousemove', '--window', window, str(box.x + 5), str(box.y + box.height // 2), 'click', '1'],
                   timeout=5, check=True)


def story(root, ask):
    press(root, 'Start')
    wait_for(root, 'label', '2 of 2 accounts active')
    ask()
    press(root, 'Monitor', 'page tab')
    until(lambda: len(list_rows(root)) >= 2, 'the rows of what Claude Code asked')
    # the newest is on top
    for row, words in zip(list_rows(root)[::-1], FOUND):
        click(row)
        details = until(lambda: find_window(root, 'Request Details'), 'the details')
        wait_for(details, 'label', 'How an Account Was Found')
        assert any(re.fullmatch(words, node.get_name()) for node in walk(details) if node.get_role_name() == 'label'), \
            [node.get_name() for node in walk(details) if node.get_role_name() == 'label']
        type_keys('Request Details', 'Escape')
        until(lambda: not find_window(root, 'Request Details'), 'the details to close')


def main():
    relais, window, claude = sys.argv[1:]
    see_whole_stacks()
    wall = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Wall)
    threading.Thread(target=wall.serve_forever, daemon=True).start()
    first, second = StandIn(strict=True), StandIn(strict=True)
    first.models = second.models = [MODEL]
    first.refusal = (429, OVER)
    with tempfile.TemporaryDirectory() as home:
        settle_in(home)
        ids = [add_account(relais, label, upstream) for label, upstream in (('First', first), ('Second', second))]
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        rule = json.dumps({'rules': [{'match': 'claude-*', 'model': MODEL}]})
        store_settings(port=port, account_order=ids, rules=f"'{rule}'")
        with Program([window], os.path.join(home, 'log')) as program:
            story(program.root, lambda: read_by_claude(claude, os.path.join(home, 'claude'), port, wall))
            program.quit('Relais', 'ctrl+q')
    assert first.seen and len(second.seen) > len(first.seen), (len(first.seen), len(second.seen))
    assert (first.refusals + second.refusals, second.refused) == ([], []), (first.refusals, second.refusals, second.refused)
    print('ok')


main()
