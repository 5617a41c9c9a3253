// Events stored and acknowledged in a second: LarkService against the official SDK, on one sandbox, in turn.
// Started by bench/events.sh, which prepares everything; prints Markdown.
import Database from 'better-sqlite3';
import path from 'node:path';
import pg from 'pg';
import { here, machine, median, pause, post, spread, start, startSandbox, startService, stop, stopAll, usage, work } from './lib.mjs';

const rounds = Number(process.argv[2] ?? 3);
const events = Number(process.argv[3] ?? 20_000);
const load = { bytes: 2048, inFlight: 64, chats: 100 };
const warmUps = 4; // as many events each: a service runs for weeks, and its code is compiled again while it is young
const names = {
  'service sqlite': 'LarkService, SQLite',
  'sdk sqlite': 'SDK, handler stores in SQLite',
  'service postgres': 'LarkService, PostgreSQL',
  'sdk postgres': 'SDK, handler stores in PostgreSQL',
  'sdk nothing': 'SDK, handler stores nothing',
};
const measured = Object.fromEntries(Object.keys(names).map((name) => [name, []]));

try {
  const sandbox = await startSandbox();
  for (let round = 1; round <= rounds; round++) {
    // In turn, and every round starts with another, so that nobody always comes first or last.
    const order = Object.keys(names);
    order.unshift(...order.splice(round % order.length));
    for (const name of order) {
      const figures = await measure(sandbox, name, round);
      measured[name].push(figures);
      console.error(`round ${round}  ${name.padEnd(17)} ${figures.perSecond.toFixed(0).padStart(6)}/s  ack p50 ${figures.acks.p50} p95 ${figures.acks.p95} p99 ${figures.acks.p99} max ${figures.acks.max} ms  `
        + `CPU ${figures.cpu.toFixed(1)} s, sandbox ${figures.sandboxCpu.toFixed(1)} s of ${figures.seconds.toFixed(1)} s  RSS ${figures.rss}/${figures.peak} MB  handled after ${figures.handledAfter ?? '-'} s`);
    }
  }
  report();
} finally {
  await stopAll();
}

async function measure(sandbox, name, round) {
  const [who, kind] = name.split(' ');
  const database = await newDatabase(kind, `${who}${round}`);
  const client = who === 'service' ? (await startService(sandbox, database, 18080)).program : await startPeer(sandbox, kind, database);
  for (let time = 0; time < warmUps; time++) {
    await post(`${sandbox.url}/sandbox/api/load`, { ...load, events });
    if (who === 'service') {
      await database.handled();
    }
  }
  const before = { client: usage(client), sandbox: usage(sandbox.program) };
  const result = await post(`${sandbox.url}/sandbox/api/load`, { ...load, events });
  const after = { client: usage(client), sandbox: usage(sandbox.program) };
  const ended = performance.now();
  const stored = who === 'service' ? await database.handled() : undefined;
  const handledAfter = who === 'service' ? Number(((performance.now() - ended) / 1000).toFixed(1)) : undefined;
  await stop(client);
  const kept = stored ?? Number(client.lines.find((line) => line.startsWith('STORED '))?.slice(7));
  if (result.failed > 0 || kept !== events * (warmUps + 1)) {
    throw new Error(`${name}: ${result.failed} failed, ${kept} of ${events * (warmUps + 1)} stored`);
  }
  await database.drop();
  return { ...result, ...after.client, cpu: after.client.cpu - before.client.cpu, sandboxCpu: after.sandbox.cpu - before.sandbox.cpu, handledAfter };
}

/** Two client objects in one process: as many connections as the service opens. */
function startPeer(sandbox, kind, database) {
  return start('sdk', 'node', [path.join(here, 'peer.mjs'), kind, '2'], {
    PEER_URL: sandbox.url,
    PEER_APP_ID: sandbox.appId,
    PEER_APP_SECRET: sandbox.appSecret,
    PEER_DATABASE: database.url,
  }, (line) => line === 'READY');
}

async function newDatabase(kind, name) {
  switch (kind) {
    case 'sqlite': {
      const url = path.join(work, `${name}.db`);
      const count = (where) => {
        const db = new Database(url, { readonly: true });
        try {
          return db.prepare(`SELECT count(*) AS n FROM inbox_events WHERE ${where}`).get().n;
        } finally {
          db.close();
        }
      };
      return { provider: 'Sqlite', url, connectionString: `Data Source=${url}`, handled: () => handled(count), drop() {} };
    }
    case 'postgres': {
      const server = new URL(process.env.BENCH_POSTGRES);
      const database = `bench_${name}`;
      await query(server, `CREATE DATABASE ${database}`);
      const url = new URL(`/${database}`, server);
      const count = async (where) => Number((await query(url, `SELECT count(*) AS n FROM inbox_events WHERE ${where}`)).rows[0].n);
      return {
        provider: 'Postgres',
        url: url.href,
        connectionString: `Host=${server.hostname};Port=${server.port};Username=${server.username};Password=${server.password};Database=${database}`,
        handled: () => handled(count),
        drop: () => query(server, `DROP DATABASE ${database} WITH (FORCE)`),
      };
    }
    default:
      return { drop() {} };
  }
}

/** Waits until the handlers have worked off what was acknowledged; says how many events there are. */
async function handled(count) {
  while (await count("state = 'received'") > 0) {
    await pause(100);
  }
  return count("state = 'done'");
}

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

function report() {
  const column = (name, pick, digits = 0) => spread(measured[name].map(pick), digits);
  const middle = (name) => median(measured[name].map((m) => m.perSecond));
  console.log(`\n${machine()}; ${events} events of 2 KB, 64 in flight, 2 connections, median (lowest to highest) of ${rounds}\n`);
  console.log('| | events/s | ack p50 ms | ack p95 ms | ack p99 ms | RSS MB | peak MB |\n|---|---|---|---|---|---|---|');
  for (const [name, title] of Object.entries(names)) {
    console.log(`| ${[title, column(name, (m) => m.perSecond), column(name, (m) => m.acks.p50, 1), column(name, (m) => m.acks.p95, 1), column(name, (m) => m.acks.p99, 1),
      column(name, (m) => m.rss), column(name, (m) => m.peak)].join(' | ')} |`);
  }
  console.log('\n| | measured | target |\n|---|---|---|');
  for (const [kind, title] of [['sqlite', 'SQLite'], ['postgres', 'PostgreSQL']]) {
    const us = `service ${kind}`;
    target(`${title}: against the SDK that stores`, middle(us) / middle(`sdk ${kind}`), '×', 'at least 3 ×', (v) => v >= 3);
    target(`${title}: against the SDK that stores nothing`, middle(us) / middle('sdk nothing'), '×', 'at least 0.5 ×', (v) => v >= 0.5);
    target(`${title}: ack p95`, median(measured[us].map((m) => m.acks.p95)), 'ms', '< 10 ms', (v) => v < 10);
    target(`${title}: ack p99`, median(measured[us].map((m) => m.acks.p99)), 'ms', '< 50 ms', (v) => v < 50);
    console.log(`| ${title}: the last event handled after the last ack | ${column(us, (m) => m.handledAfter, 1)} s | |`);
  }
}

function target(what, value, unit, wish, reached) {
  console.log(`| ${what} | ${value.toFixed(2)} ${unit} | ${wish}${reached(value) ? '' : ': **missed**'} |`);
}
