// The official SDK talks to LarkSandbox as it talks to the real platform.
// Needs a built sandbox: LARK_SANDBOX_DLL names it, the default is the Debug build of this repository.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

process.env.NO_PROXY = process.env.no_proxy = '127.0.0.1';
const lark = await import('@larksuiteoapi/node-sdk');

const here = path.dirname(fileURLToPath(import.meta.url));
const dll = process.env.LARK_SANDBOX_DLL ?? path.join(here, '../../src/LarkSandbox/bin/Debug/net10.0/LarkSandbox.dll');
const patience = 15_000;

let sandbox;
let ready;
let data;
const clients = [];

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'lark-sandbox-'));
  sandbox = spawn('dotnet', [dll, '--no-service', '--port', '0', '--json', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of readline.createInterface({ input: sandbox.stdout })) {
    if (line.startsWith('READY ')) {
      ready = JSON.parse(line.slice(6));
      break;
    }
  }
  assert.ok(ready, 'the sandbox did not start');
});

afterEach(async () => {
  clients.splice(0).forEach((client) => client.close({ force: true }));
  await act('faults/split', { bytes: 0, reorder: false });
});

after(async () => {
  sandbox.kill('SIGTERM');
  await new Promise((resolve) => sandbox.once('exit', resolve));
  await rm(data, { recursive: true, force: true });
});

test('a message arrives whole', async () => {
  const { events } = await connect();
  await act('messages', { openId: ready.users[0], text: 'hello 你好' });
  const event = await heard(events, 'hello 你好');
  assert.equal(event.sender.sender_id.open_id, ready.users[0]);
  await counted('ack', 1);
});

test('a message arrives in packets cut anywhere', async () => {
  const { events } = await connect();
  await act('faults/split', { bytes: 37, reorder: false });
  const text = '分包也要完整送达 '.repeat(40).trim();
  await act('messages', { openId: ready.users[0], text });
  await heard(events, text);
});

test('a message arrives in packets out of order', async () => {
  const { events } = await connect();
  await act('faults/split', { bytes: 41, reorder: true });
  const text = 'last packet first, 最后的先到 '.repeat(30).trim();
  await act('messages', { openId: ready.users[1], text });
  await heard(events, text);
});

test('a click is answered with a toast and a new card', async () => {
  const { api } = await connect({
    'card.action.trigger': (event) => ({
      toast: { type: 'success', content: 'Done', i18n: { zh_cn: `完成 ${event.action.value.step}`, en_us: 'Done' } },
      card: { type: 'raw', data: card('after the click') },
    }),
  });
  const messageId = await sendCard(api, ready.users[0]);

  const answer = await act('cards/click', { openId: ready.users[0], messageId, tag: 'button', value: { step: 1 } });

  assert.deepEqual(answer.toast, { type: 'success', content: '完成 1' });
  assert.equal(answer.error, null);
  assert.equal((await shown(ready.users[0], messageId)).body.elements[0].content, 'after the click');
});

test('a card can be patched with the official client', async () => {
  const { api } = await connect();
  const messageId = await sendCard(api, ready.users[2]);
  const patched = await api.im.message.patch({ path: { message_id: messageId }, data: { content: JSON.stringify(card('patched')) } });
  assert.equal(patched.code, 0);
  assert.equal((await shown(ready.users[2], messageId)).body.elements[0].content, 'patched');
});

test('a handler that fails gets its event again', async () => {
  let tries = 0;
  const { events } = await connect({
    'im.message.receive_v1': (event) => {
      if (textOf(event) === 'again') {
        tries += 1;
        if (tries === 1) {
          throw new Error('not this time');
        }
      }
      events.put('im.message.receive_v1', event);
    },
  });
  await act('messages', { openId: ready.users[0], text: 'again' });
  await heard(events, 'again');
  assert.equal(tries, 2);
});

test('a dropped client comes back by itself', async () => {
  const { events } = await connect();
  await act('faults/drop-connections', {});
  await events.next('reconnected');
  await act('messages', { openId: ready.users[0], text: 'still there?' });
  await heard(events, 'still there?');
});

test('a wrong secret is refused for good', async () => {
  const events = mailbox();
  const client = new lark.WSClient({
    appId: ready.appId,
    appSecret: 'wrong',
    domain: ready.url,
    loggerLevel: lark.LoggerLevel.fatal,
    onReady: () => events.put('ready', true),
    onError: (error) => events.put('error', error),
  });
  clients.push(client);
  client.start({ eventDispatcher: new lark.EventDispatcher({}) });
  assert.ok(await events.next('error'));
  assert.equal(events.count('ready'), 0);
});

/** Connects the SDK and waits until it says it is connected. */
async function connect(handlers = {}) {
  const events = mailbox();
  const dispatcher = new lark.EventDispatcher({ loggerLevel: lark.LoggerLevel.fatal }).register({
    'im.message.receive_v1': (event) => events.put('im.message.receive_v1', event),
    ...handlers,
  });
  const client = new lark.WSClient({
    appId: ready.appId,
    appSecret: ready.appSecret,
    domain: ready.url,
    loggerLevel: lark.LoggerLevel.fatal,
    onReady: () => events.put('ready', true),
    onReconnected: () => events.put('reconnected', true),
  });
  clients.push(client);
  client.start({ eventDispatcher: dispatcher });
  await events.next('ready');
  const api = new lark.Client({ appId: ready.appId, appSecret: ready.appSecret, domain: ready.url, loggerLevel: lark.LoggerLevel.fatal });
  return { client, events, api };
}

function card(text) {
  return {
    schema: '2.0',
    config: { update_multi: true },
    body: {
      elements: [
        { tag: 'markdown', content: text },
        { tag: 'button', text: { tag: 'plain_text', content: 'Go' }, behaviors: [{ type: 'callback', value: { step: 1 } }] },
      ],
    },
  };
}

async function sendCard(api, openId) {
  const sent = await api.im.message.create({
    params: { receive_id_type: 'open_id' },
    data: { receive_id: openId, msg_type: 'interactive', content: JSON.stringify(card('before')) },
  });
  assert.equal(sent.code, 0, sent.msg);
  return sent.data.message_id;
}

async function shown(openId, messageId) {
  const { items } = await (await fetch(`${ready.url}/sandbox/api/messages?openId=${openId}`)).json();
  return items.find((item) => item.messageId === messageId).card;
}

const textOf = (event) => JSON.parse(event.message.content).text;

/** Waits for the message with this text; what an earlier client did not acknowledge may come again before it. */
async function heard(events, text) {
  while (true) {
    const event = await events.next('im.message.receive_v1');
    if (textOf(event) === text) {
      return event;
    }
  }
}

/** Acts as a person, or causes a fault. */
async function act(what, body) {
  const answer = await fetch(`${ready.url}/sandbox/api/${what}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

/** Waits until the simulator's own counter has reached the number. */
async function counted(name, atLeast) {
  const stream = await fetch(`${ready.url}/sandbox/api/stream`, { signal: AbortSignal.timeout(patience) });
  let text = '';
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const counters = [...text.matchAll(/event: counters\ndata: (.*)\n\n/g)].map((match) => JSON.parse(match[1]));
    if (counters.some((counter) => counter[name] >= atLeast)) {
      return;
    }
  }
  assert.fail(`counter ${name} did not reach ${atLeast}`);
}

/** Named queues of what happened; next() waits for one. */
function mailbox() {
  const arrived = new Map();
  const waiting = new Map();
  const of = (map, name) => map.get(name) ?? map.set(name, []).get(name);
  return {
    put(name, value) {
      const waiter = of(waiting, name).shift();
      if (waiter) {
        waiter(value);
      } else {
        of(arrived, name).push(value);
      }
    },
    count: (name) => of(arrived, name).length,
    next(name) {
      if (of(arrived, name).length > 0) {
        return Promise.resolve(of(arrived, name).shift());
      }
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`${name} did not happen`)), patience);
        of(waiting, name).push((value) => {
          clearTimeout(limit);
          resolve(value);
        });
      });
    },
  };
}
