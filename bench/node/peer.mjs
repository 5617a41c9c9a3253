// The official SDK as a client of the platform, with the handler a user would write.
//
//   node peer.mjs nothing|sqlite|postgres CONNECTIONS
//
// Settings: PEER_URL, PEER_APP_ID, PEER_APP_SECRET; PEER_DATABASE = a file, or a PostgreSQL URL. Prints READY when every
// connection is open; SIGTERM ends it, after it has said how many events its database holds.
import * as lark from '@larksuiteoapi/node-sdk';

const [kind, connections] = process.argv.slice(2);
const store = await { nothing, sqlite, postgres }[kind]();
const clients = [];

for (let number = 0; number < Number(connections); number++) {
  await new Promise((opened, failed) => {
    const client = new lark.WSClient({
      appId: process.env.PEER_APP_ID,
      appSecret: process.env.PEER_APP_SECRET,
      domain: process.env.PEER_URL,
      loggerLevel: lark.LoggerLevel.error,
      onReady: opened,
      onError: failed,
    });
    clients.push(client);
    client.start({ eventDispatcher: new lark.EventDispatcher({ loggerLevel: lark.LoggerLevel.error }).register({ 'im.message.receive_v1': store.put }) });
  });
}

process.once('SIGTERM', async () => {
  clients.forEach((client) => client.close({ force: true }));
  console.log(`STORED ${await store.count()}`);
  await store.close();
  process.exit(0);
});
console.log('READY');

function nothing() {
  let count = 0;
  return { put: () => { count++; }, count: () => count, close() {} };
}

// The same durability as the service's own file: write-ahead log, and every commit flushed to the disk before it counts.
async function sqlite() {
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(process.env.PEER_DATABASE);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY, event_type TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL)');
  const insert = db.prepare('INSERT INTO events (event_id, event_type, payload, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    put: (event) => { insert.run(event.event_id, event.event_type, JSON.stringify(event), Date.now()); },
    count: () => db.prepare('SELECT count(*) AS n FROM events').get().n,
    close: () => db.close(),
  };
}

async function postgres() {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: process.env.PEER_DATABASE, max: 10 });
  await pool.query('CREATE TABLE IF NOT EXISTS events (event_id text PRIMARY KEY, event_type text NOT NULL, payload text NOT NULL, created_at timestamptz NOT NULL)');
  const insert = {
    name: 'insert',
    text: 'INSERT INTO events (event_id, event_type, payload, created_at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING',
  };
  return {
    put: async (event) => { await pool.query({ ...insert, values: [event.event_id, event.event_type, JSON.stringify(event)] }); },
    count: async () => Number((await pool.query('SELECT count(*) AS n FROM events')).rows[0].n),
    close: () => pool.end(),
  };
}
