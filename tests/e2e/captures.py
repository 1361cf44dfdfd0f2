#!/usr/bin/python3
"""What real clients sent, word for word, to each dialect it was not written in: taken by strict vendors, and nothing of
what was said is lost. The files of ../captures/clients are recordings; keys and prose in them are stand-ins."""
import collections
import contextlib
import functools
import glob
import json
import os
import re

import vendors
from harness import Relais, equal, main, test
from pairs import MODELS, account
from standin import StandIn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures', 'clients')
PATHS = (('chat', r'/v1/chat/completions'), ('responses', r'/v1/responses'), ('anthropic', r'/v1/messages(\?.*)?'),
         ('gemini', r'/v1(beta)?/models/[^:]+:(generateContent|streamGenerateContent)(\?.*)?'))


def requests():
    for path in sorted(glob.glob(os.path.join(FOLDER, '*.json'))):
        with open(path, encoding='utf-8') as file:
            capture = json.load(file)
        for number, request in enumerate(capture['requests']):
            dialect = next((name for name, pattern in PATHS if re.fullmatch(pattern, request['path'])), None)
            if dialect and request['method'] == 'POST' and request['status_from_mock'] == 200:
                yield f'{os.path.basename(path)[:-5]} {number}', dialect, request


def flat(said, kinds):
    """Everything of these kinds in order, whoever said it; texts without white space at the seams."""
    found = []
    for _, items in said['turns']:
        for item in items:
            if item[0] == 'result' and 'result' in kinds:
                found += [part for part in item[2] if part[0] in kinds]
            elif item[0] in kinds:
                found.append(item)
    return found


def words(said):
    """All that was said, as one text: where it stands may differ, what it is may not."""
    # a line of Claude Code's for Anthropic's own accounting, which changes with each run
    texts = [text for text in said['system'] if not text.startswith('x-anthropic-billing-header:')] + [item[1] for item in flat(said, ('text', 'result'))]
    return collections.Counter(re.findall(r'\w+', ' '.join(texts)))


@functools.lru_cache(maxsize=None)
def vendor(dialect):
    """A strict vendor and a Relais in front of it, for the whole run."""
    upstream = StandIn(strict=True)
    upstream.script = [[('text', 'done')]]
    return upstream, stack.enter_context(Relais(accounts=[account(dialect, upstream)]))


def check(name, dialect, request, upstream_dialect):
    upstream, relais = vendor(upstream_dialect)
    upstream.refused.clear()
    body = request['body']
    path = request['path']
    if dialect == 'gemini':
        path = re.sub(r'models/[^:]+:', f'models/{MODELS[upstream_dialect]}:', path)
    else:
        body = dict(body, model=MODELS[upstream_dialect])
    headers = {key: value for key, value in request['headers'].items() if key in ('anthropic-version', 'anthropic-beta', 'user-agent')}
    status, _, data = relais.request('POST', path, json.dumps(body, ensure_ascii=False), headers)
    equal(upstream.refused, [], name)
    equal((status, data if status != 200 else b''), (200, b''), name)
    sent = upstream.seen[-1]['said']
    meant = vendors.read(dialect, body)
    equal([item[2:] for item in flat(sent, ('call',))], [item[2:] for item in flat(meant, ('call',))], f'{name}: calls')
    for kind in ('image', 'file'):
        equal([item for item in flat(sent, (kind, 'result')) if item[0] == kind],
              [item for item in flat(meant, (kind, 'result')) if item[0] == kind], f'{name}: {kind}s')
    equal(words(meant) - words(sent), collections.Counter(), f'{name}: words that were lost')


for _name, _dialect, _request in requests():
    for _upstream in MODELS:
        if _upstream != _dialect:
            def run(case=(_name, _dialect, _request, _upstream)):
                check(*case)
            run.__name__ = f'{_name}: {_dialect} to {_upstream}'
            test(run)

with contextlib.ExitStack() as stack:
    main()
