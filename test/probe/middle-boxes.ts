import type { Socket } from 'node:net';
import { duplexPair } from 'node:stream';

type Middle = (wire: Socket, serve: (wire: Socket) => void) => void;

/** What a middle box does with a piece that comes by: it lets it pass, drops it, or resets the connection. */
type Act = (chunk: Buffer, soFar: number) => 'pass' | 'drop' | 'reset';

/** Stands between a node and its API server. */
function between(toServer: Act, toClient: Act, delayMs = 0): Middle {
  return (wire, serve) => {
    const [near, far] = duplexPair();
    serve(far as unknown as Socket);
    wire.on('error', () => near.destroy());
    near.on('error', () => wire.destroy());
    const relay = (from: Socket | typeof near, to: Socket | typeof near, act: Act) => {
      let soFar = 0;
      const send = (chunk: Buffer) => void (to.writable && to.write(chunk));
      from.on('data', (chunk: Buffer) => {
        const what = act(chunk, soFar);
        soFar += chunk.length;
        if (what === 'reset') return void wire.resetAndDestroy();
        if (what !== 'pass') return;
        // In order, even without a delay.
        if (delayMs === 0) send(chunk);
        else setTimeout(send, delayMs, chunk);
      });
      from.on('end', () => setTimeout(() => to.end(), delayMs));
    };
    relay(wire, near, toServer);
    relay(near, wire, toClient);
  };
}

const pass: Act = () => 'pass';
const isHello = (chunk: Buffer, soFar: number) => soFar === 0 && chunk[0] === 0x16;
/** A piece that is part of the server's side of a handshake, beyond its first bytes. */
const isHandshake = (chunk: Buffer, soFar: number) => soFar > 0 || (chunk[0] === 0x16 && chunk.length > 200);

export const middleBoxes = {
  silent: (wire) => void wire.resume(),
  resetsAtOnce: (wire) => void wire.resetAndDestroy(),
  resetsTls: between((chunk, soFar) => (isHello(chunk, soFar) ? 'reset' : 'pass'), pass),
  resetsCertificate: between(pass, (chunk, soFar) => (isHandshake(chunk, soFar) ? 'reset' : 'pass')),
  dropsCertificate: between(pass, (chunk, soFar) => (isHandshake(chunk, soFar) ? 'drop' : 'pass')),
  resetsAfter900: between((chunk, soFar) => (soFar + chunk.length > 900 ? 'reset' : 'pass'), pass),
  speaksHttp: (wire) => void wire.on('error', () => {}).once('data', () => wire.end('HTTP/1.1 400 Bad Request\r\nServer: squid\r\n\r\n')),
  /** A proxy that lets CONNECT through. */
  tunnels: (wire, serve) =>
    wire
      .on('error', () => {})
      .once('data', (head) => {
        if (!/^CONNECT /.test(String(head))) return wire.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        wire.write('HTTP/1.1 200 Connection established\r\n\r\n');
        serve(wire);
      }),
  refusesTunnels: (wire) =>
    wire.on('error', () => {}).once('data', () => wire.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')),
} satisfies Record<string, Middle>;

/** A path on which every piece takes so long. */
export const slowPath = (delayMs: number): Middle => between(pass, pass, delayMs);
