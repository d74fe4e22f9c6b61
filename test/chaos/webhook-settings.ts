import type { Simulator } from '../../local/simulator/start-simulator.ts';

/** The settings of the one webhook of a campaign. */
export const webhookSettings = ({ url }: Simulator): Record<string, string> => ({
  WEBHOOKS: `ops=${url}/webhooks/ops`,
  WEBHOOK_SECRETS: `ops=whsec_${Buffer.alloc(32, 'chaos').toString('base64')}`,
});
