// LarkSandbox with LarkService beside it, and what people do in chat. LARK_SANDBOX_DLL names a built sandbox.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

process.env.NO_PROXY = process.env.no_proxy = '127.0.0.1';

const here = path.dirname(fileURLToPath(import.meta.url));
const dll = process.env.LARK_SANDBOX_DLL ?? path.join(here, '../../src/LarkSandbox/bin/Debug/net10.0/LarkSandbox.dll');
const patience = 60_000;

/** Both of them, ready; `key` may do everything. */
export async function start() {
  const data = await mkdtemp(path.join(tmpdir(), 'lark-conformance-'));
  const sandbox = spawn('dotnet', [dll, '--port', '0', '--service-port', '0', '--flow', 'redirect', '--json', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    sandbox.kill('SIGTERM');
    await new Promise((resolve) => sandbox.once('exit', resolve));
    await rm(data, { recursive: true, force: true });
  };
  for await (const line of readline.createInterface({ input: sandbox.stdout })) {
    if (line.startsWith('READY ')) {
      const ready = JSON.parse(line.slice(6));
      const key = (await readFile(ready.bootstrapKeyFile, 'utf8')).trim();
      await until('the service to be ready', async () => (await fetch(`${ready.serviceUrl}/health/ready`).catch(() => null))?.ok);
      return { ...ready, key, stop };
    }
  }
  assert.fail('the sandbox did not start');
}

/** Agrees on the consent page that the newest card leads to. */
export async function agree({ url, serviceUrl, key }, person) {
  const link = await until('a card', async () => {
    const { items } = await (await fetch(`${url}/sandbox/api/messages?openId=${person}`)).json();
    return items.map((item) => JSON.stringify(item.card ?? '').match(/"(https?:[^"]*\/open-apis\/authen\/v1\/authorize[^"]*)"/)?.[1]).filter(Boolean).at(-1);
  });
  const answer = await fetch(JSON.parse(`"${link}"`), { method: 'POST', redirect: 'manual', headers: { Cookie: `sandbox_user=${person}` }, body: new URLSearchParams({ decision: 'allow' }) });
  const page = await fetch(answer.headers.get('location'));
  assert.equal(page.status, 200);
  await until('the grant', async () => (await (await fetch(`${serviceUrl}/api/v1/grants/${person}`, { headers: { Authorization: `Bearer ${key}` } })).json()).status === 'active');
}

export async function until(what, look) {
  for (const end = Date.now() + patience; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found) {
      return found;
    }
    assert.ok(Date.now() < end, `not seen: ${what}`);
  }
}
