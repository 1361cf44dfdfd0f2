// The real command-line clients against a real port, with an upstream of a dialect that is not theirs: each asks a first question,
// then reads files by a tool of its own, two at once and a third in the next round. The programs are in cli/node_modules.
// usage: node cli.mjs RELAIS [NAME]; prints TAP.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';

const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDE';
const SECRET = 'vendor-key-0123456789';
const WORDS = ['MARMALADE-4711', 'TANGERINE-0815', 'PINEAPPLE-1234'];
const LIMIT_MS = 90_000;
const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'cli/node_modules');
const UPSTREAMS = {
  chat: { model: 'gpt-5.2', provider: 'openai', dialect: 'openai-chat', tail: '/v1' },
  responses: { model: 'gpt-5.2', provider: 'openai', dialect: 'openai-responses', tail: '/v1' },
  anthropic: { model: 'claude-sonnet-4-5', provider: 'anthropic', dialect: 'anthropic', tail: '' },
  // Efforts instead of budgets, and no sampling.
  'newest-anthropic': { model: 'claude-opus-5-5', provider: 'anthropic', dialect: 'anthropic', tail: '' },
  gemini: { model: 'gemini-3.1-pro-preview', provider: 'gemini', dialect: 'gemini', tail: '' },
};

// Each client: its program, its settings in a home of its own, the arguments of one question, and the call that reads a file.
const CLIENTS = {
  'Claude Code': {
    dialect: 'anthropic', bin: [join(modules, '@anthropic-ai/claude-code-linux-x64/claude')],
    env: (root) => ({ ANTHROPIC_BASE_URL: root, ANTHROPIC_API_KEY: KEY, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1', DISABLE_ERROR_REPORTING: '1' }),
    settings: () => {},
    argv: (model, prompt) => ['-p', '--model', model, '--allowedTools', 'Read', '--', prompt],
    call: (file) => `TOOL:Read:${JSON.stringify({ file_path: file })}`,
  },
  Codex: {
    dialect: 'openai-responses', bin: [process.execPath, join(modules, '@openai/codex/bin/codex.js')],
    env: () => ({ RELAIS_KEY: KEY }),
    settings(home, root, model) {
      mkdirSync(join(home, '.codex'));
      writeFileSync(join(home, '.codex/config.toml'), `model = "${model}"\nmodel_provider = "relais"\ncheck_for_update_on_startup = false\n[analytics]\nenabled = false\n`
        + `[model_providers.relais]\nname = "Relais"\nbase_url = "${root}/v1"\nenv_key = "RELAIS_KEY"\nwire_api = "responses"\n`);
    },
    // Its sandbox wants more of the kernel than a container gives; what it runs is ours.
    argv: (model, prompt) => ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', prompt],
    call: (file) => `TOOL:exec_command:${JSON.stringify({ cmd: `cat ${file}` })}`,
  },
  'Gemini CLI': {
    dialect: 'gemini', bin: [process.execPath, join(modules, '@google/gemini-cli/bundle/gemini.js')],
    // Else it starts itself anew with more memory.
    env: (root) => ({ GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: root, GEMINI_CLI_TRUST_WORKSPACE: 'true', GEMINI_CLI_NO_RELAUNCH: 'true' }),
    settings(home) {
      mkdirSync(join(home, '.gemini'));
      writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } }, telemetry: { enabled: false }, privacy: { usageStatisticsEnabled: false }, general: { enableAutoUpdate: false },
      }));
    },
    argv: (model, prompt) => ['-m', model, '-p', prompt],
    call: (file) => `TOOL:read_file:${JSON.stringify({ file_path: file })}`,
  },
};

// --- what runs beside us ---

const folder = mkdtempSync(join(tmpdir(), 'relais-cli-'));
const children = new Set();
// A client's own children (shells, servers) are in its process group.
const kill = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    assert.equal(error.code, 'ESRCH');
  }
};
process.on('exit', () => { for (const child of children) kill(child); });

function run(program, argv, options) {
  const child = spawn(program, argv, { detached: true, ...options });
  const running = { child, said: '', errors: '' };
  children.add(child);
  child.stdout.on('data', (piece) => { running.said += piece; });
  child.stderr?.on('data', (piece) => { running.errors += piece; });
  running.ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve(signal ?? code);
    });
  });
  return running;
}

async function start(program, argv, options, pattern) {
  const running = run(program, argv, options);
  const until = Date.now() + 20_000;
  while (!running.said.match(pattern)) {
    assert.ok(Date.now() < until && running.child.exitCode === null, `${program} did not start: ${running.said}${running.errors}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  return { ...running, root: running.said.match(pattern)[1], running };
}

/* Whatever a client asks of others than Relais is refused here, and named. */
const elsewhere = new Set();
const wall = createServer((request, response) => {
  elsewhere.add(request.headers.host);
  response.writeHead(403).end();
}).on('connect', (request, socket) => {
  elsewhere.add(request.url);
  socket.on('error', () => {});
  socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
});
await new Promise((resolve) => { wall.listen(0, '127.0.0.1', resolve); });
const proxy = `http://127.0.0.1:${wall.address().port}`;

const environment = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, TERM: 'dumb', TMPDIR: folder, NO_COLOR: '1' };
const walled = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy, NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };

async function serve(name, upstream) {
  const { provider, dialect, tail } = UPSTREAMS[name];
  const home = mkdtempSync(join(folder, `${name}-`));
  const accounts = [{ id: `a-${name}`, label: `The ${name}`, provider, dialects: [dialect], base_url: upstream + tail, api_key: SECRET }];
  writeFileSync(join(home, 'accounts.json'), JSON.stringify({ accounts }), { mode: 0o600 });
  return start(process.argv[2], ['serve', '--port', '0', '--accounts-file', join(home, 'accounts.json')],
    { env: { ...process.env, RELAIS_API_KEY: KEY, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] }, /listening on (\S+)\n/);
}

async function ask(client, root, model, prompt) {
  const { bin, env, settings, argv } = CLIENTS[client];
  const home = mkdtempSync(join(folder, 'home-'));
  const project = join(home, 'project');
  mkdirSync(project);
  const files = WORDS.map((word, n) => join(project, `secret-${n}.txt`));
  for (const [n, file] of files.entries()) writeFileSync(file, `${WORDS[n]}\n`);
  settings(home, root, model);
  const words = typeof prompt === 'function' ? prompt(files) : prompt;
  const running = run(bin[0], [...bin.slice(1), ...argv(model, words)], { cwd: project, env: { ...environment, ...walled, HOME: home, ...env(root) }, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(kill, LIMIT_MS, running.child);
  const code = await running.ended;
  clearTimeout(timer);
  kill(running.child);
  return { code, said: running.said, errors: running.errors };
}

// --- what is asked of each ---

const tests = [];
for (const [client, { dialect, call }] of Object.entries(CLIENTS)) {
  for (const upstream of Object.keys(UPSTREAMS).filter((name) => UPSTREAMS[name].dialect !== dialect)) {
    const check = async (prompt, pattern) => {
      const standin = await start('/usr/bin/python3', [join(here, '../e2e/standin.py'), '--strict'], { stdio: ['pipe', 'pipe', 'pipe'] }, /^(http:\S+)\n/);
      const relais = await serve(upstream, standin.root);
      const { code, said, errors } = await ask(client, relais.root, UPSTREAMS[upstream].model, prompt);
      relais.child.kill('SIGTERM');
      standin.child.stdin.end();
      assert.equal(await relais.ended, 0, relais.running.errors);
      await standin.ended;
      const all = `status ${code}\n${said}\n--- stderr\n${errors}\n--- stand-in\n${standin.running.said}`;
      assert.doesNotMatch(standin.running.said, /^refused/m, all);
      assert.match(said, pattern, all);
      assert.equal(code, 0, all);
    };
    tests.push([`${client} to ${upstream}: a first question`, () => check('say hello', /café 🦊 after \[\] and 0 images/)]);
    // All results are in the last request, and so in the last answer.
    tests.push([`${client} to ${upstream}: files read by its tool`, () => check((files) => `${call(files[0])} ${call(files[1])} THEN ${call(files[2])}`, new RegExp(`café 🦊 after \\[${WORDS.map((word) => `[^]*${word}`).join('')}[^]*\\] and 0 images`))]);
  }
}

const wanted = tests.filter(([name]) => name.includes(process.argv[3] ?? ''));
console.log(`1..${wanted.length}`);
let failed = 0;
let number = 0;
const queue = wanted[Symbol.iterator]();
async function work() {
  for (const [name, test] of queue) {
    const started = Date.now();
    const error = await test().then(() => null, (reason) => reason);
    number += 1;
    failed += error !== null;
    console.log(`${error ? 'not ok' : 'ok'} ${number} ${name}`);
    console.log(`# ${Date.now() - started} ms`);
    if (error) for (const line of String(error.stack ?? error).split('\n')) console.log(`# ${line}`);
  }
}
// Two at a time: a client waits more than it works.
await Promise.all([work(), work()]);
if (elsewhere.size) console.log(`# asked for in vain: ${[...elsewhere].sort().join(', ')}`);
wall.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
