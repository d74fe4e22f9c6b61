import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/diagnose/evaluate/catalogue.ts';
import { placeholdersIn, type RemedyTemplate, remedyLine, remedyNames, remedyOf, shellWord } from '../../src/model/reasons/remedy.ts';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
import { namesOf, placeholderNames, remediesFor } from '../../src/model/remedies.ts';
import { mistakeOf } from '../infra/az-commands.ts';

const subscription = '11111111-2222-4333-8444-555555555555';
const cluster = `${subscription}.rg-shop.shop`;
const instance = `/subscriptions/${subscription}/resourceGroups/MC_rg-shop_shop_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web-vmss/virtualMachines/7`;
const machine = `/subscriptions/${subscription}/resourceGroups/MC_rg-shop_shop_westeurope/providers/Microsoft.Compute/virtualMachines/aks-vm-1`;

const templates: [code: string, template: RemedyTemplate][] = [
  ...Object.entries(reasons).flatMap(([code, { remedies }]) => remedies.map((each): [string, RemedyTemplate] => [code, each])),
  ...Object.entries(explain).map(([code, { todo }]): [string, RemedyTemplate] => [code, todo]),
];

/** The words that a POSIX shell makes of a command: what its programs would get. */
function wordsOf(command: string): string[] {
  const script = `say() { printf '%s\\0' "$@"; }\naz() { say az "$@"; }\nkubectl() { say kubectl "$@"; }\nnpm() { say npm "$@"; }\n${command}\n`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('the remedies of the catalogues', () => {
  it('hold only names of the closed list, and none within quotes, where a name could end them', () => {
    const known = new Set<string>([...remedyNames, 'shell', 'script', 'remover']);
    for (const [code, { commands = [], script = '', windows = '' }] of templates)
      for (const text of [...commands, script, windows]) {
        expect(
          placeholdersIn(text).filter((name) => !known.has(name)),
          code,
        ).toEqual([]);
        for (const [quoted] of text.matchAll(/'[^']*'|"[^"]*"/g)) expect(placeholdersIn(quoted), `${code}: ${text}`).toEqual([]);
      }
  });

  it('say in a sentence what to do, and leave commands and their gaps to the command', () => {
    for (const [code, { say }] of templates) {
      expect(say, code).toMatch(/^[A-Z].*[.)]$/);
      expect(say, code).not.toMatch(/<[a-z ]+>|\baz (aks|vmss|vm|network|monitor|policy|lock|login)|systemctl|journalctl|\{\w+\}/);
    }
  });

  it('name the subscription in every command of az on something in one', () => {
    for (const [code, { commands = [] }] of templates)
      for (const command of commands.filter((each) => each.startsWith('az ') && !/^az (login|account list)/.test(each)))
        expect(command, code).toMatch(
          /--subscription \{(subscriptionId|ownerSubscription|tableSubscription)\}|--ids \{|--resource-id [{/]/,
        );
  });

  it('are calls of az with options that it has, by the words that a shell makes of them', () => {
    const all = templates.flatMap(([code, template]) =>
      ['Linux', 'Windows'].flatMap((os) =>
        (template.commands ?? []).flatMap((command) => {
          const { command: filled } = remedyOf({ ...template, commands: [command] }, { ...placeholderNames, os });
          return filled === null ? [] : [[code, filled] as const];
        }),
      ),
    );
    expect(all.length).toBeGreaterThan(100);
    const wrong = [...new Map(all.map(([code, command]) => [command, code]))].flatMap(([command, code]) => {
      const [program, ...words] = wordsOf(command);
      const mistake = program === 'az' ? mistakeOf(words) : undefined;
      return mistake === undefined ? [] : [`${code}: ${mistake}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('a remedy', () => {
  it('is a command with the real names of an instance of a scale set', () => {
    const names = namesOf({ cluster, node: 'aks-web-vmss000007', resourceId: instance, os: 'Linux' });
    expect(remediesFor('WrongApiServer', names)).toEqual([
      {
        say: 'Compare the server in /var/lib/kubelet/kubeconfig of the node with the names of the cluster.',
        command: `az aks show --subscription ${subscription} --resource-group rg-shop --name shop --query '[fqdn, privateFqdn]'`,
      },
      {
        say: 'Drain the node and reimage it, so that it joins its cluster anew; it loses what is on its disk.',
        command: `az vmss reimage --subscription ${subscription} --resource-group MC_rg-shop_shop_westeurope --name aks-web-vmss --instance-ids 7`,
      },
    ]);
  });

  it('is another command for a machine of its own', () => {
    expect(remediesFor('NotRunning', namesOf({ cluster, resourceId: machine }))[0]!.command).toBe(
      `az vm start --subscription ${subscription} --resource-group MC_rg-shop_shop_westeurope --name aks-vm-1`,
    );
  });

  it('runs on the node what its system has, or nothing', () => {
    const on = (os: string, reason: ReasonCode) => remediesFor(reason, namesOf({ resourceId: instance, os }))[0]!.command;
    expect(on('Linux', 'ClockSkew')).toContain("--command-id RunShellScript --scripts 'timedatectl; chronyc tracking'");
    expect(on('Windows', 'ClockSkew')).toContain("--command-id RunPowerShellScript --scripts 'w32tm /query /status'");
    expect(on('Windows', 'ResolverDead')).toBeNull();
    expect(on('Windows', 'RunCommandStuck')).toContain('--command-id RemoveRunCommandWindowsExtension');
  });

  it('is a sentence alone where a name is not known, and the sentence helps', () => {
    const [first] = remediesFor('NotRunning', namesOf({ cluster, node: 'n' }));
    expect(first).toEqual({ say: 'Start it, or remove it from the pool.', command: null });
    expect(remedyLine(first!)).toBe('Start it, or remove it from the pool.');
  });

  it('is one line where people read lines', () => {
    expect(remedyLine({ say: 'You: sign in.', command: 'az login' })).toBe('You: sign in: az login');
  });

  it('takes no host of what is no host and port', () => {
    for (const endpoint of ['', 'x', 'a b:443', '$(id):443', 'a.example:443:1', null])
      expect(namesOf({ endpoint }), String(endpoint)).toEqual({});
    expect(namesOf({ endpoint: 'shop.hcp.westeurope.azmk8s.io:443' })).toEqual({
      endpoint: 'shop.hcp.westeurope.azmk8s.io:443',
      host: 'shop.hcp.westeurope.azmk8s.io',
    });
  });
});

describe('hostile names', () => {
  const inert = ["a'; touch /tmp/x; '", '$(id)', '`id`', 'a b', 'a\\b', '"', "''", '~', '*', 'a&b', 'a|b', '#', '!x', 'ä(ö)'];

  it.each(inert)('reach the program as one word: %s', (name) => {
    const command = remediesFor('ClusterStopped', { subscriptionId: subscription, resourceGroup: name, cluster: name })[0]!.command!;
    expect(wordsOf(command)).toEqual(['az', 'aks', 'start', '--subscription', subscription, '--resource-group', name, '--name', name]);
  });

  it.each(inert)('stay one word for the shell of the node too: %s', (host) => {
    const { command } = remediesFor('AddressDead', { ...namesOf({ resourceId: instance }), host })[0]!;
    const script = wordsOf(command!).at(-1)!;
    expect(execFileSync('sh', ['-c', `getent() { printf '%s' "$2"; }\n${script}`], { encoding: 'utf8' })).toBe(host);
  });

  it.each(['', '-x', '--output', '@/etc/passwd', 'a\nb', 'a\u0000b', 'a\u001b[2J', 'a\u202eb', 'a\u2028b', 'x'.repeat(2000)])(
    'that no command could hold leave it out: %j',
    (name) => {
      expect(shellWord(name)).toBeUndefined();
      expect(remediesFor('ClusterStopped', { subscriptionId: subscription, resourceGroup: name, cluster: 'c' })[0]!.command).toBeNull();
    },
  );
});
