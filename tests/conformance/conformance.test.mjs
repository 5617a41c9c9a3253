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
const patience = 60_000;

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
  await act('faults/reset', {});
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

test('the same event may come twice, under one event id', async () => {
  const { events } = await connect();
  await act('faults/duplicate', { times: 1 });
  await act('messages', { openId: ready.users[0], text: 'twice' });
  const [first, second] = [await heard(events, 'twice'), await heard(events, 'twice')];
  assert.equal(first.event_id, second.event_id);
});

test('on a late and lossy line every message arrives in the end', async () => {
  const { events } = await connect();
  await act('faults/network', { latencyMs: 150, jitterMs: 50 });
  await act('faults/frames', { loss: 20 });
  const texts = Array.from({ length: 20 }, (_, n) => `lossy ${n}`);
  await Promise.all(texts.map((text) => act('messages', { openId: ready.users[0], text })));
  await act('faults/reset', {});
  const missing = new Set(texts);
  while (missing.size > 0) {
    missing.delete(textOf(await events.next('im.message.receive_v1')));
  }
});

test('pushes that overtake each other, in packets out of order, all arrive', async () => {
  const { events } = await connect();
  await act('faults/frames', { reorderMs: 300 });
  await act('faults/split', { bytes: 60, reorder: true });
  const texts = Array.from({ length: 12 }, (_, n) => `顺序 ${n}`);
  for (const text of texts) {
    await act('messages', { openId: ready.users[0], text });
  }
  const seen = new Set();
  while (seen.size < texts.length) {
    seen.add(textOf(await events.next('im.message.receive_v1')));
  }
  assert.deepEqual([...seen].sort(), [...texts].sort());
});

test('each push goes to exactly one of many clients', async () => {
  const many = await Promise.all(Array.from({ length: 5 }, () => connect()));
  const texts = Array.from({ length: 40 }, (_, n) => `one of many ${n}`);
  const before = (await counters()).redelivered ?? 0;
  await Promise.all(texts.map((text) => act('messages', { openId: ready.users[0], text })));
  const heardBy = () => many.map(({ events }) => events.all('im.message.receive_v1').filter((event) => textOf(event).startsWith('one of many')));
  const distinct = () => new Map(heardBy().flat().map((event) => [event.event_id, textOf(event)]));
  await until(() => distinct().size >= texts.length);
  const shares = heardBy();
  assert.deepEqual([...distinct().values()].sort(), [...texts].sort());
  const again = ((await counters()).redelivered ?? 0) - before; // an ack that was late
  assert.ok(shares.flat().length <= texts.length + again, 'one push went to several clients');
  assert.ok(shares.filter((share) => share.length > 0).length > 1, 'one client got everything');
});

test('a click whose push gets lost ends in an error and is not sent again', async () => {
  let clicks = 0;
  const { api } = await connect({ 'card.action.trigger': () => { clicks += 1; } });
  const messageId = await sendCard(api, ready.users[0]);
  await act('faults/frames', { pushLoss: 100 });
  const answer = await act('cards/click', { openId: ready.users[0], messageId, tag: 'button', value: { step: 1 } });
  assert.equal(answer.error.code, 200341);
  await act('faults/reset', {});
  await act('cards/click', { openId: ready.users[0], messageId, tag: 'button', value: { step: 1 } });
  assert.equal(clicks, 1);
});

test('a client comes back after an RST', async () => {
  const { events } = await connect();
  await act('faults/cut', {});
  await events.next('reconnected');
  await act('messages', { openId: ready.users[0], text: 'after the cut' });
  await heard(events, 'after the cut');
});

test('a client comes back after a restart of the server', async () => {
  const { events } = await connect();
  await act('faults/restart', { seconds: 1 });
  await act('messages', { openId: ready.users[0], text: 'said meanwhile' });
  await events.next('reconnected');
  await heard(events, 'said meanwhile');
});

test('a client with a pingTimeout leaves a peer that vanished without a word', async () => {
  await act('faults/frames', { pongLoss: 100 });
  const { events } = await connect({}, { wsConfig: { pingTimeout: 5 } });
  const { message } = await act('faults/vanish', {});
  assert.match(message, /^Vanished/);
  await act('faults/frames', { loss: 0 });
  await events.next('reconnecting');
  await events.next('reconnected');
  await act('faults/reset', {}); // the platform would go on pushing to the dead one for a while
  await act('messages', { openId: ready.users[0], text: 'anybody?' });
  await heard(events, 'anybody?');
});

test('maintenance answered with HTTP 503 is waited out', async () => {
  const { events } = await connect();
  await act('faults/maintenance', { seconds: 1, answer: 'HTTP 503' });
  await events.next('reconnecting');
  await events.next('reconnected');
  assert.equal(events.count('error'), 0);
});

test('maintenance answered with code 1 is the end for this SDK', async () => {
  const { events } = await connect();
  await act('faults/maintenance', { seconds: 30, answer: 'code 1' });
  assert.match((await events.next('error')).message, /code=1,.*busy/);
});

for (const code of [403, 1000040350]) {
  test(`an endpoint that answers ${code} is the end`, async () => {
    await act('faults/refuse-endpoint', { code });
    const { events } = start();
    assert.match((await events.next('error')).message, new RegExp(`code=${code}`));
    assert.equal(events.count('ready'), 0);
  });
}

test('an endpoint that answers 1000040343 is asked again', async () => {
  const { events } = await connect(); // before its first answer the SDK knows no interval but its own two minutes
  await act('faults/refuse-endpoint', { code: 1000040343, times: 1 });
  await act('faults/drop-connections', {});
  await events.next('reconnected');
  assert.equal((await broken()).endpoint, null);
});

test('more clients than allowed are refused by the endpoint', async () => {
  await connect();
  await act('faults/limit', { connections: 1 });
  const { events } = start();
  assert.match((await events.next('error')).message, /1000040350/);
});

for (const refusal of [{ status: 514, autherrcode: 1000040350 }, { status: 403 }, { http: 502 }]) {
  test(`a handshake refused with ${JSON.stringify(refusal)} is tried again`, async () => {
    await act('faults/refuse-handshake', { ...refusal, times: 1 });
    const { events } = start();
    await events.next('ready');
    assert.equal((await broken()).handshake, null);
  });
}

test('a pong changes how often the client tries again', async () => {
  await act('faults/pong-config', { config: { ReconnectCount: 1, ReconnectInterval: 1, ReconnectNonce: 0, PingInterval: 30 } });
  const pongs = (await counters()).pong;
  const { events } = await connect();
  await counted('pong', pongs + 1);
  await act('faults/refuse-endpoint', { code: 1000040343, times: 100 });
  await act('faults/drop-connections', {});
  assert.match((await events.next('error')).message, /exhausted after 1 attempts/);
});

test('a pong that makes no sense is survived', async () => {
  await act('faults/pong-config', { text: 'not JSON' });
  const pongs = (await counters()).pong;
  const { events } = await connect();
  await counted('pong', pongs + 1);
  await act('messages', { openId: ready.users[0], text: 'and on' });
  await heard(events, 'and on');
});

test('a wrong secret is refused for good', async () => {
  const { events } = start({}, { appSecret: 'wrong' });
  assert.ok(await events.next('error'));
  assert.equal(events.count('ready'), 0);
});

test('a workspace is read and written with a token of a person', async () => {
  const token = await granted(ready.users[0], 'app_engine:workspace.sql_commands:write', 'app_engine:workspace.table.record:read', 'app_engine:workspace.table.record:write');
  const { workspace, workspaceTable } = openApi().apaas.v1;
  const path = { workspace_id: 'workspace_demo0000001', table_name: 'tasks' };

  const added = await workspaceTable.recordsPost({ path, data: { records: JSON.stringify([{ title: 'from the SDK' }, { title: 'a&b=c "quoted"' }]) } }, token);
  assert.equal(added.code, 0, added.msg);
  assert.equal(added.data.record_ids.length, 2);

  const found = await workspaceTable.recordsGet({ path, params: { filter: 'and=(title.eq."a&b=c \\"quoted\\"")', select: 'title,_created_by' } }, token);
  assert.deepEqual(JSON.parse(found.data.items), [{ title: 'a&b=c "quoted"', _created_by: ready.users[0] }]);
  assert.deepEqual([found.data.total, found.data.has_more], [1, false]);

  const rows = await workspace.sqlCommands({ path, data: { sql: "SELECT count(*) AS n FROM tasks WHERE title LIKE 'from%'" } }, token);
  assert.deepEqual(JSON.parse(rows.data.result), [{ n: 1 }]);
  const gone = await workspaceTable.recordsDelete({ path, params: { filter: `_id=in.(${added.data.record_ids})` } }, token);
  assert.equal(gone.code, 0, gone.msg);
});

test('a function and a flow run with the token of the app', async () => {
  const { applicationFunction, applicationFlow } = openApi().apaas.v1;
  const namespace = 'package_sandbox__c';
  const added = await applicationFunction.invoke({ path: { namespace, function_api_name: 'add' }, data: { params: '{"a":1,"b":2}' } });
  assert.deepEqual(JSON.parse(added.data.result), { sum: 3 });
  const ran = await applicationFlow.execute({ path: { namespace, flow_id: 'approve_0000000001' }, data: { operator: '{"email":"lilei@sandbox.example"}', params: '{"x":1}' } });
  assert.equal(ran.data.status, 'end');
  assert.ok(JSON.parse(ran.data.out_params).some(({ api_name, value }) => api_name === 'x' && value === 1));
});

test('a file goes up and comes down', async () => {
  const token = await granted(ready.users[0], 'drive:drive');
  const { media } = openApi().drive.v1;
  const bytes = Buffer.from('an attachment, 附件\n'.repeat(10_000));
  const up = await media.uploadAll({ data: { file_name: 'attachment.txt', parent_type: 'docx_file', parent_node: 'doxcn1', size: bytes.length, file: bytes } }, token);
  assert.match(up.file_token, /^boxcn/);

  const down = await media.download({ path: { file_token: up.file_token } }, token);
  const chunks = [];
  for await (const chunk of down.getReadableStream()) {
    chunks.push(chunk);
  }
  assert.ok(Buffer.concat(chunks).equals(bytes));

  const links = await media.batchGetTmpDownloadUrl({ params: { file_tokens: [up.file_token] } }, token);
  const by = await fetch(links.data.tmp_download_urls[0].tmp_download_url, { headers: { Range: 'bytes=0-1' } });
  assert.deepEqual([by.status, await by.text()], [206, 'an']);
});

test('people are found in the directory', async () => {
  const { user } = openApi().contact.v3;
  const batch = await user.batch({ params: { user_ids: ready.users.slice(0, 3), user_id_type: 'open_id' } });
  assert.deepEqual(batch.data.items.map(({ open_id }) => open_id), ready.users.slice(0, 3));
  const ids = await user.batchGetId({ data: { emails: ['ava@sandbox.example'] }, params: { user_id_type: 'open_id' } });
  assert.equal(ids.data.user_list[0].user_id, ready.users[2]);
  const one = await user.get({ path: { user_id: ready.users[2] } }, await granted(ready.users[0], 'contact:contact.base:readonly', 'contact:user.base:readonly'));
  assert.equal(one.data.user.name, 'Ava Stone');
});

test('a token of the wrong kind and a missing scope are told by their codes', async () => {
  const path = { workspace_id: 'workspace_demo0000001' };
  const refused = (call) => call.then(() => assert.fail('not refused'), (error) => error.response.data);
  const { workspace } = openApi().apaas.v1;
  assert.equal((await refused(workspace.sqlCommands({ path, data: { sql: 'SELECT 1' } }))).code, 99991663);
  const missing = await refused(workspace.sqlCommands({ path, data: { sql: 'SELECT 1' } }, await granted(ready.users[1], 'auth:user.id:read')));
  assert.equal(missing.code, 99991679);
  assert.equal(missing.error.permission_violations[0].subject, 'app_engine:workspace.sql_commands:write');
});

/** Connects the SDK and waits until it says it is connected. */
async function connect(handlers = {}, options = {}) {
  const started = start(handlers, options);
  await started.events.next('ready');
  return started;
}

/** Starts an SDK client and keeps what happens to it. */
function start(handlers = {}, options = {}) {
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
    onReconnecting: () => events.put('reconnecting', true),
    onReconnected: () => events.put('reconnected', true),
    onError: (error) => events.put('error', error),
    ...options,
  });
  clients.push(client);
  client.start({ eventDispatcher: dispatcher });
  return { client, events, api: openApi() };
}

/** The SDK's client of the open APIs. */
function openApi() {
  return new lark.Client({ appId: ready.appId, appSecret: ready.appSecret, domain: ready.url, loggerLevel: lark.LoggerLevel.fatal });
}

/** Calls with this option are made with a token of the person, who has granted these scopes. */
async function granted(openId, ...scopes) {
  const { accessToken } = await act('grants', { openId, scopes });
  return lark.withUserAccessToken(accessToken);
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

/** Looks again and again until it is so. */
async function until(condition) {
  for (const end = Date.now() + patience; !condition(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    assert.ok(Date.now() < end, `never became so: ${condition}`);
  }
}

/** What is broken now. */
async function broken() {
  return (await fetch(`${ready.url}/sandbox/api/faults`)).json();
}

/** Follows the simulator's stream until an event of this name satisfies; returns what it carried. */
async function told(name, satisfies) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(new Error(`${name} did not become what was waited for`)), patience);
  try {
    const stream = await fetch(`${ready.url}/sandbox/api/stream`, { signal: stop.signal });
    let text = '';
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const found = [...text.matchAll(new RegExp(`event: ${name}\\ndata: (.*)\\n\\n`, 'g'))].map((match) => JSON.parse(match[1])).find(satisfies);
      if (found) {
        return found;
      }
    }
  } finally {
    clearTimeout(limit);
    stop.abort();
  }
  return assert.fail(`the stream ended before ${name}`);
}

const counters = () => told('counters', () => true);

/** Waits until the simulator's own counter has reached the number. */
const counted = (name, atLeast) => told('counters', (counter) => counter[name] >= atLeast);

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
    all: (name) => of(arrived, name),
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
