// The real SDKs against a real port, with an upstream of each dialect that is not theirs: what each SDK can say goes through
// Relais to the strict stand-in, and comes back as that SDK reads it. usage: node foreign.mjs RELAIS [NAME]; prints TAP.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from '@anthropic-ai/sdk-0';
import { ApiError, GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI, GoogleGenerativeAIFetchError } from '@google/generative-ai';

const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyzABCDE';
const SECRET = 'vendor-key-0123456789';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const UPSTREAMS = {
  chat: { model: 'gpt-5.2', provider: 'openai', dialect: 'openai-chat', tail: '/v1' },
  responses: { model: 'gpt-5.2', provider: 'openai', dialect: 'openai-responses', tail: '/v1' },
  anthropic: { model: 'claude-sonnet-4-5', provider: 'anthropic', dialect: 'anthropic', tail: '' },
  // Efforts instead of budgets, and no sampling.
  'newest-anthropic': { model: 'claude-opus-5-5', provider: 'anthropic', dialect: 'anthropic', tail: '' },
  gemini: { model: 'gemini-3.1-pro-preview', provider: 'gemini', dialect: 'gemini', tail: '' },
};
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const HARD = {
  $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: false,
  $defs: { step: { type: 'object', additionalProperties: false, required: ['title'], properties: { title: { type: 'string', minLength: 1, pattern: '^.*$' }, kind: { const: 'step' }, when: { type: 'string', format: 'uri' } } } },
  properties: {
    steps: { type: 'array', items: { $ref: '#/$defs/step' } }, mode: { type: ['string', 'null'], enum: ['a', 'b', null] },
    n: { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991, default: 1 }, level: { type: 'number', enum: [1, 2, 3] }, any: {},
    target: { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'number', multipleOf: 1 } }, required: ['id', 'ghost'] }] },
    deep: { type: 'object', properties: { deeper: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string', enum: ['x', 'y'] } } } } } },
    map: { type: 'object', additionalProperties: { type: 'string' }, propertyNames: { pattern: '^[a-z]+$' } },
  },
  required: ['steps'],
};
const HARD_VALUE = { steps: [{ title: 't' }], mode: null, n: 2, target: { id: 1 }, deep: { deeper: { tags: ['x'] } }, map: { a: 'b' } };
// The oldest SDK has no JSON Schema: OpenAPI's words only.
const HARD_OPENAPI = {
  type: 'object', required: ['steps'],
  properties: {
    steps: { type: 'array', items: { type: 'object', properties: { title: { type: 'string' }, kind: { type: 'string', format: 'enum', enum: ['step'] } }, required: ['title'] } },
    mode: { type: 'string', nullable: true, format: 'enum', enum: ['a', 'b'] }, n: { type: 'integer' },
    deep: { type: 'object', properties: { deeper: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' } } } } } },
  },
};
const GET_WEATHER = { name: 'get_weather', schema: CITY };
const GET_TIME = { name: 'get_time', schema: CITY };
const dataUrl = `data:image/png;base64,${PNG}`;
const folder = mkdtempSync(join(tmpdir(), 'relais-foreign-'));
const children = [];
process.on('exit', () => { for (const child of children) child.kill(); });

// --- what runs beside us ---

async function start(program, argv, options, pattern) {
  const child = spawn(program, argv, options);
  children.push(child);
  const started = { child, said: '', ended: new Promise((resolve) => { child.on('exit', resolve); }) };
  started.match = await new Promise((resolve, reject) => {
    child.stdout.on('data', (piece) => {
      started.said += piece;
      const match = started.said.match(pattern);
      if (match) resolve(match);
    });
    child.on('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return started;
}

const script = join(dirname(fileURLToPath(import.meta.url)), '../e2e/standin.py');
const standin = await start('/usr/bin/python3', [script, '--strict'], { stdio: ['pipe', 'pipe', 'inherit'] }, /^(http:\S+)\n/);
const vendor = standin.match[1];
const last = async () => (await fetch(`${vendor}/_last`)).json();

async function serve(name) {
  const { provider, dialect, tail } = UPSTREAMS[name];
  const home = mkdtempSync(join(folder, `${name}-`));
  const accounts = [{ id: `a-${name}`, label: `The ${name}`, provider, dialects: [dialect], base_url: vendor + tail, api_key: SECRET }];
  writeFileSync(join(home, 'accounts.json'), JSON.stringify({ accounts }), { mode: 0o600 });
  const env = { ...process.env, RELAIS_API_KEY: KEY, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
  for (const word of ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete env[word];
  const started = await start(process.argv[2], ['serve', '--port', '0', '--accounts-file', join(home, 'accounts.json')], { env, stdio: ['ignore', 'pipe', 'inherit'] }, /listening on (\S+)\n/);
  return { ...started, root: started.match[1] };
}

async function end({ child, ended }) {
  child.kill('SIGTERM');
  return ended;
}

// --- the SDKs: each says what is asked for in its own words ---
//
// body: a request of a conversation; ask: its answer, whole or streamed; read: {text, thinking, calls, turn, finish}, `turn` being
// what goes into the history; pieces: the text of a stream as it comes; fault: whether an error is of the class for a status.

const FAULTS = { 400: 'BadRequestError', 401: 'AuthenticationError', 404: 'NotFoundError', 429: 'RateLimitError', 500: 'InternalServerError', 502: 'InternalServerError', 503: 'InternalServerError', 529: 'InternalServerError' };

function openaiChat(root) {
  const client = new OpenAI({ baseURL: `${root}/v1`, apiKey: KEY, maxRetries: 0 });
  return {
    user: (text, image) => [{ role: 'user', content: image ? [{ type: 'text', text }, { type: 'image_url', image_url: { url: dataUrl } }] : text }],
    results: (calls, texts) => calls.map((call, n) => ({ role: 'tool', tool_call_id: call.id, content: texts[n] })),
    body: (model, messages, { tools, think, force, format }) => ({
      model, messages,
      ...(tools && { tools: tools.map(({ name, schema }) => ({ type: 'function', function: { name, description: `does ${name}`, parameters: schema } })) }),
      ...(think && { reasoning_effort: 'medium' }),
      ...(force && { tool_choice: { type: 'function', function: { name: force } } }),
      ...(format && { response_format: { type: 'json_schema', json_schema: { name: 'place', strict: format === CITY, schema: format } } }),
    }),
    ask: async (body, stream) => (stream ? client.chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalChatCompletion() : client.chat.completions.create(body)),
    read: ({ choices: [{ message, finish_reason: finish }], usage }) => ({
      text: message.content ?? '', thinking: message.reasoning_content ?? '', turn: [message], finish, tokens: usage.total_tokens,
      calls: (message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) })),
    }),
    finishes: { text: 'stop', calls: 'tool_calls' },
    async* pieces(body, signal) {
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true }, { signal })) yield chunk.choices[0]?.delta.content ?? '';
    },
    models: async () => (await client.models.list()).data.map((model) => model.id),
    fault: (error, status) => error.constructor === OpenAI[FAULTS[status]] && error.status === status,
    broke: (error) => error instanceof OpenAI.APIError,
    overloaded: 503,
  };
}

function openaiResponses(root) {
  const client = new OpenAI({ baseURL: `${root}/v1`, apiKey: KEY, maxRetries: 0 });
  return {
    user: (text, image) => [{ role: 'user', content: image ? [{ type: 'input_text', text }, { type: 'input_image', image_url: dataUrl, detail: 'auto' }] : text }],
    results: (calls, texts, image) => calls.map((call, n) => ({ type: 'function_call_output', call_id: call.id, output: image ? [{ type: 'input_text', text: texts[n] }, { type: 'input_image', image_url: dataUrl, detail: 'auto' }] : texts[n] })),
    body: (model, input, { tools, think, force, format }) => ({
      model, input, store: false,
      ...(tools && { tools: tools.map(({ name, schema }) => ({ type: 'function', name, description: `does ${name}`, parameters: schema, strict: false })) }),
      ...(think && { reasoning: { effort: 'medium', summary: 'auto' }, include: ['reasoning.encrypted_content'] }),
      ...(force && { tool_choice: { type: 'function', name: force } }),
      ...(format && { text: { format: { type: 'json_schema', name: 'place', strict: format === CITY, schema: format } } }),
    }),
    ask: async (body, stream) => (stream ? client.responses.stream(body).finalResponse() : client.responses.create(body)),
    read: (answer) => ({
      text: answer.output_text, turn: answer.output, finish: answer.status, tokens: answer.usage.total_tokens,
      thinking: answer.output.filter((item) => item.type === 'reasoning').map((item) => item.summary.map((part) => part.text).join('')).join(''),
      calls: answer.output.filter((item) => item.type === 'function_call').map((item) => ({ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) })),
    }),
    finishes: { text: 'completed', calls: 'completed' },
    async* pieces(body, signal) {
      for await (const event of await client.responses.create({ ...body, stream: true }, { signal })) {
        if (event.type === 'response.output_text.delta') yield event.delta;
        // This SDK hands the failure over as an event.
        if (event.type === 'response.failed') throw new OpenAI.APIError(undefined, event.response.error, event.response.error.message);
      }
    },
    count: async ({ model, input, tools }) => (await client.responses.inputTokens.count({ model, input, tools })).input_tokens,
    models: async () => (await client.models.list()).data.map((model) => model.id),
    fault: (error, status) => error.constructor === OpenAI[FAULTS[status]] && error.status === status,
    broke: (error) => error instanceof OpenAI.APIError,
    overloaded: 503,
  };
}

const anthropic = (Sdk) => (root) => {
  const client = new Sdk({ baseURL: root, apiKey: KEY, maxRetries: 0 });
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
  return {
    user: (text, image) => [{ role: 'user', content: image ? [{ type: 'text', text }, picture] : text }],
    results: (calls, texts, image) => [{ role: 'user', content: calls.map((call, n) => ({ type: 'tool_result', tool_use_id: call.id, content: image ? [{ type: 'text', text: texts[n] }, picture] : texts[n] })) }],
    body: (model, messages, { tools, think, force, format }) => ({
      model, messages, max_tokens: 16000,
      ...(tools && { tools: tools.map(({ name, schema }) => ({ name, description: `does ${name}`, input_schema: schema })) }),
      ...(think && { thinking: { type: 'enabled', budget_tokens: 2048 } }),
      ...(force && { tool_choice: { type: 'tool', name: force } }),
      ...(format && { output_config: { format: { type: 'json_schema', schema: format } } }),
    }),
    ask: async (body, stream) => (stream ? client.messages.stream(body).finalMessage() : client.messages.create(body)),
    read: ({ content, stop_reason: finish, usage }) => ({
      text: content.filter((block) => block.type === 'text').map((block) => block.text).join(''), finish, turn: [{ role: 'assistant', content }],
      thinking: content.filter((block) => block.type === 'thinking').map((block) => block.thinking).join(''), tokens: usage.input_tokens + usage.output_tokens,
      calls: content.filter((block) => block.type === 'tool_use').map((block) => ({ id: block.id, name: block.name, args: block.input })),
    }),
    finishes: { text: 'end_turn', calls: 'tool_use' },
    async* pieces(body, signal) {
      for await (const event of await client.messages.create({ ...body, stream: true }, { signal })) yield event.delta?.text ?? '';
    },
    count: async ({ model, messages, tools }) => (await client.messages.countTokens({ model, messages, tools })).input_tokens,
    models: async () => (await client.models.list()).data.map((model) => model.id),
    // Of 1.x, one that is overloaded has a class of its own.
    fault: (error, status) => error.constructor === ((status === 529 && Sdk.OverloadedError) || Sdk[FAULTS[status]]) && error.status === status,
    broke: (error) => error instanceof Sdk.APIError,
    overloaded: 529,
  };
};

const geminiRead = (parts, finish, usage) => ({
  text: parts.filter((part) => !part.thought).map((part) => part.text ?? '').join(''), finish, tokens: usage.totalTokenCount,
  thinking: parts.filter((part) => part.thought).map((part) => part.text).join(''), turn: [{ role: 'model', parts }],
  calls: parts.filter((part) => part.functionCall).map(({ functionCall: call }) => ({ id: call.id, name: call.name, args: call.args })),
});
const geminiUser = (text, image) => [{ role: 'user', parts: [{ text }, ...(image ? [{ inlineData: { mimeType: 'image/png', data: PNG } }] : [])] }];

function genai(root) {
  const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: root } });
  return {
    user: geminiUser,
    results: (calls, texts, image) => [{ role: 'user', parts: calls.map((call, n) => ({ functionResponse: { id: call.id, name: call.name, response: { output: texts[n] }, ...(image && { parts: [{ inlineData: { mimeType: 'image/png', data: PNG } }] }) } })) }],
    body: (model, contents, { tools, think, force, format }) => ({
      model, contents,
      config: {
        ...(tools && { tools: [{ functionDeclarations: tools.map(({ name, schema }) => ({ name, description: `does ${name}`, parametersJsonSchema: schema })) }] }),
        ...(think && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } }),
        ...(force && { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [force] } } }),
        ...(format && { responseMimeType: 'application/json', responseJsonSchema: format }),
      },
    }),
    async ask(body, stream) {
      if (!stream) return client.models.generateContent(body);
      const parts = [];
      let end;
      for await (const chunk of await client.models.generateContentStream(body)) {
        parts.push(...(chunk.candidates?.[0].content?.parts ?? []));
        end = chunk;
      }
      return { candidates: [{ content: { parts }, finishReason: end.candidates[0].finishReason }], usageMetadata: end.usageMetadata };
    },
    read: ({ candidates: [{ content, finishReason }], usageMetadata }) => geminiRead(content.parts, finishReason, usageMetadata),
    finishes: { text: 'STOP', calls: 'STOP' },
    async* pieces(body, signal) {
      for await (const chunk of await client.models.generateContentStream({ ...body, config: { ...body.config, abortSignal: signal } })) yield chunk.text ?? '';
    },
    count: async ({ model, contents }) => (await client.models.countTokens({ model, contents })).totalTokens,
    async models() {
      const names = [];
      for await (const model of await client.models.list()) names.push(model.name.replace('models/', ''));
      return names;
    },
    fault: (error, status) => error instanceof ApiError && error.status === status,
    broke: (error) => error instanceof ApiError,
    overloaded: 503,
  };
}

function legacy(root) {
  const client = new GoogleGenerativeAI(KEY);
  const model = ({ model: name, ...rest }, more = {}) => [client.getGenerativeModel({ model: name }, { baseUrl: root, ...more }), rest];
  return {
    user: geminiUser,
    results: (calls, texts) => [{ role: 'function', parts: calls.map((call, n) => ({ functionResponse: { name: call.name, response: { output: texts[n] } } })) }],
    body: (name, contents, { tools, force, format }) => ({
      model: name, contents,
      ...(tools && { tools: [{ functionDeclarations: tools.map((tool) => ({ name: tool.name, description: `does ${tool.name}`, parameters: { ...tool.schema, additionalProperties: undefined } })) }] }),
      ...(force && { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [force] } } }),
      ...(format && { generationConfig: { responseMimeType: 'application/json', responseSchema: { ...format, additionalProperties: undefined } } }),
    }),
    async ask(body, stream) {
      const [asked, rest] = model(body);
      if (!stream) return (await asked.generateContent(rest)).response;
      const { stream: chunks, response } = await asked.generateContentStream(rest);
      for await (const chunk of chunks) chunk.text();
      return response;
    },
    read: ({ candidates: [{ content, finishReason }], usageMetadata }) => geminiRead(content.parts, finishReason, usageMetadata),
    finishes: { text: 'STOP', calls: 'STOP' },
    async* pieces(body, signal) {
      const [asked, rest] = model(body);
      const { stream, response } = await asked.generateContentStream(rest, { signal });
      response.catch(() => {});
      for await (const chunk of stream) {
        // This SDK reads an error in a stream as an answer without candidates.
        if (chunk.error) throw new GoogleGenerativeAIFetchError(chunk.error.message, chunk.error.code);
        yield chunk.text();
      }
    },
    async count({ contents, ...body }) {
      const [asked] = model(body);
      return (await asked.countTokens({ contents })).totalTokens;
    },
    fault: (error, status) => error instanceof GoogleGenerativeAIFetchError && error.status === status,
    broke: (error) => error instanceof GoogleGenerativeAIFetchError,
    overloaded: 503,
  };
}

// What an SDK's types have no word for is left out.
const SDKS = {
  'openai chat': { dialect: 'openai-chat', make: openaiChat, lacks: ['an image in a result', 'count tokens'] },
  'openai responses': { dialect: 'openai-responses', make: openaiResponses, lacks: [] },
  'anthropic 1.x': { dialect: 'anthropic', make: anthropic(Anthropic), lacks: [] },
  'anthropic 0.x': { dialect: 'anthropic', make: anthropic(Anthropic0), lacks: [] },
  'google genai': { dialect: 'gemini', make: genai, lacks: [] },
  'google generative-ai': { dialect: 'gemini', make: legacy, lacks: ['an image in a result', 'thinking with tools', 'thinking with tools, streamed', 'list models'], openapi: true },
};

// --- what is asked of each ---

const scenarios = {};
const both = (name, run) => {
  scenarios[name] = (it) => run(it, false);
  scenarios[`${name}, streamed`] = (it) => run(it, true);
};

/* A conversation until the model calls no more: its answers. */
async function converse({ sdk, model }, text, options = {}, { stream = false, image, results = ['sunny 🦊', 'noon'], resultImage } = {}) {
  const history = sdk.user(text, image);
  const answers = [];
  do {
    const answer = sdk.read(await sdk.ask(sdk.body(model, history, options), stream));
    answers.push(answer);
    history.push(...answer.turn, ...(answer.calls.length ? sdk.results(answer.calls, results, resultImage) : []));
  } while (answers.at(-1).calls.length && answers.length < 9);
  for (const answer of answers) {
    assert.equal(answer.finish, sdk.finishes[answer.calls.length ? 'calls' : 'text']);
    assert.ok(answer.tokens > 0);
  }
  return answers;
}

const called = (answer) => answer.calls.map(({ name, args }) => [name, args]);
const spoken = (answer, results, images = 0) => assert.equal(answer.text, `café 🦊 after [${results}] and ${images} images`);

both('plain', async (it, stream) => {
  const [answer] = await converse(it, 'Hello 🦊', {}, { stream });
  spoken(answer, '');
  assert.equal(answer.thinking, '');
});
both('tool and its result', async (it, stream) => {
  const [first, second] = await converse(it, 'TOOL:get_weather:{"city":"Oslo é"}', { tools: [GET_WEATHER, GET_TIME] }, { stream });
  assert.deepEqual(called(first), [['get_weather', { city: 'Oslo é' }]]);
  spoken(second, 'sunny 🦊');
});
both('two tools at once', async (it, stream) => {
  const [first, second] = await converse(it, 'TOOL:get_weather:{"city":"Oslo"} TOOL:get_weather:{"city":"Rome"}', { tools: [GET_WEATHER] }, { stream });
  assert.deepEqual(called(first), [['get_weather', { city: 'Oslo' }], ['get_weather', { city: 'Rome' }]]);
  if (!it.openapi) assert.equal(new Set(first.calls.map((call) => call.id)).size, 2);
  spoken(second, 'sunny 🦊, noon');
});
both('three rounds', async (it, stream) => {
  const round = (n) => `TOOL:get_weather:{"city":"${n}"} TOOL:get_time:{"city":"${n}"}`;
  const answers = await converse(it, `${round(1)} THEN ${round(2)} THEN ${round(3)}`, { tools: [GET_WEATHER, GET_TIME] }, { stream });
  assert.deepEqual(answers.flatMap(called), [1, 2, 3].flatMap((n) => ['get_weather', 'get_time'].map((name) => [name, { city: String(n) }])));
  spoken(answers[3], Array(3).fill('sunny 🦊, noon').join(', '));
});
scenarios['an image'] = async (it) => spoken((await converse(it, 'Look', {}, { image: true }))[0], '', 1);
scenarios['an image in a result'] = async (it) => spoken((await converse(it, 'TOOL:get_weather:{"city":"Oslo"}', { tools: [GET_WEATHER] }, { resultImage: true }))[1], 'sunny 🦊', 1);
both('thinking with tools', async (it, stream) => {
  const answers = await converse(it, 'THINK TOOL:get_weather:{"city":"1"} THEN TOOL:get_weather:{"city":"2"}', { tools: [GET_WEATHER], think: true }, { stream });
  assert.deepEqual(answers.flatMap(called), [['get_weather', { city: '1' }], ['get_weather', { city: '2' }]]);
  // What ends an answer is what clients take for it.
  assert.doesNotMatch(JSON.stringify((answers[2].turn[0].content ?? answers[2].turn).at?.(-1) ?? {}), /thinking|"reasoning"/);
  spoken(answers[2], 'sunny 🦊, sunny 🦊');
  // The Chat SDK keeps the last piece only of a field that it does not know.
  for (const answer of answers) assert.ok(it.client === 'openai chat' && stream ? answer.thinking : answer.thinking === 'I wonder', answer.thinking);
});
scenarios['a forced tool'] = async (it) => {
  const { sdk, model } = it;
  const answer = sdk.read(await sdk.ask(sdk.body(model, sdk.user('TOOL:get_time:{"city":"Oslo"}'), { tools: [GET_WEATHER, GET_TIME], force: 'get_time' })));
  assert.deepEqual(called(answer), [['get_time', { city: 'Oslo' }]]);
  const { body } = await last();
  assert.equal({
    chat: () => body.tool_choice.function.name, responses: () => body.tool_choice.name, anthropic: () => body.tool_choice.name,
    gemini: () => body.toolConfig.functionCallingConfig.allowedFunctionNames.join(),
  }[it.kind](), 'get_time');
};
const schemaSent = async (kind) => {
  const { body } = await last();
  return {
    chat: () => body.response_format.json_schema.schema, responses: () => body.text.format.schema, anthropic: () => body.output_config.format.schema,
    gemini: () => body.generationConfig.responseJsonSchema,
  }[kind]();
};
both('structured output', async (it, stream) => {
  const [answer] = await converse(it, 'JSON', { format: CITY }, { stream });
  assert.deepEqual(JSON.parse(answer.text), { city: 'Oslo' });
  assert.deepEqual((await schemaSent(it.kind)).properties.city, { type: 'string' });
});
scenarios['a hard schema of an answer'] = async (it) => {
  const format = it.openapi ? HARD_OPENAPI : HARD;
  await converse(it, 'JSON', { format });
  assert.deepEqual(Object.keys((await schemaSent(it.kind)).properties), Object.keys(format.properties));
};
scenarios['a hard schema of a tool'] = async (it) => {
  const schema = it.openapi ? HARD_OPENAPI : HARD;
  const [answer] = await converse(it, `TOOL:edit_plan:${JSON.stringify(HARD_VALUE)}`, { tools: [{ name: 'edit_plan', schema }] });
  assert.deepEqual(called(answer), [['edit_plan', HARD_VALUE]]);
  const { body } = await last();
  const sent = { chat: () => body.tools[0].function.parameters, responses: () => body.tools[0].parameters, anthropic: () => body.tools[0].input_schema, gemini: () => body.tools[0].functionDeclarations[0].parametersJsonSchema }[it.kind]();
  assert.deepEqual(Object.keys(sent.properties), Object.keys(schema.properties));
};
both('errors keep their class', async ({ sdk, model }, stream) => {
  for (const status of [400, 404, 429, 500, 529]) {
    const wanted = status === 529 ? sdk.overloaded : status;
    // A model that is limited rests for a while, and only its own attempt repeats the vendor’s words.
    await assert.rejects(sdk.ask(sdk.body(status === 429 ? `${model}-busy${stream ? '-streamed' : ''}` : model, sdk.user(`STATUS:${status}`), {}), stream), (error) => {
      assert.ok(sdk.fault(error, wanted), `${status}: ${error.constructor.name} ${error.status}, wanted ${wanted}`);
      assert.match(error.message, new RegExp(`the vendor says ${status}`));
      return true;
    });
  }
});
scenarios['an error in the stream'] = async ({ sdk, model }) => {
  let text = '';
  await assert.rejects(async () => { for await (const piece of sdk.pieces(sdk.body(model, sdk.user('FAIL'), {}))) text += piece; }, (error) => {
    assert.match(error.message, /it broke/);
    assert.ok(sdk.broke(error), error.constructor.name);
    return true;
  });
  assert.equal(text, 'so far');
};
scenarios['a client that aborts'] = async ({ sdk, model }) => {
  const before = standin.said.length;
  const abort = new AbortController();
  const started = performance.now();
  try {
    for await (const piece of sdk.pieces(sdk.body(model, sdk.user('SLOW'), {}), abort.signal)) {
      assert.notEqual(piece, 'never');
      if (piece) abort.abort();
    }
  } catch (error) {
    // The oldest SDK has no words of its own for it.
    assert.match(`${error.name} ${error.message}`, /abort|Error reading from the stream/i);
  }
  while (!standin.said.slice(before).includes('left\n')) {
    assert.ok(performance.now() - started < 3000, 'the upstream still works for a client that left');
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
};
scenarios['count tokens'] = async ({ sdk, model, upstream }) => {
  const tokens = await sdk.count(sdk.body(model, sdk.user('How many tokens have these words?'), { tools: [GET_WEATHER] }));
  if (upstream === 'chat') assert.ok(tokens > 5 && tokens < 200, `an estimate of ${tokens}`);
  else assert.equal(tokens, 4242);
};
scenarios['list models'] = async ({ sdk }) => {
  const names = await sdk.models();
  assert.ok(names.includes('m-one') && names.includes('m-two'), names.join());
};
scenarios['twenty at once'] = async (it) => {
  await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    const answers = await converse(it, `TOOL:get_weather:{"city":"${n}"}`, { tools: [GET_WEATHER] }, { stream: n % 2 === 1, results: [`result ${n}`] });
    assert.deepEqual(called(answers[0]), [['get_weather', { city: String(n) }]]);
    spoken(answers[1], `result ${n}`);
  }));
};
// The last: the account is out of use behind it. What the upstream says of our key is not the client's to mend: no login dance.
scenarios["a refusal of the account's key"] = async ({ sdk, model, upstream }) => {
  await assert.rejects(sdk.ask(sdk.body(model, sdk.user('STATUS:401'), {})), (error) => {
    assert.ok(sdk.fault(error, 502), `${error.constructor.name} ${error.status}`);
    assert.match(error.message, new RegExp(`The ${upstream}`));
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
};

// --- and all of them run ---

const only = process.argv[3] ?? '';
const cases = Object.entries(SDKS).flatMap(([client, sdk]) => Object.keys(UPSTREAMS).filter((upstream) => UPSTREAMS[upstream].dialect !== sdk.dialect).map((upstream) => {
  const names = Object.keys(scenarios).filter((name) => !sdk.lacks.includes(name) && `${client} to ${upstream}: ${name}`.includes(only));
  return { client, upstream, ...sdk, names };
}));
let number = 0;
let failed = 0;
const report = (good, name, error) => {
  number += 1;
  failed += !good;
  console.log(`${good ? 'ok' : 'not ok'} ${number} ${name}`);
  if (error) for (const line of String(error.stack ?? error).split('\n')) console.log(`# ${line}`);
};
console.log(`1..${cases.reduce((sum, it) => sum + it.names.length, 1)}`);
for (const it of cases.filter(({ names }) => names.length)) {
  const relais = await serve(it.upstream);
  const run = { ...it, model: UPSTREAMS[it.upstream].model, kind: it.upstream.replace('newest-', ''), sdk: it.make(relais.root) };
  for (const name of it.names) {
    const title = `${it.client} to ${it.upstream}: ${name}`;
    await scenarios[name](run).then(() => report(true, title), (error) => report(false, title, error));
  }
  const code = await end(relais);
  if (code !== 0) {
    failed += 1;
    console.log(`# relais ended with ${code}`);
  }
}
standin.child.stdin.end();
await standin.ended;
const refused = standin.said.split('\n').filter((line) => line.startsWith('refused'));
report(!refused.length, 'the vendors refused nothing', refused.length && refused.join('\n'));
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
