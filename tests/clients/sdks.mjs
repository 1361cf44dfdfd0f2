// The real SDKs against a real port: each makes a plain, a streamed and a tool-call request of the practice
// account, with the base URL its documentation gives. usage: node sdks.mjs RELAIS; prints TAP.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from '@anthropic-ai/sdk-0';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';

const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDE';
const MODEL = 'gemini-3-flash';
const folder = mkdtempSync(join(tmpdir(), 'relais-sdks-'));
const relais = spawn(process.argv[2], ['serve', '--practice', '--port', '0', '--auth-mode', 'strict'], {
  env: { ...process.env, RELAIS_API_KEY: KEY, XDG_DATA_HOME: folder }, stdio: ['ignore', 'pipe', 'inherit'],
});
const root = await new Promise((resolve, reject) => {
  let said = '';
  relais.stdout.on('data', (piece) => {
    said += piece;
    const match = said.match(/listening on (\S+)\n/);
    if (match) resolve(match[1]);
  });
  relais.on('exit', (code) => reject(new Error(`relais ended with ${code}`)));
});

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const declaration = { name: 'get_weather', description: 'Weather in a city', parameters };
const openai = new OpenAI({ baseURL: `${root}/v1`, apiKey: KEY, maxRetries: 0 });
const genai = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: root } });
const legacy = new GoogleGenerativeAI(KEY);
const isPractice = (text) => assert.match(text, /practice account/i);
const tests = {};

tests['openai chat: plain'] = async () => {
  const answer = await openai.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'Hello, é 🦊' }] });
  isPractice(answer.choices[0].message.content);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(answer.usage.total_tokens > 0);
};
tests['openai chat: streamed'] = async () => {
  const stream = openai.chat.completions.stream({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }], stream_options: { include_usage: true } });
  let text = '';
  stream.on('content', (piece) => { text += piece; });
  const answer = await stream.finalChatCompletion();
  isPractice(text);
  assert.equal(answer.choices[0].message.content, text);
  assert.ok(answer.usage.completion_tokens > 0);
};
for (const stream of [false, true]) {
  tests[`openai chat: tool call and its result${stream ? ', streamed' : ''}`] = async () => {
    const request = { model: MODEL, messages: [{ role: 'user', content: 'PRACTICE tool' }], tools: [{ type: 'function', function: declaration }] };
    const ask = async (body) => (stream ? openai.chat.completions.stream(body).finalChatCompletion() : openai.chat.completions.create(body));
    const answer = await ask(request);
    const [call] = answer.choices[0].message.tool_calls;
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    assert.equal(call.function.name, 'get_weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
    const follow = await ask({ ...request, messages: [...request.messages, answer.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'sunny, 21 degrees' }] });
    assert.match(follow.choices[0].message.content, /sunny, 21 degrees/);
  };
}
tests['openai chat: two tool calls at once'] = async () => {
  const answer = await openai.chat.completions.stream({ model: MODEL, messages: [{ role: 'user', content: 'PRACTICE tools' }], tools: [{ type: 'function', function: declaration }] }).finalChatCompletion();
  const ids = answer.choices[0].message.tool_calls.map((call) => call.id);
  assert.equal(new Set(ids).size, 2);
};
tests['openai chat: errors keep their status'] = async () => {
  for (const status of [400, 404, 429, 500]) {
    await assert.rejects(openai.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: `PRACTICE status ${status}` }] }), (error) => error.status === status);
  }
  const wrong = new OpenAI({ baseURL: `${root}/v1`, apiKey: 'sk-wrong-0123456789', maxRetries: 0 });
  await assert.rejects(wrong.models.list(), (error) => error.status === 401 && error.code === 'invalid_api_key');
};
tests['openai chat: a cut stream throws'] = async () => {
  const stream = await openai.chat.completions.create({ model: MODEL, stream: true, messages: [{ role: 'user', content: 'PRACTICE cut' }] });
  await assert.rejects(async () => { for await (const chunk of stream) void chunk; });
};
tests['openai: models'] = async () => {
  const ids = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  assert.deepEqual(ids, ['gemini-3-flash', 'practice']);
};
tests['openai responses: plain'] = async () => {
  const answer = await openai.responses.create({ model: MODEL, input: 'Hello' });
  isPractice(answer.output_text);
  assert.equal(answer.status, 'completed');
  assert.ok(answer.usage.total_tokens > 0);
};
tests['openai responses: streamed'] = async () => {
  const stream = openai.responses.stream({ model: MODEL, input: [{ role: 'user', content: 'PRACTICE think' }], reasoning: { effort: 'low', summary: 'auto' } });
  let text = '';
  stream.on('response.output_text.delta', (event) => { text += event.delta; });
  const answer = await stream.finalResponse();
  assert.equal(answer.output_text, text);
  isPractice(text);
  assert.equal(answer.output[0].type, 'reasoning');
};
for (const stream of [false, true]) {
  tests[`openai responses: tool call and its result${stream ? ', streamed' : ''}`] = async () => {
    const request = { model: MODEL, input: [{ role: 'user', content: 'PRACTICE tool' }], tools: [{ type: 'function', strict: false, ...declaration }] };
    const ask = async (body) => (stream ? openai.responses.stream(body).finalResponse() : openai.responses.create(body));
    const answer = await ask(request);
    const call = answer.output.find((item) => item.type === 'function_call');
    assert.equal(call.name, 'get_weather');
    assert.equal(typeof JSON.parse(call.arguments).city, 'string');
    const output = { type: 'function_call_output', call_id: call.call_id, output: 'sunny, 21 degrees' };
    const follow = await ask({ ...request, input: [...request.input, { type: 'function_call', call_id: call.call_id, name: call.name, arguments: call.arguments }, output] });
    assert.match(follow.output_text, /sunny, 21 degrees/);
  };
}

for (const [name, Sdk] of [['anthropic 1.x', Anthropic], ['anthropic 0.x', Anthropic0]]) {
  const client = new Sdk({ baseURL: root, apiKey: KEY, maxRetries: 0 });
  const base = { model: 'claude-opus-5-5', max_tokens: 1024 };
  tests[`${name}: plain`] = async () => {
    const answer = await client.messages.create({ ...base, messages: [{ role: 'user', content: 'Hello' }] });
    isPractice(answer.content[0].text);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.ok(answer.usage.output_tokens > 0);
  };
  tests[`${name}: streamed, with thinking`] = async () => {
    const stream = client.messages.stream({ ...base, max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 1024 }, messages: [{ role: 'user', content: 'PRACTICE think' }] });
    let text = '';
    stream.on('text', (piece) => { text += piece; });
    const answer = await stream.finalMessage();
    assert.equal(answer.content[0].type, 'thinking');
    assert.ok(answer.content[0].thinking.length > 0);
    isPractice(text);
  };
  for (const stream of [false, true]) {
    tests[`${name}: tool call and its result${stream ? ', streamed' : ''}`] = async () => {
      const tools = [{ name: 'get_weather', description: 'Weather', input_schema: parameters }];
      const messages = [{ role: 'user', content: 'PRACTICE tool' }];
      const ask = async (body) => (stream ? client.messages.stream(body).finalMessage() : client.messages.create(body));
      const answer = await ask({ ...base, tools, messages });
      const call = answer.content.find((block) => block.type === 'tool_use');
      assert.equal(answer.stop_reason, 'tool_use');
      assert.equal(call.name, 'get_weather');
      assert.equal(typeof call.input.city, 'string');
      const follow = await ask({ ...base, tools, messages: [...messages, { role: 'assistant', content: answer.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'sunny, 21 degrees' }] }] });
      assert.match(follow.content[0].text, /sunny, 21 degrees/);
    };
  }
  tests[`${name}: errors keep their kind`] = async () => {
    await assert.rejects(client.messages.create({ ...base, messages: [{ role: 'user', content: 'PRACTICE status 529' }] }), (error) => error.status === 529 && error.error.error.type === 'overloaded_error');
    const wrong = new Sdk({ baseURL: root, apiKey: 'sk-wrong-0123456789', maxRetries: 0 });
    await assert.rejects(wrong.messages.create({ ...base, messages: [{ role: 'user', content: 'x' }] }), (error) => error.status === 401 && error.error.error.type === 'authentication_error');
  };
}

tests['google genai: plain'] = async () => {
  const answer = await genai.models.generateContent({ model: MODEL, contents: 'Hello' });
  isPractice(answer.text);
  assert.equal(answer.candidates[0].finishReason, 'STOP');
  assert.ok(answer.usageMetadata.totalTokenCount > 0);
};
tests['google genai: streamed'] = async () => {
  let text = '';
  let last;
  for await (const chunk of await genai.models.generateContentStream({ model: MODEL, contents: 'Hello' })) {
    text += chunk.text ?? '';
    last = chunk;
  }
  isPractice(text);
  assert.equal(last.candidates[0].finishReason, 'STOP');
};
for (const stream of [false, true]) {
  tests[`google genai: tool call and its result${stream ? ', streamed' : ''}`] = async () => {
    const config = { tools: [{ functionDeclarations: [{ name: 'get_weather', description: 'Weather', parametersJsonSchema: parameters }] }] };
    const ask = async (contents) => {
      if (!stream) return (await genai.models.generateContent({ model: MODEL, contents, config })).candidates[0].content.parts;
      const parts = [];
      for await (const chunk of await genai.models.generateContentStream({ model: MODEL, contents, config })) parts.push(...(chunk.candidates?.[0].content?.parts ?? []));
      return parts;
    };
    const user = { role: 'user', parts: [{ text: 'PRACTICE tool' }] };
    const parts = await ask([user]);
    const { functionCall } = parts.find((part) => part.functionCall);
    assert.equal(functionCall.name, 'get_weather');
    assert.equal(typeof functionCall.args.city, 'string');
    const follow = await ask([user, { role: 'model', parts: [{ functionCall }] }, { role: 'user', parts: [{ functionResponse: { id: functionCall.id, name: 'get_weather', response: { output: 'sunny, 21 degrees' } } }] }]);
    assert.match(follow.map((part) => part.text ?? '').join(''), /sunny, 21 degrees/);
  };
}
tests['google genai: models and errors'] = async () => {
  const names = [];
  for await (const model of await genai.models.list()) names.push(model.name);
  assert.deepEqual(names, ['models/gemini-3-flash', 'models/practice']);
  await assert.rejects(genai.models.generateContent({ model: MODEL, contents: 'PRACTICE status 503' }), (error) => error.status === 503);
};
{
  const options = { baseUrl: root };
  tests['google generative-ai: plain'] = async () => {
    const answer = await legacy.getGenerativeModel({ model: MODEL }, options).generateContent('Hello');
    isPractice(answer.response.text());
  };
  tests['google generative-ai: streamed'] = async () => {
    const result = await legacy.getGenerativeModel({ model: MODEL }, options).generateContentStream('Hello');
    let text = '';
    for await (const chunk of result.stream) text += chunk.text();
    isPractice(text);
    assert.equal((await result.response).text(), text);
  };
  tests['google generative-ai: two tool calls in a chat, streamed'] = async () => {
    const model = legacy.getGenerativeModel({ model: MODEL, tools: [{ functionDeclarations: [{ name: 'get_weather', description: 'Weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } }, required: ['city'] } }] }] }, options);
    const chat = model.startChat();
    const first = await chat.sendMessageStream('PRACTICE tools');
    for await (const chunk of first.stream) void chunk;
    const calls = (await first.response).functionCalls();
    assert.deepEqual(calls.map((call) => call.name), ['get_weather', 'get_weather']);
    const follow = await chat.sendMessage(calls.map((call) => ({ functionResponse: { name: call.name, response: { output: 'sunny, 21 degrees' } } })));
    assert.match(follow.response.text(), /sunny, 21 degrees/);
  };
}
tests['twenty at once'] = async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => openai.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: `Number ${n}` }] })));
  answers.forEach((answer, n) => assert.match(answer.choices[0].message.content, new RegExp(`Number ${n}`)));
};

const only = process.argv[3];
const names = Object.keys(tests).filter((name) => !only || name.includes(only));
console.log(`1..${names.length}`);
let failed = 0;
for (const [index, name] of names.entries()) {
  try {
    await tests[name]();
    console.log(`ok ${index + 1} ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${index + 1} ${name}`);
    for (const line of String(error.stack ?? error).split('\n')) console.log(`# ${line}`);
  }
}
relais.removeAllListeners('exit');
const ended = new Promise((resolve) => { relais.on('exit', resolve); });
relais.kill('SIGTERM');
const code = await ended;
rmSync(folder, { recursive: true });
if (code !== 0) console.log(`# relais ended with ${code}`);
process.exit(failed || code ? 1 : 0);
