import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RestError } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armErrorText } from '../src/azure/arm-error.ts';
import { viewProblem } from '../src/http/problem.ts';
import { inInvocation, log } from '../src/log.ts';
import { Problem } from '../src/model/problem.ts';
import { redact } from '../src/model/redact.ts';
import { readWebhooks } from '../src/model/webhooks.ts';
import { sendWebhook } from '../src/notify/webhooks/send.ts';
import { html } from '../src/page/html.ts';
import { unknownFrom } from '../src/probe/classify-azure.ts';
import { judgeRun } from '../src/probe/judge-run.ts';
import { readSettings } from '../src/settings.ts';
import { stateProperties } from '../src/tables/node-rows.ts';

// Made of characters that keys have, and of no words.
const SECRET = 'q7Zx0Vt4Kd9Lw2Bn8Rf5Ym3Hc6';
const long = SECRET.repeat(4);
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${long.slice(0, 64)}\n${long.slice(0, 40)}\n-----END RSA PRIVATE KEY-----`;

/** What a text with a secret in it looks like, by what it is. */
const planted: Readonly<Record<string, string>> = {
  'a bearer token in a header': `authorization: Bearer ${SECRET}`,
  'a token of Entra ID': `eyJ0eXAiOiJKV1QiLCJhbGciOi.${long}.${SECRET}`,
  'a kubeconfig': `users:\n- name: u\n  user:\n    client-key-data: ${long}\n    token: ${SECRET}\n`,
  'a kubeconfig as JSON': JSON.stringify({ users: [{ user: { 'client-key-data': long, token: SECRET } }] }),
  'JSON inside of JSON': JSON.stringify({ error: JSON.stringify({ password: SECRET, access_token: SECRET }) }),
  'a password of several words': `{"password": "correct horse ${SECRET} battery"}`,
  'a function key in an address': `https://app.example/api/status?code=${SECRET}==`,
  'a function key in a header': `x-functions-key: ${SECRET}`,
  'a bare function key': `${SECRET}${SECRET}AzFuQ0w8Zg==`,
  'a SAS URL': `https://acct.blob.core.windows.net/c/b?sv=2024-01-01&se=2030-01-01&sig=${SECRET}%3D`,
  'a connection string of storage': `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${long}==;EndpointSuffix=core.windows.net`,
  'a connection string with a SAS': `BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sv=2024&sig=${SECRET}`,
  'a connection string of a database': `Server=db;User Id=sa;Password=${SECRET};Encrypt=true`,
  'a short form of a password': `Server=db;Uid=sa;Pwd=${SECRET};`,
  'a header of storage': `Authorization: SharedKey acct:${SECRET}=`,
  'a key of Opsgenie': `Authorization: GenieKey ${SECRET}`,
  'a proxy with a password': `HTTPS_PROXY=http://user:${SECRET}@proxy.example:3128/`,
  'a proxy whose password has an @': `http_proxy=http://user:p@${SECRET}@proxy.example:3128/`,
  'a proxy of another scheme': `ALL_PROXY=socks5://user:${SECRET}@proxy.example:1080`,
  'a private key': pem,
  'a private key on one line': JSON.stringify({ said: pem }),
  'a cookie of the pages': `cookie: __Host-aks-fleet-prober=session.1795000000.key-0123456789ab.${SECRET}${SECRET.slice(0, 17)}`,
  'a signing secret of a webhook': `signed with whsec_${SECRET}`,
  'an address of Slack': `https://hooks.slack.com/services/T0000/B0000/${SECRET}`,
  'an address of Teams': `https://contoso.webhook.office.com/webhookb2/${SECRET}/IncomingWebhook/1`,
  'a secret in the environment': `AZURE_CLIENT_SECRET=${SECRET}`,
  'a secret of a registration': `the secret abc8Q~${SECRET}${SECRET.slice(0, 8)} has expired`,
  'a token of GitHub': `remote: ghp_${SECRET}0123456789`,
  'an argument': `kubectl --token=${SECRET} version`,
};

/** Whether ten characters in a row of the secret are left. */
function leaks(shown: unknown): boolean {
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
  const ring = SECRET.repeat(2);
  return Array.from({ length: SECRET.length }, (_, at) => ring.slice(at, at + 10)).some((part) => text.includes(part));
}

const kinds = Object.entries(planted);
const nonce = '0123456789abcdef';

function logged(work: () => void): string {
  const lines: string[] = [];
  const sink = { warn: (text: string) => void lines.push(text), error: (text: string) => void lines.push(text) };
  inInvocation(sink, work);
  return lines.join('\n');
}

it.each(kinds)('the plain text of %s has the secret, so that these tests can fail', (_, text) => {
  expect(leaks(text)).toBe(true);
});

describe.each(kinds)('nothing is left of %s', (_, text) => {
  it('in a row, page, event or answer of a run whose output has it, in whichever part', () => {
    const line = text.replaceAll('\n', ' ').slice(0, 390);
    const framed = `AFP1 begin ${nonce}\nsaid=${line}\nkubectl_said=${line}\nserver=${line}\nhost=${line}\nmachine=${line}\nAFP1 end ${nonce} rc=2`;
    for (const stdout of [text, framed])
      for (const asked of [
        { vmId: '', serverNames: [] },
        { vmId: 'c0ffee00-0000-4000-8000-000000000001', serverNames: ['api.example'] },
      ]) {
        const statuses = [
          {
            code: 'ProvisioningState/succeeded',
            message: `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n${text}`,
            displayStatus: text,
            level: text,
          },
          { code: text, message: text },
        ];
        const judged = judgeRun(statuses, nonce, asked);
        const result = { ...judged.verdict, nonce, run: 'r', sweep: 's', at: '2026-11-21T09:35:02Z' };
        const state = { latest: result, failures: 0, successes: 0, unknowns: 1 };
        const row = stateProperties(state, { settled: state, recent: [result] });
        expect([judged, row, html`<pre>${judged.evidence}${judged.response}</pre>`.text].filter(leaks)).toEqual([]);
      }
  });

  it('in a verdict or text of an error of Azure, and in what is logged of it', () => {
    const error = new RestError(text, { code: 'Conflict', statusCode: 409, request: undefined });
    const wrapped = new Error(`the request failed: ${text}`, { cause: error });
    expect([unknownFrom(error), unknownFrom(wrapped), armErrorText(error)].filter(leaks)).toEqual([]);
    expect(leaks(logged(() => log.error(`a request failed: ${text}`, wrapped)))).toBe(false);
    expect(leaks(logged(() => log.warn('ignored', text)))).toBe(false);
  });

  it('in the detail of a problem', () => {
    expect(leaks(viewProblem(new Problem('bad-cursor', `expected cursor to be one of ours, got "${text}"`)))).toBe(false);
  });

  it('in the message about a setting that is wrong', () => {
    for (const name of [
      'EGRESS_ENDPOINTS',
      'PAGE_URL',
      'ARM_ENDPOINT',
      'SWEEP_SCHEDULE',
      'INCLUDE_CLUSTERS',
      'WEBHOOKS',
      'WEBHOOK_SECRETS',
    ]) {
      let said = '';
      try {
        readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', [name]: text });
      } catch (error) {
        said = String(error);
      }
      expect(leaks(said), name).toBe(false);
    }
  });

  it('after the text was cut anywhere before it', () => {
    for (const limit of [40, 100, 300, 2048]) expect(leaks(redact(`${'word '.repeat(20)}${text}`, limit))).toBe(false);
  });
});

describe('a receiver that repeats what it was sent', () => {
  let url: string;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => response.writeHead(400).end(`${request.url} ${JSON.stringify(request.headers)} ${body}`));
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('has no secret of its address, its key or its signature kept', async () => {
    const webhook = { name: 'pager', url: new URL(`${url}/hook/${SECRET}?t=${SECRET}`), signing: [`whsec_${SECRET}`], key: SECRET };
    const headers = { authorization: `GenieKey ${SECRET}`, 'x-other': SECRET };
    const answer = await sendWebhook(webhook, { url: webhook.url, headers, body: `whsec_${SECRET}` }, new Date());
    expect(answer.status).toBe(400);
    expect(leaks(answer)).toBe(false);
  });

  it('whose address has a password is not asked, and the password is not shown', async () => {
    const address = new URL(`http://user:${SECRET}@127.0.0.1:1/`);
    const answer = await sendWebhook({ name: 'pager', url: address, signing: [] }, { url: address, headers: {}, body: '' }, new Date());
    expect([answer.outcome, leaks(answer)]).toEqual(['down', false]);
  });
});

it('no mistake in the webhooks shows a value of theirs', () => {
  const { mistakes } = readWebhooks(
    `pager=http://user:${SECRET}@x.example pager=https://x.example/${SECRET} a:b=${SECRET}`,
    `other=${SECRET} pager=${SECRET}`,
  );
  expect(mistakes.length).toBeGreaterThan(0);
  expect(leaks(mistakes)).toBe(false);
});
