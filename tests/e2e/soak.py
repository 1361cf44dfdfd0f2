#!/usr/bin/python3
"""soak.py RELAIS SECONDS: mixed traffic for a while; memory and descriptors must come to rest."""
import sys
import threading
import time

sys.argv, seconds = sys.argv[:2], float(sys.argv[2])
from harness import Relais, open_files, resident_kib  # noqa: E402
from standin import StandIn  # noqa: E402

MODELS = ('m-one', 'm-two', 'slow-2', 'status-500', 'status-429', 'html-502', 'cut-2', 'half', 'short', 'gzip')


def work(relais, end, number, counts, failures):
    n = 0
    while time.monotonic() < end:
        n += 1
        model, stream = MODELS[(n + number) % len(MODELS)], (n // len(MODELS)) % 2
        body = {'model': model, 'messages': [{'role': 'user', 'content': 'hi'}], 'stream': bool(stream)}
        try:
            if n % 50 == 0:                     # leave in the middle
                sock = relais.connect()
                sock.sendall(b'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90\r\n\r\n{"mod')
                sock.close()
            elif n % 7 == 0:
                if relais.request('GET', '/healthz')[2] != b'{"status":"ok"}':
                    failures.append('healthz')
            else:
                relais.request('POST', '/v1/chat/completions', body)
        except (ConnectionError, OSError):
            failures.append('connection')
        except Exception as error:  # noqa: BLE001
            if model not in ('half', 'short') and type(error).__name__ != 'IncompleteRead':
                failures.append(repr(error))
        counts[number] = n


def main():
    upstream = StandIn()
    accounts = [{'id': 'a', 'provider': 'openai', 'base_url': upstream.url, 'api_key': upstream.secret},
                {'id': 'p', 'provider': 'practice'}]
    # an account that is to rest must not make the load rest with it
    with Relais('--max-wait', '0', accounts=accounts) as relais:
        pid = relais.process.pid
        counts, failures = [0] * 8, []
        end = time.monotonic() + seconds
        warm = time.monotonic() + min(10, seconds / 4)
        threads = [threading.Thread(target=work, args=(relais, end, n, counts, failures)) for n in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(max(0, warm - time.monotonic()))
        memory, files = resident_kib(pid), open_files(pid)
        for thread in threads:
            thread.join()
        time.sleep(0.5)
        grown = resident_kib(pid) - memory
        print(f'{sum(counts)} requests in {seconds:.0f} s; resident {memory} KiB {grown:+d}; '
              f'descriptors {files}, then {open_files(pid)}; failures {len(failures)}')
        if failures:
            print(failures[:5])
        if failures or grown > 4096 or open_files(pid) > files:
            sys.exit(1)


main()
