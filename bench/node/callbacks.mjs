// How long a person waits for the answer to a click: open loop, measured from the time the click was due.
// Started by bench/callbacks.sh, which prepares everything; prints Markdown.
import path from 'node:path';
import { machine, median, post, spread, startSandbox, startService, stop, stopAll, usage, work } from './lib.mjs';

const rounds = Number(process.argv[2] ?? 3);
const rate = Number(process.argv[3] ?? 200);
const clicks = rate * 30;
const people = 100;
const kinds = { Sqlite: 'SQLite', Postgres: 'PostgreSQL' };
const measured = { Sqlite: [], Postgres: [] };

try {
  for (let round = 1; round <= rounds; round++) {
    for (const provider of round % 2 ? ['Sqlite', 'Postgres'] : ['Postgres', 'Sqlite']) {
      measured[provider].push(await measure(provider, round));
    }
  }
  report();
} finally {
  await stopAll();
}

async function measure(provider, round) {
  const sandbox = await startSandbox(people);
  const connectionString = provider === 'Sqlite'
    ? `Data Source=${path.join(work, `callbacks${round}.db`)}`
    : `${process.env.BENCH_CONNECTION};Database=callbacks${round}`;
  // The redirect flow: with device codes the service would poll for everybody beside, and that is not what is measured.
  const service = await startService(sandbox, { provider, connectionString }, 18081, { Authorization__RedirectUri: 'http://127.0.0.1:18081/oauth/callback' });
  await askForConsent(sandbox, service);
  await post(`${sandbox.url}/sandbox/api/load/clicks`, { clicks, perSecond: rate });
  const result = await post(`${sandbox.url}/sandbox/api/load/clicks`, { clicks, perSecond: rate });
  const memory = usage(service.program);
  console.error(`round ${round}  ${provider.padEnd(8)} CPU ${memory.cpu} s, sandbox ${usage(sandbox.program).cpu} s  ${result.perSecond}/s on ${result.cards} cards  answer p50 ${result.answers.p50} p95 ${result.answers.p95} p99 ${result.answers.p99} max ${result.answers.max} ms  failed ${result.failed}`);
  await stop(service.program);
  await stop(sandbox.program);
  if (result.failed > 0) {
    throw new Error(`${result.failed} of ${clicks} clicks were not answered: ${JSON.stringify(result.errors)}`);
  }
  return { ...result, ...memory };
}

/** Everybody gets the card whose button is pressed: Authorize. */
async function askForConsent(sandbox, service) {
  for (const openId of sandbox.users) {
    await post(`${service.url}/api/v1/authorizations`, { openId, reason: 'a benchmark' }, { Authorization: `Bearer ${service.key}` });
  }
}

function report() {
  console.log(`\n${machine()}; ${rate} clicks/s on *Authorize* for 30 s, 2 connections, ${people + 3} cards, median (lowest to highest) of ${rounds}\n`);
  console.log('| | answer p50 ms | p95 ms | p99 ms | longest ms | target |\n|---|---|---|---|---|---|');
  for (const [provider, title] of Object.entries(kinds)) {
    const column = (pick) => spread(measured[provider].map(pick), 1);
    const missed = median(measured[provider].map((m) => m.answers.p99)) < 20 ? '' : ': **missed**';
    console.log(`| ${[title, column((m) => m.answers.p50), column((m) => m.answers.p95), column((m) => m.answers.p99), column((m) => m.answers.max), `p99 < 20 ms${missed}`].join(' | ')} |`);
  }
}
