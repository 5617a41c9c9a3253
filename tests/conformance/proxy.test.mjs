// The official SDK, pointed at LarkService's proxy as its domain, acts in a person's name without ever having a token.
// Needs a built sandbox with LarkService beside it: LARK_SANDBOX_DLL names the sandbox.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

process.env.NO_PROXY = process.env.no_proxy = '127.0.0.1';
const lark = await import('@larksuiteoapi/node-sdk');

const here = path.dirname(fileURLToPath(import.meta.url));
const dll = process.env.LARK_SANDBOX_DLL ?? path.join(here, '../../src/LarkSandbox/bin/Debug/net10.0/LarkSandbox.dll');
const patience = 60_000;

let sandbox;
let ready;
let data;
let key;

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'lark-proxy-'));
  sandbox = spawn('dotnet', [dll, '--port', '0', '--service-port', '0', '--flow', 'redirect', '--json', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of readline.createInterface({ input: sandbox.stdout })) {
    if (line.startsWith('READY ')) {
      ready = JSON.parse(line.slice(6));
      break;
    }
  }
  assert.ok(ready, 'the sandbox did not start');
  key = (await readFile(ready.bootstrapKeyFile, 'utf8')).trim();
  await until('the service to be ready', async () => (await fetch(`${ready.serviceUrl}/health/ready`).catch(() => null))?.ok);
});

after(async () => {
  sandbox.kill('SIGTERM');
  await new Promise((resolve) => sandbox.once('exit', resolve));
  await rm(data, { recursive: true, force: true });
});

test('a call in a person\'s name that the SDK could not make before', async () => {
  const person = ready.users[0];
  const data = { receive_id: ready.users[1], msg_type: 'text', content: JSON.stringify({ text: '代我发送 hello' }) };

  // Pointed at the platform it needs this person's token, which it has no way to get
  const direct = client(ready.url);
  await assert.rejects(direct.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken('u-nobody-gave-me-one')));

  // Pointed at the proxy it names the person; without their consent it is told so, and they are asked
  const proxied = client(`${ready.serviceUrl}/api/v1/lark`, { 'X-Lark-Open-Id': person });
  const problem = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken(key)).then(assert.fail, (error) => error.response);
  assert.equal(problem.status, 403);
  assert.equal(problem.data.type, 'urn:lark-service:authorization-required');
  assert.deepEqual(problem.data.missingScopes, ['im:message', 'im:message.send_as_user']);

  await agree(person);
  const sent = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken(key));
  assert.equal(sent.code, 0, sent.msg);
  assert.match(sent.data.message_id, /^om_/);
});

test('what the platform refuses arrives as the SDK knows it', async () => {
  const proxied = client(`${ready.serviceUrl}/api/v1/lark`, { 'X-Lark-Open-Id': ready.users[0] });
  const error = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data: { receive_id: 'ou_nobody', msg_type: 'text', content: '{}' } }, lark.withUserAccessToken(key)).then((answer) => answer, (thrown) => thrown.response.data);
  assert.ok(error.code > 0, JSON.stringify(error));
  assert.ok(error.msg);
});

/** The SDK with a domain of choice; more headers are an axios matter. */
function client(domain, headers = {}) {
  const { defaultHttpInstance } = lark;
  return new lark.Client({
    appId: ready.appId,
    appSecret: 'not-needed-here',
    domain,
    disableTokenCache: true,
    loggerLevel: lark.LoggerLevel.fatal,
    httpInstance: {
      ...defaultHttpInstance,
      request: (options) => defaultHttpInstance.request({ ...options, headers: { ...options.headers, ...headers } }),
    },
  });
}

/** Agrees on the consent page that the newest card leads to. */
async function agree(person) {
  const link = await until('a card', async () => {
    const { items } = await (await fetch(`${ready.url}/sandbox/api/messages?openId=${person}`)).json();
    return items.map((item) => JSON.stringify(item.card ?? '').match(/"(https?:[^"]*\/open-apis\/authen\/v1\/authorize[^"]*)"/)?.[1]).filter(Boolean).at(-1);
  });
  const answer = await fetch(JSON.parse(`"${link}"`), { method: 'POST', redirect: 'manual', headers: { Cookie: `sandbox_user=${person}` }, body: new URLSearchParams({ decision: 'allow' }) });
  const page = await fetch(answer.headers.get('location'));
  assert.equal(page.status, 200);
  await until('the grant', async () => (await (await fetch(`${ready.serviceUrl}/api/v1/grants/${person}`, { headers: { Authorization: `Bearer ${key}` } })).json()).status === 'active');
}

async function until(what, look) {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found) {
      return found;
    }
    assert.ok(Date.now() < end, `not seen: ${what}`);
  }
}
