import type { Duplex } from 'node:stream';

const tlsRecord = 0x16;
const answer = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** Hands a TLS connection on, and answers plain text as a server in Go does, which the API server is. */
export function greetPlainText<Wire extends Duplex>(wire: Wire, serveTls: (wire: Wire) => void): void {
  wire.once('data', (first: Buffer) => {
    if (first[0] !== tlsRecord) return void wire.end(answer);
    wire.pause();
    wire.unshift(first);
    serveTls(wire);
  });
}
