// The official SDK, pointed at LarkService's proxy as its domain, acts in a person's name without ever having a token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, start } from './service.mjs';

const lark = await import('@larksuiteoapi/node-sdk');

let ready;

before(async () => {
  ready = await start();
});

after(() => ready.stop());

test('a call in a person\'s name that the SDK could not make before', async () => {
  const person = ready.users[0];
  const data = { receive_id: ready.users[1], msg_type: 'text', content: JSON.stringify({ text: '代我发送 hello' }) };

  // Pointed at the platform it needs this person's token, which it has no way to get
  const direct = client(ready.url);
  await assert.rejects(direct.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken('u-nobody-gave-me-one')));

  // Pointed at the proxy it names the person; without their consent it is told so, and they are asked
  const proxied = client(`${ready.serviceUrl}/api/v1/lark`, { 'X-Lark-Open-Id': person });
  const problem = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken(ready.key)).then(assert.fail, (error) => error.response);
  assert.equal(problem.status, 403);
  assert.equal(problem.data.type, 'urn:lark-service:authorization-required');
  assert.deepEqual(problem.data.missingScopes, ['im:message', 'im:message.send_as_user']);

  await agree(ready, person);
  const sent = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data }, lark.withUserAccessToken(ready.key));
  assert.equal(sent.code, 0, sent.msg);
  assert.match(sent.data.message_id, /^om_/);
});

test('what the platform refuses arrives as the SDK knows it', async () => {
  const proxied = client(`${ready.serviceUrl}/api/v1/lark`, { 'X-Lark-Open-Id': ready.users[0] });
  const error = await proxied.im.message.create({ params: { receive_id_type: 'open_id' }, data: { receive_id: 'ou_nobody', msg_type: 'text', content: '{}' } }, lark.withUserAccessToken(ready.key)).then((answer) => answer, (thrown) => thrown.response.data);
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
