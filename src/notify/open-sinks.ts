import type { TokenCredential } from '@azure/identity';
import type { Settings } from '../settings.ts';
import { openApplicationInsights } from './application-insights.ts';
import { openLog } from './log-sink.ts';
import type { Sink } from './sink.ts';

/** Every kind of sink; each opens those that the settings name. */
const kinds: readonly ((settings: Settings, credential: TokenCredential) => readonly Sink[])[] = [openApplicationInsights, openLog];

/** Opens the sinks that the settings name. */
export function openSinks(settings: Settings, credential: TokenCredential): readonly Sink[] {
  return kinds.flatMap((open) => open(settings, credential));
}
