// What the measurements share: processes that are started, watched and ended, and figures out of /proc.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const work = process.env.BENCH_WORK;
const dead = [];

/** Starts a program; `ready` is the first line that makes `isReady` say something. What it prints is kept in a file. */
export async function start(name, command, args, env, isReady) {
  const child = spawn(command, args, { cwd: work, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(path.join(work, `${name}.log`), { flags: 'a' });
  const program = { child, lines: [], gone: new Promise((resolve) => child.once('exit', resolve)) };
  dead.push(program);
  child.stderr.pipe(log, { end: false });
  program.ready = await new Promise((resolve, reject) => {
    program.gone.then((code) => reject(new Error(`${name} ended with ${code}; see ${name}.log`)));
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      program.lines = [...program.lines.slice(-20), line];
      const found = isReady?.(line);
      if (found) {
        resolve(found);
      }
    });
    if (!isReady) {
      resolve(undefined);
    }
  });
  program.gone.catch(() => {});
  return program;
}

export async function stop(program) {
  if (program.child.exitCode === null && program.child.signalCode === null) {
    program.child.kill('SIGTERM');
    const late = setTimeout(() => program.child.kill('SIGKILL'), 15_000);
    await program.gone;
    clearTimeout(late);
  }
  dead.splice(dead.indexOf(program), 1);
}

export async function stopAll() {
  await Promise.all([...dead].reverse().map(stop));
}

export async function startSandbox(people = 0) {
  const program = await start(
    'sandbox', 'dotnet', [process.env.BENCH_SANDBOX, '--no-service', '--json', '--port', '0', '--load', `${people}`, '--data', path.join(work, 'sandbox')],
    // The simulator keeps every message; with a large youngest generation its own pauses (70 ms each) would count as the service's.
    { DOTNET_GCgen0size: '0x600000' },
    (line) => line.startsWith('READY ') && JSON.parse(line.slice(6)));
  return { program, ...program.ready };
}

/** LarkService with a fresh database, connected. */
export async function startService(sandbox, database, port, extra = {}) {
  const settings = {
    Lark__Apps__0__AppId: sandbox.appId,
    Lark__Apps__0__AppSecret: sandbox.appSecret,
    Lark__OpenBaseUrl: sandbox.url,
    Lark__AccountsBaseUrl: sandbox.url,
    Encryption__ActiveKeyId: 'bench',
    Encryption__Keys__bench: Buffer.alloc(32, 7).toString('base64'),
    Api__BootstrapKey: 'bench-bootstrap-key-0123456789abcdef',
    ASPNETCORE_URLS: `http://127.0.0.1:${port}`,
    Database__Provider: database.provider,
    ConnectionStrings__Default: database.connectionString,
    Logging__LogLevel__Default: 'Warning',
    ...extra,
  };
  if (database.provider === 'Postgres') {
    await (await start('migrate', 'dotnet', [process.env.BENCH_SERVICE, 'migrate'], settings)).gone;
  }
  const program = await start('service', 'dotnet', [process.env.BENCH_SERVICE], settings);
  await until(`${settings.ASPNETCORE_URLS}/health`, (text) => text.includes('2 of 2'));
  return { program, url: settings.ASPNETCORE_URLS, key: settings.Api__BootstrapKey };
}

async function until(url, holds) {
  for (let tries = 0; tries < 600; tries++) {
    try {
      if (holds(await (await fetch(url)).text())) {
        return;
      }
    } catch {
      // Not listening yet.
    }
    await pause(50);
  }
  throw new Error(`${url} did not come up`);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function post(url, body, headers = {}) {
  const { default: http } = await import('node:http');
  return new Promise((resolve, reject) => {
    // Not fetch, which gives up after five minutes.
    const request = http.request(url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        if (answer.statusCode >= 300) {
          reject(new Error(`${url} answered ${answer.statusCode}: ${text}`));
        } else {
          resolve(JSON.parse(text));
        }
      });
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

/** Resident memory now and at its highest, in MB; processor seconds used so far. */
export function usage(program) {
  const status = readFileSync(`/proc/${program.child.pid}/status`, 'utf8');
  const megabytes = (name) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) / 1024);
  const stat = readFileSync(`/proc/${program.child.pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return { rss: megabytes('VmRSS'), peak: megabytes('VmHWM'), cpu: (user + system) / 100 };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}

/** "median (lowest to highest)" */
export function spread(values, digits = 0) {
  const text = (value) => value.toFixed(digits);
  return `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

const atStart = processorTime();

/** Where it ran, and how much of the processors' time other guests of the same host took: over a few percent, the tails are theirs. */
export function machine() {
  const cpu = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const cores = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor/gm).length;
  const now = processorTime();
  const taken = ((now.stolen - atStart.stolen) / (now.all - atStart.all) * 100).toFixed(1);
  return `${cores} cores (${cpu.replace(/\(R\)/g, '').trim()}; ${taken} % of their time taken by other guests), Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
}

function processorTime() {
  const ticks = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, t) => sum + t, 0), stolen: ticks[7] };
}
