import type { Socket } from 'node:net';

/** Answers one request to the instance metadata service for the machine's id, the only thing that nodes ask it for. */
export function answerImds(wire: Socket, vmId: string): void {
  wire.once('data', (data) => {
    const asks = /^GET \/metadata\/instance\/compute\/vmId\?\S+ [\s\S]*^Metadata: ?true\r$/im.test(String(data));
    const [status, body] = asks ? ['200 OK', vmId] : ['400 Bad Request', '{"error":"Bad request"}'];
    wire.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  });
}
