import { cut, type Notice } from './notice.ts';

// Limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks
const HEADER = 150;
const SECTION = 2900;

// https://docs.slack.dev/messaging/formatting-message-text#escaping: unescaped, a name could mention everyone.
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const addressOf = (address: string) => address.replaceAll('|', '%7C').replaceAll('>', '%3E');

/** A message for an incoming webhook of Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackBody({ title, action, facts, links }: Notice): object {
  const headline = `${action === 'resolve' ? '✅ Over:' : '🔴'} ${title}`;
  const lines = facts.map(([name, text]) => `*${name}:* ${escaped(text)}`);
  const section = cut(lines.join('\n'), SECTION);
  const linkLine = links.map(([name, address]) => `<${escaped(addressOf(address))}|${name}>`).join(' · ');
  const markdown = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  return {
    text: escaped(headline),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(headline, HEADER) } },
      ...(headline.length > HEADER ? [markdown(cut(escaped(title), SECTION))] : []),
      ...(section === '' ? [] : [markdown(section)]),
      ...(linkLine === '' ? [] : [markdown(linkLine)]),
    ],
  };
}
