/** Words of tools that no message may hold: it names what failed, and the words are in the evidence. */
export const CHATTER =
  /curl: |Client Version|dial tcp|error: |Unable to connect|couldn't get current server API group list|Error from server|net\/http|x509: |rate limiter/i;
