import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import { readServerOptions } from '../../../src/cli/server/server-options.ts';

const HOST = 'https://prober.example';

function read(args: string[], environment: Record<string, string> = {}) {
  const { line, mistakes } = readCommandLine(args);
  return { options: readServerOptions(line, environment, mistakes), mistakes };
}
const mistakesOf = (...args: Parameters<typeof read>) => read(...args).mistakes;
const keyed = { AKS_FLEET_PROBER_KEY: 'a-key==' };

describe('the address of a service', () => {
  it('comes from the command line or from the environment, as a host alone or with /api', () => {
    for (const given of [HOST, `${HOST}/`, `${HOST}/api`, `${HOST}/api/`])
      expect(read(['get', 'nodes', '--server', given], keyed).options?.server).toEqual({
        url: `${HOST}/api/`,
        signIn: { by: 'key', key: 'a-key==' },
      });
    expect(read(['get', 'nodes'], { ...keyed, AKS_FLEET_PROBER_SERVER: HOST }).mistakes).toEqual([]);
  });

  it('is https, or on this machine, where no key is needed', () => {
    for (const local of ['http://127.0.0.1:7071', 'http://localhost:7071', 'http://[::1]:7071'])
      expect(read(['watch', '--server', local])).toMatchObject({ mistakes: [], options: { server: { signIn: { by: 'nothing' } } } });
    for (const far of ['http://prober.example', 'http://127.0.0.1.example', 'http://localhost.example'])
      expect(mistakesOf(['watch', '--server', far], keyed)).toEqual([expect.stringMatching(/^expected --server with https, got http to /)]);
  });

  it('is refused with more in it, and never shown, since it may hold a key', () => {
    for (const more of [
      `${HOST}/api/status?code=secret`,
      'https://user:secret@prober.example',
      `${HOST}/secret`,
      `${HOST}/#secret`,
      'secret',
    ])
      for (const mistake of mistakesOf(['get', 'nodes', '--server', more], keyed)) {
        expect(mistake).toMatch(/^expected --server with /);
        expect(mistake).not.toContain('secret');
      }
    expect(mistakesOf(['get', 'nodes'], keyed)).toEqual([expect.stringMatching(/by --server or AKS_FLEET_PROBER_SERVER, got none$/)]);
  });
});

describe('who asks', () => {
  it('is told by a key or by Entra ID, and by one of them', () => {
    const entra = ['get', 'nodes', '--server', HOST, '--entra', 'api://prober'];
    expect(read(entra, keyed).options?.server.signIn).toEqual({ by: 'entra', scope: 'api://prober/.default' });
    expect(read([...entra, '--key-file', 'x']).mistakes).toEqual(['expected --key-file or --entra, got both']);
    expect(mistakesOf(['get', 'nodes', '--server', HOST])).toEqual([expect.stringMatching(/^expected a function key, .*, got neither$/)]);
  });

  it('is refused with a key that is none, which is not shown', () => {
    expect(mistakesOf(['get', 'nodes', '--server', HOST], { AKS_FLEET_PROBER_KEY: 'two words' })).toEqual([
      'expected a function key, one word on one line, in AKS_FLEET_PROBER_KEY',
    ]);
    expect(mistakesOf(['get', 'nodes', '--server', HOST, '--key-file', '/nowhere/key'], keyed)[0]).toMatch(
      /^expected --key-file with a file that can be read: ENOENT/,
    );
  });
});

it('an option is refused where it would be ignored', () => {
  const server = ['--server', 'http://localhost'];
  expect(mistakesOf(['get', 'sweeps', ...server, '--cluster', 'shop', '--state', 'all', '--reachable', 'True'])).toEqual([
    'expected --cluster with nodes or outages or node, got it with sweeps',
    'expected --state with outages or incidents, got it with sweeps',
    'expected --reachable with nodes, got it with sweeps',
  ]);
  expect(mistakesOf(['describe', 'node', 'a b', ...server])).toEqual([
    'expected the name of a Kubernetes node after describe node, got "a b"',
  ]);
  expect(mistakesOf(['watch', ...server, '--every', '4'])).toEqual(['expected --every with a whole number from 5 to 3600, got "4"']);
});
