import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// Takes the picture of the README from the status page of a running "npm start".
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const [, , file = join(root, 'docs', 'status-page.png'), width = '1100'] = process.argv;
const executablePath = process.env.CHROMIUM ?? places.find(existsSync);
if (executablePath === undefined)
  throw new Error('Expected Chromium in one of the usual places, found none: install it, or name it in CHROMIUM.');
const { hostUrl } = JSON.parse(await readFile(join(root, '.local', 'state.json'), 'utf8'));
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ viewport: { width: Number(width), height: 800 } });
  await page.goto(`${hostUrl}/api/status`);
  await page.screenshot({ path: file, fullPage: true });
} finally {
  await browser.close();
}
