#!/usr/bin/python3
"""The window and a real keyring: keyring.py PROGRAM, on a display.

kept: an account added through the window is in the keyring, with its key, and in nothing else; it survives a
restart. locked: the window says so, offers to unlock, starts then, and has lost nothing. absent: it says what to
install; accounts live until quit. Each case has a session bus of its own, all but the last the same home.
"""
import http.server
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.dont_write_bytecode = True
from driver import Atspi, Program, find, press, shown, text_of, type_keys, until, wait_for  # noqa: E402

PASSWORD = 'pw'
LABEL = 'Upstream of Mine'


class Upstream(http.server.BaseHTTPRequestHandler):
    """An upstream that knows one key."""
    key = None

    def log_message(self, *_):
        pass

    def answer(self, good):
        ok = self.headers.get('Authorization') == f'Bearer {self.key}'
        body = json.dumps(good if ok else {'error': {'message': 'Wrong key', 'type': 'invalid_request_error'}}).encode()
        self.send_response(200 if ok else 401)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({'object': 'list', 'data': [{'id': 'model-1', 'object': 'model'}]})

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.answer({'id': 'c1', 'object': 'chat.completion', 'created': 1, 'model': 'model-1',
                     'choices': [{'index': 0, 'finish_reason': 'stop',
                                  'message': {'role': 'assistant', 'content': 'Hello yourself'}}],
                     'usage': {'prompt_tokens': 1, 'completion_tokens': 2, 'total_tokens': 3}})


def start_daemon(*how):
    subprocess.run(['gnome-keyring-daemon', *how, '--components=secrets'], input=PASSWORD.encode(), check=True,
                   timeout=20, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def search_keyring():
    return subprocess.run(['secret-tool', 'search', '--all', 'xdg:schema', 'dev.relais.Relais.Account', 'provider',
                           'openai-compatible'], text=True, capture_output=True, timeout=10, check=True).stdout


def enter(root, name, text):
    Atspi.EditableText.set_text_contents(wait_for(root, 'text', name), text)


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def find_key(home, needles):
    """Where on disk or in the list of processes one of these stands in clear, and how many places were searched."""
    found, n_files, n_processes = [], 0, 0
    for directory, _, names in os.walk(home):
        for name in names:
            path = os.path.join(directory, name)
            if not os.path.isfile(path):
                continue
            n_files += 1
            with open(path, 'rb') as file:
                data = file.read()
            found += [path for needle in needles if needle in data]
    for pid in filter(str.isdigit, os.listdir('/proc')):
        for name in ('cmdline', 'environ'):
            try:
                with open(f'/proc/{pid}/{name}', 'rb') as file:
                    data = file.read()
            except OSError:
                continue
            n_processes += 1
            found += [f'/proc/{pid}/{name}' for needle in needles if needle in data]
    return found, n_files, n_processes


def add_upstream(root, url, key):
    press(root, 'Add Account…')
    dialog = until(lambda: find(root, 'dialog', 'Add Account') or find(root, 'frame', 'Add Account'), 'the dialog')
    # the last is the practice account, and before it stand Gemini-, Anthropic- and OpenAI-compatible
    type_keys('Add Account', 'alt+p', 'End', 'Up', 'Up', 'Up', 'Return')
    wait_for(dialog, 'text', 'Base URL, like http://localhost:1234/v1')
    enter(dialog, 'Name', LABEL)
    enter(dialog, 'Base URL, like http://localhost:1234/v1', url)
    enter(dialog, 'API Key (optional)', 'sk-this-is-wrong')
    press(dialog, 'Add')
    wait_for(dialog, 'label', 'Wrong key')
    assert search_keyring() == '', 'a key that was refused has been kept'
    enter(dialog, 'API Key (optional)', key)
    press(dialog, 'Add')
    wait_for(root, 'label', 'Account added')


def start_and_ask(root):
    number = free_port()
    Atspi.Value.set_current_value(wait_for(root, 'spin button', 'Port'), number)
    press(root, 'Start')
    wait_for(root, 'label', '1 of 1 account active')
    body = json.dumps({'model': 'model-1', 'messages': [{'role': 'user', 'content': 'Hello'}]}).encode()
    request = urllib.request.Request(f'http://127.0.0.1:{number}/v1/chat/completions', body,
                                     {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)['choices'][0]['message']['content'] == 'Hello yourself'


def kept(home, command, log, url, key):
    start_daemon('--unlock')
    with Program(command, log) as program:
        root = program.root
        wait_for(root, 'label', 'Add an account first')
        add_upstream(root, url, key)
        item = search_keyring()
        assert item.count('[/') == 1 and key in item and LABEL in item, 'the account is not in the keyring'
        start_and_ask(root)
        press(root, 'Copy API Key')
        wait_for(root, 'label', 'API key copied')
        client_key = text_of(find(root, 'text', 'API Key'))
        assert client_key.startswith('sk-')
        found, n_files, n_processes = find_key(home, [key.encode(), client_key.encode()])
        assert not found, f'a key in clear: {found}'
        assert n_files >= 3 and n_processes >= 6, (n_files, n_processes)

    # the search itself finds what is there
    with open(os.path.join(home, 'planted'), 'w', encoding='utf-8') as file:
        file.write(f'api_key={key}')
    assert find_key(home, [key.encode()])[0] == [os.path.join(home, 'planted')]
    os.remove(os.path.join(home, 'planted'))

    with Program(command, log) as program:
        wait_for(program.root, 'label', 'Start the proxy to let clients connect')
        wait_for(program.root, 'label', LABEL)
        start_and_ask(program.root)
        assert text_of(find(program.root, 'text', 'API Key')) == client_key, 'the client key is another one'


def find_prompt():
    return subprocess.run(['xdotool', 'search', '--onlyvisible', '--class', 'gcr-prompter'], capture_output=True,
                          text=True, timeout=5, check=False).stdout.split()


def focus_prompt():
    dialog = until(find_prompt, 'the question for the password')[-1]
    subprocess.run(['xdotool', 'windowfocus', '--sync', dialog], timeout=5, check=True)


def locked(home, command, log, key):
    start_daemon('--start')
    with Program(command, log) as program:
        root = program.root
        wait_for(root, 'label', 'Unlock the keyring to use your accounts')
        press(root, 'Accounts', 'page tab')
        until(lambda: shown(root, 'Keyring Locked'), 'the page to say that the keyring is locked')
        assert not shown(root, 'No Accounts')
        Atspi.Value.set_current_value(wait_for(root, 'spin button', 'Port'), free_port())
        press(root, 'Start')
        wait_for(root, 'label', 'Could Not Start')
        wait_for(root, 'label', 'Your accounts are in the keyring, and the keyring is locked')
        assert key not in search_keyring()

        # who changes their mind is told the same as before, and can try again
        press(root, 'Unlock')
        focus_prompt()
        subprocess.run(['xdotool', 'key', 'Escape'], timeout=5, check=True)
        until(lambda: not find_prompt(), 'the question to go')
        assert shown(root, 'Keyring Locked')
        assert shown(root, 'Your accounts are in the keyring, and the keyring is locked')
        press(root, 'Unlock')
        focus_prompt()
        subprocess.run(['xdotool', 'type', PASSWORD], timeout=5, check=True)
        subprocess.run(['xdotool', 'key', 'Return'], timeout=5, check=True)
        wait_for(root, 'label', '1 of 1 account active')
        assert shown(root, 'Running')
        wait_for(root, 'label', LABEL)
        assert key in search_keyring(), 'the account has lost its key'
        assert not find_key(home, [key.encode()])[0]


def absent(home, command, log):
    with Program(command, log) as program:
        root = program.root
        wait_for(root, 'label', 'Add an account first')
        press(root, 'Accounts', 'page tab')
        until(lambda: shown(root, 'No Keyring Service'), 'the page to say that there is no keyring')
        install = ('Relais keeps API keys in a keyring, and none answers. Install GNOME Keyring or another one, then '
                   'start Relais again. Accounts you add now are forgotten when you quit.')
        assert shown(root, install)
        client_key = text_of(wait_for(root, 'text', 'API Key'))
        assert client_key.startswith('sk-')
        press(root, 'Add Practice Account')
        wait_for(root, 'label', 'No keyring service answers: accounts are forgotten when you quit')
        wait_for(root, 'label', 'Practice Account · kept until you quit')
        press(root, 'Proxy', 'page tab')
        Atspi.Value.set_current_value(wait_for(root, 'spin button', 'Port'), free_port())
        press(root, 'Start')
        wait_for(root, 'label', '1 of 1 account active')
    with Program(command, log) as program:
        wait_for(program.root, 'label', 'Add an account first')
        assert text_of(find(program.root, 'text', 'API Key')) == client_key, 'the client key is another one'
    # a key file that is no good is told with the way out, and used once it is good
    key_file = os.path.join(os.environ['XDG_DATA_HOME'], 'relais', 'client-key')
    os.chmod(key_file, 0o644)
    with Program(command, log) as program:
        root = program.root
        told = (f'The file {key_file} is not used: it must hold a key that only you can read. Run “chmod 600” on it or '
                'delete it to get a new key, then try again.')
        until(lambda: shown(root, told), 'the window to tell of its key file')
        assert text_of(find(root, 'text', 'API Key')) == ''
        os.chmod(key_file, 0o600)
        press(root, 'Try Again')
        until(lambda: text_of(find(root, 'text', 'API Key')) == client_key, 'the key to be used')


def run_case(case, home, command, *more):
    """On a bus of its own; without a keyring it offers the accessibility bus only."""
    bus = ['dbus-run-session']
    if case == 'absent':
        services = os.path.join(home, 'services')
        os.mkdir(services)
        shutil.copy('/usr/share/dbus-1/services/org.a11y.Bus.service', services)
        config = os.path.join(home, 'bus.conf')
        with open(config, 'w', encoding='utf-8') as file:
            file.write('<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" '
                       '"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>session</type>'
                       f'<listen>unix:tmpdir=/tmp</listen><servicedir>{services}</servicedir><policy context="default">'
                       '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>'
                       '</policy></busconfig>')
        bus += ['--config-file', config]
    subprocess.run([*bus, '--', sys.argv[0], '--case', case, home, *command], input='\n'.join(more), text=True,
                   check=True)
    print(f'{case}: ok', flush=True)


def prepare(home):
    runtime, config = os.path.join(home, 'run'), os.path.join(home, 'config')
    os.makedirs(runtime, 0o700)
    os.makedirs(os.path.join(config, 'gtk-4.0'))
    shutil.copy(os.path.join(os.environ['XDG_CONFIG_HOME'], 'gtk-4.0', 'settings.ini'), os.path.join(config, 'gtk-4.0'))
    os.environ.update(HOME=home, XDG_DATA_HOME=os.path.join(home, 'data'), XDG_CACHE_HOME=os.path.join(home, 'cache'),
                      XDG_RUNTIME_DIR=runtime, XDG_CONFIG_HOME=config, GSETTINGS_BACKEND='keyfile')


def main():
    if sys.argv[1] == '--case':
        case, home, command = sys.argv[2], sys.argv[3], sys.argv[4:]
        log, (url, key) = os.path.join(home, 'log'), sys.stdin.read().split('\n')
        if case == 'kept':
            kept(home, command, log, url, key)
        elif case == 'locked':
            locked(home, command, log, key)
        else:
            absent(home, command, log)
        return
    Upstream.key = 'sk-' + secrets.token_hex(16)
    upstream = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{upstream.server_address[1]}/v1'
    with tempfile.TemporaryDirectory() as top:
        config = os.environ['XDG_CONFIG_HOME']
        prepare(os.path.join(top, 'home'))
        run_case('kept', os.path.join(top, 'home'), sys.argv[1:], url, Upstream.key)
        run_case('locked', os.path.join(top, 'home'), sys.argv[1:], url, Upstream.key)
        os.environ['XDG_CONFIG_HOME'] = config
        prepare(os.path.join(top, 'bare'))
        run_case('absent', os.path.join(top, 'bare'), sys.argv[1:], url, '')
    print('ok')


main()
