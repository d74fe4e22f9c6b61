import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

/** The address of a simulator, and the authority that signed its certificate. */
export interface SimulatorAddress {
  url: string;
  caFile: string;
}

/**
 * Sends one request to the simulator over its own HTTPS.
 *
 * @returns status and body, whatever they are.
 * @throws Error where the file cannot be read or nobody answers.
 */
export async function askSimulator(
  { url, caFile }: SimulatorAddress,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const ca = await readFile(caFile);
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, ca, headers: { 'content-type': 'application/json' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}
