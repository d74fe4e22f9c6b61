import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Options that start a browser without a network of its own, and as root. */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];

/** The path of a Chromium on this machine, or of the one that `CHROMIUM` names; undefined if there is none. */
export const findChromium = (): string | undefined => process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
