/** What a node's script reported between its two marks. */
export interface Report {
  /** kubectl's own exit code. */
  exitCode: number;
  facts: ReadonlyMap<string, string>;
}

/** One entry of a Run Command result, as the SDK gives it. */
export interface RunCommandStatus {
  code?: string;
  level?: string;
  displayStatus?: string;
  message?: string;
}

const FACT = /^([a-z_]{1,20})=([^\n]{0,400})$/;
const END = /^AFP1 end ([0-9a-f]{16}) rc=(\d{1,3})$/;

/**
 * Extracts stdout from a Run Command result. Linux returns one entry that holds both streams, Windows one entry for each,
 * told apart by the suffix of their code (run-command-extension-linux `status.go`; Windows entries by observation).
 */
export function stdoutOf(statuses: readonly RunCommandStatus[]): string {
  const windows = statuses.find((status) => /\/StdOut\//i.test(status.code ?? ''));
  if (windows) return windows.message ?? '';
  const message = statuses.find((status) => typeof status.message === 'string')?.message ?? '';
  const from = message.indexOf('[stdout]\n');
  if (from < 0) return '';
  const to = message.indexOf('\n[stderr]', from);
  return message.slice(from + '[stdout]\n'.length, to < from ? undefined : to);
}

/**
 * Parses the output of one run. Only a complete frame with this run's nonce, printed last, is a report:
 * Azure says "succeeded" for any exit code and for scripts that never finished.
 *
 * @returns undefined for output that is empty, cut off, garbled or from another run.
 */
export function parseReport(stdout: string, nonce: string): Report | undefined {
  const lines = stdout.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const end = END.exec(lines.at(-1) ?? '');
  if (end?.[1] !== nonce) return undefined;
  const begin = lines.lastIndexOf(`AFP1 begin ${nonce}`);
  if (begin < 0) return undefined;
  const facts = new Map<string, string>();
  for (const line of lines.slice(begin + 1, -1)) {
    const fact = FACT.exec(line);
    if (fact === null || facts.has(fact[1]!)) return undefined;
    facts.set(fact[1]!, fact[2]!);
  }
  return { exitCode: Number(end[2]), facts };
}

/**
 * Reads the facts of an answer that was kept as evidence, redacted; lines that redaction has changed are left out. They explain a verdict, and prove
 * none.
 */
export function factsIn(evidence: string, nonce: string): Report['facts'] {
  const lines = evidence.replaceAll('\r\n', '\n').split('\n');
  const begin = lines.lastIndexOf(`AFP1 begin ${nonce}`);
  const end = lines.findIndex((line, at) => at > begin && END.test(line));
  if (begin < 0 || end < 0) return new Map();
  return new Map(
    lines.slice(begin + 1, end).flatMap((line) => (FACT.exec(line) ? [[FACT.exec(line)![1]!, FACT.exec(line)![2]!] as const] : [])),
  );
}

/** The facts of an answer whose nonce is not known; empty if it holds no answer. Like `factsIn`, they prove nothing. */
export function factsOfAnswer(evidence: string): Report['facts'] {
  const nonce = /^AFP1 begin ([0-9a-f]{16})$/m.exec(evidence)?.[1];
  return nonce === undefined ? new Map() : factsIn(evidence, nonce);
}
