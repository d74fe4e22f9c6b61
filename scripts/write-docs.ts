import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Reason, reasons } from '../src/probe/reasons.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function renderReason(code: string, { sentence, remedies, links }: Reason): string {
  const steps = remedies.length === 0 ? '' : `\n${remedies.map((remedy) => `- ${remedy}`).join('\n')}\n`;
  const more = links.length === 0 ? '' : `\nMore: ${links.map((link) => `<${link}>`).join(', ')}\n`;
  return `### ${code}\n\n${sentence}\n${steps}${more}`;
}

/** Writes the catalogue of reasons as a reference page, by stage. */
export function renderReasons(): string {
  const byStage = Map.groupBy(Object.entries<Reason>(reasons), ([, { stage }]) => stage);
  const chapters = [...byStage].map(([stage, entries]) => {
    const title = stage === 'none' ? 'Nothing failed' : `Stage: ${stage}`;
    return `## ${title}\n\n${entries.map(([code, reason]) => renderReason(code, reason)).join('\n')}`;
  });
  const intro = 'Every verdict bears one of these reasons. The page is made from `src/probe/reasons.ts` by `npm run docs`.';
  return `# Reasons\n\n${intro}\n\n${chapters.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(join(root, 'docs', 'reference', 'reasons.md'), renderReasons());
