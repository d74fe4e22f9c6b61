// What kubectl, curl and the libraries in them put around what they have to say.
const AROUND = [
  /(?:Client|Server|Kustomize) Version:\s*\S*/gi,
  /curl: \(\d+\)\s*/gi,
  /(?:error|warning|fatal): /gi,
  /unable to connect to the server:?\s*/gi,
  /Error from server(?: \(\w+\))?:?\s*/gi,
  /couldn't get current server API group list:?\s*/gi,
  /\berror loading config file "[^"]*":?\s*/gi,
  /\b(?:GET|Get|HEAD|Head) "?https?:\/\/[^\s"]*"?:?\s*/g,
  /\b(?:proxyconnect|dial|read|write) (?:tcp|udp)(?: \S+?)?(?:->\S+?)?:\s/gi,
  /(?:dial|read|write) (?:tcp|udp)/gi,
  /(?:net\/http|http|tls|x509|OpenSSL\/[\d.]+): /gi,
  /\berror:[0-9A-F]{8}:[\w ]*:[\w ]*:/gi,
  /\(Client\.Timeout exceeded[^)]*\)?/g,
];

/** What a program says without what it puts around that: one line, empty if nothing is left. */
export function plainWords(text: string | undefined): string {
  let words = text ?? '';
  // What stood around one part may stand around the next.
  for (let before = ''; before !== words; ) {
    before = words;
    words = AROUND.reduce((left, around) => left.replace(around, ''), words).replace(/\s+/g, ' ');
  }
  return words.replace(/^[\s:;,-]+|[\s:;,-]+$/g, '');
}
