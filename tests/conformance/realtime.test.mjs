// The official SignalR client is told what happens, with its own negotiation and its own way to send the key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { agree, start, until } from './service.mjs';

const events = ['operation:completed', 'authorization:completed', 'authorization:declined', 'system:notification', 'error'];
let ready;

before(async () => {
  ready = await start();
});

after(() => ready.stop());

for (const skipNegotiation of [false, true]) {
  test(`a call that waited is told when it has ended, ${skipNegotiation ? 'without' : 'with'} negotiation`, async () => {
    const person = ready.users[skipNegotiation ? 1 : 0];
    const told = [];
    const connection = new HubConnectionBuilder()
      .withUrl(`${ready.serviceUrl}/hubs/realtime`, { skipNegotiation, transport: HttpTransportType.WebSockets, accessTokenFactory: () => ready.key })
      .configureLogging(LogLevel.None)
      .build();
    events.forEach((name) => connection.on(name, (data) => told.push({ name, data })));
    await connection.start();

    // What the service does not take is said, to whoever waits for a result and to whoever does not
    await assert.rejects(connection.invoke('job:start', { kind: 'transcribe' }), /'job:start' is nothing this version takes/);
    await connection.send('job:cancel', 'job_1');
    await until('two errors', () => told.length === 2);
    assert.deepEqual(told.splice(0).map(({ name, data }) => [name, data.type, data.target]), [['error', 'urn:lark-service:validation', 'job:start'], ['error', 'urn:lark-service:validation', 'job:cancel']]);

    const parked = await fetch(`${ready.serviceUrl}/api/v1/lark/open-apis/aily/v1/sessions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ready.key}`, 'Content-Type': 'application/json', 'X-Lark-Open-Id': person, 'X-Lark-Scopes': 'aily:session:write', Prefer: 'respond-async' },
      body: '{}',
    });
    assert.equal(parked.status, 202);
    const { id, sessionId } = await parked.json();
    await agree(ready, person);
    await until('both events', () => told.length === 2);
    const [agreed, ended] = told.map(({ name, data }) => ({ name, ...data })).sort((a, b) => a.name.localeCompare(b.name));
    assert.deepEqual([agreed.name, agreed.sessionId, agreed.openId, agreed.state], ['authorization:completed', sessionId, person, 'authorized']);
    assert.deepEqual([ended.name, ended.id, ended.openId, ended.state], ['operation:completed', id, person, 'succeeded']);
    await connection.stop();
  });
}

test('whoever has no good key is refused', async () => {
  const connection = new HubConnectionBuilder().withUrl(`${ready.serviceUrl}/hubs/realtime`, { accessTokenFactory: () => 'lks_nobody' }).configureLogging(LogLevel.None).build();
  await assert.rejects(connection.start(), /401/);
});
