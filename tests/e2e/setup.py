#!/usr/bin/python3
"""What a client's files are made to hold, read by the client itself: its first request arrives with key and model."""
import os
import pathlib
import subprocess
import sys
import tempfile

from harness import KEY, Relais, equal, main, test

SET_UP = sys.argv[2]
NODE = pathlib.Path(sys.argv[3])
CLIENTS = pathlib.Path(__file__).parent.parent / 'clients/cli/node_modules'
# nobody answers there: whatever a client asks of others is not answered
WALL = 'http://127.0.0.1:9'
HOMES = tempfile.TemporaryDirectory(prefix='relais-setup-')

PROGRAMS = {
    'claude-code': [CLIENTS / '@anthropic-ai/claude-code-linux-x64/claude', '-p', 'Hello'],
    'codex': [NODE, CLIENTS / '@openai/codex/bin/codex.js', 'exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', 'Hello'],
    # it reads nothing in a folder that it is not told to trust
    'gemini-cli': [NODE, CLIENTS / '@google/gemini-cli/bundle/gemini.js', '--skip-trust', '-p', 'Hello'],
    'opencode': [CLIENTS / 'opencode-linux-x64-baseline/bin/opencode', 'run', 'Hello'],
}
PATHS = {
    'claude-code': '/v1/messages', 'codex': '/v1/responses', 'opencode': '/v1/chat/completions',
    'gemini-cli': '/v1beta/models/practice:streamGenerateContent',
}
FILES = {
    'claude-code': {'.claude/settings.json': '{\n    "env": {"ANTHROPIC_MODEL": "other", "FOO": "1"},\n    "cleanupPeriodDays": 30\n}'},
    'codex': {'.codex/config.toml': '# mine\nmodel = "gpt-5" # the best\n\n[analytics]\nenabled = false\n'},
    'gemini-cli': {'.gemini/.env': 'GEMINI_API_KEY=other\n', '.gemini/settings.json': '{"privacy": {"usageStatisticsEnabled": false}}\n'},
    'opencode': {'.config/opencode/opencode.json': '{\n  "$schema": "https://opencode.ai/config.json",\n  "autoupdate": false\n}\n'},
}


def set_up(home, *arguments):
    done = subprocess.run([SET_UP, home, *arguments], env=dict(os.environ, RELAIS_API_KEY=KEY), capture_output=True, text=True, timeout=30)
    equal(done.returncode, 0, done.stderr)


def ask(client, home):
    project = os.path.join(home, 'project')
    os.makedirs(project, exist_ok=True)
    environment = {'HOME': home, 'PATH': f'{NODE.parent}:/usr/bin:/bin', 'TERM': 'dumb', 'LANG': 'C.UTF-8', 'NO_COLOR': '1',
                   'GEMINI_CLI_NO_RELAUNCH': 'true', 'DISABLE_AUTOUPDATER': '1', 'NO_PROXY': '127.0.0.1'}
    environment |= {name: WALL for name in ('HTTP_PROXY', 'HTTPS_PROXY')}
    done = subprocess.run(PROGRAMS[client], cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0 and 'This is the practice account' in done.stdout, done


def check(client):
    for name, files in (('empty', {}), ('own', FILES[client])):
        home = os.path.join(HOMES.name, f'{client}-{name}')
        os.mkdir(home)
        for path, text in files.items():
            file = pathlib.Path(home, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        with Relais('--practice', '--auth-mode', 'strict') as relais:
            set_up(home, client, f'http://127.0.0.1:{relais.port}', 'practice')
            ask(client, home)
            relais.stop()
            assert f'POST {PATHS[client]} practice “Practice” 200' in relais.said(), relais.said()
        set_up(home, client)
        for path in FILES[client]:
            file = pathlib.Path(home, path)
            equal(file.read_text() if file.exists() else None, files.get(path), path)
        for path in pathlib.Path(home).rglob('*relais*'):
            assert not path.is_file(), f'left behind: {path}'


for each in PROGRAMS:
    def run(client=each):
        check(client)
    run.__name__ = each.replace('-', '_') + '_asks_with_what_was_written_and_is_set_back'
    test(run)

main()
