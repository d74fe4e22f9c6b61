import { cut, type Notice } from './notice.ts';

// Teams takes messages of 28 KB; ten facts of this length in three bytes each are less.
const FACT = 500;

/**
 * An Adaptive Card for a workflow of Teams "Post to a channel when a webhook request is received":
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
export function teamsBody({ title, action, severity, facts, links }: Notice): object {
  const color = action === 'resolve' ? 'Good' : severity === 'warning' ? 'Warning' : 'Attention';
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      {
        type: 'TextBlock',
        text: cut(action === 'resolve' ? `Over: ${title}` : title, FACT),
        size: 'Medium',
        weight: 'Bolder',
        color,
        wrap: true,
      },
      { type: 'FactSet', facts: facts.map(([name, text]) => ({ title: name, value: cut(text, FACT) })) },
    ],
    actions: links.map(([name, address]) => ({ type: 'Action.OpenUrl', title: name, url: address })),
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }] };
}
