// Drives the official clients against the test's server: `node drive.mjs http://127.0.0.1:PORT`.
//
// A line "ok: ..." for each thing that holds; the first thing that does not ends the program with its reason.
import assert from 'node:assert/strict';
import * as old from 'ag-ui-client-0';
import { EventSchemas as CURRENT } from '@ag-ui/core/schemas';
import * as current from 'ag-ui-client-1';
import { CopilotKitCore } from '@copilotkit/core';
import { from, lastValueFrom, toArray } from 'rxjs';

const origin = process.argv[2];
const base = `${origin}/api/copilotkit`;
const signed = { authorization: 'Bearer user-1' };
const headers = { ...signed, 'content-type': 'application/json' };
const PLAYS = 60;
const CARDS = ['show_venues', 'confirm_publish'].map((name) => ({
  name,
  description: name,
  parameters: { type: 'object', properties: {} },
}));

/** A Standard Schema that takes what comes. */
const ANYTHING = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value }),
    jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) },
  },
};

let serial = 0;
const fresh = (what) => `${what}-${++serial}`;
const user = (content) => ({ id: fresh('message'), role: 'user', content });

function input(threadId, messages, tools = CARDS) {
  return { threadId, runId: fresh('run'), messages, state: {}, tools, context: [], forwardedProps: {} };
}

async function events(what, body) {
  const answer = await fetch(`${base}/agent/default/${what}`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  const text = await answer.text();
  return text
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice('data: '.length)));
}

/** Both generations find the order right and the shape right. */
async function accepted(list, name) {
  for (const [client, generation] of [[old, '0.0.59'], [current, '1.0.0']]) {
    const seen = await lastValueFrom(from(list).pipe(client.verifyEvents(false), toArray())).catch((error) => {
      throw new Error(`${name}: ${generation} refuses: ${error.message}\n${JSON.stringify(list, null, 1)}`);
    });
    assert.equal(seen.length, list.length);
  }
  for (const event of list) {
    for (const [schemas, generation] of [[old.EventSchemas, '0.0.59'], [CURRENT, '1.0.0']]) {
      const { error } = schemas.safeParse(event);
      assert.ok(!error, `${name}: ${generation} refuses ${JSON.stringify(event)}: ${error?.message}`);
    }
  }
  const ends = list.filter((event) => event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR');
  const begins = list.filter((event) => event.type === 'RUN_STARTED');
  assert.equal(ends.length, begins.length, `${name}: one end for each beginning`);
  assert.ok(list.length === 0 || ends.includes(list.at(-1)), `${name}: the end is last`);
}

const said = (messages) =>
  messages
    .filter((message) => message.role === 'assistant')
    .map((message) => message.content)
    .join('|');

async function everyPlay() {
  // What only one generation takes is told apart here, so that a list that both take is no accident.
  const halves = { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'n', parentMessageId: null };
  assert.ok(old.EventSchemas.safeParse(halves).success && !CURRENT.safeParse(halves).success);
  for (let play = 0; play < PLAYS; play++) {
    const threadId = fresh('thread');
    const tools = play % 2 ? CARDS : [];
    await accepted(await events('run', input(threadId, [user(`play ${play}`)], tools)), `play ${play}`);
    await accepted(await events('connect', input(threadId, [], tools)), `play ${play} told again`);
  }
}

function agentOf(client, what, threadId, messages = []) {
  return new client.HttpAgent({ url: `${base}/agent/default/${what}`, headers: signed, threadId, initialMessages: messages });
}

/** A plain agent runs, and another one that comes later has the same conversation. */
async function plainAgents(client) {
  const threadId = fresh('thread');
  const agent = agentOf(client, 'run', threadId, [user('hello')]);
  await agent.runAgent({ tools: CARDS });
  assert.equal(said(agent.messages), 'You said: hello');
  assert.equal(agent.state.revision, 1);
  agent.addMessage(user('and more'));
  await agent.runAgent({ tools: CARDS });
  assert.equal(said(agent.messages), 'You said: hello|You said: and more');
  const late = agentOf(client, 'connect', threadId);
  await late.runAgent({ tools: CARDS });
  assert.equal(said(late.messages), said(agent.messages));
  assert.equal(late.messages.filter((message) => message.role === 'user').length, 2);
  assert.deepEqual(late.state, agent.state);
}

/** Every play, with the whole pipeline of the client: its schemas, its order, its state. */
async function everyPlayWithAgents(client) {
  for (let play = 0; play < PLAYS; play++) {
    const agent = agentOf(client, 'run', fresh('thread'), [user(`play ${play}`)]);
    const ends = [];
    const seen = {
      onRunFinishedEvent: () => void ends.push('finished'),
      onRunErrorEvent: () => void ends.push('error'),
      onRunFailed: ({ error }) => void ends.push(`failed: ${error.message}`),
    };
    await agent.runAgent({ tools: CARDS }, seen).catch((error) => ends.push(`threw: ${error.message}`));
    const isSound = ends[0] === 'finished' ? ends.length === 1 : ends[0] === 'error';
    assert.ok(isSound, `play ${play}: ${ends.join(', ')}`);
  }
}

/** A reader that comes during the turn, and one whose connection broke. */
async function liveAndLate(client) {
  const threadId = fresh('thread');
  const messages = [user('wait')];
  const broken = new AbortController();
  const body = JSON.stringify(input(threadId, messages));
  const first = await fetch(`${base}/agent/default/run`, { method: 'POST', headers, body, signal: broken.signal });
  await first.body.getReader().read();
  broken.abort();
  const late = agentOf(client, 'connect', threadId);
  const coming = late.runAgent({ tools: CARDS });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await fetch(`${origin}/go-on`, { method: 'POST' });
  await coming;
  assert.equal(said(late.messages), 'waiting You said: wait');
  await accepted(await events('connect', input(threadId, [])), 'after the turn');
}

// Without a page the core does not ask for the runtime's info.
globalThis.window = { location: { href: `${origin}/`, origin }, addEventListener() {}, removeEventListener() {} };

function copilot(options = {}) {
  const failures = [];
  const core = new CopilotKitCore({ runtimeUrl: base, runtimeTransport: 'rest', headers: signed, ...options });
  core.subscribe({ onError: ({ code, error }) => void failures.push(`${code}: ${error.message}`) });
  return { core, failures };
}

async function connectedAgent(core, threadId) {
  for (let turn = 0; turn < 200 && core.runtimeConnectionStatus !== 'connected'; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(core.runtimeConnectionStatus, 'connected');
  const agent = core.getAgent('default');
  agent.threadId = threadId;
  return agent;
}

/** The panel's core: info, a run, the question's card and its answer in a run of its own, a reload, a stop. */
async function copilotKit(transport) {
  const threadId = fresh('thread');
  const asked = [];
  const confirm = {
    name: 'confirm_publish',
    description: 'asks before publishing',
    parameters: ANYTHING,
    handler: async (card) => {
      asked.push(card);
      return { approved: true, revision: card.revision };
    },
  };
  const { core, failures } = copilot({ runtimeTransport: transport, tools: [confirm] });
  const agent = await connectedAgent(core, threadId);
  agent.addMessage(user('ask'));
  await core.runAgent({ agent });
  assert.equal(asked.length, 1);
  assert.equal(asked[0].when, 'Friday, 18:00');
  const words = said(agent.messages);
  assert.ok(words.startsWith('Shall I publish it?|') && words.includes('Confirm { revision: 5, token: "tok-en" }'), words);

  agent.addMessage(user('wait'));
  const running = core.runAgent({ agent });
  await new Promise((resolve) => setTimeout(resolve, 100));
  core.stopAgent({ agent });
  await running;
  assert.ok(said(agent.messages).endsWith('waiting |Stopped. Nothing was changed.'), said(agent.messages));
  agent.addMessage(user('after the stop'));
  await core.runAgent({ agent });
  assert.ok(said(agent.messages).endsWith('You said: after the stop'));

  const reloaded = copilot({ runtimeTransport: transport });
  const back = await connectedAgent(reloaded.core, threadId);
  await reloaded.core.connectAgent({ agent: back });
  assert.ok(said(back.messages).endsWith('You said: after the stop'));
  assert.equal(new Set(back.messages.map((message) => message.id)).size, back.messages.length);
  const nowhere = await connectedAgent(reloaded.core, fresh('nowhere'));
  await reloaded.core.connectAgent({ agent: nowhere });
  assert.deepEqual([...failures, ...reloaded.failures], []);
}

async function copilotKitSuggests() {
  const { core, failures } = copilot();
  const agent = await connectedAgent(core, fresh('thread'));
  agent.addMessage(user('hello'));
  await core.runAgent({ agent });
  core.addSuggestionsConfig({ instructions: 'What could be said next?', available: 'always' });
  core.reloadSuggestions('default');
  let shown = [];
  for (let turn = 0; turn < 100; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const found = core.getSuggestions('default');
    shown = found.suggestions;
    if (!found.isLoading && shown.length > 0) break;
  }
  assert.deepEqual(shown.map(({ title, message }) => [title, message])[0], ['Town hall', 'Town hall']);
  assert.deepEqual(failures, []);
}

async function copilotKitRefused() {
  const { core, failures } = copilot({ headers: { authorization: 'Bearer nobody' } });
  for (let turn = 0; turn < 200 && failures.length === 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(failures[0]?.includes('401') && failures[0].includes('Please sign in again.'), failures[0]);
  void core;
}

const steps = {
  'both generations accept every play and its retelling': everyPlay,
  'agents of 0.0.59 run every play': () => everyPlayWithAgents(old),
  'agents of 1.0.0 run every play': () => everyPlayWithAgents(current),
  'agents of 0.0.59 run and come back': () => plainAgents(old),
  'agents of 1.0.0 run and come back': () => plainAgents(current),
  'a broken connection loses nothing with 0.0.59': () => liveAndLate(old),
  'a broken connection loses nothing with 1.0.0': () => liveAndLate(current),
  'CopilotKit runs, asks, stops and comes back over REST': () => copilotKit('rest'),
  'CopilotKit runs, asks, stops and comes back over one address': () => copilotKit('single'),
  'CopilotKit gets suggestions': copilotKitSuggests,
  'CopilotKit says what a refusal says': copilotKitRefused,
};

for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
  } catch (error) {
    console.error(`not ok: ${name}\n${error.stack}`);
    process.exit(1);
  }
  console.log(`ok: ${name}`);
}
process.exit(0);
